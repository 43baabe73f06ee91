"""The table as people read it, and the machine that it is about."""

import os
import platform
import subprocess
from pathlib import Path

from bench._row import Measured

HEAD = "| what | now | wanted |\n| --- | --- | --- |"


def machine() -> str:
    """What all numbers depend on."""
    kernel = f"{platform.system()} {platform.release()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores; {kernel}; {python}; {_engine()}"


def line(measured: Measured) -> str:
    """One row; what is not as wanted is set in bold."""
    if measured.now is None:
        now = f"not measured: {measured.why}".replace("|", "/")
    else:
        now = _number(measured.now, measured.unit)
        now = now if measured.now <= measured.wanted else f"**{now}**"
    against = f" against {measured.baseline}" if measured.baseline else ""
    return f"| {measured.what}{against} | {now} | ≤ {_number(measured.wanted, measured.unit)} |"


def _number(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}" if abs(value) < 1000 else f"{value:,.0f} {unit}"


def _processor() -> str:
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    names = [one.partition(":")[2].strip() for one in facts.splitlines() if "model name" in one]
    return names[0] if names else platform.machine()


def _engine() -> str:
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "no engine"
    return f"Docker {asked.stdout.strip()}" if asked.returncode == 0 else "no engine"
