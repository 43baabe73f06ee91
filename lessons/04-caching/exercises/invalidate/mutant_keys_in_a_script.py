"""Mutant: hides KEYS in a script, where it blocks just the same."""

SCRIPT = """
local names = redis.call('KEYS', ARGV[1])
for _, name in ipairs(names) do redis.call('UNLINK', name) end
return #names
"""


def invalidate(store, pattern):
    """Let a script do it all."""
    return store.eval(SCRIPT, 0, pattern)
