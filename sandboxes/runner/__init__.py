"""Runs the learner's code: a fork server, and what its forks become."""
