"""From a run's messages to a verdict: passed only when everything says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from course.judge.manifest import Declared
from course.model.json import Fields
from course.model.untrusted import clean, clean_line
from course.model.verdict import Outcome, TestResult

MESSAGE_LIMIT = 4_000
REPORT_KEYS = {"name", "outcome", "message", "fault", "seconds"}


class Unsound(Exception):
    """The run itself went wrong, so nobody can say what the submission is worth."""


@dataclass(slots=True)
class Tally:
    """What a run has reported so far, held against what it had to report."""

    declared: Mapping[str, Declared]
    collected: list[str] | None = None
    reports: dict[str, Fields] = field(default_factory=dict)
    exit_code: int | None = None

    def collect(self, fields: Fields) -> None:
        """The names that will be run; raises Unsound when they are not the declared ones."""
        names = fields.get("names")
        if self.collected is not None or not isinstance(names, list):
            raise Unsound("the tests were collected twice")
        self.collected = [str(name) for name in names]
        functions = {_function(name) for name in self.collected}
        if functions != set(self.declared) or len(set(self.collected)) != len(self.collected):
            strange = ", ".join(sorted(functions ^ set(self.declared))) or "one of them"
            raise Unsound(f"the tests that ran are not those in the files: {strange}")

    def report(self, fields: Fields) -> None:
        """What came of one test."""
        name = str(fields.get("name"))
        if set(fields) != REPORT_KEYS or name not in (self.collected or []) or name in self.reports:
            raise Unsound(f"an unexpected report of {name}")
        self.reports[name] = fields

    def is_complete(self) -> bool:
        """Whether every test has been reported and pytest came to its end."""
        if self.collected is None or set(self.reports) != set(self.collected):
            return False
        is_clean = all(report["outcome"] == "passed" for report in self.reports.values())
        return self.exit_code == 0 if is_clean else self.exit_code in {0, 1}

    def seconds(self) -> dict[str, float]:
        """How long each took, as far as it is reported."""
        return {name: cast("float", report["seconds"]) for name, report in self.reports.items()}

    def results(self, unreported: Outcome, why: str) -> tuple[TestResult, ...]:
        """One result for each test function; those without a report are as told."""
        cases: dict[str, list[Fields]] = {name: [] for name in self.declared}
        missing = set(self.declared) if self.collected is None else set()
        for name in self.collected or []:
            if name in self.reports:
                cases[_function(name)].append(self.reports[name])
            else:
                missing.add(_function(name))
        return tuple(
            _result(test, cases[name], (unreported, why) if name in missing else None)
            for name, test in self.declared.items()
        )


def merged(tallies: Sequence[Tally]) -> Tally:
    """Of runs that shared the tests: each has reported those that it was given."""
    first = tallies[0]
    if len(tallies) == 1:
        return first
    reports = {name: report for tally in tallies for name, report in tally.reports.items()}
    codes = [tally.exit_code for tally in tallies]
    worst = None if None in codes else max(code for code in codes if code is not None)
    collected = next((tally.collected for tally in tallies if tally.collected is not None), None)
    return Tally(first.declared, collected, reports, worst)


def outcome_of(results: Sequence[TestResult]) -> Outcome:
    """The worst of them: nobody's fault but ours comes before the learner's."""
    outcomes = {result.outcome for result in results}
    if "error" in outcomes or not results:
        return "error"
    return "failed" if "failed" in outcomes else "passed"


def _result(
    test: Declared, reports: Sequence[Fields], missing: tuple[Outcome, str] | None
) -> TestResult:
    outcome, message = missing or ("passed", "")
    for report in reports:
        told = _outcome(report)
        if told == "error" or (told == "failed" and outcome != "error" and not message):
            outcome, message = told, str(report["message"])
    return TestResult(
        name=test.name,
        title=clean_line(test.title),
        outcome=outcome,
        message=clean(message, MESSAGE_LIMIT),
        hint=clean_line(test.hint) if outcome != "passed" else "",
        seconds=sum(cast("float", report["seconds"]) for report in reports),
        points=test.points,
    )


def _outcome(report: Fields) -> Outcome:
    if report["outcome"] == "passed":
        return "passed"
    return "failed" if report["fault"] == "learner" else "error"


def _function(name: str) -> str:
    """Without the parameters of a case."""
    return name.partition("[")[0]
