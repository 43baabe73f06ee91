"""Three lessons, the events of a lab, and verdicts, all with fixed values."""

from pathlib import Path

from course.model.event import (
    Component,
    EdgeDeclared,
    Event,
    GaugesRead,
    Hop,
    LabStarted,
    NodeChanged,
    Note,
    Request,
    Traffic,
    TriggerDone,
    TriggerFired,
)
from course.model.lesson import (
    Block,
    Choice,
    Exercise,
    Experiment,
    Gauge,
    Lesson,
    Needs,
    Parameter,
    Step,
    Trigger,
)
from course.model.verdict import TestResult, Verdict

SOURCE = '''\
@lab.trigger
def crash(worker: int = 1) -> dict[str, object]:
    """Kill one worker without warning."""
    victim = lab.worker(worker)
    pid = victim.pid
    victim.kill()  # SIGKILL: no goodbye
    return {"worker": worker, "pid": pid}
'''

SUPERVISE = Exercise(
    lesson="clustering",
    id="supervise",
    title="Write the supervisor",
    kind="function",
    file="supervise.py",
    folder=Path("supervise"),
    task="""\
A worker that crashes comes back. One that crashes **in a row** comes back later and later, until
you give up.

Write `delays(first, crashes)`: the seconds to wait before each restart.

| crash | wait |
| --- | --- |
| 1st | `first` |
| 2nd | twice that |

```python
assert delays(0.5, 3) == [0.5, 1.0, 2.0]
```
""",
    tests=(),
    solution=Path("solution.py"),
    mutants=(),
    harness=None,
    rig=None,
)

KILL_ONE = Experiment(
    id="kill_one",
    title="Kill one of four",
    question="You kill -9 one of four busy workers. What is lost?",
    choices=(
        Choice("in_flight", "Only what that worker was serving"),
        Choice(
            "quarter",
            "A quarter of all requests until somebody restarts it",
            "The master still owns the socket: waiting connections go to the others.",
        ),
        Choice("all", "Everything: the port is closed", "The port belongs to the master."),
    ),
    truth="in_flight",
    why="The kernel closes the sockets that the worker had open. The listening socket belongs to "
    "the master, so new connections wait there and another worker takes them.",
)

CRASH = Trigger(
    "crash",
    "Crash a worker",
    "c",
    "SIGKILL: no warning, no goodbye.",
    (Parameter("worker", 1, "slot, from 1"),),
)
BURST = Trigger("burst", "Send a burst", "b", "200 requests at once.")

CLUSTERING = Lesson(
    id="clustering",
    number=2,
    title="Clustering: a master and its workers",
    summary="Use every core, and lose a worker without losing the service.",
    objectives=(
        "say what a lost worker costs",
        "write a supervisor",
        "restart without losing a request",
    ),
    minutes=40,
    requires=(),
    needs=Needs(),
    folder=Path("02-clustering"),
    steps=(
        Step(
            "One socket, four workers",
            (
                Block(
                    "text",
                    "The **master** opens port 8080 and then forks four workers. All of them "
                    "accept from the same socket, so a free worker takes the next connection.\n\n"
                    "- A worker that is busy does not accept.\n"
                    "- A worker that is dead does not accept either, and nobody has to be told.\n\n"
                    "Look at the lab: every box is a process with its own pid.",
                ),
                Block("gauges", "", ("lost", "p99_ms")),
            ),
        ),
        Step(
            "Break it",
            (
                Block(
                    "text",
                    "Kill a worker. Watch the pid in its slot, and the requests that got no "
                    "answer.",
                ),
                Block("trigger", "crash worker=2", ("crash",), (("worker", 2),)),
                Block("text", "Now say what you expect before you do it under load."),
                Block("experiment", "kill_one", ("kill_one",)),
            ),
        ),
        Step(
            "Your turn",
            (
                Block("text", "The master notices a death by `waitpid`. This is its loop:"),
                Block("code", "lesson.py:crash", ("lesson.py:crash",)),
                Block("exercise", "supervise", ("supervise",)),
            ),
        ),
    ),
    triggers=(CRASH, BURST),
    gauges=(
        Gauge("lost", "Lost requests", "", 0, 10, "<= 0"),
        Gauge("p99_ms", "p99 latency", "ms", 0, 60, "<= 40"),
    ),
    experiments=(KILL_ONE,),
    exercises=(SUPERVISE,),
)


def _plain(number: int, slug: str, title: str, summary: str) -> Lesson:
    return Lesson(
        id=slug,
        number=number,
        title=title,
        summary=summary,
        objectives=("say what it costs", "say what it buys"),
        minutes=35,
        requires=("clustering",),
        needs=Needs(),
        folder=Path(slug),
        steps=(Step("One", (Block("text", "Some text."),)),),
        triggers=(),
        gauges=(),
        experiments=(),
        exercises=(),
    )


LESSONS = (
    CLUSTERING,
    _plain(
        4, "caching", "Caching: Redis in front of a slow store",
        "Put a cache in front of a slow store and watch it bend the latency.",
    ),
    _plain(
        5, "sharding", "Sharding: users over several MongoDBs",
        "Spread users over servers, and find each of them again.",
    ),
)  # fmt: skip

WORKERS = (1, 2, 3, 4)


def _tick(seq: int, t: float, p99: float, lost: float) -> list[Event]:
    inflow = Traffic(
        seq=seq, t=t, source="clients", target="master", requests=12, errors=0, seconds=0.25
    )
    shares = [
        Traffic(
            seq=seq, t=t, source="master", target=f"worker-{n}", requests=3, errors=0, seconds=0.25
        )
        for n in WORKERS
    ]
    return [inflow, *shares, GaugesRead(seq=seq, t=t, values={"p99_ms": p99, "lost": lost})]


OPENED: tuple[Event, ...] = (
    LabStarted(
        seq=1, t=0.0, lesson="clustering", seed=7, sandbox="docker",
        components=(Component("Python", "3.11"),),
    ),
    NodeChanged(seq=2, t=0.1, node="clients", role="client", tier=0, state="up"),
    NodeChanged(seq=3, t=0.1, node="master", role="master", tier=1, state="up", pid=4711),
    *(
        NodeChanged(seq=3 + n, t=0.2, node=f"worker-{n}", role="worker", tier=2, state="up",
                    pid=4711 + n)
        for n in WORKERS
    ),
    EdgeDeclared(seq=8, t=0.2, source="clients", target="master"),
    *(EdgeDeclared(seq=8 + n, t=0.2, source="master", target=f"worker-{n}") for n in WORKERS),
    *(
        event
        for i in range(24)
        for event in _tick(13 + i, 0.5 + i / 4, 18.0 + (i * 7) % 11, 0.0)
    ),
    Request(
        seq=40, t=6.4, request="r1", outcome="200", ms=12.4,
        hops=(Hop("clients"), Hop("master", 0.2), Hop("worker-3", 12.1)),
    ),
)  # fmt: skip

CRASHED: tuple[Event, ...] = (
    TriggerFired(seq=41, t=6.5, trigger="crash", call=1, params={"worker": 2}),
    NodeChanged(seq=42, t=6.6, node="worker-2", role="worker", tier=2, state="down",
                detail="killed by SIGKILL"),
    Traffic(seq=43, t=6.75, source="clients", target="master", requests=12, errors=3, seconds=0.25),
    Traffic(seq=44, t=6.75, source="master", target="worker-2", requests=3, errors=3, seconds=0.25),
    Note(seq=45, t=6.8, text="Three requests got no answer: worker-2 was serving them.", tone="bad",
         node="worker-2"),
    NodeChanged(seq=46, t=7.0, node="worker-3", role="worker", tier=2, state="paused", pid=4714),
    NodeChanged(seq=47, t=7.0, node="worker-4", role="worker", tier=2, state="up", pid=4790),
    GaugesRead(seq=48, t=7.0, values={"p99_ms": 52.0, "lost": 3.0}),
    Request(seq=49, t=7.1, request="r2", outcome="refused", ms=0.4, ok=False,
            hops=(Hop("clients"), Hop("master", 0.2), Hop("worker-2")), why="nobody answers"),
    TriggerDone(seq=50, t=7.2, trigger="crash", call=1, seconds=0.7,
                value={"worker": 2, "pid": 4713}),
)  # fmt: skip

VERDICTS = {
    "failed": Verdict(
        exercise="clustering/supervise",
        outcome="failed",
        why="1 of 3 checks failed.",
        tests=(
            TestResult("test_first", "The first restart waits as long as it was told.", "passed"),
            TestResult(
                "test_delay_doubles", "Each crash in a row waits twice as long as the one before.",
                "failed", "four crashes waited [0.5, 0.5, 0.5, 0.5]",
                "Double the delay after each crash, and stop doubling at the maximum.",
            ),
            TestResult("test_none", "Without a crash there is nothing to wait for.", "passed"),
        ),
        output="restarting worker 1\nrestarting worker 1\n",
    ),
    "passed": Verdict(
        exercise="clustering/supervise",
        outcome="passed",
        why="All 3 checks passed.",
        tests=(
            TestResult("test_first", "The first restart waits as long as it was told.", "passed"),
            TestResult(
                "test_delay_doubles", "Each crash in a row waits twice as long as the one before.",
                "passed",
            ),
            TestResult("test_none", "Without a crash there is nothing to wait for.", "passed"),
        ),
    ),
    "error": Verdict(
        exercise="clustering/supervise",
        outcome="error",
        why="The sandbox was lost during the check. Check again.",
    ),
}  # fmt: skip
