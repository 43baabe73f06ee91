"""Lesson 09's queues hold what its text says, on a real Redis, with real workers."""

import contextlib
import random
import re
import signal

import pytest
import redis.asyncio

from lab.wait import until
from tests.lessons import running_queue as running
from tests.lessons.lesson_code import modules

drain, backoff, streams = modules(running.LESSON, "drain", "backoff", "streams")
ORACLE = running.ROOT.parent / "shared" / "oracles" / "redis_queue.md"


# -- what is computed


@pytest.mark.parametrize(("workers", "seconds"), [(2, None), (3, 120), (4, 60), (6, 30)])
def test_600_jobs_with_10_a_second_coming_and_5_a_second_done(workers, seconds):
    assert drain.drain_seconds(600, workers, per_worker=5, arriving=10) == seconds


def test_a_backlog_never_ends_when_less_is_done_than_comes():
    assert drain.drain_seconds(1, 1, per_worker=5, arriving=10) is None
    assert drain.drain_seconds(0, 3, per_worker=5, arriving=10) == 0


def test_a_simulated_queue_takes_as_long_as_the_formula_says():
    for workers, seconds in ((3, 120), (4, 60), (6, 30)):
        backlog, now = 600.0, 0.0
        while backlog > 1e-9:
            now += 0.01
            backlog += 0.01 * (10 - workers * 5)
        assert now == pytest.approx(seconds, abs=0.05)


def test_delays_stay_under_a_ceiling_that_doubles_up_to_a_minute():
    source = random.Random(4)  # noqa: S311  the same numbers in every run
    for attempt in range(1, 30):
        some = [backoff.jittered(attempt, 200, source) for _ in range(300)]
        ceiling = min(60_000, 200 * 2 ** (attempt - 1))
        assert max(some) <= ceiling
        assert max(some) > 0.9 * ceiling
        assert min(some) < 0.1 * ceiling


# -- what others have measured


def measured(row):
    """The seconds in which a killed worker's job was back, by the table's row."""
    if not ORACLE.is_file():
        pytest.skip(f"there is no {ORACLE.name} beside this checkout")
    lines = [line for line in ORACLE.read_text(encoding="utf-8").splitlines() if row in line]
    assert len(lines) == 1, f"{row}: {len(lines)} rows"
    return float(re.search(r"\| *\**([\d.]+) s", lines[0]).group(1))


@pytest.mark.parametrize(
    ("row", "lock", "check"),
    [("BullMQ, defaults (lock 30 s", 30, 30), ("BullMQ, `lockDuration=5000`", 5, 2)],
)
def test_the_table_of_measured_queues_agrees_with_our_bound(row, lock, check):
    assert lock / 2 < measured(row) <= drain.latest_return(lock, check)


def test_the_table_of_measured_queues_agrees_with_idle_and_scan_of_a_stream():
    assert measured("raw Streams, XAUTOCLAIM min-idle 5 s, scan each 1 s") <= 5 + 1


def test_the_table_of_measured_queues_has_the_backoff_we_use():
    if not ORACLE.is_file():
        pytest.skip(f"there is no {ORACLE.name} beside this checkout")
    row = next(
        line
        for line in ORACLE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| BullMQ | 1")
    )
    gaps = [float(one) for one in row.split("|")[2].split("(")[0].split(",")]
    for attempt, gap in enumerate(gaps, 1):
        assert gap >= 0.99 * 2 ** (attempt - 1)  # a delay is at least as long as it says
        assert backoff.jittered(attempt, 1000) <= 1000 * 2 ** (attempt - 1)


# -- a queue on a raw stream


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = running.RunningRedis(tmp_path_factory.mktemp("redis"))
    yield server
    server.close()


@pytest.fixture
def opened(server):
    """Opens a stream; each test has one of its own."""
    server.client.flushall()

    @contextlib.asynccontextmanager
    async def opened(**options):
        async with redis.asyncio.Redis(port=server.port, decode_responses=True) as client:
            stream = streams.Stream(client, **options)
            await stream.open()
            yield stream

    return opened


async def test_jobs_come_out_as_they_went_in_once_each(opened):
    async with opened() as stream:
        for number in (1, 2, 3):
            await stream.add({"order": number})
        taken = [await stream.take(f"worker-{n}", wait_ms=10) for n in (1, 2, 1, 2)]
        assert [one and one[1] for one in taken] == [{"order": 1}, {"order": 2}, {"order": 3}, None]


async def test_opening_twice_loses_nothing(opened):
    async with opened() as stream:
        await stream.add({"order": 1})
        await stream.open()
        assert (await stream.take("worker-1", wait_ms=10))[1] == {"order": 1}


async def test_a_job_in_progress_is_pending_with_its_worker_until_it_is_done(opened, server):
    async with opened() as stream:
        await stream.add({"order": 1})
        message, _, attempt = await stream.take("worker-1", wait_ms=10)
        rows = server.client.xpending_range("jobs", "workers", "-", "+", 9)
        assert [(row["consumer"], row["times_delivered"]) for row in rows] == [("worker-1", 1)]
        assert attempt == 1
        await stream.done(message)
        assert server.client.xpending("jobs", "workers")["pending"] == 0
        assert server.client.xlen("jobs") == 0


async def test_a_job_is_taken_over_after_the_patience_and_not_before(opened):
    async with opened(idle_ms=60_000) as patient:
        await patient.add({"order": 1})
        await patient.take("worker-1", wait_ms=10)
        assert await patient.take("worker-2", wait_ms=10) is None
    async with opened(idle_ms=0) as impatient:
        _, job, attempt = await impatient.take("worker-2", wait_ms=10)
        assert (job, attempt) == ({"order": 1}, 2)


async def test_after_the_last_attempt_a_job_is_a_dead_letter_and_the_next_one_flows(opened, server):
    async with opened(idle_ms=0, attempts=3) as stream:
        await stream.add({"order": "bad"})
        attempts = [(await stream.take("worker-1", wait_ms=10))[2] for _ in range(3)]
        await stream.add({"order": "good"})
        assert attempts == [1, 2, 3]
        assert (await stream.take("worker-1", wait_ms=10))[1] == {"order": "good"}
        [(_, letter)] = server.client.xrange("jobs.dead")
        assert letter == {"job": '{"order": "bad"}', "attempts": "3"}


async def test_a_revived_job_has_all_its_attempts_again(opened, server):
    async with opened(idle_ms=0, attempts=1) as stream:
        await stream.add({"order": 1})
        await stream.take("worker-1", wait_ms=10)
        assert await stream.take("worker-1", wait_ms=10) is None
        await stream.revive()
        assert server.client.xlen("jobs.dead") == 0
        assert (await stream.take("worker-1", wait_ms=10))[1:] == ({"order": 1}, 1)


# -- shop, workers and mail server


@pytest.fixture(scope="module")
def open_office(tmp_path_factory):
    office = running.Office(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture
def office(open_office):
    for name in list(open_office.workers):
        open_office.signal(name, signal.SIGKILL)
    open_office.redis.client.flushall()
    open_office.set_mail(works=True, seconds=0.01, lanes=10)
    return open_office


@pytest.fixture
def names(request):
    """Orders that no other test has."""
    return [f"{request.node.name}-{n}" for n in range(40)]


def sent(office, names):
    """How often these orders' mails went out."""
    mails = office.mails()
    return [mails.get(name, 0) for name in names]


def test_every_order_is_mailed_once_by_either_queue(office, names):
    office.hire("worker-1", "worker-2")
    assert office.order(*names[:20]) == 200
    assert office.order(*names[20:], how="stream") == 200
    office.wait(lambda: not office.unfinished(), "an empty queue")
    assert sent(office, names) == [1] * 40


def test_the_shop_answers_without_workers_and_without_a_mail_server(office, names):
    office.set_mail(works=False)
    assert office.order(names[0]) == 200
    assert office.order(names[1], how="now") == 502
    assert office.unfinished() == 1


@pytest.mark.parametrize(("key", "mails"), [(False, 2), (True, 1)])
def test_a_killed_workers_job_runs_again(office, names, key, mails):
    office.hire("worker-1", "worker-2")
    office.order(names[0], after=1.0, key=key)
    office.wait(lambda: sent(office, names[:1]) == [1] and office.holder(), "the mail")
    office.signal(office.holder(), signal.SIGKILL)
    office.wait(lambda: office.mails("asked")[names[0]] == 2, "the job's second run")
    office.wait(lambda: not office.unfinished(), "the job's end")
    assert sent(office, names[:1]) == [mails]


def test_a_killed_workers_job_on_the_stream_is_pending_until_another_takes_it_over(office, names):
    office.hire("worker-1", "worker-2")
    office.order(names[0], how="stream", after=0.6)
    office.wait(lambda: sent(office, names[:1]) == [1], "the mail")
    victim, _ = office.stream_holder()
    office.signal(victim, signal.SIGKILL)
    assert office.stream_holder() == (victim, 1)
    office.wait(lambda: office.stream_holder()[1] == 2, "another worker")
    assert office.stream_holder()[0] in office.workers
    office.wait(lambda: not office.unfinished(), "the job's end")
    assert sent(office, names[:1]) == [2]


def test_poison_is_set_aside_after_its_attempts_and_the_others_are_done(office, names):
    office.hire("worker-1")
    options = {"attempts": 3, "backoff": {"type": "fixed", "delay": 50}}
    office.order(names[0], poison=True, options=options)
    office.order(*names[1:], options=options)
    office.wait(lambda: not office.unfinished(), "an empty queue")
    client = office.redis.client
    [dead] = client.zrange("bull:mails:failed", 0, -1)
    assert client.hget(f"bull:mails:{dead}", "atm") == "3"
    assert "no address" in client.hget(f"bull:mails:{dead}", "failedReason")
    assert sent(office, names) == [0] + [1] * 39


@pytest.mark.parametrize(
    ("kind", "least"), [("fixed", 0.9), ("exponential", 2.1), ("jitter", 0.0), (None, 0.0)]
)
def test_failed_jobs_are_tried_again_as_told(office, names, kind, least):
    office.hire("worker-1")
    office.set_mail(works=False, seconds=0)
    options = {"attempts": 4, "backoff": {"type": kind, "delay": 300} if kind else 0}
    office.order(names[0], options=options)
    seconds = office.wait(lambda: office.redis.client.zcard("bull:mails:failed"), "the last try")
    assert office.mails("asked")[names[0]] == 4
    assert seconds >= least - 0.1  # three gaps: 3 x 0.3, or 0.3 + 0.6 + 1.2


def test_three_tiers_of_three_attempts_are_27_calls(office, names):
    office.hire("worker-1")
    office.set_mail(works=False, seconds=0)
    options = {"attempts": 3, "backoff": {"type": "fixed", "delay": 10}}
    office.order(names[0], tries=3, port=office.relay(tries=3), options=options)
    office.wait(lambda: office.redis.client.zcard("bull:mails:failed"), "the last try")
    assert office.mails("asked")[names[0]] == 27


def test_dead_letters_get_another_chance(office, names):
    office.hire("worker-1")
    office.set_mail(works=False, seconds=0)
    office.order(names[0], options={"attempts": 1})
    client = office.redis.client
    office.wait(lambda: client.zcard("bull:mails:failed"), "the dead letter")
    office.set_mail(works=True)
    running.http_request(office.ports["shop"], "/revive", method="POST", body=b"{}")
    office.wait(lambda: sent(office, names[:1]) == [1], "the mail")
    assert client.zcard("bull:mails:failed") == 0


def test_a_worker_that_is_told_to_leave_finishes_its_job(office, names):
    office.hire("worker-1")
    office.order(names[0], after=0.5)
    office.wait(lambda: sent(office, names[:1]) == [1], "the mail")
    office.signal("worker-1", signal.SIGTERM)
    assert office.unfinished() == 0


def test_a_worker_on_a_break_takes_no_job(office, names):
    office.hire("worker-1", "worker-2")
    office.signal("worker-1", signal.SIGUSR1)
    office.wait(lambda: office.state("worker-1") == "rests", "the break")
    office.order(*names[:10], after=0.02)
    holders = set()
    until(lambda: holders.add(office.holder()) or not office.unfinished(), 30, "an empty queue")
    assert holders - {""} == {"worker-2"}


def test_a_mail_server_sends_each_key_once_also_at_the_same_time(office, names):
    office.set_mail(seconds=0.2)
    office.hire("worker-1", "worker-2")
    office.order(names[0], names[0], key=True)
    office.wait(lambda: not office.unfinished(), "an empty queue")
    assert office.mails("asked")[names[0]] == 2
    assert sent(office, names[:1]) == [1]


def test_a_key_is_free_again_when_the_mail_was_refused(office, names):
    office.set_mail(works=False)
    office.hire("worker-1")
    office.order(names[0], key=True, options={"attempts": 50, "backoff": 0})
    office.wait(lambda: office.mails("asked").get(names[0]), "an attempt")
    office.set_mail(works=True)
    office.wait(lambda: sent(office, names[:1]) == [1], "the mail")


def test_a_full_redis_refuses_and_the_shop_says_so(office, names):
    client = office.redis.client
    client.config_set("maxmemory", 1)
    try:
        assert office.order(names[0]) == 503
        assert office.order(names[1], how="stream") == 503
    finally:
        client.config_set("maxmemory", 0)
