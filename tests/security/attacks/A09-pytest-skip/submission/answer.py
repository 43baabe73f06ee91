"""Calls pytest.skip() where pytest may be missing."""


def double(*args, **kwargs):
    import pytest

    pytest.skip("not today")


label = nest = double
