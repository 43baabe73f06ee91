"""Where screens ask the app to go."""

from dataclasses import dataclass

from textual.message import Message

from course.model.progress import Place


@dataclass
class PlaceChosen(Message):
    """The learner wants to be at a lesson's step, or at an exercise."""

    place: Place


@dataclass
class HomeChosen(Message):
    """The learner wants the list of lessons."""
