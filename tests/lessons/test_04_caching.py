"""Lesson 04's system holds what its text says, on a real Redis."""

import json
import signal
import threading

import pytest

from lab.http import http_request
from lab.wait import until
from tests.lessons import running_shop as running
from tests.lessons.lesson_code import modules

[protection] = modules(running.LESSON, "protection")


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory):
    shop = running.Shop(tmp_path_factory.mktemp("shop"))
    yield shop
    shop.close()


@pytest.fixture
def shop(open_shop):
    open_shop.redis.client.config_set("maxmemory", 0)
    open_shop.redis.client.flushall()
    open_shop.configure(ttl=30, jitter=0, protection="none")
    open_shop.put(open_shop.origin, "/settings", {"delay": 0.2, "size": 100})
    return open_shop


def test_the_first_request_misses_and_the_others_hit_in_every_app(shop):
    seen = []
    calls = shop.calls_of(lambda: seen.extend(shop.seen(7, app) for app in running.APPS))
    assert seen == ["MISS", "HIT", "HIT"]
    assert calls == 1


def test_an_answer_says_which_app_it_came_from_and_why(shop):
    reply = shop.get(7, app=1)
    assert reply.headers["x-app"] == "app-2"
    assert "no copy" in reply.headers["x-why"]
    assert [node for node, _, _ in json.loads(reply.headers["x-hops"])] == ["redis", "origin"]


def test_the_ttl_counts_down_and_a_read_does_not_renew_it(shop):
    shop.get(7)
    left = [float(shop.get(7, app).headers["x-cache-ttl"]) for app in running.APPS]
    assert 30 > left[0] > left[1] > left[2] > 0


def test_the_first_request_after_the_expiry_misses(shop):
    shop.configure(ttl=0.3)
    assert shop.seen(7) == "MISS"
    until(lambda: not shop.redis.client.exists("product:7"), 10, "the copy's end")
    assert shop.seen(7) == "MISS"


def test_a_write_to_the_origin_is_not_seen_until_the_copy_is_removed(shop):
    before = running.version(shop.get(7))
    assert shop.write(7) == before + 1
    assert running.version(shop.get(7)) == before
    shop.redis.client.delete("product:7")
    assert running.version(shop.get(7)) == before + 1


def test_a_reader_under_way_stores_what_was_there_before_the_write(shop):
    shop.put(shop.origin, "/settings", {"delay": 0.6})
    newest = shop.write(8)
    reader = threading.Thread(target=shop.get, args=(8,))
    reader.start()
    until(lambda: shop.stats()["in_flight"], 10, "a reader at the origin")
    shop.write(8)
    shop.redis.client.delete("product:8")
    reader.join()
    assert shop.seen(8) == "HIT"
    assert running.version(shop.get(8)) == newest


def test_warming_up_asks_the_origin_once_and_jitter_spreads_the_ends(shop):
    shop.configure(ttl=60, jitter=0.2)
    body = json.dumps({"first": 1, "count": 500}).encode()
    calls = shop.calls_of(
        lambda: http_request(shop.apps[0], "/warm", method="POST", body=body, timeout=20)
    )
    assert calls == 1
    left = [shop.redis.client.pttl(f"product:{n}") / 1000 for n in range(1, 501)]
    assert 40 < min(left) < 54
    assert 66 < max(left) <= 72


def test_answers_come_from_the_origin_while_redis_is_dead(shop):
    shop.get(7)
    shop.redis.signal(signal.SIGKILL)
    assert [shop.seen(7, app) for app in running.APPS] == ["BYPASS"] * 3
    shop.redis.start()
    assert [shop.seen(7), shop.seen(7)] == ["MISS", "HIT"]


def test_answers_come_from_the_origin_while_redis_hangs(shop):
    shop.get(7)
    shop.redis.signal(signal.SIGSTOP)
    try:
        reply = shop.get(7)
    finally:
        shop.redis.signal(signal.SIGCONT)
    assert reply.headers["x-cache"] == "BYPASS"
    assert "TimeoutError" in reply.headers["x-why"]
    assert reply.ms < 2_000  # the origin's 200, 250 for Redis, a busy machine


@pytest.mark.parametrize("how", ["none", "single-flight", "lock"])
def test_a_redis_that_refuses_to_store_costs_no_answer(shop, how):
    shop.configure(protection=how)
    shop.redis.client.config_set("maxmemory", 1)
    assert shop.get(7).status == 200
    assert running.version(shop.get(7)) >= 1


def test_a_dead_origin_is_a_502_that_says_so(tmp_path):
    shop = running.Shop(tmp_path)
    try:
        shop.kill_origin()
        reply = shop.get(7)
        assert reply.status == 502
        assert "origin" in reply.headers["x-why"]
    finally:
        shop.close()


@pytest.mark.parametrize(
    ("how", "least", "most"), [("none", 4, 12), ("single-flight", 1, 3), ("lock", 1, 1)]
)
def test_protection_decides_how_many_of_a_crowd_ask_the_origin(shop, how, least, most):
    shop.configure(protection=how)
    shop.put(shop.origin, "/settings", {"delay": 0.8})
    replies = []
    calls = shop.calls_of(lambda: replies.extend(shop.crowd(7, 12)))
    assert {reply.status for reply in replies} == {200}
    assert least <= calls <= most
    assert shop.redis.client.keys("lock:*") == []


def test_a_lock_whose_holder_died_is_waited_out(shop):
    shop.configure(protection="lock")
    shop.redis.client.set("lock:product:7", "a dead app's", px=600)
    calls = shop.calls_of(lambda: shop.crowd(7, 6))
    assert calls == 1
    assert shop.seen(7) == "HIT"


def test_nobody_removes_a_lock_that_is_not_theirs(shop):
    client = shop.redis.client
    lock = protection.RedisLock(client)

    def slow() -> bytes:
        client.set("lock:product:7", "another app's")  # ours ran out meanwhile
        return b"late"

    assert lock.rebuild("product:7", lambda: None, slow).value == b"late"
    assert client.get("lock:product:7") == "another app's"


def test_an_error_of_the_leader_reaches_those_who_wait():
    flights = protection.SingleFlight()
    entered, leave = threading.Event(), threading.Event()
    outcomes = []

    def fails() -> bytes:
        entered.set()
        leave.wait(10)
        raise OSError("the origin is away")

    def ask() -> None:
        try:
            flights.rebuild("product:7", lambda: None, fails)
        except OSError as error:
            outcomes.append(str(error))

    leader, waiter = threading.Thread(target=ask), threading.Thread(target=ask)
    leader.start()
    assert entered.wait(10)
    waiter.start()
    leave.set()
    leader.join(10)
    waiter.join(10)
    assert outcomes == ["the origin is away"] * 2


def test_whoever_leads_looks_into_the_cache_once_more():
    landed = protection.SingleFlight().rebuild("product:7", lambda: b"landed", pytest.fail)
    assert landed.value == b"landed"
