"""One slot for each of the twenty looks of five minutes."""


def decide(memory, now, current, asked, bounds):
    if memory == []:
        memory.extend([(now, current)] + [None] * 19)
        memory.append(0)
        wanted = max(current, asked)
        memory[0] = (now, wanted)
    else:
        memory[-1] = (memory[-1] + 1) % 20
        memory[memory[-1]] = (now, asked)
    young = [slot[1] for slot in memory[:-1] if slot and slot[0] > now - 300]
    result = max(young)
    if result < bounds[0]:
        return bounds[0]
    limit = bounds[1]
    if limit > 4 and limit > current * 2:
        limit = max(4, current * 2)
    return limit if result > limit else result
