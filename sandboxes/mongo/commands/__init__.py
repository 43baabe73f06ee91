"""The database commands, one module per theme."""
