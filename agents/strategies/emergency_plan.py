"""An emergency plan: rules that fire once when an indicator crosses a line, and what is then done for so many days.

What a stopped advertisement does not spend is spent later in its window; a raised service costs its wages; a cut fee costs its takings.
"""

from typing import Literal

import numpy as np
from pydantic import model_validator

from agents.customer import CHURNED, REGISTERED
from agents.entrants import opened_on
from agents.strategies.strategy import Strategy, StrategySettings
from sim.core.finance import fen
from sim.core.settings import Settings, setting


class Rule(Settings):
    """When what crosses which line, do what, how much, for how long."""

    indicator: Literal["satisfaction", "trust", "complaints_waiting", "registrations", "own_funds_cny"] = setting(
        unit="name", source="user", meaning="satisfaction, trust: means over users; complaints_waiting: a thousand users; registrations: "
        "of 30 days, not before it has been open so long, own_funds_cny: CNY, both in the real market")
    below: float | None = setting(None, unit="as the indicator", source="user", meaning="It fires when the indicator is below")
    above: float | None = setting(None, unit="as the indicator", source="user", meaning="It fires when the indicator is above")
    do: Literal["stop_advertising", "raise_service", "cut_fee"] = setting(unit="name", source="user")
    size: float = setting(1.0, unit="share", ge=0, le=20, source="user",
                          meaning="raise_service: staff beyond the usual; cut_fee: off each payment, a share of it, never "
                                  "below no fee; else not heard")
    days: int = setting(30, unit="days", ge=1, le=3650, source="user", meaning="How long it is in force")

    @model_validator(mode="after")
    def _has_one_line(self):
        if (self.below is None) == (self.above is None):
            raise ValueError(f"a rule on {self.indicator} needs a line: either below or above")
        if self.do == "cut_fee" and self.size > .5:
            raise ValueError(f"size = {self.size:g}: a fee cut is a share of the payment, at most 0.5")
        return self


class EmergencyPlanSettings(StrategySettings):
    """The rules."""

    kind: Literal["emergency_plan"] = setting("emergency_plan", unit="name", source="STRATEGIES; SOURCES 1.2: contingency plan")
    rules: tuple[Rule, ...] = setting((), unit="rules", source="user", meaning="Each fires once")

    @model_validator(mode="after")
    def _has_rules(self):
        if not self.rules:
            raise ValueError("rules: an emergency plan needs at least one")
        return self


class EmergencyPlan(Strategy):
    """Looks at the indicators every morning.  fired_on: day on which each rule fired, by its place in the plan."""

    kind, lever = "emergency_plan", "emergencies"
    Settings = EmergencyPlanSettings
    KEPT = ("fired_on",)

    def __init__(self, settings: EmergencyPlanSettings):
        super().__init__(settings)
        self.fired_on: dict[int, int] = {}

    def decide(self, m) -> None:
        """Reads: customers.stage, satisfaction, trust_good, trust_bad; service.n_waiting.

        Writes: m.media.silent_today, service.staff_factor_today, prices.fee_cut_today.
        """
        for place, rule in enumerate(self.settings.rules):
            if place not in self.fired_on and has_crossed(rule, indicator(m, self.settings.platform, rule.indicator)):
                self.fired_on = {**self.fired_on, place: m.day}
            if place in self.fired_on and m.day < self.fired_on[place] + rule.days:
                self.act(m, rule)

    def act(self, m, rule: Rule) -> None:
        """One day of what a rule says."""
        platform = self.settings.platform
        if rule.do == "stop_advertising":
            m.media.silent_today = m.media.silent_today | {platform}
        elif rule.do == "raise_service":
            m.service.staff_factor_today[platform] += rule.size
        elif rule.do == "cut_fee":
            m.prices.fee_cut_today[platform] += rule.size


def has_crossed(rule: Rule, value: float) -> bool:
    """True if the indicator is beyond the line; an unknown one is not."""
    return bool(value < rule.below) if rule.below is not None else bool(value > rule.above)


def indicator(m, platform: int, name: str) -> float:
    """What a platform knows of itself this morning; nan where it has no users."""
    customers, rows = m.customers, m.customers.of(platform)
    stage = customers.stage[rows]
    users = np.flatnonzero((stage >= REGISTERED) & (stage != CHURNED)) + rows.start
    if name == "registrations":
        return float(m.media.recent[1, :, platform].sum() * m.scenario.weight) if m.day - opened_on(m, platform) >= 30 else np.nan
    if name == "own_funds_cny":
        return float(m.platforms.own_funds[platform] / fen(1) * m.scenario.weight)
    if len(users) == 0:
        return np.nan
    if name == "complaints_waiting":
        return 1000.0 * float(m.service.n_waiting[platform]) / len(users)
    if name == "trust":
        good, bad = customers.trust_good[users], customers.trust_bad[users]
        return float((good / (good + bad)).mean(dtype=np.float64))
    return float(customers.satisfaction[users].mean(dtype=np.float64))
