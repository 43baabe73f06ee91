"""docs/faults.md is what the tests that do harm have found."""

import re

from tests.house.source import ROOT

FEWEST = 120


def test_the_page_about_faults_has_rows_of_tests_that_exist():
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    files = re.findall(r"^## (tests/\S+)$", page, re.MULTILINE)
    assert files
    assert [name for name in files if not (ROOT / name).is_file()] == [], "run: make faults"
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(rows) - 2 * len(files) >= FEWEST, "run: make faults"
