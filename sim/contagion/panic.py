"""Panic: when depositors run, in the models of the literature, and runs that spread from neighbour to neighbour."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import integrate, stats

from sim.contagion.furfine import TIE, Cascade
from sim.contagion.matrix import Rows, by_columns, node_mask, row_sums, square_rows, vector
from sim.core.errors import UserError
from sim.core.kernels import kernel


@dataclass(frozen=True)
class DiamondDybvig:
    """The planner's deposit contract on 1 unit; shares are of all depositors."""

    c1: float  # for who withdraws early
    c2: float  # for who waits
    bank_exhausted_if_withdrawal_share_above: float  # 1 / c1, with sequential service
    patient_indifferent_share: float  # above it a patient depositor rather withdraws
    run_equilibrium: bool  # c1 above 1: if all run, the bank cannot pay all


def diamond_dybvig(gamma, R, t, *, rho=1.0) -> DiamondDybvig:
    """The best contract: relative risk aversion `gamma`, long return `R`, share `t` of early consumers, patience `rho`.

        u'(c1) = rho R u'(c2),   t c1 + (1 - t) c2 / R = 1,   u'(c) = c^-gamma

    Raises: UserError on a value out of range.  Source: Diamond & Dybvig (1983), sections II and III.
    """
    _check("gamma", gamma, gamma > 0, "above 0")
    _check("R", R, R > 1, "above 1")
    _check("t", t, 0 <= t <= 1, "between 0 and 1")
    _check("rho", rho, rho > 0, "above 0")
    ratio = (rho * R) ** (1.0 / gamma)  # c2 / c1
    c1 = 1.0 / (t + (1.0 - t) * ratio / R)
    return DiamondDybvig(c1, c1 * ratio, 1.0 / c1, (R - c1) / (c1 * (R - 1.0)), c1 > 1.0)


@dataclass(frozen=True)
class MorrisShin:
    """Attack if the signal is below x_star; the regime falls if the fundamental is below theta_star."""

    theta_star: float
    x_star: float


def morris_shin(cost, sigma) -> MorrisShin:
    """The global game of regime change: an attack costs `cost` and pays 1 if the regime falls; normal noise `sigma`.

        theta* = 1 - cost,   x* = theta* + sigma Phi^-1(theta*)

    with a uniform prior; the regime falls if the share that attacks is at least theta.

    Raises: UserError on a value out of range.  Source: Morris & Shin (1998, 2003).
    """
    _check("cost", cost, 0 < cost < 1, "between 0 and 1, both excluded")
    _check("sigma", sigma, sigma >= 0, "0 or more")
    theta = 1.0 - cost
    return MorrisShin(theta, theta + sigma * float(stats.norm.ppf(theta)))


@dataclass(frozen=True)
class GoldsteinPauzner:
    """Fundamentals theta, the probability that the long project pays."""

    theta_star: float  # below it all run; above 1 they always do
    theta_lower_dominance: float  # below it a patient depositor runs even if no other patient one does


def goldstein_pauzner(r1, R, lam, gamma) -> GoldsteinPauzner:
    """The run threshold as noise vanishes: early payment `r1`, late `R` with probability theta, share `lam` impatient.

        theta* int_lam^(1/r1) U(R (1 - n r1) / (1 - n)) dn = U(r1) (1/r1 - lam) + int_(1/r1)^1 U(r1) / (n r1) dn

    with U(c) = u(1 + c) - u(1) and u of relative risk aversion `gamma`, so that U(0) = 0.
    Choice: this U.  Source: assumption.  Alternative: any u with u(0) = 0.  Reason: constant relative
    risk aversion is not finite at 0.
    Raises: UserError on a value out of range.  Source: Goldstein & Pauzner (2005), Theorem 1.
    """
    _check("r1", r1, r1 >= 1, "1 or more")
    _check("R", R, R > r1, "above r1")
    _check("lam", lam, 0 <= lam < 1 / r1, "between 0 and 1 / r1")
    _check("gamma", gamma, gamma >= 0, "0 or more")

    def utility(c):
        return np.log1p(c) if gamma == 1 else ((1.0 + c) ** (1.0 - gamma) - 1.0) / (1.0 - gamma)

    def if_wait(n):
        return utility(R * (1.0 - n * r1) / (1.0 - n)) if n < 1.0 else utility(0.0)

    early = float(utility(r1))
    wait, _ = integrate.quad(if_wait, lam, 1.0 / r1, epsabs=1e-13, epsrel=1e-12, limit=500)
    loss = early * (1.0 / r1 - lam) + early / r1 * math.log(r1)
    return GoldsteinPauzner(loss / wait, early / float(if_wait(lam)))


@dataclass(frozen=True)
class RochetVives:
    """Returns R of the illiquid asset; between the two thresholds the bank is solvent and illiquid."""

    withdraw_share_at_threshold: float
    R_star: float  # below it the bank fails
    solvency_threshold_R_s: float  # below it the bank would fail without any run


def rochet_vives(I, m, fire_sale_cost, gamma) -> RochetVives:  # noqa: E741 - the paper's letter
    """Managers of uninsured deposits (1 unit) leave iff the bank fails with probability above `gamma`; diffuse prior.

    The bank has cash `m` and `I` illiquid; selling early yields R / (1 + fire_sale_cost).

        R_s = (1 - m) / I,   R* = (1 - m + fire_sale_cost max(0, x - m)) / I,   x = 1 - gamma

    Raises: UserError on a value out of range.  Source: Rochet & Vives (2004), limit of precise signals.
    """
    _check("I", I, I > 0, "above 0")
    _check("m", m, m >= 0, "0 or more")
    _check("fire_sale_cost", fire_sale_cost, fire_sale_cost >= 0, "0 or more")
    _check("gamma", gamma, 0 < gamma < 1, "between 0 and 1, both excluded")
    leaving = 1.0 - gamma
    return RochetVives(leaving, (1.0 - m + fire_sale_cost * max(0.0, leaving - m)) / I, (1.0 - m) / I)


def threshold_run(graph, threshold, seeds=(), *, inclusive=True, weighted=False) -> Cascade:
    """A run on a graph: who sees a share `threshold` of those she watches withdraw, withdraws next.

    graph: (n, n) dense or sparse, entry [i, j] is not 0 where i watches j (its weight counts if `weighted`), or a
    networkx graph (an undirected tie is seen from both sides).  threshold: one for all or (n,), share of the watched.
    seeds: ids or a mask of those who withdraw first; if inclusive, who has a threshold of 0 or less joins them (an
    instigator). `defaulted` of the result is who withdrew.

    Who watches nobody follows nobody.  Raises: UserError on a wrong shape or id.  Source: Granovetter (1978); Watts
    (2002).
    """
    if hasattr(graph, "adjacency"):
        import networkx as nx

        graph = nx.to_scipy_sparse_array(graph, weight="weight" if weighted else None, dtype=float)
    rows = square_rows("graph", graph, allow_diagonal=True)
    data = np.where(_own(rows), 0.0, rows.data if weighted else (rows.data != 0).astype(float))
    rows = rows._replace(data=data)
    threshold = vector("threshold", threshold, rows.n)
    watched = row_sums(rows.start, data)
    limit = threshold * watched
    limit = limit * (1.0 - TIE) if inclusive else limit * (1.0 + TIE)
    first = node_mask("seeds", seeds, rows.n)
    if inclusive:
        first |= threshold <= 0
    runs = np.zeros(rows.n, dtype=bool)
    rounds = []
    seen = np.zeros(rows.n)
    watchers = by_columns(rows)
    fresh = np.flatnonzero(first)
    while fresh.size:
        rounds.append(fresh.tolist())
        runs[fresh] = True
        _seen_by(*watchers, fresh, seen)
        fresh = np.flatnonzero(~runs & (seen > 0) & ((seen >= limit) if inclusive else (seen > limit)))
    return Cascade(rounds, runs)


def _own(rows: Rows):
    return rows.column == np.repeat(np.arange(rows.n), np.diff(rows.start))


@kernel
def _seen_by(start, watcher, weight, fresh, seen):
    for j in fresh:
        for k in range(start[j], start[j + 1]):
            seen[watcher[k]] += weight[k]


def _check(name, value, allowed, text):
    if not allowed:
        raise UserError(f"{name}: is {value}; it must be {text}")
