"""Lesson 06: who may be asked, what was promised, and what the real set does about it."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.lessons.lesson_code import modules

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "lessons" / "06-replicas"
TABLE = ROOT.parent / "shared" / "oracles" / "mongo.json"
DATA = json.loads(TABLE.read_text()) if TABLE.is_file() else {}
WITHOUT = pytest.mark.skipif(not DATA, reason="the drivers' tables are not on this machine")


selection, ledger = modules(LESSON, "selection", "ledger")
[choose] = modules(LESSON / "exercises" / "choose", "solution")

ROLES = {
    "RSPrimary": "primary", "RSSecondary": "secondary", "Standalone": "standalone",
    "Mongos": "mongos", "LoadBalancer": "load balancer",
}  # fmt: skip
MODES = ["primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"]


def cases(section: str) -> pytest.MarkDecorator:
    """One test per case of the table's section."""
    params = [pytest.param(one, id=one["file"]) for one in DATA.get(section, [])]
    return pytest.mark.parametrize("case", params or [pytest.param({}, marks=WITHOUT, id="none")])


def server(one: dict[str, Any]) -> Any:
    """A server as the table describes it; its times are in milliseconds."""
    return selection.Server(
        one["address"], ROLES.get(one["type"], "unknown"), float(one.get("avg_rtt_ms") or 0),
        written=int(one.get("lastWrite") or 0) / 1000,
        looked=int(one.get("lastUpdateTime") or 0) / 1000, tags=one.get("tags") or {},
    )  # fmt: skip


def preference(given: dict[str, Any]) -> Any:
    """A read preference as the table describes it."""
    mode = given.get("mode", "Primary")
    return selection.Preference(
        mode[0].lower() + mode[1:], given.get("tag_sets") or ({},),
        given.get("maxStalenessSeconds"),
    )  # fmt: skip


def names(servers: list[Any]) -> set[str]:
    return {one.name for one in servers}


@cases("server_selection")
def test_servers_are_selected_as_drivers_do(case):
    servers = [server(one) for one in case["servers"]]
    if case["operation"] == "write":
        suitable = selection.for_writes(servers)
    else:
        suitable = selection.for_reads(servers, preference(case["read_preference"]))
    assert names(suitable) == set(case["suitable"])
    assert names(selection.in_window(suitable)) == set(case["in_latency_window"])


@cases("max_staleness")
def test_staleness_is_bounded_as_drivers_do(case):
    servers = [server(one) for one in case["servers"]]
    heartbeat = (case["heartbeatFrequencyMS"] or 10_000) / 1000
    wanted = preference(case["read_preference"])
    if case["error"]:
        with pytest.raises(ValueError, match="maxStaleness"):
            selection.for_reads(servers, wanted, heartbeat)
        return
    suitable = selection.for_reads(servers, wanted, heartbeat)
    assert names(suitable) == set(case["suitable"])
    assert names(selection.in_window(suitable)) == set(case["in_latency_window"])


@cases("rtt_ewma")
def test_round_trips_are_averaged_as_drivers_do(case):
    before = None if case["avg_rtt_ms"] == "NULL" else case["avg_rtt_ms"]
    assert selection.average(before, case["new_rtt_ms"]) == pytest.approx(case["new_avg_rtt"])


@cases("in_latency_window")
def test_the_less_busy_of_two_is_drawn_as_drivers_do(case):
    servers = [server(one) for one in case["topology_description"]["servers"]]
    busy = {one["address"]: one["operation_count"] for one in case["mocked_topology_state"]}
    near, source = selection.in_window(servers), random.Random(case["file"])  # noqa: S311
    drawn = Counter(selection.pick(near, busy, source).name for _ in range(case["iterations"]))
    outcome = case["outcome"]
    for name, share in outcome["expected_frequencies"].items():
        assert abs(drawn[name] / case["iterations"] - share) <= outcome["tolerance"]


def plain(case: dict[str, Any]) -> bool:
    """Whether a case is about what the exercise asks for: reads in a set, tags not in the way."""
    tags = (case.get("read_preference", {}).get("tag_sets") or [{}])[0]
    carried = all(tags.items() <= (one.get("tags") or {}).items() for one in case["servers"])
    return case["operation"] == "read" and case["topology"].startswith("ReplicaSet") and carried


@pytest.mark.parametrize(
    "case",
    [pytest.param(one, id=one["file"]) for one in DATA.get("server_selection", []) if plain(one)]
    or [pytest.param({}, marks=WITHOUT, id="none")],
)
def test_the_exercise_chooses_as_drivers_do(case):
    members = [
        {"name": one.name, "role": one.role, "applied": 0, "rtt_ms": one.rtt_ms}
        for one in map(server, case["servers"])
    ]
    mode = preference(case["read_preference"]).mode
    got = choose.candidates(members, {"wrote": 0, "seen": 0}, mode)
    assert set(got) == set(case["in_latency_window"])


def member(name: str, role: str, rtt_ms: float = 1.0, **more: Any) -> Any:
    return selection.Server(name, role, rtt_ms, **more)


A_SET = [member("a", "primary"), member("b", "secondary"), member("c", "secondary")]


@pytest.mark.parametrize(
    ("mode", "whole", "headless"),
    [
        ("primary", "a", ""), ("primaryPreferred", "a", "bc"), ("secondary", "bc", "bc"),
        ("secondaryPreferred", "bc", "bc"), ("nearest", "abc", "bc"),
    ],
)  # fmt: skip
def test_each_mode_with_and_without_a_primary(mode, whole, headless):
    wanted = selection.Preference(mode)
    assert names(selection.for_reads(A_SET, wanted)) == set(whole)
    assert names(selection.for_reads(A_SET[1:], wanted)) == set(headless)
    assert names(selection.for_reads(A_SET[:1], selection.Preference("secondary"))) == set()


def test_a_copy_never_takes_a_write():
    assert names(selection.for_writes(A_SET)) == {"a"}
    assert selection.for_writes(A_SET[1:]) == []


def test_the_first_set_of_tags_that_anybody_carries_counts():
    east = member("e", "secondary", tags={"place": "east", "disk": "fast"})
    west = member("w", "secondary", tags={"place": "west"})
    for tag_sets, found in [
        ([{"place": "west"}, {"place": "east"}], {"w"}),
        ([{"place": "north"}, {"disk": "fast"}], {"e"}),
        ([{"place": "east", "disk": "slow"}], set()),
        ([{"place": "north"}, {}], {"e", "w"}),
        ([], {"e", "w"}),
    ]:
        wanted = selection.Preference("secondary", tag_sets)
        assert names(selection.for_reads([east, west], wanted)) == found


def test_secondary_preferred_falls_back_on_a_primary_without_the_tags():
    wanted = selection.Preference("secondaryPreferred", [{"place": "moon"}])
    assert names(selection.for_reads(A_SET, wanted)) == {"a"}
    nearest = selection.Preference("nearest", [{"place": "moon"}])
    assert selection.for_reads(A_SET, nearest) == []


@pytest.mark.parametrize(("behind", "is_fresh"), [(79, True), (80, True), (81, False)])
def test_a_heartbeat_is_added_to_what_a_copy_is_behind(behind, is_fresh):
    wanted = selection.Preference("secondary", max_staleness=90)
    late = member("b", "secondary", written=1000.0 - behind, looked=5.0)
    primary = member("a", "primary", written=1000.0, looked=5.0)
    assert (selection.for_reads([primary, late], wanted, 10) == [late]) == is_fresh
    newest = member("c", "secondary", written=1000.0)
    assert (late in selection.for_reads([newest, late], wanted, 10)) == is_fresh


def test_time_between_two_looks_is_no_lag():
    primary = member("a", "primary", written=100.0, looked=100.0)
    later = member("b", "secondary", written=100.0, looked=190.0)
    wanted = selection.Preference("secondary", max_staleness=95)
    assert selection.for_reads([primary, later], wanted, 10) == []
    current = member("b", "secondary", written=190.0, looked=190.0)
    assert selection.for_reads([primary, current], wanted, 10) == [current]


@pytest.mark.parametrize(
    ("mode", "seconds", "heartbeat"),
    [("nearest", 89, 10), ("nearest", 0, 10), ("secondary", 100, 91), ("primary", 200, 10)],
)
def test_a_staleness_that_cannot_be_meant_is_refused(mode, seconds, heartbeat):
    wanted = selection.Preference(mode, max_staleness=seconds)
    with pytest.raises(ValueError, match="maxStaleness"):
        selection.for_reads(A_SET, wanted, heartbeat)


def test_the_window_begins_at_the_fastest():
    servers = [member("a", "primary", 30), member("b", "secondary", 15.5), member("c", "x", 15)]
    assert names(selection.in_window(servers)) == {"a", "b", "c"}
    assert names(selection.in_window([*servers, member("d", "secondary", 14.9)])) == set("bcd")
    assert selection.in_window([]) == []


def test_of_two_the_less_busy_is_drawn_and_of_three_never_the_busiest():
    source, busy = random.Random(6), {"a": 9, "b": 1, "c": 4}  # noqa: S311
    drawn = Counter(selection.pick(A_SET, busy, source).name for _ in range(3000))
    assert drawn["a"] == 0
    assert abs(drawn["b"] - 2000) < 150
    assert selection.pick(A_SET[:1], busy, source) is A_SET[0]


def test_old_round_trips_fade():
    assert selection.average(None, 7) == 7
    assert selection.average(10, 20) == pytest.approx(12)


def test_versions_in_any_order_are_no_loss():
    kept = ledger.Ledger()
    for version in (2, 1, 4, 3):
        kept.acknowledged(1, version, "a")
    assert (kept.latest(1), kept.lost()) == (4, 0)
    assert kept.latest(2) == 0


def test_a_version_given_out_twice_was_lost_in_between():
    kept = ledger.Ledger()
    for version in range(1, 6):
        kept.acknowledged(1, version, "a")
    kept.acknowledged(1, 3, "b")
    assert (kept.lost(), kept.latest(1)) == (3, 3)  # 3, 4 and 5 of a
    kept.acknowledged(1, 4, "b")
    assert kept.lost() == 3


def test_an_audit_finds_what_the_new_primary_lacks_once():
    kept = ledger.Ledger()
    for version in (1, 2, 3):
        kept.acknowledged(1, version, "a")
    kept.acknowledged(2, 1, "a")
    assert kept.audit("b", {1: 1, 2: 1}, asked_at=float("inf")) == 2
    assert kept.audit("b", {1: 1, 2: 1}, asked_at=float("inf")) == 0
    assert (kept.lost(), kept.latest(1)) == (2, 1)


def test_an_audit_does_not_miss_what_came_after_the_question():
    kept = ledger.Ledger()
    kept.acknowledged(1, 1, "a")
    assert kept.audit("b", {}, asked_at=0.0) == 0
    assert kept.audit("a", {}, asked_at=float("inf")) == 0  # a itself knows better


PLAY = """
import json, sys
import lesson
from pathlib import Path
lesson.lab.open(lambda event: None, Path(sys.argv[1]), seed=int(sys.argv[2]))
try:
    for member in lesson.system.members:
        member.stand_in = member.stand_in and sys.argv[3] == "stand-in"
    for name in sys.argv[4:]:
        seen = getattr(lesson, name)()
        print(json.dumps([seen.choice, seen.facts]), flush=True)
finally:
    lesson.lab.close()
"""


def played(seed: int, kind: str, *experiments: str) -> list[tuple[str, dict[str, Any]]]:
    """What these experiments observe, in a process of their own."""
    paths = os.pathsep.join([str(LESSON), str(ROOT / "sandboxes")])
    done = subprocess.run(
        [sys.executable, "-c", PLAY, str(LESSON), str(seed), kind, *experiments],
        env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_what_a_late_copy_shows_and_what_a_router_does_about_it():
    (at_once, stale), (own, kept), (_, back), (_, told) = played(
        11, "stand-in", "read_at_once", "own_writes", "backwards", "reads_multiply"
    )
    assert (at_once, stale) == ("always", {"stale": 40, "of": 40})
    assert own == "writers"
    assert kept["stale"] == 0
    assert back["went_back"] > 0
    assert back["went_back_when_pinned"] == 0
    assert set(told["writes_carried_out"].values()) == {30}
    assert sum(told["reads_answered"].values()) >= 90


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["stand-in", "as a real mongod"])
def test_one_may_lose_what_it_acknowledged_and_a_majority_loses_nothing(kind):
    (one, alone), (many, majority) = played(12, kind, "one_acknowledges", "majority_acknowledges")
    assert (one, alone["acknowledged"], alone["lost"]) == ("all", 20, 20)
    assert (many, majority["lost"]) == ("none", 0)
    assert majority["acknowledged"] >= 10  # some may not be on a busy machine: who asked was told


@pytest.mark.slow
def test_lag_can_be_set_where_there_is_no_stand_in():
    [(choice, facts)] = played(13, "as a real mongod", "read_at_once")
    assert (choice, facts["stale"]) == ("always", 40)
