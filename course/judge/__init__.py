"""Runs hidden tests outside every sandbox; the learner's code is a proxy in here."""
