"""What the lab can change while everything runs: one small file that all processes look at."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The mitigations, all of them off: this is how systems are before their first incident."""

    lock: bool = False  # one app rebuilds a page, the others wait for the copy
    retries: str = "none"  # none, naive (at once, at every tier) or budget
    read: str = "secondary"  # who answers reads: secondary, any or primary
    user_copy_ms: int = 0  # how long a copy of a user is kept; 0: not at all
    own: bool = False  # whoever wrote is not shown anything older
    shed: int = 0  # an app that does so many things at once refuses the next; 0: never
    breaker: bool = False  # stop asking a store that does not answer
    key: bool = True  # mails carry an idempotency key
    slow_ms: int = 0  # an app takes this much longer


class Shared:
    """The settings in a file; read again when the file was replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = 0
        self._settings = Settings()

    @property
    def now(self) -> Settings:
        """As they are at this moment."""
        changed = self._path.stat().st_mtime_ns
        if changed != self._seen:
            self._settings = Settings(**json.loads(self._path.read_text(encoding="utf-8")))
            self._seen = changed
        return self._settings


def write(path: Path, settings: Settings) -> None:
    """Replace the file in one step, so that nobody ever reads half of it."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(settings)), encoding="utf-8")
    draft.replace(path)
