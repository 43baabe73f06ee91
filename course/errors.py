"""Everything a person can act on.

CourseError                 exit 2   what happened, then what to do next
├── UsageError              exit 2   the command or its arguments are off
├── LessonError             exit 2   a lesson's folder or code is at fault (path, line)
│   └── SubmissionRefused            the learner's program or configuration does not work
├── StorageError            exit 2   progress, workspace or a recording cannot be read or written
│   └── ChangedMeanwhile             another program has written the file that is open here
├── CourseNotTrusted    exit 2   nobody has agreed to run somebody else's course here
├── NoEditor                exit 2   there is no editor of the learner's own to start
└── SandboxError            exit 3   no sandbox, or it was lost
    ├── EngineMissing                no Docker engine answers
    ├── ImageMissing                 the engine answers but the image is not built
    ├── ServerMissing                a server program that a lesson needs is not on this machine
    ├── SandboxLost                  the agent ended or stopped answering
    ├── MachineBusy                  the machine gave it no processor for too long
    └── WireBroken                   the other end sent something that is not the wire
"""

from typing import ClassVar


class CourseError(Exception):
    """Something happened that a person can act on.

    Args:
        summary: One sentence about what happened.
        hint: What to do next; empty when there is nothing to do.
        evidence: Path, line, key or last output that shows it (untrusted text allowed).
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, summary: str, hint: str = "", evidence: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint
        self.evidence = evidence


class UsageError(CourseError):
    """The command or its arguments are off."""


class LessonError(CourseError):
    """A lesson's folder or code is at fault; the evidence says where."""


class SubmissionRefused(LessonError):
    """The learner's program or configuration does not work in the sandbox; never our fault."""


class StorageError(CourseError):
    """Progress, workspace or a recording cannot be read or written."""


class ChangedMeanwhile(StorageError):
    """Another program has written a file since it was read here."""


class CourseNotTrusted(CourseError):
    """Nobody has agreed to run this course's code on this computer."""


class NoEditor(CourseError):
    """There is no editor of the learner's own to start."""


class SandboxError(CourseError):
    """There is no sandbox to run in, or it was lost."""

    exit_code: ClassVar[int] = 3


class EngineMissing(SandboxError):
    """No Docker engine answers."""


class ImageMissing(SandboxError):
    """The engine answers, but the sandbox image is not there."""


class ServerMissing(SandboxError):
    """A server program that the lesson needs is not on this machine."""


class SandboxLost(SandboxError):
    """The agent ended or stopped answering."""


class MachineBusy(SandboxError):
    """The machine had no processor for the sandbox for so long that nobody can judge."""


class WireBroken(SandboxError):
    """The other end sent something that is not the wire."""
