"""Starts the agent: `python3 -I -B sandboxes`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from agent.main import main

main()
