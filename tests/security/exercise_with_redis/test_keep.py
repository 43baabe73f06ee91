"""What keeping means. CANARY-6f1d0c: this text must never reach a learner."""

import pytest

from course.judge.compare import same


@pytest.mark.hint("SET it.")
def test_a_value_is_kept(submission, rig, rng):
    """What was given is in Redis afterwards."""
    rig.fire("fresh")
    value = "".join(rng.choices("abcdef", k=12))
    assert same(submission.call("keep", "key", value), True), "it says that Redis took nothing"
    assert same(rig.fire("read", key="key"), value), "Redis has another value"


@pytest.mark.hint("redis-py raises an exception.")
def test_without_redis_nothing_is_kept(submission, rig):
    """Where Redis is gone, the answer is no."""
    rig.fire("fresh")
    rig.fire("stop")
    assert same(submission.call("keep", "key", "value"), False), "there was no Redis to take it"
    assert same(rig.fire("is_up"), False), "Redis came back by itself"


@pytest.mark.hint("Connect anew for every value.")
def test_redis_comes_back(submission, rig):
    """What Redis takes after its return is kept."""
    rig.fire("fresh")
    rig.fire("stop")
    submission.call("keep", "key", "lost")
    rig.fire("fresh")
    assert same(submission.call("keep", "key", "value"), True), "Redis is back"
    assert same(rig.fire("read", key="key"), "value"), "Redis has another value"
