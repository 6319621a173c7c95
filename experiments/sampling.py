"""Points of a design: every combination, a Latin hypercube, or a Sobol' sequence, always the same for one seed."""

import itertools
import math

import numpy as np
from scipy.stats import qmc

MOST_POINTS = 1_000_000


def grid(values: dict[str, list]) -> list[dict]:
    """Every combination; the last factor varies fastest."""
    return [dict(zip(values, each)) for each in itertools.product(*values.values())]


def grid_size(values: dict[str, list]) -> int:
    """Number of points of the grid, without making it."""
    return math.prod(len(each) for each in values.values())


def latin_hypercube(n: int, n_factors: int, seed: int) -> np.ndarray:
    """(n, n_factors) in [0, 1): each factor has one value in each of n equal strata.  Source: McKay, Beckman, Conover (1979)."""
    luck = np.random.Generator(np.random.PCG64(seed))
    strata = np.stack([luck.permutation(n) for _ in range(n_factors)], axis=1)
    return (strata + luck.random((n, n_factors))) / n


def sobol(n: int, n_factors: int, seed: int) -> np.ndarray:
    """(n, n_factors) in [0, 1): the first n of a Sobol' sequence, rotated by a draw of the seed; n is a power of two.

    Source: Sobol' (1967); rotation modulo 1: Cranley and Patterson (1976).  Alternative: Owen's scrambling.
    Reason: the same numbers whatever the version of scipy.
    """
    points = qmc.Sobol(n_factors, scramble=False).random_base2(round(math.log2(n)))
    return (points + np.random.Generator(np.random.PCG64(seed)).random(n_factors)) % 1.0


def between(share, low: float, high: float, scale: str):
    """The value at a share in [0, 1] of a range; on a log scale equal shares are equal ratios."""
    if scale == "log":
        return low * (high / low) ** np.asarray(share, float)
    return low + (high - low) * np.asarray(share, float)
