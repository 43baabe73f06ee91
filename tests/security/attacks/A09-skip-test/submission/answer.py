"""Raises unittest.SkipTest."""
import unittest


def double(*args, **kwargs):
    raise unittest.SkipTest


label = nest = double
