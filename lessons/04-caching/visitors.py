"""The visitors of an exercise: a GET each, and patience for seven seconds."""

import asyncio

PATIENCE_SECONDS = 7


async def visit_all(keys: list[str], ports: list[int], spread: float) -> list[bytes | None]:
    """In turn at these ports, within so many seconds; None where nothing came."""
    return await asyncio.gather(
        *(visit(key, ports[n % len(ports)], spread * n / len(keys)) for n, key in enumerate(keys))
    )


async def visit(key: str, port: int, later: float = 0) -> bytes | None:
    """One visitor's answer; None when it is no answer, or too late."""
    await asyncio.sleep(later)
    try:
        return await asyncio.wait_for(ask(key, port), PATIENCE_SECONDS)
    except (OSError, TimeoutError, ValueError):
        return None


async def ask(key: str, port: int) -> bytes | None:
    """GET over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET /products/{key} HTTP/1.0\r\n\r\n".encode())
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
        return body if b" 200 " in head.split(b"\r\n")[0] else None
    finally:
        writer.close()
