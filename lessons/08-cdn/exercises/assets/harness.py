"""Carries a ValueError across as a value: a class that is derived from it is one, too."""

import submission


def link(name, manifest, environment):
    """The address, or what a ValueError says."""
    try:
        return {"address": submission.asset_url(name, manifest, environment)}
    except ValueError as error:
        return {"error": str(error)}
