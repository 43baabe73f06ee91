"""Grading other people's code: find it, judge it at arm's length, write down what came of it."""
