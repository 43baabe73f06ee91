"""Start the fork server: `python3 -I -B <here> [LIBRARY…]`, its control socket on stdin."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from runner.zygote import main  # noqa: E402  the folder must be on the path first

sys.path.pop(0)  # so that the learner's imports find nothing of ours

if __name__ == "__main__":
    main(sys.argv[1:])
