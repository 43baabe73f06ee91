"""How an update document changes a stored document."""
