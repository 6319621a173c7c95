"""Best response: every review a platform sets the fee that earns it most, if rivals go on asking what they ask.

Choice: it estimates demand as a nested logit over the accounts people hold, fitted to the shares of payments it can see, with the switching
costs and the price weight that market research tells, and counts what customers pay over a horizon.  Source: Berry (1994) for inverting
shares; Klemperer (1995) for switching costs, which make a customer worth more than today's margin.  Alternative: the true choices of
the simulated consumers.  Reason: no platform sees them; what it overlooks (trust, failures, leaving) is its error to make.
"""

from typing import Literal

import numpy as np
from pydantic import model_validator

from agents.customer import CHURNED, VERIFIED
from agents.strategies.strategy import Strategy, StrategySettings, below_ceiling
from sim.core.settings import setting

STEPS = 40  # of the search for the shares that are seen, and of the way of customers to their usual platform


class BestResponseSettings(StrategySettings):
    """How often, how far ahead, between which fees, and what it believes."""

    kind: Literal["best_response"] = setting("best_response", unit="name", source="STRATEGIES")
    review_days: int = setting(30, unit="days", ge=7, le=90, source="assumption: monthly")
    horizon_days: int = setting(365, unit="days", ge=1, le=3650, source="assumption: a budget year", meaning="Over which it counts profit")
    floor: float = setting(-.03, unit="share of a payment", gt=-.5, le=.5, source="assumption: gives away the commission, no more")
    ceiling: float = setting(.05, unit="share of a payment", gt=-.5, le=.5, source="assumption: more would bring the regulator")
    step: float = setting(.001, unit="share of a payment", gt=0, le=.1, source="assumption: prices are round")
    most_change: float = setting(.005, unit="share of a payment", gt=0, le=1, source="assumption: a price list moves in small steps",
                                 meaning="From one review to the next")
    price_belief: float = setting(1.0, unit="x the true price weight", ge=0, le=20, source="assumption: market research is right")
    inertia_belief: float = setting(1.0, unit="x the true inertia", ge=0, le=20, source="assumption: market research is right")
    unit_cost: float = setting(.003, unit="share of a payment", ge=0, le=.5, source="as payments.card_fee_share",
                               meaning="What it takes a payment to cost it; at rivals nothing of the kind is booked")

    @model_validator(mode="after")
    def _floor_is_below(self):
        return below_ceiling(self)


class BestResponse(Strategy):
    """Sets the usual fee once a review."""

    kind, lever = "best_response", "price"
    Settings = BestResponseSettings

    def decide(self, m) -> None:
        """Reads: m.prices.past, payments; customers.stage.  Writes: m.prices.base, fee."""
        s = self.settings
        if not self.is_due(m, s.review_days):
            return
        fees, profit = self.expected_profit(m)
        if len(fees):
            m.prices.set_base(s.platform, float(fees[np.argmax(profit)]))

    def expected_profit(self, m) -> tuple[np.ndarray, np.ndarray]:
        """Fees that may be asked, and what each would earn within the horizon, in mean baskets; nothing if it sold nothing."""
        s, own = self.settings, self.settings.platform
        prices, now = m.prices.shown_before(m, 1).copy(), float(m.prices.base[own])
        accounts, holders = accounts_held(m)
        shares = m.prices.recent_payments(m, s.review_days) / max(m.goods.season[m.day - s.review_days: m.day].sum(), 1e-9)
        shares = shares / (m.settings.consumers.purchases_a_year / 365 * m.settings.consumers.count)
        if shares[own] == 0 or not accounts[:, own].any():
            return np.zeros(0), np.zeros(0)
        rules, weight = m.settings.loyalty, s.price_belief * m.prices.mean_weight(m)
        demand = Demand(accounts, holders / m.settings.consumers.count, s.inertia_belief * rules.inertia, rules.platforms_similarity)
        demand.fit(shares, weight * np.log1p(prices))
        cells = np.arange(np.ceil(max(s.floor, now - s.most_change) / s.step - 1e-9),
                          np.floor(min(s.ceiling, now + s.most_change) / s.step + 1e-9) + 1)
        fees = cells * s.step if len(cells) else np.array([np.clip(now, s.floor, s.ceiling)])
        occasions = m.settings.consumers.purchases_a_year / 365 * s.horizon_days
        came = m.media.recent[1, :, own].sum() / min(m.day, 30) * s.horizon_days / m.settings.consumers.count
        profit = np.empty(len(fees))
        for k, fee in enumerate(fees):
            prices[own] = fee
            paid, each = demand.payments(own, weight * np.log1p(prices), max(int(round(occasions)), 1))
            new = came * ((1 + fee) / (1 + now)) ** -(weight * m.settings.prices.at_registration) * each / 2  # they come all along
            profit[k] = (m.settings.goods.commission_share + fee - s.unit_cost) * (paid + new)
        return fees, profit


def accounts_held(m) -> tuple[np.ndarray, np.ndarray]:
    """Which sets of platforms consumers may pay at, (n_sets, n_platforms) bool, and how many hold each, as a survey of accounts tells."""
    stage = m.customers.stage.reshape(len(m.platforms), -1)[:, : m.settings.consumers.count]
    found, holders = np.unique((stage >= VERIFIED) & (stage != CHURNED), axis=1, return_counts=True)
    some = found.any(axis=0)
    return found.T[some], holders[some].astype(float)


class Demand:
    """What a platform believes of demand: holders of each set of accounts choose among them and paying elsewhere, occasion by occasion.

    V_p = quality_p - price term_p + inertia if used last; P by the nested logit, elsewhere at utility 0.
    """

    def __init__(self, accounts: np.ndarray, holders: np.ndarray, inertia: float, similarity: float):
        self.accounts, self.holders, self.inertia, self.similarity = accounts, holders, inertia, similarity
        self.quality = np.zeros(accounts.shape[1])

    def choice(self, price: np.ndarray) -> np.ndarray:
        """P[g, l, p]: holders of set g who used l last pay at p; (n_sets, n_platforms, n_platforms)."""
        n = len(self.quality)
        v = (self.quality - price)[None, None, :] + self.inertia * np.eye(n)[None, :, :]
        e = np.exp(np.clip(v / self.similarity, -200, 200)) * self.accounts[:, None, :]
        total = e.sum(axis=2, keepdims=True)
        inside = total ** self.similarity
        return inside / (1.0 + inside) * e / np.maximum(total, 1e-300)

    def usual(self, choice: np.ndarray) -> np.ndarray:
        """Where holders have settled, (n_sets, n_platforms): the platform used last, in the long run."""
        last = self.accounts / self.accounts.sum(axis=1, keepdims=True)
        for _ in range(STEPS):
            last = moved(last, choice)
        return last

    def fit(self, shares: np.ndarray, price: np.ndarray) -> None:
        """Qualities under which the shares of all purchases that were seen are what holders do in the long run."""
        self.last = self.usual(self.choice(price))
        for _ in range(STEPS):
            choice = self.choice(price)
            self.last = self.usual(choice)
            said = np.einsum("g,gl,glp->p", self.holders, self.last, choice)
            step = np.log(np.maximum(shares, 1e-9) / np.maximum(said, 1e-12))
            self.quality = np.clip(self.quality + self.similarity * step, -20, 20)

    def payments(self, own: int, price: np.ndarray, occasions: int) -> tuple[float, float]:
        """(payments at the platform over so many occasions, a head of all consumers; of who holds an account there)."""
        choice, last, paid = self.choice(price), self.last, np.zeros(len(self.holders))
        for _ in range(occasions):
            paid += (last * choice[:, :, own]).sum(axis=1)
            last = moved(last, choice)
        total = float(self.holders @ paid)
        return total, total / max(float(self.holders @ self.accounts[:, own]), 1e-12)


def moved(last: np.ndarray, choice: np.ndarray) -> np.ndarray:
    """Who used what last after one more occasion; who pays elsewhere keeps the old one."""
    stays = 1.0 - choice.sum(axis=2)
    return last * stays + np.einsum("gl,glp->gp", last, choice)
