"""The one door through which TOML comes in: a table, or the problem with the file."""

import re
import tomllib
from pathlib import Path
from typing import Any

from course.model.problem import Problem

DEEPEST = 50  # levels; what goes through tables calls itself for each
LARGEST = (
    2**63 - 1
)  # as TOML has it: past it other readers lose digits, and Python refuses to print


def read_toml(path: Path) -> dict[str, Any] | Problem:
    """What a file says, none of whose values surprises whoever takes them."""
    try:
        found = tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return Problem(path, "is missing")
    except OSError as error:
        return Problem(path, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return Problem(path, "is not UTF-8 text")
    except RecursionError:
        return Problem(path, "is nested too deep")
    except ValueError as error:  # TOMLDecodeError, and a number of too many digits
        return _syntax(path, str(error))
    wrong = _wrong(found)
    return Problem(path, wrong) if wrong else found


def _wrong(found: Any) -> str:  # noqa: ANN401  TOML
    """What no table of a course has, wherever it stands; one level after the other."""
    level: list[Any] = [found]
    for _ in range(DEEPEST):
        inside = [one for value in level for one in _inside(value)]
        if any(isinstance(one, int) and not -LARGEST - 1 <= one <= LARGEST for one in inside):
            return "has a number of more than 64 bits"
        level = [one for one in inside if isinstance(one, dict | list)]
        if not level:
            return ""
    return "is nested too deep"


def _inside(value: Any) -> list[Any]:  # noqa: ANN401  TOML
    return list(value.values()) if isinstance(value, dict) else value


def _syntax(path: Path, said: str) -> Problem:
    at = re.search(r" \(at line (\d+), column \d+\)$", said)
    if at is None:
        return Problem(path, f"is not TOML: {said}")
    return Problem(path, f"is not TOML: {said[: at.start()]}", line=int(at[1]))
