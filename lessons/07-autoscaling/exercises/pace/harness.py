"""Plays a whole afternoon against `decide`, on virtual time."""

from submission import decide


def play(asked, start, least, most):
    """What `decide` returned for each entry, 15 s apart, and how much it remembered at the end."""
    memory, current, results = [], start, []
    for look, one in enumerate(asked):
        current = decide(memory, 15 * look, current, one, (least, most))
        results.append(current)
    return {"results": results, "remembered": len(memory)}
