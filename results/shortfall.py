"""Expected shortfall, and bootstrap intervals of what is computed from many paired paths."""

from collections.abc import Callable

import numpy as np


def expected_shortfall(losses, level: float = .95) -> float:
    """Mean of the worst 1 - level of the losses (n,), a part of a loss counted in part.

    Source: Acerbi and Tasche (2002), the estimator that is right in small samples too.  Raises: ValueError without losses.
    """
    losses = np.sort(np.asarray(losses, float))[::-1]
    if len(losses) == 0:
        raise ValueError("expected_shortfall: no losses")
    count = len(losses) * (1 - level)
    whole = int(np.floor(count + 1e-9))
    rest = max(count - whole, 0.0)
    return float((losses[:whole].sum() + (rest * losses[whole] if rest > 1e-9 else 0.0)) / count)


def bootstrap(samples, number: Callable, replications: int = 2_000, level: float = .95, seed: int = 1) -> tuple[float, float, float]:
    """(estimate, low, high) of number(*samples): percentile interval over resampled paths, the same ones in every sample.

    samples: arrays (n,) whose i-th values come from the same path.  Source: Efron and Tibshirani (1993), percentile interval of pairs.
    """
    samples = [np.asarray(each, float) for each in samples]
    luck = np.random.default_rng(seed).integers(0, len(samples[0]), (replications, len(samples[0])))
    drawn = [number(*(each[chosen] for each in samples)) for chosen in luck]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(number(*samples)), float(low), float(high)
