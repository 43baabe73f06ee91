"""Start the stand-in: `python -I -B sandboxes/mongo --port 27017 --dbpath DIR`."""

import sys
from pathlib import Path

# Run as a folder, this file has its own folder in front of sys.path, where modules of ours
# could be taken for others. What has to be found is the folder above, and it may come last.
_HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != _HERE]
sys.path.append(str(_HERE.parent))

from mongo.start import main  # noqa: E402 - only now can it be found

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
