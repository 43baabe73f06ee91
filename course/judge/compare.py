"""Comparing values for tests: by type and value, at every depth."""

from itertools import starmap


def same(answer: object, expected: object) -> bool:
    """Whether two JSON values are equal in type too: 1 is neither True nor 1.0."""
    if type(answer) is not type(expected):
        return False
    if isinstance(answer, list) and isinstance(expected, list):
        pairs = zip(answer, expected, strict=False)
        return len(answer) == len(expected) and all(starmap(same, pairs))
    if isinstance(answer, dict) and isinstance(expected, dict):
        return answer.keys() == expected.keys() and all(
            same(answer[key], expected[key]) for key in answer
        )
    return answer == expected
