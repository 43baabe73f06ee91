"""What a grade was made from, as digests: submission, tests, result."""

import hashlib
import json
from collections.abc import Mapping
from typing import cast

from course.model.json import JSON, Fields
from course.model.lesson import Exercise
from course.model.verdict import Verdict


def canonical(value: JSON) -> bytes:
    """The one way to write a value down."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_of(value: JSON) -> str:
    """The sha256 of a value."""
    return hashlib.sha256(canonical(value)).hexdigest()


def digest_files(files: Mapping[str, bytes]) -> str:
    """The sha256 of names and contents, whatever their order; empty for no files."""
    if not files:
        return ""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def digest_tests(exercise: Exercise) -> str:
    """Of everything that decides what a submission is worth."""
    parts = [*exercise.tests, *filter(None, (exercise.harness, exercise.rig))]
    files = {path.name: path.read_bytes() for path in parts}
    rules: Fields = {
        "slug": exercise.slug,
        "kind": exercise.kind,
        "file": exercise.file,
        "points": exercise.points,
        "seconds": exercise.seconds,
        "memory_mb": exercise.memory_mb,
        "processes": exercise.processes,
    }
    return digest_of({"files": digest_files(files), "rules": cast("JSON", rules)})


def result_of(verdict: Verdict) -> Fields:
    """What a regrade must come to again: outcomes, without words, which may differ."""
    return {
        "outcome": verdict.outcome,
        "tests": {test.name: test.outcome for test in verdict.tests},
    }


def seed_for(batch_seed: int, slug: str) -> int:
    """The seed of an exercise: every learner of a batch meets the same inputs."""
    digest = hashlib.sha256(f"{batch_seed}\n{slug}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
