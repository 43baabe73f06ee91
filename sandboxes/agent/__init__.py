"""The agent: the process inside a sandbox that speaks the wire."""
