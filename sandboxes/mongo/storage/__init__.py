"""Documents in memory, their indexes, and the journal that brings them back."""
