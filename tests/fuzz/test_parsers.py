"""Whatever a file, an archive or a line says, its parser has an error of its own for it."""

import tomllib
from pathlib import Path

import pytest

from tests.fuzz.guided.parsers import parsers

KEPT = tomllib.loads(Path(__file__).with_name("kept.toml").read_text(encoding="utf-8"))["input"]


def named(folder, name):
    return next(one for one in parsers(folder) if one.name == name)


@pytest.mark.parametrize("one", KEPT, ids=lambda one: f"{one['parser']}: {one['what']}")
def test_what_was_found_once_is_found_no_more(one, tmp_path):
    data = bytes.fromhex(one["hex"]) if "hex" in one else one["text"].encode() * one.get("times", 1)
    named(tmp_path, one["parser"]).holds(data)


def test_every_seed_holds_cut_anywhere(tmp_path):
    for parser in parsers(tmp_path):
        for seed in parser.seeds:
            for end in range(0, len(seed) + 1, max(1, len(seed) // 20)):
                parser.holds(seed[:end])
