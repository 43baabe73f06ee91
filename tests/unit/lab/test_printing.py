"""Whatever a program prints, and however much: it is read, some of it is told, it never waits."""

import time

import pytest

from lab.printing import LONGEST_LINE, TOLD_PER_SECOND
from runner.background import background

MIB = 1 << 20
SECONDS = 30.0

PROGRAMS = {
    "prints 8 MiB of lines": f"sys.stdout.write(('x' * 79 + '\\n') * {8 * MIB // 80})",
    "prints 8 MiB without a line end": f"sys.stdout.write('x' * {8 * MIB})",
    "prints 300,000 empty lines": "sys.stdout.write('\\n' * 300_000)",
    "prints bytes that are no text": "sys.stdout.buffer.write(bytes(range(256)) * 4096)",
    "prints half a character": "sys.stdout.buffer.write('€'.encode()[:2])",
    "prints to both streams": f"sys.stdout.write('o' * {MIB}); sys.stderr.write('e' * {MIB})",
    "prints nothing": "",
    "prints terminal commands": "sys.stdout.write('\\x1b[2J\\x1b]0;title\\x07' * 1000)",
    "closes its output": "os.close(1); os.close(2); time.sleep(0.2)",
    "leaves a child that prints on": (
        "os.fork() or [time.sleep(0.3), sys.stdout.write('late'), sys.stdout.flush(), os._exit(0)]"
    ),
}


def program(stage, text, name="chatty"):
    file = stage.lab.folder / f"{name}.py"
    file.write_text(f"import os, sys, time\n{text}\n")
    return stage.lab.process(name, ["python", file.name], role="app", tier=1, ready=None)


@pytest.mark.parametrize("what", PROGRAMS)
def test_a_program_comes_to_its_end_whatever_it_prints(stage, fault, what):
    process = program(stage, PROGRAMS[what])
    status = process.wait(SECONDS)
    stage.lab.until(lambda: stage.of("node", node="chatty", state="down"), 5, "its end")
    bad = [event["text"] for event in stage.of("note", tone="bad")]
    fault(
        f"a program of the lab {what}",
        lost=[] if status == 0 else [f"its end: {status}"],
        left=bad,
        read=str(stage.of("node", node="chatty", state="down")[-1]),
    )
    assert len(process.output) <= 20 * (LONGEST_LINE + 1)


def test_a_little_is_told_line_by_line_and_the_last_of_it_is_kept(stage):
    process = program(stage, "print('one'); print('two', flush=True); sys.stdout.write('three')")
    process.wait(SECONDS)
    stage.lab.until(lambda: len(stage.of("log")) == 3, 5, "three lines")
    assert [event["text"] for event in stage.of("log")] == ["one", "two", "three"]
    assert process.output == "one\ntwo\nthree"


def test_of_much_some_is_told_and_how_much_more_there_was(stage):
    process = program(stage, "sys.stdout.write('line\\n' * 100_000); print('the last')")
    process.wait(SECONDS)
    stage.lab.until(lambda: any("more" in e["text"] for e in stage.of("log")), 5, "the rest")
    told = [event["text"] for event in stage.of("log")]
    more = [int(text.split()[1]) for text in told if text.startswith("…")]
    lines = len(told) - len(more)
    assert lines + sum(more) == 100_001
    assert lines <= 3 * TOLD_PER_SECOND
    assert process.output.endswith("the last")


def test_a_program_that_never_stops_printing_leaves_the_processor_to_others(stage):
    process = program(stage, "while True: sys.stdout.write('y' * 4000 + '\\n')")
    before, started = time.process_time(), time.monotonic()
    stage.lab.until(lambda: time.monotonic() > started + 2, 5, "two seconds of it")
    spent = time.process_time() - before
    process.end()
    assert spent < 1.5, f"{spent:.1f} of 2 s went into reading what somebody printed"


def test_what_breaks_while_it_is_read_is_told(stage):
    process = program(stage, "time.sleep(60)")

    class Broken:
        def read1(self, _size):
            raise TypeError("not a stream")

        def close(self):
            """Nothing to close."""

    background("output of it", process._printing.drain, Broken(), told=process._failed).join(5)
    (note,) = stage.of("note", tone="bad")
    assert note["text"] == "output of it failed: TypeError: not a stream"
    process.end()
