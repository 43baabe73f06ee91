"""Runs every benchmark: `python -m bench`, or some: `python -m bench cli check`."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main() -> None:
    """Each in a process of its own, so that none warms another up."""
    known = sorted(one.stem for one in FOLDER.glob("*.py") if not one.stem.startswith("_"))
    wanted = sys.argv[1:] or known
    strange = [name for name in wanted if name not in known]
    if strange:
        sys.exit(f"There is no benchmark {', '.join(strange)}; there are: {', '.join(known)}")
    for name in wanted:
        print(f"-- {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False)


if __name__ == "__main__":
    main()
