"""Places in words."""

from course.model.progress import Place
from course.runs.ports import Study


def place_title(study: Study, place: Place) -> str:
    """A place in words: `02 Clustering, step 3` or `Exercise: Write the supervisor`."""
    card = study.card(place.lesson)
    if place.exercise is not None:
        titles = [e.title for e in card.lesson.exercises if e.id == place.exercise]
        return f"Exercise: {titles[0]}" if titles else place.exercise
    where = f", step {place.step + 1}" if place.step else ""
    return f"Lesson {card.lesson.number:02d}: {card.lesson.title}{where}"
