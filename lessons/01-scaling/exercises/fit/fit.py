"""What would more workers bring?"""

Points = list[list[float]]  # [workers, pages a second]


def amdahl(workers: int, serial: float) -> float:
    """How much faster so many workers are than one, by Amdahl's law."""
    return 1.0 * workers


def usl(workers: int, alpha: float, beta: float) -> float:
    """How much faster so many workers are than one, by the universal scalability law."""
    return 1.0 * workers


def fit_amdahl(points: Points) -> float:
    """The serial share that fits the points best."""
    return 0.0


def fit_usl(points: Points) -> list[float]:
    """Alpha and beta that fit the points best; neither is negative."""
    return [0.0, 0.0]


def peak(alpha: float, beta: float, most: int) -> int:
    """With how many workers, from 1 to `most`, usl() is highest."""
    return most
