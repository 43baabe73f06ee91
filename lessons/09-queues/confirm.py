"""The job itself: confirm an order by mail. Both queues of this lesson run it."""

import asyncio
import contextlib
import time
from typing import Any

from web import Refused, post

from lab.report import report

BEFORE_SECONDS = 0.1  # look the order up, write the mail
AFTER_SECONDS = 0.08  # note in the order's history that the mail is out
CATCH_UP_SECONDS = 1.0  # a worker that a busy computer kept waiting for less makes up for it


class Clerk:
    """Does one worker's jobs.

    Args:
        name: The worker's.
        mail_port: Where the mail server listens.
    """

    def __init__(self, name: str, mail_port: int) -> None:
        self.name = name
        self._mail_port = mail_port
        self._slot = 0.0  # for jobs at a fixed pace: when the current one ends

    async def confirm(self, order: dict[str, Any], attempt: int) -> None:
        """Confirm an order; raises when it cannot be done."""
        begun = time.perf_counter()
        if "pace" in order:
            await self._keep_pace(order["pace"])
            self._tell_job(ok=True)
            return
        try:
            await asyncio.sleep(order.get("before", BEFORE_SECONDS))
            await self._send(order, address_of(order))
            await asyncio.sleep(order.get("after", AFTER_SECONDS))
        except Exception as error:
            self._tell_request(order, begun, f"attempt {attempt}: {error}", ok=False)
            raise
        self._tell_request(order, begun, f"attempt {attempt}", ok=True)

    async def _send(self, order: dict[str, Any], address: str) -> None:
        """Hand the mail over; with a key, the mail server knows it when it comes again."""
        mail = {"to": address, "order": order["order"]}
        if order.get("key"):
            mail["key"] = order["order"]
        port = order.get("port", self._mail_port)
        for _ in range(order.get("tries", 1) - 1):
            with contextlib.suppress(Refused):
                return await self._hand_over(port, mail)
        return await self._hand_over(port, mail)

    async def _hand_over(self, port: int, mail: dict[str, Any]) -> None:
        begun, errors = time.perf_counter(), 1
        try:
            await post(port, "/mails", mail)
            errors = 0
        finally:
            ms = (time.perf_counter() - begun) * 1000
            report(
                "traffic", source=self.name, target="mail", requests=1, errors=errors, ms=ms
            )  # fmt: skip

    async def _keep_pace(self, seconds: float) -> None:
        """A job that takes exactly so long, whatever the queue itself costs in between."""
        now = time.monotonic()
        on_time = now - self._slot < CATCH_UP_SECONDS
        self._slot = (self._slot if on_time else now) + seconds
        await asyncio.sleep(self._slot - now)

    def _tell_request(self, order: dict[str, Any], begun: float, why: str, *, ok: bool) -> None:
        ms = (time.perf_counter() - begun) * 1000
        waited = max(0.0, time.time() - order.get("at", time.time())) * 1000 - ms
        hops = [("shop", 0, "order"), ("queue", waited, "waited"), (self.name, ms, why)]
        at_once = self.name == "shop"  # the customer waits, nothing went into a queue
        if at_once:
            hops = [("clients", 0, "order"), ("shop", ms, why)]
        report("request", outcome="SENT" if ok else "FAILED", hops=hops, why=why, ok=ok)
        if not at_once:
            self._tell_job(ok=ok)

    def _tell_job(self, *, ok: bool) -> None:
        report("traffic", source="queue", target=self.name, requests=1, errors=int(not ok))


def address_of(order: dict[str, Any]) -> str:
    """Where the mail goes; a poisoned order has no address and never will."""
    if order.get("poison"):
        raise ValueError(f"order {order['order']} has no address")
    return f"{order['order']}@example.org"
