"""One module per screen; a screen starts workers and hands data down to its widgets."""
