"""Where the small course for tests lies."""

from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures" / "course"
