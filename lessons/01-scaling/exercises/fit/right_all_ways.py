"""What would more workers bring? Tries every way to leave something out, and keeps the best."""

from dataclasses import dataclass
from functools import reduce


class NotEnough(ValueError):
    """The points do not say it."""


@dataclass(frozen=True)
class Row:
    u: float
    v: float
    y: float


def amdahl(workers, serial):
    return 1 / (serial + (1 - serial) / workers)


def usl(workers, alpha, beta):
    return workers / (1 + (workers - 1) * (alpha + beta * workers))


def rows(points):
    ordered = sorted(points)
    base = ordered[0][1]
    return [Row(n - 1, n * n - n, n / (rate / base) - 1) for n, rate in ordered[1:]]


def total(line, of):
    return reduce(lambda so_far, row: so_far + of(row), line, 0.0)


def fit_amdahl(points):
    line = rows(points)
    if not line:
        raise NotEnough("buy a second worker first")
    return total(line, lambda r: r.u * r.y) / total(line, lambda r: r.u**2)


def fit_usl(points):
    line = rows(points)
    if len({row.u for row in line}) <= 1:
        raise NotEnough("measure another crew first")
    uu, uv = total(line, lambda r: r.u**2), total(line, lambda r: r.u * r.v)
    vv, uy, vy = (
        total(line, lambda r: r.v**2),
        total(line, lambda r: r.u * r.y),
        total(line, lambda r: r.v * r.y),
    )
    det = uu * vv - uv**2
    ways = [
        ((uy * vv - uv * vy) / det, (uu * vy - uv * uy) / det),
        (uy / uu, 0),
        (0, vy / vv),
        (0, 0),
    ]
    allowed = [way for way in ways if min(way) >= 0]
    return list(
        min(allowed, key=lambda w: total(line, lambda r: (r.y - w[0] * r.u - w[1] * r.v) ** 2))
    )


def peak(alpha, beta, most):
    speed = [usl(n, alpha, beta) for n in range(1, most + 1)]
    return speed.index(max(speed)) + 1
