"""An engine that is none: it answers on a Unix socket what a test wants it to answer."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from course.sandbox.material import source_digest

SOUND = {
    "ServerVersion": "29.0.1",
    "CgroupVersion": "2",
    "CgroupDriver": "systemd",
    "MemoryLimit": True,
    "SwapLimit": True,
    "PidsLimit": True,
    "CpuCfsQuota": True,
    "SecurityOptions": ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"],
}
ENGINE, RUNC = {"Name": "Engine", "Version": "29.0.1"}, {"Name": "runc", "Version": "1.3.3"}
IMAGE = {
    "Id": "sha256:" + "ab" * 32,
    "Created": 1,
    "RepoTags": ["scalability-course:fake"],
    "Labels": {"course.source": source_digest(), "course.base": "none", "course.image": "sandbox"},
}


class FakeEngine:
    """What it says, and what it was asked for.

    Args:
        info: What `docker info` shows beside what a sound engine does.
        components: What `docker version` lists.
        api: The newest version of the interface that it speaks.
        images: On its shelf.
        status: Instead of 201 for a new container: the engine's refusal.
    """

    def __init__(
        self,
        info: dict[str, Any] | None = None,
        components: tuple[dict[str, str], ...] = (ENGINE, RUNC),
        api: str = "1.47",
        images: tuple[dict[str, Any], ...] = (IMAGE,),
        status: int = 201,
    ) -> None:
        self.info = {**SOUND, **(info or {})}
        self.components = list(components)
        self.api = api
        self.images = list(images)
        self.status = status
        self.created: list[tuple[str, dict[str, Any]]] = []
        self.removed: list[str] = []

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and object for a request."""
        plain = path.split("?", maxsplit=1)[0].removeprefix(f"/v{self.api}")
        about = {"Version": self.info["ServerVersion"], "Components": self.components}
        known: dict[str, Any] = {
            "/version": {**about, "ApiVersion": self.api, "MinAPIVersion": self.api},
            "/info": self.info,
            "/images/json": self._images(path),
            "/containers/json": [],
        }
        if plain in known:
            return 200, known[plain]
        if plain == "/containers/create":
            self.created.append((path, json.loads(body)))
            return self.status, {"Id": "c" * 64, "message": "not now", "Warnings": []}
        if method == "DELETE":
            self.removed.append(plain)
            return 204, None
        return 500, {"message": "the engine is going down"}

    def _images(self, path: str) -> list[dict[str, Any]]:
        wanted = [image["Labels"]["course.source"] for image in self.images]
        return [one for one, mark in zip(self.images, wanted, strict=True) if mark in path]


@contextmanager
def listening(engine: FakeEngine, folder: Path) -> Iterator[str]:
    """Its address, while it listens."""
    socket = folder / "engine.sock"
    with socketserver.ThreadingUnixStreamServer(str(socket), _handler(engine)) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"unix://{socket}"
        server.shutdown()
        thread.join(5)


def _handler(engine: FakeEngine) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Reads a request, answers with JSON, and hangs up."""

        def do_GET(self) -> None:
            """A request without a body."""
            self._reply("GET")

        def do_DELETE(self) -> None:
            """The end of a container."""
            self._reply("DELETE")

        def do_POST(self) -> None:
            """A request with a body."""
            self._reply("POST")

        def _reply(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = engine.answer(method, self.path, body)
            content = b"" if told is None else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            with suppress(BrokenPipeError):  # whoever asked has left
                self.end_headers()
                self.wfile.write(content)
            self.close_connection = True

        def address_string(self) -> str:
            """Nobody's: a Unix socket has none."""
            return "somebody"

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    return Handler
