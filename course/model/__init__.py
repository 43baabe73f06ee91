"""Frozen data that every other part speaks in; standard library only."""
