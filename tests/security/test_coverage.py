"""Every attack is proved somewhere, every proof exists, and the page says the same."""

import ast
import re
from functools import cache

import pytest

from tests.security.attack import ATTACKS
from tests.security.coverage import PAGE, ROOT, Proof, page, proofs

PROOFS = list(proofs())
# How many attacks of each family there are; one that is dropped is missed.
FAMILIES = {"A": 38, "B": 23, "C": 22, "D": 8, "E": 16, "F": 13}


def test_every_family_is_whole_and_every_id_is_there_once():
    found = {family: sum(proof.id[0] == family for proof in PROOFS) for family in FAMILIES}
    assert found == FAMILIES
    assert all(re.fullmatch(r"[A-F]\d\d", proof.id) for proof in PROOFS)


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.id)
def test_an_attack_is_proved_or_says_why_not(proof: Proof):
    assert proof.tried
    assert bool(proof.cases or proof.tests) != bool(proof.left_out)
    assert [test for test in proof.tests if not is_there(test)] == []
    assert [case for case in proof.cases if not (ATTACKS / case / "expect.toml").is_file()] == []
    assert [case for case in proof.cases if not case.startswith(f"{proof.id}-")] == []


def test_every_case_of_the_corpus_belongs_to_an_attack():
    mapped = sorted(case for proof in PROOFS for case in proof.cases)
    assert mapped == sorted(folder.name for folder in ATTACKS.iterdir())


def test_the_page_is_the_table():
    """Where it is not: python -m tests.security.coverage."""
    assert PAGE.read_text(encoding="utf-8") == page()


def is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    return (ROOT / file).is_file() and name in functions(file)


@cache
def functions(file: str) -> frozenset[str]:
    """The names of a file's tests."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))
