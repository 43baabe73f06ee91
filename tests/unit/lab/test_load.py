"""The load generator sends on schedule, whatever the answers do."""

import random
import threading

from lab.http import Reply
from lab.load import Load
from lab.wait import until
from lab.window import Window


def load(send, rate=500, concurrency=4, seed=1):
    return Load(
        send,
        rate,
        concurrency,
        random.Random(seed),  # noqa: S311
        lambda _ms, _ok: None,
        failed=lambda _words: None,
    )


def test_it_sends_as_many_as_asked_and_waits_for_the_answers():
    numbers = []
    one = load(numbers.append)
    measured = one.run(40)
    one.close()
    assert measured.count == 40
    assert sorted(numbers) == list(range(1, 41))


def test_failures_are_counted_and_tagged_by_status():
    replies = {0: Reply(200, 1), 1: Reply(503, 1), 2: Reply(0, 1, error="refused")}
    one = load(lambda n: replies[n % 3])
    measured = one.run(30)
    one.close()
    assert measured.tags() == {"200": 10, "503": 10, "0": 10}
    assert (measured.failed, one.failed) == (20, 20)


def test_an_exception_in_send_is_a_failed_request_not_the_end():
    def send(number):
        raise OSError(number)

    one = load(send)
    assert one.run(10).failed == 10
    one.close()


def test_waiting_in_line_counts_so_a_stalled_system_cannot_hide_it():
    gate = threading.Event()

    def send(number):
        gate.wait(0.3 if number == 1 else 5)
        gate.set()

    one = load(send, rate=1000, concurrency=1)
    measured = one.run(20)
    one.close()
    assert measured.p(50) > 200, "requests due during the stall must show the stall"


def test_a_background_load_runs_until_it_is_stopped():
    seen = threading.Event()
    one = load(lambda n: seen.set() if n > 5 else None).start()
    assert seen.wait(5)
    one.close()


def test_nothing_is_sent_once_it_was_stopped():
    one = load(lambda _number: None, rate=200)
    for _ in range(20):
        one.start()
        until(lambda: one.sent, 2, "a request")
        one.stop()
        sent = one.sent
        assert not one._ended.wait(0.02)  # several times the gap between two requests
        assert one.sent == sent
    one.close()


class Watched(random.Random):
    """Notes which threads draw gaps from it."""

    def __init__(self):
        super().__init__(1)
        self.threads = set()

    def expovariate(self, lambd=1.0):
        self.threads.add(threading.get_ident())
        return super().expovariate(lambd)


def test_starting_again_at_once_leaves_one_schedule():
    source = Watched()
    one = Load(lambda _number: None, 100, 4, source, lambda _ms, _ok: None, failed=str)
    for _ in range(5):
        one.start()
        one.stop()
    one.start()
    sent = one.sent
    until(lambda: one.sent > sent + 5, 5, "some requests")
    source.threads.clear()
    until(lambda: one.sent > sent + 25, 5, "some more requests")
    one.close()
    assert len(source.threads) == 1


def test_a_window_forgets_and_reports_nothing_when_empty():
    window = Window(5.0)
    assert (window.p(99), window.mean(), window.share("HIT"), window.rate()) == (None,) * 4
    window.add(1, tag="HIT")
    window.add(3, tag="MISS", ok=False)
    assert (window.share("HIT"), window.mean(), window.failed) == (50.0, 2.0, 1)


def test_a_window_looks_back_only_so_far(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("lab.window.time.monotonic", lambda: now[0])
    window = Window(5.0)
    window.add(1)
    now[0] += 6
    window.add(2)
    assert window.count == 1
