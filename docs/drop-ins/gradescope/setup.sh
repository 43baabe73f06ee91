#!/usr/bin/env bash
# Runs once, when Gradescope builds the image of the assignment.
set -euo pipefail
source_folder=${AUTOGRADER:-/autograder}/source
python3 -m venv /opt/course
/opt/course/bin/pip install "$source_folder"/*.whl
# Submissions run as a user of their own: the tests are root's alone.
chmod -R go= "$(/opt/course/bin/python -c 'import course, pathlib; print(pathlib.Path(course.__file__).parent / "_data" / "lessons")')"
