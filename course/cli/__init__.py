"""The command line: wires the parts together, and turns errors into exit codes."""
