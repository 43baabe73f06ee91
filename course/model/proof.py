"""What `course verify` found about one claim of a lesson."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """One claim about a lesson, and whether it holds in a sandbox."""

    lesson: str
    claim: str  # "trigger crash fires", "mutant_greedy fails"
    holds: bool
    evidence: str = ""  # why not, or what was seen
    sandbox: str = ""
    seconds: float = 0.0
    exercise: str = ""  # which one the claim is about, if one
    cheat: str = ""  # the kind of a generated cheat
    note: str = ""  # why there was nothing to run: "does not apply: …", "unobserved: …"
    checks: int = 0  # how many were run for it
