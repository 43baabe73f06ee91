"""The contract of a graceful server: real requests, real signals."""

import pytest


@pytest.mark.hint("Set a flag in `leave`, end the loop, then `join()` the threads that answer.")
@pytest.mark.points(2)
def test_what_was_begun_is_finished(rig, rng):
    """On SIGTERM, every answer that was begun is finished."""
    count = rng.randint(4, 7)
    seen = rig.fire("stop", requests=count, ms=rng.randint(500, 900))
    assert seen["answered"] == count, (
        f"{count} requests were being answered when SIGTERM came; {seen['answered']} were finished"
    )


@pytest.mark.hint("Let `Master.stop` return after the workers have gone: then the program ends.")
def test_the_program_ends_with_status_0(rig, rng):
    """On SIGTERM, the program ends by itself, with status 0, when it is idle too."""
    seen = rig.fire("stop", requests=0, ms=0, workers=rng.randint(1, 3))
    assert seen["status"] is not None, "it still runs long after SIGTERM"
    assert seen["status"] == 0, f"it ended with status {seen['status']}"


@pytest.mark.hint("`os.waitpid` (`self.wait_gone`) for every worker, before the master ends.")
def test_the_master_ends_last(rig, rng):
    """The master ends after its workers have finished, not before."""
    seen = rig.fire("stop", requests=3, ms=rng.randint(600, 900))
    assert seen["answered"] == 3, f"three were being answered, {seen['answered']} were finished"
    assert seen["ended_last"], "the master was gone while its workers were still answering"


@pytest.mark.hint("Close the listening socket: in the master, and in every worker that leaves.")
def test_nobody_new_is_let_in(rig, rng):
    """After SIGTERM new connections are refused, while old ones are still being answered."""
    seen = rig.fire("stop", requests=2, ms=rng.randint(1200, 1600))
    assert seen["refused_while_busy"], "new connections were accepted until the end"


@pytest.mark.hint("After `options.patience` seconds, SIGKILL for whoever is left.")
@pytest.mark.points(2)
def test_patience_ends(rig, rng):
    """Whoever is not finished after `patience` seconds is killed, and the program ends."""
    patience = round(rng.uniform(0.8, 1.5), 2)
    seen = rig.fire("stop", requests=1, ms=120_000, patience=patience)
    assert seen["status"] is not None, f"with a patience of {patience} s it still runs after 10 s"
    assert seen["seconds"] >= patience * 0.9, f"it lost patience after {seen['seconds']} s"


@pytest.mark.hint("Replace all of them: go through a copy of the list, `list(self.workers)`.")
def test_a_roll_replaces_every_worker(rig, rng):
    """On SIGHUP every worker is replaced; master and port stay."""
    workers = rng.randint(2, 3)
    seen = rig.fire("roll", workers=workers, boot=0.1)
    assert seen["master_lives"], "the master ended"
    assert seen["old_alive"] == 0, f"{seen['old_alive']} of the old workers still run"
    assert seen["new"] == workers, f"{workers} workers were replaced by {seen['new']}"


@pytest.mark.hint("A worker that is told to leave finishes first: `Worker.leave` again.")
@pytest.mark.points(2)
def test_a_roll_loses_no_request(rig, rng):
    """During the roll no request is lost, long or short."""
    seen = rig.fire("roll", workers=2, boot=0.2, ms=rng.randint(500, 900))
    assert seen["lost"] == 0, f"{seen['lost']} requests were lost, {seen['lost_long']} long ones"
    assert seen["old_alive"] == 0, f"{seen['old_alive']} of the old workers still run"


@pytest.mark.hint("Start the new one, `wait_ready`, and only then ask the old one to leave.")
@pytest.mark.points(2)
def test_somebody_answers_at_every_moment(rig, rng):
    """Even with one worker and a slow boot, somebody answers at every moment of the roll."""
    boot = round(rng.uniform(1.6, 2.0), 2)
    seen = rig.fire("roll", workers=1, boot=boot, ms=50)
    assert seen["lost"] == 0, f"{seen['lost']} requests were lost"
    assert seen["old_alive"] == 0, "the old worker still runs"
    assert seen["slowest"] < boot * 0.6, (
        f"a new worker boots in {boot} s, and a request of 5 ms took {seen['slowest']} s"
    )
