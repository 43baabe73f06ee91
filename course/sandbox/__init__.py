"""Where labs and submissions run: backends, and the wire to the agent inside."""
