"""Runs beside the submission and turns it into JSON in, JSON out."""

from submission import retry


def play(failures, times):
    """Retry something that fails so often and then answers; what came of it, and after how many."""
    calls = []

    def ask():
        calls.append(1)
        if len(calls) <= failures:
            raise OSError(f"no answer {len(calls)}")
        return f"answer {len(calls)}"

    try:
        result = retry(ask, times)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    return {"result": result, "calls": len(calls)}
