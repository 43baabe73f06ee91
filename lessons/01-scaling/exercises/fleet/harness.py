"""Many questions to the submission at once, and whether it refuses."""

import submission


def answers(function, questions):
    """What it returns for each list of arguments."""
    return [getattr(submission, function)(*args) for args in questions]


def refusals(function, questions):
    """For each list of arguments, whether it raises a ValueError."""
    return [refuses(function, args) for args in questions]


def refuses(function, args):
    """A class of its own derived from ValueError counts too."""
    try:
        getattr(submission, function)(*args)
    except ValueError:
        return True
    return False
