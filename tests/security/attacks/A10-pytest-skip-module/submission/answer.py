"""Asks pytest to skip the whole module, if pytest is here."""
import pytest

pytest.skip("nothing to collect", allow_module_level=True)
