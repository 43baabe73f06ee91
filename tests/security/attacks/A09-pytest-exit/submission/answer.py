"""Calls pytest.exit() where pytest may be missing."""


def double(*args, **kwargs):
    import pytest

    pytest.exit("done", returncode=0)


label = nest = double
