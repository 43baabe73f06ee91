"""What would more workers bring? Fitted by walking downhill, and never below 0."""


def amdahl(workers, serial):
    return workers / (1 + serial * (workers - 1))


def usl(workers, alpha, beta):
    waiting = alpha * (workers - 1)
    agreeing = beta * (workers**2 - workers)
    return workers / (1 + waiting + agreeing)


def seen(points):
    rates = {}
    for workers, rate in points:
        rates.setdefault(workers, []).append(rate)
    (one,) = rates.pop(1)
    return [(n, n * one / rate - 1) for n, found in rates.items() for rate in found]


def downhill(columns, wanted):
    """Coordinate by coordinate to the lowest sum of squares among those that are not negative."""
    weights = [0.0] * len(columns)
    for _ in range(20_000):
        before = list(weights)
        for k, column in enumerate(columns):
            rest = [
                y - sum(w * c[i] for j, (w, c) in enumerate(zip(weights, columns)) if j != k)
                for i, y in enumerate(wanted)
            ]
            best = sum(x * r for x, r in zip(column, rest)) / sum(x * x for x in column)
            weights[k] = max(0.0, best)
        if max(abs(old - new) for old, new in zip(before, weights)) < 1e-14:
            break
    return weights


def fit_amdahl(points):
    rows = seen(points)
    if not rows:
        raise ValueError("no crew besides one worker")
    return downhill([[n - 1 for n, _ in rows]], [y for _, y in rows])[0]


def fit_usl(points):
    rows = seen(points)
    if len({n for n, _ in rows}) < 2:
        raise ValueError("two crews, please")
    return downhill(
        [[n - 1 for n, _ in rows], [n * (n - 1) for n, _ in rows]], [y for _, y in rows]
    )


def peak(alpha, beta, most):
    chosen = most
    for crew in range(most, 0, -1):
        if usl(crew, alpha, beta) >= usl(chosen, alpha, beta):
            chosen = crew
    return chosen
