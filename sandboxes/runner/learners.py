"""Processes that have become the learner: one kept ready, all of them killed at once."""

from __future__ import annotations

import base64
import os

from runner import killing
from runner.birth import CLEAN, HASH_SEED, Born, hash_seed
from runner.child import Child, Ended, Late, Stray
from runner.client import ForkServer, Output
from runner.erasing import remains
from runner.rights import Limits
from runner.values import BadFrame, decode

TYPE_CHECKING = False  # importing `typing` takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PREPARE_SECONDS = 10.0  # to fork, empty the folder and write the files
KILL_SECONDS = 10.0  # who forks ahead of a list of processes is caught in the end


class FolderFault(Exception):
    """No files or no process for the submission; what runs already has filled the disk, say."""


class Work:
    """What a process is given: files, limits and what the rig published."""

    def __init__(
        self,
        entry: str = "",
        files: Mapping[str, bytes] | None = None,
        limits: Limits | None = None,
        rig: str = "{}",
    ) -> None:
        self.entry = entry
        self.files = files or {}
        self.limits = limits or Limits()
        self.rig = rig


class Learners:
    """All processes of the learner, and the spare one that has no rights dropped yet.

    Args:
        folder: The learner's own; in a container only the learner may look into it.
        uid: Whom the processes become; None leaves them with our rights.
        born: The fork server.
    """

    def __init__(self, folder: str, uid: int | None, born: Born) -> None:
        self._folder = folder
        self._uid = uid
        self._server = ForkServer(born)
        self._server.become(uid)
        self._loaded: set[str] = set()
        self._spare: Child | None = self._server.fork()
        self._spare_is_warm = False
        self._has_run = False  # something of the learner, since it was proved that nobody is left
        self._is_clean = False  # nothing of the learner has run since the folder was written

    @property
    def output(self) -> Output:
        """What they print."""
        return self._server.output

    def start(self, work: Work, environment: Mapping[str, str]) -> Child:
        """A process that is the learner, in a folder with exactly the files.

        Raises:
            FolderFault: The files cannot be written.
            RuntimeError: There is no process to be had, which is not the learner's fault.
        """
        child = self._take_spare()
        self._has_run = True
        wanted: dict[str, object] = {
            "uid": self._uid,
            "folder": self._folder,
            "files": _encoded(work.files) if self._is_clean else None,
            "entry": work.entry,
            "environment": {**self._environment(work), **environment},
            "limits": {
                "seconds": work.limits.seconds,
                "memory_mb": work.limits.memory_mb,
            },
        }
        self._is_clean = False
        try:
            told = decode(child.ask("prepare", wanted, PREPARE_SECONDS))
        except (Ended, Late, Stray, BadFrame) as error:
            child.discard()
            raise RuntimeError("the runner's process did not answer") from error
        if "refused" in told:
            child.discard()
            raise FolderFault(str(told["refused"]))
        return child

    def load(self, modules: Iterable[str]) -> None:
        """Import these before the next process starts."""
        missing = set(modules) - self._loaded
        if missing:
            self._loaded |= missing
            self._server.load(missing)
            self._drop_spare()
            self._spare = self._server.fork()

    def kill(self) -> None:
        """Leave none of them alive, and the next one to start a clean folder.

        Raises:
            RuntimeError: It cannot be proved that nobody is left.
        """
        self._is_clean = True
        if not self._has_run or not self._server.is_alive:
            return
        self._drop_spare()  # or it would be one that is left
        if not self._server.drain(KILL_SECONDS):
            raise RuntimeError("processes of the submission survived SIGKILL")
        self._has_run = False
        self._spare = self._server.fork()  # while nothing of the learner can be in its way

    def renew(self, around: str, uid: int, places: list[str]) -> tuple[str, list[str]]:
        """Remove all that is left of the learner and start another one.

        Args:
            around: A folder of ours that nobody else may list or write to: theirs is made in it.
            uid: Of the next one.
            places: Where learners can leave something behind.

        Returns:
            The folder of the next one, and what of the last one could not be removed.
        """
        self.kill()
        folders = [entry.path for entry in os.scandir(around)]
        left = self._server.erase([*places, *folders])
        left += [*_remove(folders), *remains(places)]
        self._folder = os.path.join(around, os.urandom(16).hex())
        self._server.become(uid)
        self._uid, self._is_clean = uid, True
        refused = self._server.make(self._folder)
        return self._folder, left + ([refused] if refused else [])

    def find(self) -> set[int]:
        """The processes of the learner as the system lists them: to be measured, not believed."""
        if self._uid is not None:
            return killing.of_uid(self._uid)
        spare = {self._spare.pid} if self._spare else set()
        return killing.descendants(self._server.pid) - spare

    def close(self) -> None:
        """Kill them and end the fork server; idempotent."""
        if self._server.is_alive:
            self.kill()
        self._drop_spare()
        self._server.close()

    def _environment(self, work: Work) -> dict[str, str]:
        return {
            **CLEAN,
            "HOME": self._folder,
            "PYTHONDONTWRITEBYTECODE": "1",
            HASH_SEED: hash_seed(),
            "LAB_RIG": work.rig,
        }

    def _take_spare(self) -> Child:
        if self._server.is_warm.is_set() and not self._spare_is_warm:
            self._drop_spare()
            self._spare_is_warm = True
        child = self._spare or self._server.fork()
        self._spare = None
        if child.known.wait(PREPARE_SECONDS) and child.refused:  # there was no room; now there is
            child = self._server.fork()
            child.known.wait(PREPARE_SECONDS)
        if child.refused and self._has_run:
            raise FolderFault("what it started leaves no room for another process")
        if not child.pid:
            raise RuntimeError(child.refused or "the runner did not answer")
        return child

    def _drop_spare(self) -> None:
        if self._spare is not None:
            self._spare.discard()
            self._spare = None


def _remove(folders: Iterable[str]) -> Iterator[str]:
    """Remove these folders, which are empty; those that are not."""
    for folder in folders:
        try:
            os.rmdir(folder)
        except OSError as error:
            yield f"{folder}: {error.strerror}"


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(content).decode() for name, content in files.items()}
