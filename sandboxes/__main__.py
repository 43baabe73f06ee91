"""Starts the agent: `python3 -I -B sandboxes` (naming its `__main__.py` saves a few imports)."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from agent.main import main

main()
