import pytest

from course.errors import LessonError, UsageError
from course.runs.play import Act, Play, parse_act


def _heard(play) -> list[str]:
    events = play.events()
    return [event.kind for event in iter(events.get, None)]


@pytest.fixture
def lesson(desk):
    return desk.card("01").lesson


@pytest.fixture
def play(desk):
    def make(*acts: Act) -> Play:
        return Play(lambda seed, heard: desk.open_lab("01", seed=seed, heard=[heard]), acts, seed=3)

    return make


def test_acts_are_done_in_order_and_the_lab_is_closed(play, sandboxes):
    playing = play(Act("fire", "bump", {}), Act("observe", "twice", {}))
    assert _heard(playing) == ["lab_started", "trigger_done", "lab_stopped"]
    playing.end()
    assert sandboxes.sessions[0].is_closed


def test_an_act_that_fails_ends_the_play_and_closes_the_lab(play, sandboxes):
    playing = play(Act("fire", "break_it", {}), Act("fire", "bump", {}))
    assert "trigger_done" not in _heard(playing)
    assert playing.has_opened
    assert sandboxes.sessions[0].is_closed
    with pytest.raises(LessonError):
        playing.end()


def test_a_lab_that_does_not_open_is_told_apart(play):
    def refuse(_seed, _heard):
        raise LessonError("The lesson is broken.")

    playing = Play(refuse, [])
    assert _heard(playing) == []
    assert not playing.has_opened
    with pytest.raises(LessonError):
        playing.end()


def test_stopping_ends_a_play_that_would_go_on(desk, sandboxes):
    playing = Play(lambda _s, heard: desk.open_lab("01", heard=[heard]), [], stay_seconds=60)
    events = playing.events()
    assert events.get(timeout=5) is not None
    playing.stop()
    assert [event.kind for event in iter(events.get_nowait, None)][-1:] == ["lab_stopped"]
    assert sandboxes.sessions[0].is_closed


def test_what_to_do_is_read_with_the_types_of_the_defaults(lesson):
    assert parse_act(lesson, "bump:by=2,label=x") == Act("fire", "bump", {"by": 2, "label": "x"})
    assert parse_act(lesson, "twice") == Act("observe", "twice", {})
    assert parse_act(lesson, "twice", only_experiments=True) == Act("observe", "twice", {})


@pytest.mark.parametrize("text", ["", "nothing", "bump:by", "twice:x=1", ":by=1"])
def test_what_cannot_be_done_is_a_usage_error(lesson, text):
    with pytest.raises(UsageError):
        parse_act(lesson, text)
