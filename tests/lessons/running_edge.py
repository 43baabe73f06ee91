"""Lesson 08's code as modules of its own, and one of its edges in front of any origin."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab import Lab
from lab.errors import BadConfig
from lab.http import Reply, http_request
from lab.ports import accepts, free_port
from lab.wait import until

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "lessons" / "08-cdn"
ORACLES = ROOT.parent / "shared" / "oracles"
PLAYER_SECONDS = 120  # for all cases of the table, which wait for copies to end
REFRESH = "let-me-in"  # the word that purges


@contextlib.contextmanager
def opened(lab: Lab, seed: int = 1) -> Iterator[Lab]:
    """A lab that is closed whatever happens; its events go nowhere."""
    try:
        lab.open(lambda _event: None, LESSON, seed=seed)
        yield lab
    finally:
        lab.close()


class Edge:
    """An edge with one of the lesson's configurations, before an origin that somebody else is.

    Args:
        lab: Open.
        file: `edge.conf` or `strict.conf`.
        origin: The origin's port.
    """

    def __init__(self, lab: Lab, file: str, origin: int, **rules: str) -> None:
        chosen: dict[str, Any] = {"lock": "on", "stale": "off", "key": "$request_uri", **rules}
        self.nginx = lab.nginx(
            (LESSON / file).read_text(encoding="utf-8"), f"edge-{origin}", role="edge",
            origin=origin, inner=free_port(), region="eu", lesson=LESSON, password=REFRESH,
            **chosen,
        )  # fmt: skip

    def get(self, path: str, **headers: str) -> Reply:
        """One request."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return http_request(self.nginx.port, path, headers={**fields, "Connection": "close"})

    def ask(self, method: str, path: str) -> Reply:
        """One request that is no GET."""
        return http_request(self.nginx.port, path, method=method, headers={"Connection": "close"})


def has_scripts() -> bool:
    """Whether this nginx can run strict.js."""
    try:
        with opened(Lab()) as lab:
            Edge(lab, "strict.conf", free_port())
    except BadConfig:
        return False
    return True


def play_table(lab: Lab, file: str, work: Path) -> dict[str, str]:
    """What became of each core case of the table, with one of the lesson's edges."""
    origin = free_port()
    edge = Edge(lab, file, origin)
    told = work / f"{file}.json"
    subprocess.run(
        [
            sys.executable, str(ORACLES / "run_http_cache.py"),
            f"http://127.0.0.1:{edge.nginx.port}", str(origin), "--core", "--json", str(told),
        ],
        check=True, capture_output=True, timeout=PLAYER_SECONDS,
    )  # fmt: skip
    results: dict[str, list[str]] = json.loads(told.read_text())
    return {name: result[0] for name, result in results.items()}


def table() -> dict[str, dict[str, Any]]:
    """The core cases by id."""
    cases = json.loads((ORACLES / "http_cache.json").read_text())["tests"]
    return {case["id"]: case for case in cases if case["core"]}


class OwnOrigin:
    """The lesson's origin as a program of its own."""

    def __init__(self, lab: Lab) -> None:
        self.port = free_port()
        self.process = lab.process(
            f"origin-{self.port}", ["python", "origin.py", str(self.port)], role="origin", tier=2,
            ready=self.port,
        )  # fmt: skip
        until(lambda: accepts(self.port), 10, "the origin")

    def tell(self, **what: object) -> dict[str, Any]:
        """Change or read something, over its control socket."""
        told: dict[str, Any] = self.process.tell(**what)
        return told
