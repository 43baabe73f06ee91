"""The one door to a Docker engine (or Podman's socket that speaks the same language).

Nothing else imports `docker`. What the driver raises leaves here as a CourseError.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

import docker
import docker.errors
import requests
from docker.context import ContextAPI
from docker.utils import kwargs_from_env

from course.errors import EngineMissing, ImageMissing, SandboxError
from course.sandbox.named import NAMED, START_THE_ENGINE, silence
from course.sandbox.patience import Patience
from course.sandbox.pipe import Attached, Pipe
from course.sandbox.sockets import DEFAULT_SOCKET, knock, rootless_sockets

DETECT_SECONDS = 3.0
ANSWER_SECONDS = 60.0  # for images; a container is waited for as long as it is worth
LOOK_SECONDS, START_SECONDS, END_SECONDS = 10.0, 20.0, 3.0
CONNECTIONS = 32
GONE, BUSY = 404, 409


class Engine:
    """What the course asks of a Docker engine, and nothing more.

    Args:
        client: A connected low-level client.
        where: The address it was found at, for people to read.
    """

    def __init__(self, client: docker.APIClient, where: str) -> None:
        self._client = client
        self._within = patience = Patience(ANSWER_SECONDS)
        client._set_request_timeout = patience.bound  # noqa: SLF001  it knows one for all calls
        self.where = where
        with translated("say what it is"):
            parts = client.version(api_version=False).get("Components") or ()
        self.components = {str(part["Name"]): str(part.get("Version", "")) for part in parts}
        self.is_podman = any(name.startswith("Podman") for name in self.components)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    # -- containers

    def create(self, name: str, config: Mapping[str, Any]) -> str:
        """Create a container from a raw request body and return its id; never pulls."""
        with translated("create a container"), self._within(START_SECONDS):
            made = self._client.create_container_from_config(config, name)
        return str(made["Id"])

    def attach(self, container: str) -> Pipe:
        """Connect to the streams of a container; before its start, or output is lost."""
        params = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        with translated("attach to a container"), self._within(START_SECONDS):
            stream = self._client.attach_socket(container, params)
        pipe: Any = getattr(stream, "_sock", stream)
        pipe.settimeout(None)
        return Attached(pipe, stream)

    def start(self, container: str) -> None:
        """Start a created container."""
        with translated("start a container"), self._within(START_SECONDS):
            self._client.start(container)

    def is_removed(self, container: str, seconds: float) -> bool:
        """Wait until a container that has ended has removed itself; False when it has not."""
        try:
            with translated("wait for a container"):
                over = self._client.wait(container, timeout=seconds, condition="removed")
        except SandboxError as error:
            return isinstance(error.__cause__, docker.errors.NotFound)
        return not over.get("Error")

    def remove(self, container: str, *, tries: int = 12) -> None:
        """Kill and remove a container, however far it or its removal has come."""
        for attempt in range(tries):
            with translated("remove a container"), self._within(END_SECONDS):
                if _removed(self._client, container):
                    return
            time.sleep(0.02 * 2 ** min(attempt, 5))  # another removal is under way
        raise SandboxError(f"The container {container} resists its removal.", "Restart Docker.")

    def containers(self, label: str) -> list[dict[str, Any]]:
        """All containers with a label, running or not."""
        with translated("list containers"), self._within(LOOK_SECONDS):
            found: list[dict[str, Any]] = self._client.containers(
                all=True, filters={"label": label}
            )
        return found

    def inspect(self, container: str) -> dict[str, Any]:
        """Everything the engine knows about a container."""
        with translated("inspect a container"), self._within(LOOK_SECONDS):
            known: dict[str, Any] = self._client.inspect_container(container)
        return known

    def ending(self, container: str, *, wait_seconds: int = 2) -> tuple[int | None, bool]:
        """Exit code and whether memory ran out, from the engine's event log.

        The log outlives the container, which removes itself when it ends.
        """
        until = int(time.time()) + wait_seconds
        filters = {"container": container}
        oom = False
        with (
            translated("read its event log"),
            self._within(wait_seconds + END_SECONDS),
            contextlib.closing(
                self._client.events(since=0, until=until, filters=filters, decode=True)
            ) as events,
        ):
            for event in events:
                oom = oom or event.get("Action") == "oom"
                if event.get("Action") == "die":
                    return int(event["Actor"]["Attributes"]["exitCode"]), oom
        return None, oom

    # -- images

    def images(self, label: str) -> list[dict[str, Any]]:
        """All images with a label, newest first."""
        with translated("list images"), self._within(LOOK_SECONDS):
            found: list[dict[str, Any]] = self._client.images(filters={"label": label})
        return sorted(found, key=lambda image: -int(image["Created"]))

    def facts(self) -> dict[str, Any]:
        """What the engine says of itself and of what it can enforce, as `docker info` has it."""
        with translated("say what it can do"), self._within(None):
            return dict(self._client.info())

    def image_id(self, reference: str) -> str | None:
        """The id of a local image, or None."""
        try:
            with translated("look up an image"), self._within(LOOK_SECONDS):
                return str(self._client.inspect_image(reference)["Id"])
        except ImageMissing:
            return None

    def pull(self, reference: str) -> Iterator[dict[str, Any]]:
        """Fetch an image from its registry; yields the engine's progress messages."""
        with translated(f"pull {reference}"):
            yield from checked(self._client.pull(reference, stream=True, decode=True))

    def build(self, context: IO[bytes], **options: object) -> Iterator[dict[str, Any]]:
        """Build from a tar of the context; yields the engine's progress messages."""
        with translated("build the image"):
            yield from self._client.build(
                fileobj=context,
                custom_context=True,
                network_mode="host",
                rm=True,
                forcerm=True,
                decode=True,
                **options,
            )

    def import_root(self, tar: IO[bytes], tag: str, changes: Sequence[str]) -> None:
        """Make an image out of a tar of a root file system."""
        repository, _, version = tag.partition(":")
        with translated("import a root file system"), self._within(None):
            self._client.import_image_from_stream(tar, repository, version, changes=list(changes))

    def save(self, tag: str) -> Iterator[bytes]:
        """The image as a tar, in chunks."""
        with translated("save the image"):
            yield from self._client.get_image(tag)

    def load(self, tar: IO[bytes]) -> None:
        """Read images from a tar that `save` wrote."""
        with translated("load the image"), self._within(None):
            list(checked(self._client.load_image(tar) or ()))

    def remove_image(self, image: str) -> bool:
        """Remove an image; False when something still uses it or it is gone already."""
        with translated("remove an image"):
            try:
                self._client.remove_image(image, force=True)
            except docker.errors.APIError as error:
                if error.status_code not in {GONE, BUSY}:
                    raise
                return False
        return True


def _removed(client: docker.APIClient, container: str) -> bool:
    try:
        client.remove_container(container, force=True, v=True)
    except docker.errors.APIError as error:
        if error.status_code not in {GONE, BUSY}:
            raise
        return bool(error.status_code == GONE)
    return True


def connect(host: str | None = None) -> Engine:
    """The first engine that answers; raises EngineMissing with what was tried.

    An address that a person named (argument, DOCKER_HOST, DOCKER_CONTEXT) is the only one tried.
    """
    tried: list[str] = []
    for options in candidates(host, os.environ):
        where = str(options.get("base_url", DEFAULT_SOCKET))
        try:
            knock(where, DETECT_SECONDS)
            client = docker.APIClient(
                version="auto", timeout=DETECT_SECONDS, max_pool_size=CONNECTIONS, **options
            )
        except Exception as error:  # noqa: BLE001  whatever an address or a certificate leads to
            tried.append(f"{where}: {error}")
        else:
            return Engine(client, where)
    raise EngineMissing(*silence(host, os.environ, tried), "\n".join(tried))


def candidates(host: str | None, environment: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    """Where to look for an engine, in order; options for the client."""
    if host:
        return [{"base_url": host}]
    if environment.get("DOCKER_HOST"):
        return [environment_options(environment)]
    context = context_options(environment)
    if environment.get("DOCKER_CONTEXT"):
        return [context]
    return [context, *({"base_url": f"unix://{path}"} for path in rootless_sockets(environment))]


def environment_options(environment: Mapping[str, str]) -> dict[str, Any]:
    """What DOCKER_HOST and its companions say; raises EngineMissing that names what is off."""
    try:
        options: dict[str, Any] = kwargs_from_env(environment)
    except Exception as error:
        named = [f"{name}={environment[name]}" for name in NAMED if environment.get(name)]
        raise EngineMissing(
            f"The settings of Docker in the environment do not fit together: {', '.join(named)}.",
            f"Unset them ({' '.join(['unset', *NAMED])}), or start what they name.",
            str(error),
        ) from error
    return options


def context_options(environment: Mapping[str, str]) -> dict[str, Any]:
    """The address of the current `docker context`; a wrong name is an error, not the default."""
    name = environment.get("DOCKER_CONTEXT")
    with translated("read its contexts"):
        if name and ContextAPI.get_context(name) is None:
            raise EngineMissing(
                f"There is no Docker context named {name!r}.",
                "Unset DOCKER_CONTEXT, or name one that `docker context ls` shows.",
            )
        options: dict[str, Any] = ContextAPI.kwargs_from_context(environment=environment)
    return options


def checked(messages: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Progress messages; the one that says `error` is raised."""
    for message in messages:
        if "error" in message:
            raise SandboxError("The Docker engine gave up.", "", str(message["error"]))
        yield message


@contextlib.contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn what the driver raises while `doing` something into a CourseError."""
    try:
        yield
    except docker.errors.ImageNotFound as error:
        raise ImageMissing(
            "The sandbox image is not on this engine.", "Build it: course sandbox build", str(error)
        ) from error
    except docker.errors.APIError as error:
        raise SandboxError(
            f"The Docker engine refused to {doing}.",
            "`course doctor` may say why.",
            error.explanation or "",
        ) from error
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise EngineMissing(
            f"The Docker engine went away when asked to {doing}.", START_THE_ENGINE, str(error)
        ) from error
