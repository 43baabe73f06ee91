"""Source text with line numbers and colours; drawn as content, so that nothing in it can act."""

from dataclasses import dataclass
from pathlib import PurePath

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from course.model.untrusted import clean, clean_line

TAB = 4
LANGUAGES = {
    ".py": "python",
    ".conf": "nginx",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".json": "json",
    ".sh": "bash",
    ".js": "javascript",
}


def code_content(text: str, name: str, first_line: int = 1) -> Content:
    """Highlighted source with its line numbers."""
    # Pygments takes a while to import and is needed only where code is shown; left to guess the
    # language from the name, it would import every lexer it has.
    from textual.highlight import highlight

    language = LANGUAGES.get(PurePath(name).suffix, "text")
    lines = highlight(clean(text), language=language, tab_size=TAB).split("\n")
    width = len(str(first_line + len(lines)))
    numbered = [
        Content.assemble((f"{number:>{width}}  ", "$foreground 35%"), line)
        for number, line in enumerate(lines, start=first_line)
    ]
    return Content("\n").join(numbered)


class CodeBlock(VerticalGroup):
    """A piece of the lesson's code in its text; asks for it when it is mounted."""

    @dataclass
    class Wanted(Message):
        """The block needs its source."""

        block: "CodeBlock"

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted

    def compose(self) -> ComposeResult:
        """A place for the source."""
        yield Static(Content.styled(clean_line(self.wanted), "dim"))

    def on_mount(self) -> None:
        """Ask for the source."""
        self.post_message(self.Wanted(self))

    def show(self, file: str, text: str, first_line: int) -> None:
        """Show the source that was asked for."""
        self.border_title = Content(clean_line(f"{file}:{first_line}")).markup
        for place in self.query(Static):  # none if the page was turned meanwhile
            place.update(code_content(text, file, first_line))
