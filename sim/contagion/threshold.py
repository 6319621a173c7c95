"""Threshold cascades on random networks: Watts, and Gai-Kapadia's robust-yet-fragile banks.

Choice: a node falls when its loss (or the share of fallen neighbours) reaches the threshold, `inclusive=True`;
equality within 1e-12 counts.  Source: Watts (2002), "at least a threshold fraction"; Gai & Kapadia (2010).
Alternative: a strict inequality, `inclusive=False`.  Reason: with equal exposures equality is common, and it moves
the window of contagion, so it is a parameter.

Choice: the final size starts from a small share of failed nodes, `seed_share`.  Source: Gleeson & Cahalane
(2007), eq. 1.  Alternative: the limit 0, where size jumps.  Reason: below the window the size stays readable.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from sim.contagion.threshold_simulation import simulate_gai_kapadia, simulate_watts
from sim.core.errors import UserError, did_you_mean

__all__ = [
    "AnalyticCascade",
    "Simulation",
    "gai_kapadia_analytic",
    "gai_kapadia_window",
    "simulate",
    "watts_analytic",
    "watts_window",
]

TIE = 1e-12


@dataclass(frozen=True)
class AnalyticCascade:
    """The limit of an infinite random network."""

    cascade_condition: float  # expected new vulnerable nodes per vulnerable node; above 1 cascades can be global
    frequency: float  # probability that one random failure sets off a global cascade
    extent: float  # share of nodes that fall in one

    @property
    def trigger_prob(self) -> float:
        """Watts's word for `frequency`."""
        return self.frequency

    @property
    def size(self) -> float:
        """Watts's word for `extent`."""
        return self.extent


@dataclass(frozen=True)
class Simulation:
    """Monte Carlo estimates; extents are over the draws with contagion, nan if there were none."""

    frequency: float
    frequency_se: float
    extent: float
    extent_se: float
    draws: int
    contagions: int
    shares: np.ndarray  # (draws,): share of nodes that fell in each draw


def watts_analytic(mean_degree, threshold, *, inclusive=True, seed_share=1e-7) -> AnalyticCascade:
    """Watts's cascade on an undirected Poisson network of `mean_degree`; a node falls at `threshold` of its neighbours.

    Raises: UserError if mean_degree is not above 0 or threshold not in (0, 1].
    Source: Watts (2002), eq. 5; Newman, Strogatz & Watts (2001) for the trigger; Gleeson & Cahalane (2007) for the
    size.
    """
    z = _positive("mean_degree", mean_degree)
    degree = _degrees(z)
    needed = _needed(degree, _unit("threshold", threshold), inclusive)
    most = _most_vulnerable(needed)
    at_edge = stats.poisson.pmf(degree - 1, z)  # excess degree + 1: degree of the node an edge leads to
    condition = z * stats.poisson.cdf(most - 2, z)
    vulnerable = at_edge * (needed <= 1)

    def missed(u):
        return 1.0 - vulnerable.sum() + np.sum(vulnerable * u ** np.maximum(degree - 1.0, 0.0))

    frequency = 1.0 - math.exp(z * (_least_fixed_point(missed, condition) - 1.0))
    fallen = _final_share(lambda q: np.sum(at_edge * _at_least(needed, degree - 1, q)), seed_share)
    extent = seed_share + (1.0 - seed_share) * np.sum(stats.poisson.pmf(degree, z) * _at_least(needed, degree, fallen))
    return AnalyticCascade(float(condition), float(frequency), float(extent))


def watts_window(threshold, *, inclusive=True):
    """(lowest, highest) mean degree between which global cascades are possible; None if there is none.

    Source: Watts (2002), eq. 5 with equality.
    """
    most = _most_vulnerable(_needed(_degrees(1.0 / _unit("threshold", threshold) + 50.0), threshold, inclusive))
    return _window(most - 2)


def gai_kapadia_analytic(mean_degree, capital, interbank_assets, inclusive=True, *, seed_share=1e-9) -> AnalyticCascade:
    """Gai-Kapadia contagion: directed Poisson links, `interbank_assets` split evenly over borrowers, nothing recovered.

    capital and interbank_assets are shares of total assets, (0, 1]; mean_degree is the mean number of borrowers.
    Frequency: branching process of vulnerable lenders.  Extent: fixed point of the share of failed borrowers.
    Raises: UserError on a value out of range.  Source: Gai & Kapadia (2010), section 2; Gleeson & Cahalane (2007) for
    the size.
    """
    z = _positive("mean_degree", mean_degree)
    threshold = _positive("capital", capital) / _positive("interbank_assets", interbank_assets)
    degree = _degrees(z)
    needed = _needed(degree, threshold, inclusive)
    most = _most_vulnerable(needed)
    reach = stats.poisson.cdf(most - 1, z)  # an edge leads to a lender with j borrowers with probability j p_j / z
    condition = z * reach
    lost = _least_fixed_point(lambda u: 1.0 - reach + reach * math.exp(z * (u - 1.0)), condition)
    share = stats.poisson.pmf(degree, z)
    extent = _final_share(lambda q: np.sum(share * _at_least(needed, degree, q)), seed_share)
    return AnalyticCascade(float(condition), 1.0 - math.exp(z * (lost - 1.0)), float(extent))


def gai_kapadia_window(capital, interbank_assets, inclusive=True):
    """(lowest, highest) mean degree between which contagion can spread; None if it never can.

    Source: Gai & Kapadia (2010), section 2.
    """
    threshold = _positive("capital", capital) / _positive("interbank_assets", interbank_assets)
    return _window(_most_vulnerable(_needed(_degrees(1.0 / threshold + 50.0), threshold, inclusive)) - 1)


def simulate(model, n, mean_degree, draws, seed, **parameters) -> Simulation:
    """Monte Carlo on networks of `n` nodes, a fresh network and one random first failure in each draw.

    model: "watts" (threshold) or "gai_kapadia" (capital, interbank_assets); both take inclusive=True and
    contagion_threshold=0.05, the share of fallen nodes above which a draw counts as contagion.
    Draws: INTERBANK_TIES (links), SHOCK_TARGET (first failure), one day per draw.
    Raises: UserError on an unknown model or parameter.  Source: Gai & Kapadia (2010), section 3; Watts (2002), Fig. 1.
    """
    known = {"watts": {"threshold"}, "gai_kapadia": {"capital", "interbank_assets"}}
    if model not in known:
        raise UserError(f"model: is {model!r}; known models: {', '.join(known)}{did_you_mean(model, known)}")
    needs = known[model]
    for name in parameters:
        if name not in needs | {"inclusive", "contagion_threshold"}:
            raise UserError(f"simulate: no parameter {name!r} for {model}{did_you_mean(name, needs)}")
    for name in needs - set(parameters):
        raise UserError(f"simulate: {model} needs {name}")
    if int(n) < 2 or int(draws) < 1:
        raise UserError("simulate: n must be 2 or more and draws 1 or more")
    z = _positive("mean_degree", mean_degree)
    inclusive = bool(parameters.get("inclusive", True))
    if model == "watts":
        shares = simulate_watts(
            int(n), z, int(draws), int(seed), _unit("threshold", parameters["threshold"]), inclusive, TIE
        )
    else:
        threshold = _positive("capital", parameters["capital"]) / _positive(
            "interbank_assets", parameters["interbank_assets"]
        )
        shares = simulate_gai_kapadia(int(n), z, int(draws), int(seed), threshold, inclusive, TIE)
    large = shares[shares > float(parameters.get("contagion_threshold", 0.05))]
    frequency = large.size / shares.size
    return Simulation(
        frequency=frequency,
        frequency_se=math.sqrt(frequency * (1.0 - frequency) / shares.size),
        extent=float(large.mean()) if large.size else math.nan,
        extent_se=float(large.std(ddof=1) / math.sqrt(large.size)) if large.size > 1 else math.nan,
        draws=shares.size,
        contagions=int(large.size),
        shares=shares,
    )


def _degrees(z: float) -> np.ndarray:
    """Degrees 1.. so far that the Poisson tail beyond is below 1e-15."""
    return np.arange(1, int(stats.poisson.isf(1e-16, z)) + 20)


def _needed(degree, threshold, inclusive):
    """How many of `degree` neighbours must fall for a node to fall: m / degree >= threshold (or >)."""
    exact = threshold * degree
    if inclusive:
        return np.maximum(np.ceil(exact * (1.0 - TIE)), 1.0)
    return np.floor(exact * (1.0 + TIE)) + 1.0


def _most_vulnerable(needed) -> int:
    """The largest degree at which one fallen neighbour is enough (it falls with degree, so a count)."""
    return int(np.sum(needed <= 1))


def _at_least(needed, trials, q):
    """P(Binomial(trials, q) >= needed)."""
    return stats.binom.sf(needed - 1, trials, q)


def _least_fixed_point(f, condition) -> float:
    """The extinction probability: least u in [0, 1] with u = f(u), f convex with f(1) = 1."""
    if condition <= 1.0:
        return 1.0
    top = 1.0 - 1e-3
    while f(top) - top >= 0.0 and top < 1.0 - 1e-15:  # just above the knife edge the root is close to 1
        top = 1.0 - (1.0 - top) / 8.0
    if f(top) - top >= 0.0:
        return 1.0
    return float(optimize.brentq(lambda u: f(u) - u, 0.0, top, xtol=1e-16, rtol=1e-15)) if f(0.0) > 0 else 0.0


def _final_share(response, seed_share) -> float:
    """q = s + (1 - s) response(q), the least solution, climbing from s."""
    q = seed_share
    for _ in range(1_000_000):
        after = seed_share + (1.0 - seed_share) * float(response(q))
        if abs(after - q) <= 1e-15 + 1e-13 * q:
            return after
        q = after
    return q


def _window(last: int):
    """Roots of z P(Poisson(z) <= last) = 1."""
    if last < 0:
        return None

    def excess(z):
        return z * stats.poisson.cdf(last, z) - 1.0

    grid = np.linspace(1e-3, 3.0 * last + 20.0, 4000)
    peak = float(optimize.minimize_scalar(lambda z: -excess(z), bounds=(0.0, grid[-1]), method="bounded").x)
    peak = max(peak, float(grid[np.argmax(excess(grid))]), key=excess)
    if excess(peak) <= 0.0:
        return None
    top = grid[-1]
    while excess(top) > 0.0:
        top *= 2.0
    return (
        float(optimize.brentq(excess, 0.0, peak, xtol=1e-13)),
        float(optimize.brentq(excess, peak, top, xtol=1e-13)),
    )


def _positive(name, value) -> float:
    if not float(value) > 0.0:
        raise UserError(f"{name}: is {value}; it must be above 0")
    return float(value)


def _unit(name, value) -> float:
    if not 0.0 < float(value) <= 1.0:
        raise UserError(f"{name}: is {value}; it must lie above 0 and at most 1")
    return float(value)
