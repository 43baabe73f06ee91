"""One case of the corpus: a submission, and what must come of it."""

import os
import tempfile
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from course.model.lesson import Exercise
from runner.stranger import find_stranger

HERE = Path(__file__).resolve().parent
ATTACKS = HERE / "attacks"
LIMIT_SECONDS = 5.0
KINDS = {
    "exception", "import", "missing", "timeout", "exit", "memory", "output", "protocol",
    "wrong",  # it answered, and not right
    "forbidden",  # it was not even taken in
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attack:
    """A folder below attacks/."""

    name: str
    what: str
    verdict: str
    kind: str = ""
    limit: float = LIMIT_SECONDS
    max_seconds: float = 0.0
    line: int = 0
    why: str = ""  # what the verdict must say, among other words
    never: str = ""  # what the submission would print if it had got hold of it
    uses: str = ""  # "redis": the exercise whose rig has a real one
    sandboxes: tuple[str, ...] = ("embedded", "docker")  # and "root": embedded, with a uid apart

    @property
    def files(self) -> dict[str, bytes]:
        """The submission."""
        folder = ATTACKS / self.name / "submission"
        found = sorted(file for file in folder.rglob("*") if file.is_file())
        return {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in found
            if "__pycache__" not in file.parts
        }

    @property
    def exercise(self) -> Exercise:
        """The honest exercise, with the time limit of this case."""
        honest = with_redis if self.uses == "redis" else honest_exercise
        return replace(honest(), seconds=self.limit)

    @property
    def longest(self) -> float:
        """Seconds until there must be a verdict: sleeping takes twice as long, in each share."""
        return self.max_seconds or 4 * self.limit + 3

    def patiently(self) -> "Attack":
        """The same case with the time that it needs on a machine that others use as well."""
        factor = patience()
        return replace(self, limit=factor * self.limit, max_seconds=factor * self.longest)


def patience() -> float:
    """How much longer things take beside what else runs here; 1 on a quiet machine."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return max(1.0, waiting)


def attacks(sandbox: str) -> list[Attack]:
    """Every case that this sandbox must contain."""
    sandboxes = {sandbox, *(["root"] if sandbox == "embedded" and is_apart() else [])}
    found = []
    for folder in sorted(ATTACKS.iterdir()):
        told = tomllib.loads((folder / "expect.toml").read_text(encoding="utf-8"))
        attack = Attack(
            name=folder.name, **(told | {"sandboxes": tuple(told.get("sandboxes", ()))})
        )
        assert attack.uses in {"", "redis"}
        assert set(attack.sandboxes) <= {"embedded", "docker", "root"}
        assert attack.verdict in {"passed", "failed"}
        assert not attack.kind or attack.kind in KINDS
        if not attack.sandboxes or sandboxes & set(attack.sandboxes):
            found.append(attack)
    return found


def is_apart() -> bool:
    """Whether an embedded agent would give submissions a uid that nobody else has."""
    return find_stranger(Path(tempfile.gettempdir(), "work"))[0] is not None


def honest_exercise() -> Exercise:
    """Three small functions."""
    folder = HERE / "exercise"
    return Exercise(
        lesson="security",
        id="answer",
        title="Three small functions",
        kind="function",
        file="answer.py",
        folder=folder,
        task="",
        tests=(folder / "test_answer.py",),
        solution=folder / "solution.py",
        mutants=(),
        harness=None,
        rig=None,
        seconds=patience() * LIMIT_SECONDS,
        memory_mb=256,
    )


def with_redis() -> Exercise:
    """One function that writes to the Redis of a rig."""
    folder = HERE / "exercise_with_redis"
    return replace(
        honest_exercise(),
        id="keep",
        title="Keep a value",
        file="keep.py",
        folder=folder,
        tests=(folder / "test_keep.py",),
        solution=folder / "solution.py",
        rig=folder / "rig.py",
    )
