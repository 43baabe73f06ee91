"""What can go wrong in a lab, told apart by whose fault it is."""


class LabError(Exception):
    """Lesson code or a server did not do what it should; the text says what."""


class ServerMissing(LabError):
    """A server program that the lesson needs is not on this machine."""


class NotInTime(LabError):
    """Something that was awaited did not happen within its bound."""


class SubmissionFault(LabError):
    """The learner's program or configuration does not work; the text says how."""


class BadConfig(LabError):
    """A server refused its configuration; the text is what the server said."""
