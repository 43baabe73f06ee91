"""What the cluster reads at its start and again at every rolling restart (SIGHUP)."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Settings:
    """One file of settings; every worker keeps those it was started with."""

    accept: Literal["handout", "shared"] = "handout"  # who takes the connection: master or worker
    backoff: bool = True  # wait longer after each crash in a row
    first_wait: float = 0.2  # the first of those waits; each next one doubles
    longest_wait: float = 5.0
    give_up_after: int = 8  # crashes in a row
    healthy_seconds: float = 0.5  # whoever lived this long did not crash at boot
    heartbeat_seconds: float = 0.0  # kill a worker that was silent for so long; 0: never
    memory_mb: int = 80  # kill a worker that grew beyond it
    patience_seconds: float = 5.0  # how long a leaving worker may take
    boot_ms: int = 100  # what a worker needs to get ready
    work_ms: int = 1  # CPU time of a request
    wait_ms: int = 60  # time a request waits for something else, such as a database
    broken: bool = False  # a bad deploy: workers crash while they start


def read(path: Path) -> Settings:
    """The settings in the file."""
    return Settings(**json.loads(path.read_text()))


def write(path: Path, settings: Settings) -> None:
    """Replace the file in one step, so that nobody ever reads half of it."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(settings), indent=2) + "\n")
    draft.replace(path)
