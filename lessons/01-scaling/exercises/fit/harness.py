"""Whether the submission refuses: a class of its own derived from ValueError counts too."""

import submission


def refuses(function, *args):
    """Whether it raises a ValueError for these arguments."""
    try:
        getattr(submission, function)(*args)
    except ValueError:
        return True
    return False
