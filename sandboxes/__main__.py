"""Starts the agent: `python3 -s -B sandboxes` (naming its `__main__.py` saves a few imports).

Not with `-I`, which would leave out PYTHONHASHSEED: every process of a learner has the agent's.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[: 0 if sys.flags.isolated else 1] = [HERE]

from agent.main import main  # noqa: E402  the folder must be on the path first

main()
