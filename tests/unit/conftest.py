"""Generated examples are not timed: a busy machine must not fail a property."""

from hypothesis import settings

settings.register_profile("course", deadline=None)
settings.load_profile("course")
