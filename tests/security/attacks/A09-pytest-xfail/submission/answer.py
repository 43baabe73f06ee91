"""Calls pytest.xfail() where pytest may be missing."""


def double(*args, **kwargs):
    import pytest

    pytest.xfail("known")


label = nest = double
