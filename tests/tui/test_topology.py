"""Drawing: what a learner must see when something dies, at every width."""

from dataclasses import replace

import pytest

from course.model.event import EdgeDeclared, NodeChanged, Traffic
from course.model.state import LabState, fold
from course.tui.widgets.columns import draw_columns
from course.tui.widgets.flow import FlowMeter
from course.tui.widgets.picture import Picture
from course.tui.widgets.rows import draw_rows
from course.tui.widgets.scene import Scene, rate_text, scene_of
from tests.tui.course_data import CRASHED, OPENED


def scene(events) -> Scene:
    state = fold(events)
    return scene_of(state, FlowMeter().read(state))


def lines(picture: Picture) -> str:
    return "\n".join(line.plain for line in picture.lines)


def columns(scene: Scene, width: int, height: int = 40) -> str:
    picture = draw_columns(scene, width, height)
    assert picture is not None
    return lines(picture)


def test_columns_stand_from_clients_to_stores():
    picture = draw_columns(scene(OPENED), 100, 40)
    left = [picture.spots[node].x for node in ("clients", "master", "worker-1")]
    assert left == sorted(set(left))
    assert {picture.spots[f"worker-{n}"].x for n in (1, 2, 3, 4)} == {left[-1]}
    shown = lines(picture)
    assert "12/s" in shown
    assert "48/s" in shown
    assert "pid 4711" in shown


@pytest.mark.parametrize("width", [58, 80, 120, 200])
def test_no_line_is_wider_than_the_room(width):
    picture = draw_columns(scene((*OPENED, *CRASHED)), width, 40)
    assert picture is not None
    assert max(line.cell_length for line in picture.lines) <= width


def test_what_is_said_of_a_node_that_is_up_comes_before_the_word_up():
    detail = NodeChanged(
        seq=99, t=9.0, node="worker-1", role="worker", tier=2, state="up", detail="primary"
    )
    assert "│ ● primary" in columns(scene((*OPENED, detail)), 60)
    assert "● up  primary" in columns(scene((*OPENED, detail)), 120)


@pytest.mark.parametrize("width", [24, 40, 57])
def test_rows_fit_where_columns_do_not(width):
    crashed = scene((*OPENED, *CRASHED))
    assert draw_columns(crashed, width, 40) is None
    picture = draw_rows(crashed, width)
    assert "down" in lines(picture)
    if width >= 40:
        assert max(line.cell_length for line in picture.lines) <= width + 6


def test_columns_do_not_take_more_height_than_there_is():
    assert draw_columns(scene(OPENED), 120, 11) is None
    assert draw_columns(scene(OPENED), 120, 12) is not None


def test_a_dead_node_keeps_its_pid_struck_out():
    node = next(n for n in scene((*OPENED, *CRASHED)).nodes if n.id == "worker-2")
    assert (node.state, node.pid, node.old_pid) == ("down", 4713, None)
    picture = draw_columns(scene((*OPENED, *CRASHED)), 120, 40)
    struck = [
        line.plain[span.start : span.end]
        for line in picture.lines
        for span in line.spans
        if "strike" in str(span.style)
    ]
    assert struck == ["pid 4713"]


def test_a_replacement_stands_beside_the_pid_it_replaced():
    shown = columns(scene((*OPENED, *CRASHED)), 120)
    assert "4715→4790" in shown


def test_after_a_while_the_new_pid_is_just_a_pid():
    state = replace(fold((*OPENED, *CRASHED)), t=60.0)
    node = next(n for n in scene_of(state, {}).nodes if n.id == "worker-4")
    assert (node.pid, node.old_pid) == (4790, None)


def test_a_node_that_is_gone_leaves_the_picture():
    gone = NodeChanged(seq=60, t=8.0, node="worker-1", role="worker", tier=2, state="gone")
    state = fold((*OPENED, gone))
    assert "worker-1" in [n.id for n in scene_of(state, {}).nodes]
    later = replace(state, t=20.0)
    assert "worker-1" not in [n.id for n in scene_of(later, {}).nodes]


def test_an_edge_that_skips_a_column_goes_around_it():
    tiers = {"clients": 0, "app": 1, "redis": 2, "origin": 3}
    nodes = [
        NodeChanged(seq=n, node=name, role=name, tier=tier, state="up")
        for n, (name, tier) in enumerate(tiers.items(), 1)
    ]
    pairs = [("clients", "app"), ("app", "redis"), ("app", "origin")]
    edges = [EdgeDeclared(seq=9, source=source, target=target) for source, target in pairs]
    drawn = columns(scene([*nodes, *edges]), 120).split("\n")
    assert drawn[-1].strip().startswith("╰─")
    assert drawn[-1].strip().endswith("─╯")


def test_an_edge_within_a_column_comes_in_from_the_side():
    nodes = [
        NodeChanged(seq=n, node=name, role="store", tier=1, state="up")
        for n, name in enumerate(("primary", "secondary"), 1)
    ]
    edge = EdgeDeclared(seq=3, source="primary", target="secondary")
    assert "◂" in columns(scene([*nodes, edge]), 60)


def test_arrow_keys_follow_a_column_before_they_leave_it():
    picture = draw_columns(scene(OPENED), 120, 40)
    assert picture.beside(None, "down") == "clients"
    assert picture.beside("clients", "right") == "master"
    assert picture.beside("worker-2", "down") == "worker-3"
    assert picture.beside("worker-4", "down") == "worker-4"
    assert picture.beside("worker-1", "left") == "master"


def test_a_click_finds_its_node():
    picture = draw_columns(scene(OPENED), 120, 40)
    spot = picture.spots["worker-3"]
    assert picture.at(spot.x + 1, spot.y + 1) == "worker-3"
    assert picture.at(spot.x - 2, spot.y + 1) is None


def test_equal_states_give_equal_scenes():
    assert scene(OPENED) == scene(OPENED)


def test_no_nodes_is_no_picture():
    assert draw_columns(scene_of(LabState(), {}), 80, 20) is None


def test_errors_stay_on_an_edge_long_enough_to_be_seen():
    meter = FlowMeter()
    key = ("clients", "master")

    def traffic(t, errors):
        return Traffic(
            seq=1, t=t, source=key[0], target=key[1], requests=10, errors=errors, seconds=0.25
        )

    state = LabState()
    read = []
    for tick in range(60):
        t = tick / 4
        state = fold([traffic(t, 3 if t == 2.0 else 0)], state)
        read.append(meter.read(state)[key])
    assert read[8].errors == 3
    assert read[8 + 16].errors == 3  # four seconds later
    assert read[-1].errors == 0
    assert read[-1].rate == pytest.approx(40)


def test_another_lab_starts_the_count_anew():
    meter = FlowMeter()
    meter.read(fold((*OPENED, *CRASHED)))
    assert all(flow.errors == 0 for flow in meter.read(fold(OPENED)).values())


@pytest.mark.parametrize(
    ("rate", "text"),
    [(0, "0/s"), (2.5, "2.5/s"), (3.0, "3/s"), (48.2, "48/s"), (999, "999/s"), (1234, "1.2k")],
)
def test_rates_fit_in_five_characters(rate, text):
    assert rate_text(rate) == text
    assert len(text) <= 5
