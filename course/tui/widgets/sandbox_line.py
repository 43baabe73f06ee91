"""Where labs will run and why, what to know about it, and the offer to build the image."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from course.errors import CourseError
from course.model.progress import SandboxReport
from course.model.untrusted import clean_line

NAMES = {"docker": "Docker", "embedded": "embedded, on this computer"}


class SandboxLine(HorizontalGroup):
    """A line or two, and a button when there is something to build."""

    @dataclass
    class BuildWanted(Message):
        """The learner wants the Docker image built."""

    def compose(self) -> ComposeResult:
        """The text and the button."""
        yield Static(Content.styled("◐ Looking for a sandbox …", "$foreground 60%"), id="where")
        yield Button("Build the image  b", id="build", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Nothing can be built before it is known what is there."""
        self.query_one("#build").display = False

    def show(self, report: SandboxReport) -> None:
        """Say which sandbox it is."""
        self.query_one("#build").display = report.can_build
        self._say(_report(report))

    def show_error(self, error: CourseError) -> None:
        """Say that there is none, and what helps."""
        self._say(Content.assemble(
            (f"✕ {clean_line(error.summary)} ", "$text-error"), clean_line(error.hint)
        ))  # fmt: skip

    def show_building(self, step: str, detail: str) -> None:
        """Say how far the build is."""
        self.query_one("#build").display = False
        self._say(Content.assemble(
            ("◐ Building the image: ", "$text-warning"),
            (clean_line(step, 80), "bold"),
            (f" {clean_line(detail, 200)}", "$foreground 60%"),
            "\nYou can begin meanwhile; labs run embedded until it is done.",
        ))  # fmt: skip

    def _say(self, content: Content) -> None:
        self.query_one("#where", Static).update(content)

    @on(Button.Pressed, "#build")
    def build(self, event: Button.Pressed) -> None:
        """Ask for the build."""
        event.stop()
        self.post_message(self.BuildWanted())


def _report(report: SandboxReport) -> Content:
    lines = [Content.assemble(
        ("● ", "$text-success" if report.kind == "docker" else "$text-warning"),
        ("Sandbox: ", "bold"), NAMES[report.kind],
        (f" · {clean_line(report.why)}" if report.why else "", "$foreground 60%"),
    )]  # fmt: skip
    if report.warning:
        lines.append(Content.styled(f"  {clean_line(report.warning)}", "$text-warning"))
    if report.can_build:
        lines.append(Content("  Docker answers; only the course's image is missing."))
    return Content("\n").join(lines)
