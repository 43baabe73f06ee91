"""Fuzzes one parser in this process: python -m tests.fuzz.guided.one NAME SECONDS FOLDER.

libFuzzer ends the process when its time is over, so findings are written down as they are made.
"""

import sys
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["course", "tomllib", "zipfile", "tarfile", "csv", "json"]):
    from tests.fuzz.guided.parsers import parsers


def main() -> None:
    """Start from the seeds and from what earlier runs kept; go on after a finding."""
    name, seconds, place = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    kept, findings, work = (place / one for one in ("kept", "findings", "work"))
    for folder in (kept, findings, work):
        folder.mkdir(parents=True, exist_ok=True)
    parser = next(one for one in parsers(work) if one.name == name)
    for number, seed in enumerate(parser.seeds):
        (kept / f"seed-{number}").write_bytes(seed)

    def once(data: bytes) -> None:
        try:
            parser.holds(data)
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001  a finding
            last = traceback.extract_tb(error.__traceback__)[-1]
            (
                findings / f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}"
            ).write_bytes(data)

    flags = [f"-max_total_time={seconds}", "-print_final_stats=1", "-timeout=20", "-max_len=20000"]
    atheris.Setup([sys.argv[0], *flags, f"-artifact_prefix={findings}/", str(kept)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
