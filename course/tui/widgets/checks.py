"""A check's result: the verdict, every test in the learner's terms, and the hints so far."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from course.errors import CourseError
from course.model.progress import Hint
from course.model.untrusted import clean, clean_line
from course.model.verdict import TestResult, Verdict
from course.tui.theme import OUTCOMES
from course.tui.widgets.trouble import trouble_text

OUTPUT_LINES = 12
HEADS = {
    "passed": "✓ Passed",
    "failed": "✕ Not yet",
    "error": "▲ Could not be judged; that is not your fault",
}


class CheckPane(VerticalScroll):
    """The right-hand side of an exercise."""

    HELP = """\
### Checks
Each line is one promise your code has to keep. A failed one says what happened instead. `h` gives
the next hint, one at a time; `c` checks again, and so does saving the file."""

    def compose(self) -> ComposeResult:
        """Verdict, tests, hints, output."""
        yield Static(id="verdict")
        yield VerticalGroup(id="tests")
        yield Static(id="hints")
        yield Static(id="output")

    def show_attempts(self, attempts: int) -> None:
        """Before the first check of this visit."""
        times = f"Checked {attempts} times so far. " if attempts > 1 else ""
        self._banner(f"{times}c checks your file, and so does saving it.", "-waiting")

    def show_checking(self) -> None:
        """A check is on its way; the last result stays to be read."""
        self._banner("◐ Checking …", "-checking")

    def show_error(self, error: CourseError) -> None:
        """The check itself could not be done."""
        self._banner(trouble_text(error), "-error")

    async def show(self, verdict: Verdict, hints: Sequence[Hint]) -> None:
        """Show a result."""
        passed = sum(test.outcome == "passed" for test in verdict.tests)
        count = f"   {passed} of {len(verdict.tests)} checks" if verdict.tests else ""
        head = Content.assemble((HEADS[verdict.outcome], "bold"), count)
        why = Content(clean(verdict.why))
        self._banner(Content("\n").join([head, why] if why else [head]), f"-{verdict.outcome}")
        shown = {hint.text for hint in hints}
        tests = self.query_one("#tests")
        lines = [TestLine(test, is_hinted=test.hint in shown) for test in verdict.tests]
        with self.app.batch_update():
            await tests.remove_children()
            await tests.mount_all(lines)
        failing = {test.hint for test in verdict.tests if test.outcome == "failed"}
        self.show_hints([hint for hint in hints if hint.text not in failing])
        self._show_output(verdict.output)

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show the hints that were asked for."""
        told = [
            Content.assemble(
                (f"Hint {hint.number} of {hint.total}  ", "bold $text-accent"), clean(hint.text)
            )
            for hint in hints
        ]
        self.query_one("#hints", Static).update(Content("\n\n").join(told))
        self.query_one("#hints").set_class(bool(told), "-told")

    def _show_output(self, output: str) -> None:
        lines = clean(output).rstrip().split("\n")
        cut = [f"… {len(lines) - OUTPUT_LINES} lines above"] if len(lines) > OUTPUT_LINES else []
        shown = "\n".join([*cut, *lines[-OUTPUT_LINES:]])
        head = Content.styled("Your code printed\n", "bold")
        self.query_one("#output", Static).update(head + shown if shown else "")
        self.query_one("#output").set_class(bool(shown), "-told")

    def _banner(self, content: Content | str, name: str) -> None:
        banner = self.query_one("#verdict", Static)
        banner.set_classes(name)
        banner.update(content if isinstance(content, Content) else Content(content))


class TestLine(VerticalGroup):
    """One test: its promise, and below it what happened instead and the hint."""

    __test__ = False  # not a test class of ours, whatever pytest thinks of the name

    def __init__(self, test: TestResult, *, is_hinted: bool) -> None:
        super().__init__(classes=f"-{test.outcome}")
        self._test = test
        self._is_hinted = is_hinted

    def compose(self) -> ComposeResult:
        """As many lines as there is to say."""
        test, look = self._test, OUTCOMES[self._test.outcome]
        yield Static(
            Content.assemble((f"{look.label}  ", look.style), clean(test.title or test.name))
        )
        if test.outcome != "passed" and test.message:
            yield Static(Content(clean(test.message)), classes="message")
        if test.outcome == "failed" and test.hint:
            shown = f"Hint: {clean(test.hint)}" if self._is_hinted else "h shows a hint"
            yield Static(Content(shown), classes="hint" if self._is_hinted else "offer")


def status_line(verdict: Verdict | None) -> Content:
    """The result in a few words, for where the checks are not on the screen."""
    if verdict is None:
        return Content.styled("not checked yet", "$foreground 60%")
    look = OUTCOMES[verdict.outcome]
    return Content.styled(f"{look.label}: {clean_line(verdict.why, 60)}", look.style)
