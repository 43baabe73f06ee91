"""The pytest plugin of the judge: fresh processes, markers, and one report for each test."""

import time
from collections.abc import Generator
from typing import Any, Literal

import pytest

from course.judge.channel import Channel
from course.judge.proxy import TRIPPED, Blamed, Desk
from course.model.json import JSON, Fields

LONGEST = 4_000
Fresh = Literal["always", "after_trouble", "never"]


class Reporter:
    """Tells the course what was collected and what came of it; never any source.

    Args:
        desk: Where the run's proxies ask.
        fresh: Which tests start in a fresh process of the learner's; the first has one anyway.
    """

    def __init__(self, desk: Desk, *, fresh: Fresh) -> None:
        self._channel: Channel | None = None
        self._unsent: list[tuple[str, Fields]] = []
        self._desk = desk
        self._fresh = fresh
        self._is_first = True
        self._is_troubled = False  # the test before failed, or the submission did in it
        self._tests = 1
        self._outcome = ("passed", "", "")
        self._started = 0.0

    def begin(self, channel: Channel) -> None:
        """A run starts: tell it what was collected before."""
        self._channel = channel
        for kind, fields in self._unsent:
            channel.send(kind, **fields)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the markers known, so that a misspelt one is an error."""
        config.addinivalue_line("markers", "hint(text): what to think about when it fails")
        config.addinivalue_line("markers", "points(n): what it is worth")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be collected is the lesson's fault."""
        if report.failed:
            text = str(report.longrepr).strip().splitlines() or ["it cannot be collected"]
            self._tell("broken", message=f"{report.nodeid}: {text[-1]}"[:LONGEST])

    def pytest_internalerror(self, excrepr: object) -> None:
        """Nor is this the learner's."""
        text = str(excrepr).strip().splitlines()
        self._tell("broken", message=(text[-1] if text else "pytest failed")[:LONGEST])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """What will be run."""
        self._tests = len(session.items)
        self._tell("collected", names=[item.name for item in session.items])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """One test from its fresh process to its report."""
        self._outcome, self._started = ("passed", "", ""), time.monotonic()
        self._desk.has_answered = self._desk.has_failed = False
        result = yield
        outcome, message, fault = self._outcome
        self._is_troubled = outcome != "passed" or self._desk.has_failed
        self._tell(
            "report",
            name=item.name,
            outcome=outcome,
            message=message[:LONGEST].encode(errors="backslashreplace").decode(),
            fault=fault,
            seconds=round(time.monotonic() - self._started, 4),
        )
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """End what the test before left running, and give this one its share of the time."""
        wanted = self._fresh == "always" or (self._fresh == "after_trouble" and self._is_troubled)
        fresh, self._is_first = wanted and not self._is_first, False
        self._desk.begin(tests=self._tests, fresh=fresh)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep the first thing that went wrong."""
        report = yield
        if call.excinfo is not None and self._outcome[0] == "passed":
            self._outcome = self._judge(call.excinfo.value, call.when)
        elif report.outcome != "passed" or hasattr(report, "wasxfail"):
            self._outcome = ("failed", f"{item.name} is not a plain pass", "learner")
        return report

    def _tell(self, kind: str, **fields: JSON) -> None:
        if self._channel is None:
            self._unsent.append((kind, fields))
        else:
            self._channel.send(kind, **fields)

    def _judge(self, error: BaseException, when: str) -> tuple[str, str, str]:
        if isinstance(error, Blamed):
            return "failed", str(error), error.fault
        if isinstance(error, pytest.skip.Exception | pytest.xfail.Exception):
            return "skipped", "It was skipped, and a test that is not run is not passed.", "learner"
        if isinstance(error, AssertionError | pytest.fail.Exception):
            return "failed", _message(error), "learner"
        if when != "teardown" and self._desk.has_answered and isinstance(error, TRIPPED):
            words = f"{type(error).__name__}: {error}"
            return (
                "failed",
                f"What came back is not what the test can work with ({words})",
                "learner",
            )
        return "failed", f"{type(error).__name__}: {error}", "lesson"


def _message(error: BaseException) -> str:
    """What the test says in the learner's terms; the condition itself stays hidden."""
    text = str(getattr(error, "msg", None) or error)
    return text or "What this test asks for is not so yet."
