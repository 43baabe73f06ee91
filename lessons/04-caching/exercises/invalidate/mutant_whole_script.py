"""Mutant: pages, all of them within one script, which nobody interrupts."""

SCRIPT = """
local cursor, removed = '0', 0
repeat
  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 500)
  cursor = page[1]
  if #page[2] > 0 then removed = removed + redis.call('UNLINK', unpack(page[2])) end
until cursor == '0'
return removed
"""


def invalidate(store, pattern):
    """Let one script do it all."""
    return store.eval(SCRIPT, 0, pattern)
