"""The contract of a graceful server: real requests, real signals."""

import pytest


@pytest.mark.hint("Set a flag in `leave`, end the loop, then `join()` the threads that answer.")
@pytest.mark.points(2)
def test_what_was_begun_is_finished(rig, rng):
    """On SIGTERM, every answer that was begun is finished; then the program ends with status 0."""
    count = rng.randint(4, 7)
    seen = rig.fire("stop", requests=count, ms=rng.randint(500, 900))
    assert seen["answered"] == count, (
        f"{count} requests were being answered when SIGTERM came; {seen['answered']} were finished"
    )
    assert seen["status"] == 0, f"all were answered, and it ended with status {seen['status']}"


@pytest.mark.hint("Let `Master.stop` return after the workers have gone: then the program ends.")
def test_the_program_ends_with_status_0(rig, rng):
    """On SIGTERM, the program ends by itself, with status 0, when it is idle too."""
    seen = rig.fire("stop", requests=0, ms=0, workers=rng.randint(1, 3))
    assert seen["status"] is not None, "it still runs long after SIGTERM"
    assert seen["status"] == 0, f"it ended with status {seen['status']}"
    assert seen["seconds"] < 10, f"nobody was there, and it took {seen['seconds']} s to end"


@pytest.mark.hint("`os.waitpid` (`self.wait_gone`) for every worker, before the master ends.")
def test_the_master_ends_last(rig, rng):
    """The master ends after its workers have finished, not before."""
    seen = rig.fire("stop", requests=3, ms=rng.randint(600, 900))
    assert seen["answered"] == 3, f"three were being answered, {seen['answered']} were finished"
    assert seen["ended_last"], "the master was gone while its workers were still answering"
    assert seen["left"] == 0, f"the master has ended and {seen['left']} workers are still there"


@pytest.mark.hint("Close the listening socket: in the master, and in every worker that leaves.")
def test_nobody_new_is_let_in(rig, rng):
    """After SIGTERM new connections are refused, while old ones are still being answered."""
    seen = rig.fire("stop", requests=2, ms=rng.randint(1200, 1600))
    assert seen["refused_while_busy"], "new connections were accepted until the end"


@pytest.mark.hint("One deadline for all: `time.monotonic() + patience`. Then SIGKILL, and wait.")
@pytest.mark.points(2)
def test_patience_ends(rig, rng):
    """Whoever is not finished after `patience` seconds is killed, and the program ends with 0."""
    patience, workers = round(rng.uniform(1.6, 2.2), 2), rng.randint(2, 3)
    seen = rig.fire("stop", requests=0, ms=120_000, patience=patience, workers=workers, each=True)
    assert seen["status"] is not None, f"with a patience of {patience} s it still runs after 10 s"
    assert seen["seconds"] >= patience * 0.9, f"it lost patience after {seen['seconds']} s"
    assert seen["seconds"] < patience * 1.8, (
        f"{workers} workers never finish; with a patience of {patience} s it took "
        f"{seen['seconds']} s until the last of them was killed"
    )
    assert seen["left"] == 0, f"{seen['left']} workers are still there"
    assert seen["status"] == 0, f"it ended with status {seen['status']}"


@pytest.mark.hint("`leave` sets a flag; the loop ends, closes its socket, joins its threads.")
@pytest.mark.points(2)
def test_a_worker_leaves_alone(rig, rng):
    """SIGTERM to one worker: it finishes, accepts nothing more, and ends; the others go on."""
    seen = rig.fire("leave", ms=rng.randint(1800, 2200))
    assert seen["answered"] == 2, f"two were being answered, {seen['answered']} were finished"
    assert not seen["taken"], "the worker that was told to leave has taken another request"
    assert not seen["left"], "the worker that was told to leave is still there"
    assert seen["stayed"], "another worker has ended, too"
    assert seen["others_answer"], "the other worker does not answer any more"


@pytest.mark.hint("Replace all of them, `list(self.workers)`; `wait_gone` forgets who has gone.")
@pytest.mark.points(2)
def test_a_roll_replaces_every_worker(rig, rng):
    """On SIGHUP every worker is replaced, and again on the next; master and port stay."""
    workers = rng.randint(2, 3)
    seen = rig.fire("roll", workers=workers, boot=0.1, times=2)
    assert seen["master_lives"], "the master ended"
    assert seen["old_alive"] == 0, f"{seen['old_alive']} of the old workers still run"
    assert seen["new"] == workers, f"{workers} workers were replaced by {seen['new']}"
    assert seen["answers"], "after the second roll none of the new workers answers"


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
    boot = round(rng.uniform(2.2, 2.5), 2)
    seen = rig.fire("roll", workers=1, boot=boot, ms=50)
    assert seen["lost"] == 0, f"{seen['lost']} requests were lost"
    assert seen["old_alive"] == 0, "the old worker still runs"
    assert seen["slowest"] < boot * 0.5, (
        f"a new worker boots in {boot} s, and a request of 5 ms took {seen['slowest']} s"
    )


@pytest.mark.hint("`wait_ready` returns whether it has booted. If it has not, keep the old one.")
@pytest.mark.points(2)
def test_a_release_that_never_boots(rig, rng):
    """Every new worker dies while it boots: the old ones answer on, at every moment."""
    seen = rig.fire("stillbirth", workers=rng.randint(1, 2), boot=1.5, seconds=3.5)
    assert seen["died"], "on SIGHUP no new worker was started"
    assert seen["master_lives"], "the master ended"
    lost = f"no new worker ever got ready, and {seen['lost']} requests were lost"
    assert seen["lost"] == 0, lost
    assert seen["answers"], "no new worker ever got ready, and no old one answers any more"
