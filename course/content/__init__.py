"""Lessons on disk: read strictly, never run."""
