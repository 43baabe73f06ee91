"""YAML of a learner's, looked through before a rig reads it: no reader may choke on it."""

from typing import Any

from lab.errors import SubmissionFault

ENDS = (".yaml", ".yml")
LONGEST = 50_000  # characters
DEEPEST = 50
MOST_PARTS = 20_000  # once every alias has become what it stands for


def refuse_unreadable(name: str, text: str) -> None:
    """Raise SubmissionFault for what is too long, too deep or unfolds; not for odd syntax."""
    import yaml

    if len(text) > LONGEST:
        raise SubmissionFault(f"{name} has {len(text)} characters; {LONGEST} are taken here")
    counting = Counting(name)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            counting.take(event)
    except yaml.YAMLError:
        return  # the rig's own reader says it better
    except (ValueError, OverflowError) as error:  # of PyYAML: a character that does not exist
        raise SubmissionFault(f"{name} is no YAML: {error}") from error


class Counting:
    """Counts depth and parts of a file while it is read, and never reads on beyond its bounds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parts = [0]  # of each collection that is open, the file itself first
        self._anchors: list[str | None] = []
        self._known: dict[str, int] = {}

    def take(self, event: Any) -> None:
        """The next event of the file."""
        import yaml

        if isinstance(event, yaml.CollectionStartEvent):
            self._open(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._add(self._unfolded(event.anchor))
        elif isinstance(event, yaml.ScalarEvent):
            self._name_parts(event.anchor, 1)
            self._add(1)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._known.clear()

    def _open(self, anchor: str | None) -> None:
        if len(self._parts) > DEEPEST:
            raise SubmissionFault(f"{self._name} is nested more than {DEEPEST} deep")
        self._parts.append(1)
        self._anchors.append(anchor)

    def _close(self) -> None:
        parts = self._parts.pop()
        self._name_parts(self._anchors.pop(), parts)
        self._add(parts)

    def _unfolded(self, anchor: str) -> int:
        if anchor in self._anchors:
            raise SubmissionFault(f"{self._name}: what *{anchor} stands for contains itself")
        return self._known.get(anchor, 1)

    def _name_parts(self, anchor: str | None, parts: int) -> None:
        if anchor is not None:
            self._known[anchor] = parts

    def _add(self, parts: int) -> None:
        self._parts[-1] += parts
        if self._parts[-1] > MOST_PARTS:
            raise SubmissionFault(f"{self._name} unfolds to more than {MOST_PARTS} parts")
