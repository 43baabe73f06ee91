"""Keeps only those that can still become the highest, the highest first."""


def decide(memory, now, current, asked, bounds):
    least, most = bounds
    if not memory:
        memory.append([now, current])
    while memory and memory[-1][1] <= asked:
        memory.pop()
    memory.append([now, asked])
    while memory[0][0] <= now - 300:
        memory.pop(0)
    highest = memory[0][1]
    return least if highest < least else min(highest, most, max(2 * current, 4))
