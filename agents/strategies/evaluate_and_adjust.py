"""Evaluate and adjust: every month money moves between a platform's media tactics, towards what brought more per CNY, as it was measured.

Three ways to measure what a tactic brought.  Last touch: who registered and had clicked on it (or seen it) last.  Hold-out: registrations
of who may be shown it less those of who may not, drawn by lot (`holdout_share` of the tactic).  Counterfactual: live twins of the market
without it, which nobody in the market could see; each costs `look_days` days of running.

Choice: shares of the money grow with the return over its mean, between bounds, and the sum stays.  Source: replicator dynamics (Taylor and
Jonker 1978).  Alternative: all to the best.  Reason: what is measured is noisy and returns diminish; a share of 0 would measure no more.
"""

from typing import Literal

import numpy as np

from agents.customer import FIRST_TACTIC
from agents.strategies.strategy import Strategy, StrategySettings
from agents.tactics.media import CUSTOMER_KINDS, held_out, in_audience
from sim.core.settings import setting


class EvaluateSettings(StrategySettings):
    """What is believed, how often, and how fast money follows it."""

    kind: Literal["evaluate_and_adjust"] = setting("evaluate_and_adjust", unit="name", source="STRATEGIES")
    measured: Literal["last_touch", "hold_out", "counterfactual"] = setting("last_touch", unit="name", source="DESIGN 4.15")
    review_days: int = setting(30, unit="days", ge=7, le=365, source="DESIGN 4.15: a monthly budget")
    look_days: int = setting(60, unit="days", ge=1, le=365, source="assumption: most of what an advertisement does shows by then",
                             meaning="How far twins are lived, if measured = counterfactual")
    memory: float = setting(.8, unit="share a review", ge=0, lt=1, source="assumption: five months",
                            meaning="What earlier reviews count for")
    speed: float = setting(1.0, unit="power", ge=0, le=5, source="assumption", meaning="Of the return over its mean, in the new share")
    most_change: float = setting(2.0, unit="factor", ge=1, le=100, source="assumption", meaning="Of a tactic's share in one review")
    used_up: float = setting(.9, unit="share of what was planned", ge=0, le=1, source="assumption",
                             meaning="A tactic that spent less found no more to buy: it is given half as much again as it spent, at most")
    least_share: float = setting(.05, unit="share of the money left", ge=0, le=.5, source="assumption: below it nothing can be measured")


class EvaluateAndAdjust(Strategy):
    """Keeps what each tactic brought and cost, a little less of it every review, and shares what is left of the budgets anew.

    brought: registrations, cost: fen, both faded, billed: fen, opened: days on which it could spend, both at the last review; by number
    of the tactic.  last_review: day.
    """

    kind, lever = "evaluate_and_adjust", "media budgets"
    Settings = EvaluateSettings
    KEPT = ("brought", "cost", "billed", "opened", "last_review")

    def __init__(self, settings: EvaluateSettings):
        super().__init__(settings)
        self.brought: dict[int, float] = {}
        self.cost: dict[int, float] = {}
        self.billed: dict[int, int] = {}
        self.opened: dict[int, int] = {}
        self.last_review = -1

    def needs_twins(self, m) -> bool:
        """True on days of review if it looks at twins."""
        return self.settings.measured == "counterfactual" and self.is_due(m, self.settings.review_days)

    def decide(self, m) -> None:
        """Reads: customers.registered_on, source; m.media.plans.  Writes: m.media.moved."""
        s = self.settings
        if self.last_review < 0:
            self.note(m, self.tactics(m))
        if not self.is_due(m, s.review_days):
            return
        numbers = self.tactics(m)
        if len(numbers) > 1:
            measure = {"last_touch": self.last_touch, "hold_out": self.hold_out, "counterfactual": self.counterfactual}[s.measured]
            brought, cost = measure(m, numbers)
            self.brought = {number: s.memory * self.brought.get(number, 0.0) + float(brought[k]) for k, number in enumerate(numbers)}
            self.cost = {number: s.memory * self.cost.get(number, 0.0) + float(cost[k]) for k, number in enumerate(numbers)}
            self.share_out(m, numbers)
        self.note(m, numbers)

    def note(self, m, numbers) -> None:
        """What each tactic had spent, and on how many days it could, at this review."""
        self.billed = {number: spent_on(m, number) for number in numbers}
        self.opened = {number: days_open(m, number) for number in numbers}
        self.last_review = m.day

    def tactics(self, m) -> list[int]:
        """Numbers of the platform's media tactics with a budget of their own that run today and do not end today."""
        return [number for number, tactic in enumerate(m.tactics) if tactic.kind == "media" and tactic.is_active(m)
                and tactic.settings.budget_cny > 0 and tactic.settings.platform == self.settings.platform
                and m.date < (tactic.settings.end or tactic.settings.start)]

    # --- three ways to measure ------------------------------------------------------------------------------------------

    def last_touch(self, m, numbers) -> tuple[np.ndarray, np.ndarray]:
        """Registrations since the last review that are credited to each tactic, and what it cost since."""
        mine = m.customers.of(self.settings.platform)
        source = m.customers.source[mine][self._new(m)]
        return np.array([(source == FIRST_TACTIC + number).sum() for number in numbers], float), self._billed_since(m, numbers)

    def hold_out(self, m, numbers) -> tuple[np.ndarray, np.ndarray]:
        """Heads shown x (registrations a head of who may be shown it - of who may not); nothing known of a tactic without a hold-out."""
        s, count = self.settings, m.settings.consumers.count
        is_new = self._new(m)[:count]
        registered_on = m.customers.registered_on[m.customers.of(s.platform)][:count]
        able, found = (registered_on < 0) | is_new, np.zeros(len(numbers))
        for k, number in enumerate(numbers):
            tactic = m.tactics[number].settings
            groups = tuple(name for name in tactic.audience if name not in CUSTOMER_KINDS)
            inside = able & in_audience(m, s.platform, groups)[:count]
            held = held_out(m, number)[:count]
            if tactic.region >= 0:
                inside &= m.consumers.region[:count] == tactic.region
            shown, kept = inside & ~held, inside & held
            if kept.any() and shown.any():
                found[k] = shown.sum() * (is_new[shown].mean() - is_new[kept].mean())
        return found, self._billed_since(m, numbers)

    def counterfactual(self, m, numbers) -> tuple[np.ndarray, np.ndarray]:
        """Registrations within look_days with all tactics less those without each; what each costs in that time."""
        days = self.settings.look_days
        usual = m.lived_without((), days)
        cost = np.array([spent_on(usual, number) - spent_before(m, number) for number in numbers], float)
        came = self._new(usual).sum()
        return np.array([came - self._new(m.lived_without((number,), days)).sum() for number in numbers], float), cost

    def _new(self, m) -> np.ndarray:
        """Who registered since the last review, (n_consumers,)."""
        return m.customers.registered_on[m.customers.of(self.settings.platform)] >= max(self.last_review, 1)

    def _billed_since(self, m, numbers) -> np.ndarray:
        return np.array([spent_on(m, number) - self.billed.get(number, 0) for number in numbers], float)

    # --- what follows ---------------------------------------------------------------------------------------------------

    def share_out(self, m, numbers) -> None:
        """What is left of the budgets is shared anew; the sum of all budgets stays to the fen."""
        s = self.settings
        left = np.array([m.media.budget(m, number) - spent_on(m, number) for number in numbers], np.int64)
        cost = np.array([self.cost[number] for number in numbers])
        returns = np.array([max(self.brought[number], 0.0) for number in numbers]) / np.maximum(cost, 1.0)
        total, mean = int(left.sum()), float((returns * cost).sum() / max(cost.sum(), 1.0))
        if total <= 0 or mean <= 0:
            return
        change = np.clip((returns / mean) ** s.speed, 1 / s.most_change, s.most_change)
        idle = np.array([days_open(m, number) == self.opened.get(number, 0) for number in numbers])
        change[(cost < 100) | idle] = 1.0  # who spent nothing measured nothing
        least = min(s.least_share, 1 / len(numbers))
        share = least + (1 - least * len(numbers)) * left * change / (left * change).sum()
        new = capped(share * total, np.maximum(self._most(m, numbers), least * total)).astype(np.int64)
        new[np.argmax(new)] += total - new.sum()
        m.media.move({number: int(new[k] - left[k]) for k, number in enumerate(numbers)})

    def _most(self, m, numbers) -> np.ndarray:
        """What each tactic can be expected to spend until its end, fen: half as much again a day as it did, if it had more and left it.

        Days on which it was not active, banned or silent do not count; who had no other is not bounded.
        """
        days, most = m.day - self.last_review, np.full(len(numbers), np.inf)
        for k, number in enumerate(numbers):
            spent, end = spent_on(m, number) - self.billed.get(number, 0), m.tactics[number].settings.end
            days_left = (end - m.date).days + 1
            could = days_open(m, number) - self.opened.get(number, 0)
            planned = (m.media.budget(m, number) - self.billed.get(number, 0)) * could / (days_left + days)
            if could > 0 and spent < self.settings.used_up * planned:
                most[k] = max(1.5 * spent / could * days_left, 1.0)
        return most


def capped(wanted: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Amounts in proportion to `wanted`, none above `most`, of the same sum; if all are at their most, the sum as wanted."""
    found, free = wanted.astype(float), np.ones(len(wanted), bool)
    for _ in range(len(wanted)):
        over = free & (found > most)
        if not over.any() or not (free & ~over).any():
            break
        found[over] = most[over]
        free &= ~over
        if wanted[free].sum() == 0:
            break
        found[free] = wanted[free] / wanted[free].sum() * (wanted.sum() - found[~free].sum())
    return found


def spent_on(m, number: int) -> int:
    """What a tactic has spent, fen."""
    return m.media.plans[number].spent if number in m.media.plans else 0


def spent_before(m, number: int) -> int:
    """The same as of last night."""
    return spent_on(m, number) - (m.media.plans[number].spent_today if number in m.media.plans else 0)


def days_open(m, number: int) -> int:
    """Days on which a tactic could spend."""
    return m.media.plans[number].days_open if number in m.media.plans else 0
