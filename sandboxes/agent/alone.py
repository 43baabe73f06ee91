"""Runs a lesson the way a reader of its code would: `python lesson.py`."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from agent.files import write
from lab.runtime import UIDS
from lab.spawn import child_environment

TAIL = 4_000  # characters of its output that are kept


def play(files: dict[str, bytes], entry: str, seconds: float, isolation: str) -> dict[str, Any]:
    """Its exit status (None when it was still running after `seconds`) and last output."""
    with tempfile.TemporaryDirectory(prefix="alone-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        write(folder, files)
        uid = UIDS["lesson"] if isolation == "uid" else None
        program = subprocess.Popen(
            [sys.executable, str(folder / entry)],
            cwd=folder,
            env=child_environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
        )
        return _finish(program, seconds)


def _finish(program: "subprocess.Popen[bytes]", seconds: float) -> dict[str, Any]:
    try:
        output, _ = program.communicate(timeout=seconds)
        status: int | None = program.returncode
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        output, _ = program.communicate()
        status = None
    return {"status": status, "output": output.decode(errors="replace")[-TAIL:]}
