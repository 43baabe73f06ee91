"""For Classroom 50: CLASSROOM/autograders/ASSIGNMENT/autograder.py, beside a file `exercise`.

Its runner starts this in the learner's checkout and reads ./result.json. A status other than 0
tells it that nobody could judge the submission.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
COURSE = os.environ.get("COURSE", "course")


def main() -> int:
    """Grade the checkout."""
    if COURSE == "course":
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "scalability-course"], check=True
        )
        subprocess.run([COURSE, "sandbox", "build"], check=True)
    exercise = (HERE / "exercise").read_text(encoding="utf-8").strip()
    owner = os.environ.get("OWNER") or os.environ["USERNAME"]
    words = ["--learner", owner, "--exercise", exercise, "--format", "classroom50"]
    more = os.environ.get("COURSE_OPTIONS", "").split()
    argv = [COURSE, "grade", ".", *words, "--output", "result.json", *more]
    return subprocess.run(argv, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
