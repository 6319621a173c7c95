"""The customer base: who still buys and how much they will, from how often and how lately they bought (BG/NBD).

While alive a customer buys at rate l ~ Gamma(r, rate alpha); after each repeat purchase the customer leaves with probability
p ~ Beta(a, b).  Time starts at the first purchase; frequency x counts the repeat purchases, recency t_x is the time of the last of
them (0 if x = 0), T the time observed, all in one unit.  Source: Fader, Hardie and Lee (2005).

Choice: an own fit, checked on generated data and on published numbers.  Source: the equations of Fader, Hardie and Lee (2005).
Alternative: the package `lifetimes`, no longer kept up, or a Bayesian package.  Reason: likelihoods in logs that stay finite for x of
hundreds, gradients, standard errors, and expected purchases for every a (the published formula divides by a - 1).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaincinv, expit, gammaln, psi

from sim.core.errors import UserError

NAMES = ("r", "alpha", "a", "b")
STARTS = ((1.0, 1.0, .5, 2.0), (.3, .1, .8, 2.4), (3.0, .3, .05, 1.0), (1.0, .2, .01, .1))  # alpha over the mean time observed
LOG_BOUNDS = (-14.0, 9.0)  # of every parameter, alpha over the mean time observed
LEAST_REPEATERS = 30
NODES, NODE_WEIGHTS = (values / 2 for values in np.polynomial.legendre.leggauss(160))


@dataclass(frozen=True)
class CustomerBase:
    """A fitted BG/NBD.

    r, alpha (time), a, b: parameters; `*_error`: standard errors from the Hessian, nan where the optimum lies at a bound, as a does
    when nobody leaves.  n_customers, log_likelihood: of the fit.
    """

    r: float
    alpha: float
    a: float
    b: float
    r_error: float = np.nan
    alpha_error: float = np.nan
    a_error: float = np.nan
    b_error: float = np.nan
    n_customers: int = 0
    log_likelihood: float = np.nan

    def alive_prob(self, frequency, recency, observed) -> np.ndarray:
        """P(alive) = 1 / (1 + [x > 0] a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x)), the shape of the arguments."""
        x, t_x, T = _broadcast(frequency, recency, observed)
        odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1.0) - 1.0) + (self.r + x) * np.log((self.alpha + T) / (self.alpha + t_x))
        return np.where(x > 0, expit(-odds), 1.0)

    def expected_purchases(self, ahead, frequency, recency, observed) -> np.ndarray:
        """Purchases expected in the time `ahead` after T, the shape of the arguments.

        P(alive) E[(1 - ((alpha + T) / (alpha + T + p t))^(r + x)) / p] with p ~ Beta(a, b + x): equation 10 before its integral is
        written as a hypergeometric function; by Gauss-Legendre over the quantiles of p.
        """
        x, t_x, T = _broadcast(frequency, recency, observed)
        return self.alive_prob(x, t_x, T) * self._while_alive(ahead, x, T)

    def expected_of_new(self, ahead) -> np.ndarray:
        """Repeat purchases expected of a new customer in the time `ahead`, the shape of `ahead`."""
        ahead = np.asarray(ahead, float)
        return self._while_alive(ahead, np.zeros_like(ahead), np.zeros_like(ahead))

    def _while_alive(self, ahead, x, T):
        time = np.asarray(ahead, float) / (self.alpha + T)
        shape = np.broadcast_shapes(np.shape(time), np.shape(x))
        levels, which = np.unique(x, return_inverse=True)
        which = np.broadcast_to(which.reshape(np.shape(x)), shape)
        total = np.zeros(shape)
        for node, weight in zip(NODES + .5, NODE_WEIGHTS):
            p = np.maximum(betaincinv(self.a, self.b + levels, node), 1e-12)[which]  # p below 1e-12 leaves nobody: the limit p = 0
            total += weight * -np.expm1(-(self.r + x) * np.log1p(p * time)) / p
        return total


def log_likelihood(parameters, frequency, recency, observed) -> np.ndarray:
    """ln L of each customer, (n,); parameters (r, alpha, a, b).  Source: Fader, Hardie and Lee (2005), equation 6."""
    return _likelihood(np.asarray(parameters, float), *_broadcast(frequency, recency, observed))[0]


def _likelihood(parameters, x, t_x, T):
    """(ln L, gradient (4, n)); gamma functions once for each different x."""
    r, alpha, a, b = parameters
    levels, which = np.unique(x, return_inverse=True)
    constant = (gammaln(r + levels) - gammaln(r) + r * np.log(alpha)
                + gammaln(a + b) + gammaln(b + levels) - gammaln(b) - gammaln(a + b + levels))[which]
    by_end, by_last = np.log(alpha + T), np.log(alpha + t_x)
    repeats = np.maximum(x, 1.0)
    stayed = -(r + x) * by_end
    left = np.where(x > 0, np.log(a) - np.log(b + repeats - 1.0) - (r + x) * by_last, -np.inf)
    either = np.logaddexp(stayed, left)
    w = np.exp(left - either)
    d_r = (psi(r + levels) - psi(r) + np.log(alpha))[which] - (1 - w) * by_end - w * by_last
    d_alpha = r / alpha - (r + x) * ((1 - w) / (alpha + T) + w / (alpha + t_x))
    both = psi(a + b) - psi(a + b + levels)
    d_a = both[which] + w / a
    d_b = (both + psi(b + levels) - psi(b))[which] - w / (b + repeats - 1.0)
    return constant + either, np.stack((d_r, d_alpha, d_a, d_b))


def fit_customer_base(frequency, recency, observed) -> CustomerBase:
    """Fit r, alpha, a and b by maximum likelihood from several starts; arrays (n,), as `purchase_table` gives them.

    Raises: UserError on impossible histories, or if fewer than LEAST_REPEATERS bought again.
    """
    x, t_x, T = _checked(frequency, recency, observed)
    scale = T.mean()
    data, unit = (x, t_x / scale, T / scale), np.array([1.0, scale, 1.0, 1.0])

    def cost(logs):
        parameters = np.exp(logs)
        value, gradient = _likelihood(parameters, *data)
        return -value.mean(), -(gradient.mean(axis=1) * parameters)

    fits = [minimize(cost, np.log(start), jac=True, method="L-BFGS-B", bounds=[LOG_BOUNDS] * 4,
                     options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8}) for start in STARTS]
    best = min(fits, key=lambda fit: fit.fun)
    found = np.exp(best.x)
    errors = found * _standard_errors(cost, best.x, len(x))
    log_l = -best.fun * len(x) - x.sum() * np.log(scale)  # the density of x purchase times is in the unit of time given
    return CustomerBase(*(float(value) for value in found * unit), *(float(value) for value in errors * unit), len(x), float(log_l))


def _standard_errors(cost, logs, n) -> np.ndarray:
    """Of the logarithms, (4,): the inverse Hessian by central differences of the gradient; nan for those at a bound."""
    inside = np.flatnonzero((logs > LOG_BOUNDS[0] + .01) & (logs < LOG_BOUNDS[1] - .01))
    step = 1e-4
    hessian = np.empty((len(inside), len(inside)))
    for row, i in enumerate(inside):
        move = np.zeros(4)
        move[i] = step
        hessian[row] = ((cost(logs + move)[1] - cost(logs - move)[1]) / (2 * step))[inside]
    errors = np.full(4, np.nan)
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2 * n)
    if len(inside) and values.min() > 0:
        errors[inside] = np.sqrt(((vectors ** 2) / values).sum(axis=1))
    return errors


def _broadcast(frequency, recency, observed):
    return np.broadcast_arrays(*(np.asarray(each, float) for each in (frequency, recency, observed)))


def _checked(frequency, recency, observed):
    columns = [np.asarray(each, float) for each in (frequency, recency, observed)]
    if len({column.shape for column in columns}) > 1 or columns[0].ndim != 1:
        raise UserError("customer base: frequency, recency and observed must be three columns of one length")
    x, t_x, T = columns
    wrong = ~(np.isfinite(x + t_x + T) & (x >= 0) & (x == np.floor(x)) & (t_x >= 0) & (t_x <= T) & (T > 0) & ((x > 0) == (t_x > 0)))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise UserError(f"customer base: row {row} has frequency {x[row]:g}, recency {t_x[row]:g}, observed {T[row]:g}; needed: "
                        "a whole number, 0 <= recency <= observed, recency above 0 exactly if frequency is")
    if (x > 0).sum() < LEAST_REPEATERS:
        raise UserError(f"customer base: {int((x > 0).sum())} customers bought again; {LEAST_REPEATERS} or more are needed")
    return columns


# --- histories --------------------------------------------------------------------------------------------------------


def purchase_table(consumer, day, until: int) -> pd.DataFrame:
    """(frequency, recency, observed) of everybody who bought by day `until`, indexed by consumer, ascending.

    consumer, day: one entry a purchase, any order.  Frequency counts days with a purchase after the first, as Fader et al. do.
    """
    consumer, day = np.asarray(consumer, np.int64), np.asarray(day, np.int64)
    size = int(consumer.max(initial=-1)) + 1
    counts = PurchaseDays(until=until, size=size)
    bought_on, buyer = np.divmod(np.unique(day * size + consumer), max(size, 1))  # each day in order, each buyer once a day
    days, starts = np.unique(bought_on, return_index=True)
    for today, buyers in zip(days, np.split(buyer, starts[1:])):
        counts.add(buyers, int(today))
    return counts.table()


class PurchaseDays:
    """An observer: first day, last day and number of days with a purchase of every consumer, and of those after day `until`.

    A purchase is one that was paid (`goods.buyers_today`).  Consumers whose first purchase is before `since` are not in the cohort.
    """

    def __init__(self, until: int, *, since: int = 0, size: int = 0):
        self.until, self.since, self.days_after = until, since, 0
        self._make(size)

    def _make(self, size):
        self.first, self.last = np.full(size, -1, np.int32), np.full(size, -1, np.int32)
        self.count, self.later = np.zeros(size, np.int32), np.zeros(size, np.int32)

    def __call__(self, m) -> None:
        if len(self.first) < len(m.consumers):
            self._make(len(m.consumers))
        self.add(m.goods.buyers_today, m.day)

    def add(self, buyers, day: int) -> None:
        """Those who bought on a day, each once; days must come in order."""
        if day > self.until:
            self.later[buyers] += 1
            self.days_after += 1
            return
        self.count[buyers] += 1
        self.last[buyers] = day
        new = buyers[self.first[buyers] < 0]
        self.first[new] = day

    def table(self) -> pd.DataFrame:
        """Columns frequency, recency, observed (days), later (purchases after `until`), of the cohort, indexed by consumer.

        The cohort first bought from day `since` on and before day `until`.
        """
        rows = np.flatnonzero((self.first >= self.since) & (self.first < self.until))
        return pd.DataFrame({"frequency": self.count[rows] - 1, "recency": self.last[rows] - self.first[rows],
                             "observed": self.until - self.first[rows], "later": self.later[rows]},
                            index=pd.Index(rows, name="consumer"))


def forecast_of(table: pd.DataFrame, days_after: int) -> dict[str, float]:
    """BG/NBD fitted to a cohort, and its forecast of the purchases in the days after, beside what was bought.

    table: as `PurchaseDays.table`.  error_percent: of the cohort's total.  naive_error_percent: if everybody went on at their own
    frequency.  correlation: of forecast and truth over consumers.
    """
    x, t_x, T = (table[name].to_numpy(float) for name in ("frequency", "recency", "observed"))
    base = fit_customer_base(x, t_x, T)
    ahead = base.expected_purchases(float(days_after), x, t_x, T)
    later = table["later"].to_numpy(float)
    return {"customers": float(len(table)), "r": base.r, "alpha_days": base.alpha, "a": base.a, "b": base.b,
            "expected": float(ahead.sum()), "bought": float(later.sum()),
            "error_percent": float(100 * (ahead.sum() / later.sum() - 1)),
            "naive_error_percent": float(100 * ((x / T).sum() * days_after / later.sum() - 1)),
            "correlation": float(np.corrcoef(ahead, later)[0, 1])}
