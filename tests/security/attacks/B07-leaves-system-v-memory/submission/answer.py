"""Fills memory that outlives its process, and leaves it behind."""
import ctypes

LIBRARY = ctypes.CDLL(None)
LIBRARY.shmat.restype = ctypes.c_void_p
MB = 1 << 20


def double(*args, **kwargs):
    for size in [8 * MB] * 12 + [MB] * 8:
        number = LIBRARY.shmget(0, size, 0o1600)
        if number >= 0:
            place = LIBRARY.shmat(number, None, 0)
            ctypes.memset(place, 1, size)
            LIBRARY.shmdt(ctypes.c_void_p(place))
    LIBRARY.semget(0, 4, 0o1600)
    LIBRARY.msgget(0, 0o1600)
    return None


label = nest = double
