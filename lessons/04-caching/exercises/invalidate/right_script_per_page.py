"""A script for each page: found and removed in one step, and everybody has a turn between them."""

STEP = """
local found = redis.call('SCAN', KEYS[1], 'MATCH', ARGV[1], 'COUNT', ARGV[2])
local gone = 0
for _, key in ipairs(found[2]) do gone = gone + redis.call('DEL', key) end
return {found[1], gone}
"""


def invalidate(store, pattern):
    step = store.register_script(STEP)
    cursor, gone = step(keys=["0"], args=[pattern, 300])
    total = gone
    while cursor not in (b"0", "0"):
        cursor, gone = step(keys=[cursor], args=[pattern, 300])
        total += gone
    return total
