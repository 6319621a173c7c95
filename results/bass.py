"""Bass: the curve of adoption out of innovation and imitation, and its fit to a series of adopters.

dN/dt = (p + q N / m)(m - N): p per year acts on everybody who is left, q per year in proportion to those who adopted before.
Source: Bass (1969); fit by nonlinear least squares on the adopters of each period: Srinivasan and Mason (1986).

Choice: least squares on adopters by period, all of p, q and m fitted.  Source: Srinivasan and Mason (1986).  Alternative: ordinary
least squares on the discrete recursion (Bass 1969), maximum likelihood (Schmittlein and Mahajan 1982).  Reason: the recursion is biased
for long periods; the likelihood understates its errors, since what disturbs a curve in use is not who happens to be drawn.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from sim.core.errors import UserError

LEAST_PERIODS = 6
STARTS = [(p, q) for p in (.0003, .003, .03, .3) for q in (.01, .1, .4, 1.0, 3.0)]  # per year
FASTEST = 50.0  # bound of p and q, per year
LARGEST = 1_000.0  # bound of m, times the adopters seen
LEAST_SEEN = .02  # a series that saw less of the fitted market is its beginning, straight or exponential, and tells nothing of its size


@dataclass(frozen=True)
class BassFit:
    """A fitted curve.

    p, q: per year.  market_size: all who will ever adopt, in the unit of the adopters.  p_error, q_error, market_error: standard
    errors, from the curvature at the optimum and independent disturbances; 0 for a market size that was given.
    r_squared: of adopters by period, nan if all are equal.  n_periods: fitted.  periods_a_year: of the series.
    """

    p: float
    q: float
    market_size: float
    p_error: float
    q_error: float
    market_error: float
    r_squared: float
    n_periods: int
    periods_a_year: float

    @property
    def peak_year(self) -> float:
        """Years from the start of the series to the most adopters a year; 0 where imitation does not outweigh (q <= p)."""
        return float(np.log(self.q / self.p) / (self.p + self.q)) if self.q > self.p else 0.0

    def adopters(self, first: int, stop: int) -> np.ndarray:
        """Adopters in each of the periods first..stop-1, (stop - first,), counted from the first of the series."""
        edges = np.arange(first, stop + 1) / self.periods_a_year
        return self.market_size * np.diff(adopted_share(edges, self.p, self.q))


def adopted_share(years, p: float, q: float) -> np.ndarray:
    """F(t) = (1 - e^-(p+q)t) / (1 + (q/p) e^-(p+q)t), the shape of `years`; p > 0 and q >= 0 per year."""
    left = np.exp(-(p + q) * np.asarray(years, float))
    return (1.0 - left) / (1.0 + q / p * left)


def recursion(p: float, q: float, n_periods: int) -> np.ndarray:
    """The discrete Bass model: F_0 = 0, F_t+1 = F_t + (p + q F_t)(1 - F_t), p and q per period; (n_periods + 1,)."""
    share = np.zeros(n_periods + 1)
    for t in range(n_periods):
        share[t + 1] = share[t] + min(p + q * share[t], 1.0) * (1.0 - share[t])
    return share


def fit_bass(adopters, *, periods_a_year: float = 12.0, market_size: float | None = None) -> BassFit:
    """Fit p, q and m to the adopters of each period, (n,), the first period being the first in which anybody could adopt.

    market_size: m if it is known; otherwise fitted.
    Raises: UserError if the series is shorter than LEAST_PERIODS, has entries that are no numbers of 0 or more or no adopters, or does
    not tell the size of the market (flat or still exponential: the standard error of m exceeds m, or less than LEAST_SEEN of m was seen).
    """
    seen = _checked(adopters, periods_a_year, market_size)
    total = seen.sum()
    edges = np.arange(len(seen) + 1) / periods_a_year
    values = seen / total
    known = None if market_size is None else market_size / total
    best = _best_fit(values, edges, known)
    p, q = best.x[:2]
    m = best.x[2] if known is None else known
    errors = _standard_errors(best.jac, best.fun)
    m_error = errors[2] if known is None else 0.0
    if known is None and not (1.0 / m >= LEAST_SEEN and m_error < m):
        raise UserError(f"fit_bass: {len(seen)} periods with {total:g} adopters do not tell the size of the market "
                        f"(fitted {m * total:.3g}, standard error {m_error * total:.2g}); "
                        "give periods past the peak, or market_size")
    spread = ((values - values.mean()) ** 2).sum()
    r_squared = 1.0 - (best.fun ** 2).sum() / spread if spread > 0 else np.nan
    return BassFit(float(p), float(q), float(m * total), float(errors[0]), float(errors[1]), float(m_error * total),
                   float(r_squared), len(seen), float(periods_a_year))


def _checked(adopters, periods_a_year, market_size) -> np.ndarray:
    try:
        seen = np.asarray(adopters, float)
    except (TypeError, ValueError):
        raise UserError("fit_bass: adopters are no list of numbers") from None
    if seen.ndim != 1:
        raise UserError(f"fit_bass: adopters have {seen.ndim} dimensions; they must be one series")
    if len(seen) < LEAST_PERIODS:
        raise UserError(f"fit_bass: {len(seen)} periods; a curve of three numbers needs {LEAST_PERIODS} or more")
    wrong = np.flatnonzero(~(np.isfinite(seen) & (seen >= 0)))
    if len(wrong):
        raise UserError(f"fit_bass: adopters[{wrong[0]}] is {seen[wrong[0]]:g}; adopters must be numbers of 0 or more")
    if not 0 < periods_a_year < np.inf:
        raise UserError(f"fit_bass: periods_a_year is {periods_a_year:g}; it must be more than 0")
    total = seen.sum()
    if total == 0:
        raise UserError("fit_bass: nobody adopted")
    if market_size is not None and not total <= market_size < np.inf:
        raise UserError(f"fit_bass: market_size is {market_size:g}, but {total:g} adopted; it must be that or more")
    return seen


def _best_fit(values, edges, known):
    """The best of all starts; unknowns (p, q, m over adopters seen), or (p, q)."""
    upper = np.array([FASTEST, FASTEST, LARGEST])[: 3 if known is None else 2]
    lower = np.array([1e-9, 0.0, 1e-3])[: len(upper)]

    def residuals(x):
        return (x[2] if known is None else known) * np.diff(adopted_share(edges, x[0], x[1])) - values

    starts = []
    for p, q in STARTS:
        shape = np.diff(adopted_share(edges, p, q))
        m = np.clip(values @ shape / max(shape @ shape, 1e-300), .01, .5 * LARGEST)  # for given p, q the best m is linear
        start = np.array([p, q, m])[: len(upper)]
        starts.append(((residuals(start) ** 2).sum(), tuple(start)))
    fits = [least_squares(residuals, start, bounds=(lower, upper), x_scale=np.maximum(start, 1e-3), xtol=1e-12, ftol=1e-12,
                          gtol=1e-12, max_nfev=300) for _, start in sorted(starts)[:4]]
    return min(fits, key=lambda fit: fit.cost)


def _standard_errors(jacobian, residual) -> np.ndarray:
    """Roots of the diagonal of s^2 (J'J)^-1; infinite where the data do not tell."""
    n, k = jacobian.shape
    scale = np.maximum(np.sqrt((jacobian ** 2).sum(axis=0)), 1e-300)
    curvature = (jacobian / scale).T @ (jacobian / scale)
    if np.linalg.cond(curvature) > 1e15:
        return np.full(k, np.inf)
    variance = (residual ** 2).sum() / (n - k)
    return np.sqrt(np.maximum(np.diag(np.linalg.inv(curvature)), 0.0) * variance) / scale
