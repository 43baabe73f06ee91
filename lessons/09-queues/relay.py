"""A station on the mail's way that tries again by itself, as such stations do.

Started by one experiment as `python relay.py --port PORT --mail PORT --tries 3`.
"""

import argparse
import asyncio
from typing import Any

from web import Answer, Refused, post, serve

from lab.report import report


class Relay:
    """Hands mails on, several times if need be."""

    def __init__(self, mail_port: int, tries: int) -> None:
        self._mail_port = mail_port
        self._tries = tries

    async def answer(self, _method: str, path: str, body: Any) -> Answer:
        """One mail."""
        why = "no tries"
        for _ in range(self._tries):
            try:
                answer = await post(self._mail_port, path, body)
            except Refused as error:
                why = str(error)
                self._tell(errors=1)
            else:
                self._tell(errors=0)
                return 200, answer
        return 503, {"why": why}

    def _tell(self, errors: int) -> None:
        report("traffic", source="relay", target="mail", requests=1, errors=errors)


def main() -> None:
    """Serve until killed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--mail", type=int, required=True)
    options.add_argument("--tries", type=int, default=3)
    chosen = options.parse_args()
    asyncio.run(serve(chosen.port, Relay(chosen.mail, chosen.tries).answer))


if __name__ == "__main__":
    main()
