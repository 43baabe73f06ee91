"""Proves lessons: labs, answers and cheats, claim by claim."""
