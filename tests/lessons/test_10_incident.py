"""Lesson 10: its parts hold what the text says, and the last exercise can tell good from bad."""

import asyncio
import json
import os
import random
import signal
import sys

import pytest

from lab.control import ask_process
from lab.family import children
from lab.http import http_request
from lab.ports import accepts, free_port
from lab.wait import until
from tests.lessons import running_incident as running
from tests.lessons.lesson_code import modules
from tests.lessons.running_shop import end, spawn

LESSON = running.ROOT / "lessons" / "10-incident"


incidents, retrying, lanes, visitors, web, jobs, judging, shoppers = modules(
    LESSON, "incidents", "retrying", "lanes", "visitors", "web", "jobs", "judging", "shoppers"
)


# -- reading the signals


def signals(**changes):
    usual = {
        "visits": 100, "good_percent": 80.0, "p99_ms": 2000.0, "calls": 90,
        "same_page_at_once": 1, "hottest_percent": 8.0, "longest_line": {"a": 2, "b": 1},
    }  # fmt: skip
    return incidents.Signals(**{**usual, **changes})


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, "more_visitors"),
        ({"calls": 600}, "retries"),
        ({"same_page_at_once": 16, "longest_line": {"a": 10, "b": 1}}, "one_page"),
        ({"hottest_percent": 64.0, "longest_line": {"a": 70, "b": 1}}, "one_user"),
        ({"hottest_percent": 64.0}, "more_visitors"),
        ({"calls": 600, "hottest_percent": 64.0, "longest_line": {"a": 70, "b": 1}}, "retries"),
    ],
)
def test_each_incident_has_signals_of_its_own(changes, cause):
    assert incidents.diagnose(signals(**changes)) == cause


# -- trying again


def tries(how, requests, works):
    """How often something is asked for so many requests, when `works` says what comes of it."""
    budget, asked = retrying.Budget(), []

    async def ask():
        asked.append(works(len(asked)))
        return web.Answer(200 if asked[-1] else 503, {})

    async def all_of_them():
        return [await retrying.persistently(ask, how, budget) for _ in range(requests)]

    answers = asyncio.run(all_of_them())
    return len(asked), sum(one.ok for one in answers)


@pytest.fixture
def no_waiting(monkeypatch):
    """Pauses between tries take no time."""

    async def at_once(_seconds):
        return None

    monkeypatch.setattr(retrying.asyncio, "sleep", at_once)


@pytest.mark.usefixtures("no_waiting")
def test_a_budget_rescues_the_few_and_does_not_multiply_the_many():
    every_tenth_fails = lambda n: n % 10 != 3  # noqa: E731
    assert tries("none", 100, every_tenth_fails)[1] == 90
    assert tries("budget", 100, every_tenth_fails)[1] >= 98
    all_fail = lambda _: False  # noqa: E731
    assert tries("naive", 200, all_fail) == (400, 0)
    asked, _ = tries("budget", 200, all_fail)
    assert asked <= 200 * 1.1 + 6


def test_a_breaker_opens_after_failures_and_closes_after_a_success():
    breaker = retrying.Breaker(failures=3, seconds=60)
    for _ in range(3):
        assert breaker.lets_through()
        breaker.note(False)
    assert not breaker.lets_through()
    breaker.note(True)
    assert breaker.lets_through()


# -- how much a database can do


def test_a_lane_is_held_and_the_others_wait_in_order():
    async def story():
        one, done = lanes.Lanes(lanes=1), []

        async def ask(name):
            async with one.lane(0.01):
                done.append(name)

        await asyncio.gather(*(ask(name) for name in "abc"))
        return one.longest, done

    longest, done = asyncio.run(story())
    assert done == ["a", "b", "c"]
    assert longest >= 2


def test_a_line_that_is_too_long_refuses_and_one_that_is_cleared_goes_home():
    async def story():
        one = lanes.Lanes(lanes=1, room=2)
        one.runs.clear()

        async def ask():
            async with one.lane(0):
                return "answered"

        waiting = [asyncio.create_task(ask()) for _ in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(lanes.Refused):
            await ask()
        one.clear()
        one.runs.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    assert all(isinstance(one, lanes.Refused) for one in asyncio.run(story()))


def test_attempts_come_further_and_further_apart():
    waits = [jobs.patience_ms(attempt) for attempt in range(1, jobs.ATTEMPTS)]
    assert waits == [800, 1600, 3200, 6400]


# -- visitors

STREAMS = [(40.0, "pages", [0]), (9.0, "users", [1, 2])]


def test_the_same_seed_brings_the_same_visitors():
    def visits(seed):
        return visitors.plan(random.Random(seed), 5, STREAMS)  # noqa: S311  to be repeated

    assert visits(3) == visits(3)
    assert visits(3) != visits(4)
    assert [one.at for one in visits(3)] == sorted(one.at for one in visits(3))


def test_an_answer_that_is_late_is_none():
    visit = visitors.Visit(0, "pages", 1)
    assert visitors.Seen(visit, 0, 900, 200).good
    assert not visitors.Seen(visit, 0, 1100, 200).good
    assert not visitors.Seen(visit, 0, 10, 503).good


# -- the objective


def test_the_verdict_is_computed_from_quiet_and_bad_times_apart():
    served = [shoppers.Served("users", at / 10, 50, True) for at in range(20)]
    served += [shoppers.Served("users", 2 + at / 10, 500, at % 2 == 0) for at in range(10)]
    people = type("People", (), {"confirmed": {"o-1"}, "late_ms": 1.0})()
    found = judging.verdict(served, people, (0.0, 2.0), nodes=3)
    assert (found["quiet_visits"], found["visits"], found["good"]) == (20, 10, 5)
    assert found["p99_ms"] == 500
    assert found["cost"] == pytest.approx(100 * 3 * 2.9 / 25, abs=0.01)


def test_a_mail_is_early_where_its_order_was_not_in_the_store_by_then():
    sent = {
        "by_order": {"o-1": 1, "o-2": 2, "o-3": 1},
        "asked_at": {"o-1": 5.0, "o-2": 4.0, "o-3": 9.0},
    }
    found = judging.mails({"o-1", "o-4"}, sent, {"o-1": 4.9, "o-2": 4.1})
    assert found == {"without_mail": 1, "mailed_twice": 1, "mailed_early": 2}


SLO = running.exercise("slo")


@pytest.mark.parametrize("seed", [3])  # twenty: python -m tests.lessons.running_incident
def test_the_solution_holds_the_objective_and_the_starter_does_not(seed):
    solution = running.observe(SLO, SLO.solution.read_bytes(), seed)
    assert running.missed(SLO, solution) == [], solution
    starter = running.observe(SLO, SLO.starter.read_bytes(), seed)
    assert {"availability", "staleness"} <= set(running.missed(SLO, starter)), starter
    assert solution["faults"] == starter["faults"]


# -- the mail server and the cluster, as processes


@pytest.fixture
def started():
    """Starts programs of the lesson, and ends them."""
    programs = []

    def start(file, *options, control=""):
        argv = [sys.executable, str(LESSON / file), *map(str, options)]
        programs.append(spawn(argv, control=control))
        return programs[-1]

    yield start
    for program in programs:
        end(program)


def mail(port, **fields):
    return http_request(port, "/mails", method="POST", body=json.dumps(fields).encode()).status


def test_a_deaf_mail_server_sends_and_a_key_makes_the_second_try_harmless(started, tmp_path):
    port, control = free_port(), str(tmp_path / "control")
    started("mail.py", port, control=control)
    until(lambda: accepts(port), 20, "an answer")
    ask_process(control, {"deaf": True})
    assert [mail(port, order="o-1", key="o-1"), mail(port, order="o-2")] == [503, 503]
    ask_process(control, {"deaf": False})
    assert [mail(port, order="o-1", key="o-1"), mail(port, order="o-2")] == [200, 200]
    stats = ask_process(control, {"orders": True})
    assert stats["by_order"] == {"o-1": 1, "o-2": 2}
    assert stats["doubles"] == 1


def test_the_master_replaces_a_dead_worker_and_one_that_hangs(started, tmp_path):
    ports = [free_port() for _ in range(4)]
    settings = tmp_path / "settings.json"
    settings.write_text("{}")
    nowhere = "redis://127.0.0.1:1"
    master = started("cluster.py", settings, free_port(), nowhere, nowhere, *ports)

    def answering(port):
        return http_request(port, "/", timeout=0.5).headers.get("content-length")

    def workers():
        return sorted(children(master.pid))

    until(lambda: all(answering(port) for port in ports[:3]), 20, "three apps")
    first = workers()
    assert len(first) == 3
    os.kill(first[0], signal.SIGKILL)
    until(lambda: len(workers()) == 3 and first[0] not in workers(), 20, "a new worker")
    assert all(answering(port) for port in ports[:3])
    os.kill(first[1], signal.SIGSTOP)
    until(lambda: first[1] not in workers(), 20, "the end of the worker that hangs")
    os.kill(master.pid, signal.SIGTTIN)
    until(lambda: all(answering(port) for port in ports), 20, "a fourth app")
