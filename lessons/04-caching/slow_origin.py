"""The origin of an exercise: slow, and it counts who asks; it lives in the rig."""

import asyncio
import hashlib
import secrets
import threading
import time
from collections import Counter


class Origin:
    """A slow store behind one asyncio loop: it can be asked by many and needs no threads.

    What it says about a product can be learnt only by asking for this product.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.asking = 0
        self.last_asked = 0.0
        self.holding: set[int] = set()  # which reads of a product are not answered yet
        self.port = 0
        self.renew("", 0.3)
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(started)), daemon=True).start()
        started.wait(5)

    def renew(self, mark: str, delay: float) -> None:
        """Say something new from now on, so fast, and begin to count."""
        self.mark, self.delay = mark, delay
        self.secret = secrets.token_bytes(16)
        self.calls.clear()

    def product(self, key: str) -> bytes:
        """What the origin says about a product at present."""
        seal = hashlib.blake2b(key.encode(), key=self.secret, digest_size=8).hexdigest()
        return f"product {key}, {self.mark}, {seal}".encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One read: counted at once, answered after the delay."""
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = request.split()[1].removeprefix("/products/")
        self.calls[key] += 1
        number, body = self.calls[key], self.product(key)
        self.asking += 1
        self.last_asked = time.monotonic()
        try:
            await asyncio.sleep(self.delay)
            while number in self.holding:
                await asyncio.sleep(0.005)
            writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        finally:
            self.asking -= 1
            writer.close()

    async def serve(self, started: threading.Event) -> None:
        """Listen until the lab ends."""
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await server.serve_forever()
