"""Which keys are the course's own, so that no lesson takes them for a trigger."""

import string

RESERVED_KEYS = frozenset("enpqrsz?:" + string.digits + string.ascii_uppercase)
"""The lesson screen's: editor, next, previous, quit, … ; upper case opens a trigger's form."""

TRIGGER_KEYS = frozenset(string.ascii_lowercase) - RESERVED_KEYS
"""What a trigger may be bound to."""
