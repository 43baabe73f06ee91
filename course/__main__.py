"""`python3 -m course`: prepare the checkout if this is one, then hand over to the command line."""

import os
import sys

if not __package__:  # started by its path, as in `python3 some/where/course list`
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from course import bootstrap


def main() -> None:
    """Get an interpreter that has what the course needs, then run the command."""
    bootstrap.enter(sys.argv[1:])

    from course.cli.main import entry

    entry()


if __name__ == "__main__":
    main()
