"""One module per command: `add` declares it, `run` does it and returns the exit code."""
