"""Proofs as lines."""

from collections.abc import Sequence

from course.model.proof import Proof
from course.model.untrusted import clean


def proof_line(proof: Proof) -> str:
    """One claim, and what speaks against it."""
    mark = "✓" if proof.holds else "✕"
    line = f"{mark} {proof.lesson}: {proof.claim}  ({proof.sandbox}, {proof.seconds:.1f} s)"
    if proof.note:
        line = f"- {proof.lesson}: {proof.claim}: {clean(proof.note, 500)}"
    evidence = clean(proof.evidence, 2000).replace("\n", "\n  ")
    return line if proof.holds else f"{line}\n  {evidence}"


def summary_line(proofs: Sequence[Proof]) -> str:
    """How many hold."""
    failed = [proof for proof in proofs if not proof.holds]
    lessons = len({proof.lesson for proof in proofs})
    return f"\n{len(proofs) - len(failed)} of {len(proofs)} claims hold, in {lessons} lessons."
