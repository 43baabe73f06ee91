"""Takes web.yaml to a real cluster. Nothing in the course does that by itself.

    python apply.py --context NAME             the API server checks it and changes nothing
    python apply.py --context NAME --really    applies it
    python apply.py --context NAME --delete    takes it away again

The context has to be named: whatever `kubectl` happens to point at may be somebody's production.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

MANIFEST = Path(__file__).with_name("web.yaml")
SECONDS = 60


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description="Take web.yaml to a real cluster.")
    parser.add_argument(
        "--context", required=True, help="as `kubectl config get-contexts` names it"
    )
    parser.add_argument("--file", type=Path, default=MANIFEST, help="another manifest")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--really", action="store_true", help="apply it")
    what.add_argument("--delete", action="store_true", help="take it away again")
    return parser.parse_args()


def command(asked: argparse.Namespace, kubectl: str) -> list[str]:
    """The call of kubectl that does it."""
    start = [kubectl, "--context", asked.context, "--request-timeout", "20s"]
    if asked.delete:
        return [*start, "delete", "--ignore-not-found", "-f", str(asked.file)]
    check = [] if asked.really else ["--dry-run=server"]
    return [*start, "apply", "--validate=strict", *check, "-f", str(asked.file)]


def main() -> int:
    """Do it, and say what came of it."""
    asked = arguments()
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        print("There is no kubectl on this machine, so no real cluster was asked.")
        print("The lab needs none: it runs the same manifest on virtual time.")
        return 3
    try:
        done = subprocess.run(command(asked, kubectl), timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        print(f"The cluster of context '{asked.context}' did not answer within {SECONDS} s.")
        return 3
    if done.returncode:
        print(f"kubectl failed on context '{asked.context}'; its words are above.")
        return 1
    if asked.really:
        print("Applied. Watch it with: kubectl get hpa web --watch")
    elif not asked.delete:
        print("A dry run: nothing was changed. Add --really to apply it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
