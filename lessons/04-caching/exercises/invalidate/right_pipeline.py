"""One generator for pages, one pipeline without a transaction for some of them at a time."""

from contextlib import closing


def pages(store, pattern):
    cursor, more = 0, True
    while more:
        cursor, keys = store.scan(cursor, pattern, 750)
        more = int(cursor) > 0
        if keys:
            yield keys


def invalidate(store, pattern):
    total = 0
    with closing(store.pipeline(transaction=False)) as pipe:
        for page in pages(store, pattern):
            pipe.delete(*page)
            if len(pipe) >= 4:
                total += sum(pipe.execute())
        return total + sum(pipe.execute())
