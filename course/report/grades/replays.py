"""What came of grading something once more."""

from collections.abc import Iterator

from course.model.json import Fields
from course.model.untrusted import clean_line
from course.runs.grading.replay import Replay

VERSION = 1


def replay_lines(again: Replay) -> Iterator[str]:
    """In words."""
    before = again.before
    yield f"{clean_line(before.learner.id)}, {before.exercise}, seed {before.seed}:"
    if again.is_same:
        closely = "word for word" if again.is_word_for_word else "with other words or places"
        yield f"The same result, {closely}: {again.after.outcome}."
    else:
        yield "Another result."
        yield from (f"  {clean_line(change)}" for change in again.changes)
    if again.is_same:
        log = "The same" if again.is_same_log else "Not the same, as times and ports differ,"
        yield f"{log} was asked and answered on the way."
    if before.image != again.after.image:
        yield "It ran in another image than the receipt says."


def replay_json(again: Replay) -> Fields:
    """One object."""
    return {
        "version": VERSION,
        "same": again.is_same,
        "word_for_word": again.is_word_for_word,
        "same_events": again.is_same_log,
        "same_image": again.before.image == again.after.image,
        "changes": [clean_line(change) for change in again.changes],
    }
