"""Levers: what an extra budget may be spent on, each a line in LEVERS; and plans, which divide a budget over some of them.

Choice: a plan is in whole percents of the budget.  Alternative: real numbers.  Reason: nobody plans finer, no world of this size could
tell two finer plans apart, and a plan that comes up twice is known to be the same.
"""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from agents.tactics import TACTICS
from agents.tactics.channels import CHANNELS
from sim.core.errors import UserError, did_you_mean

FOCAL = 0
UNUSUAL = .2  # a raw weight below it is nothing, so that plans leave levers out


class Size(NamedTuple):
    """A second number of a lever, such as what a reward is: the settings that have it, and the range to try, CNY, in equal ratios."""

    settings: tuple[str, ...]
    low: float
    high: float

    def value(self, position: float) -> float:
        """What stands at a position between 0 and 1, two digits."""
        return float(f"{self.low * (self.high / self.low) ** position:.2g}")

    def position(self, value: float) -> float:
        """Where a value stands between 0 and 1."""
        return float(np.log(value / self.low) / np.log(self.high / self.low))


@dataclass(frozen=True)
class Lever:
    """A tactic of the focal platform with a budget; is_usual: tried unless the user names others."""

    name: str
    kind: str = ""
    settings: tuple[tuple[str, str | float], ...] = ()
    size: Size | None = None
    is_usual: bool = True

    def entry(self, called: str, budget_cny: float, size: float | None, start: datetime.date, end: datetime.date) -> dict:
        """The tactic as a scenario writes it."""
        sizes = dict.fromkeys(self.size.settings, size) if self.size else {}
        return {"kind": self.kind or self.name, "name": called, **dict(self.settings), "start": start, "end": end,
                "budget_cny": budget_cny, **sizes}


# Usual: one of each sort that can take money at any time.  The own name, a ranking and a bank's counter are known to take little of it.
USUAL_CHANNELS = ("public_relations", "broadcast", "portal", "social_video", "search_generic", "content", "events")
LEVERS = {each.name: each for each in (
    *(Lever(name, "media", (("channel", name),), is_usual=name in USUAL_CHANNELS) for name in CHANNELS),
    Lever("referral", size=Size(("reward_cny", "newcomer_reward_cny"), 5.0, 60.0)),
    Lever("sign_up_bonus", size=Size(("bonus_cny",), 5.0, 160.0)),
    Lever("first_use_rebate", size=Size(("most_cny",), 5.0, 80.0), is_usual=False),
    Lever("coupon", settings=(("every_days", 30),), size=Size(("value_cny",), 5.0, 50.0)),
    Lever("personal_offer", is_usual=False), Lever("loyalty", is_usual=False),
    Lever("red_packet", size=Size(("mean_cny",), 1.0, 20.0)),
) if (each.kind or each.name) in TACTICS}


def chosen(names=()) -> list[Lever]:
    """The levers of these names, or the usual ones.  Raises: UserError with a line for every name that is unknown or said twice."""
    names = [part.strip() for name in ([names] if isinstance(names, str) else names) for part in name.split(",") if part.strip()]
    mistakes = [f"--try {name}: no such channel or tactic; known: {', '.join(LEVERS)}{did_you_mean(name, LEVERS)}"
                for name in dict.fromkeys(names) if name not in LEVERS]
    mistakes += [f"--try {name}: named twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if mistakes:
        raise UserError(*mistakes)
    return [LEVERS[name] for name in names] or [each for each in LEVERS.values() if each.is_usual]


class Plan(NamedTuple):
    """shares: whole percents of the budget, a lever each; what is missing to 100 is kept.  sizes: of each lever, None if it has none or
    gets nothing."""

    shares: tuple[int, ...]
    sizes: tuple[float | None, ...]

    @property
    def is_nothing(self) -> bool:
        """True if all is kept."""
        return not any(self.shares)


class Space:
    """All plans of a budget over some levers.

    may_keep: whether a plan may keep a part of the budget.
    """

    def __init__(self, levers: list[Lever], budget_cny: float, may_keep: bool):
        self.levers, self.budget, self.may_keep = levers, float(budget_cny), may_keep
        self.names = [each.name for each in levers]
        self.sized = [k for k, each in enumerate(levers) if each.size]

    # --- plans --------------------------------------------------------------------------------------------------------

    def plan(self, shares, positions=None) -> Plan:
        """The plan nearest to these shares of the budget (0 to 1, at most 1 in all) and positions of sizes; the middle if not given."""
        whole = _whole_percents(np.asarray(shares, float))
        places = dict(zip(self.sized, positions if positions is not None else [.5] * len(self.sized)))
        return Plan(whole, tuple(each.size.value(float(np.clip(places[k], 0, 1))) if k in places and whole[k] else None
                                 for k, each in enumerate(self.levers)))

    def nothing(self) -> Plan:
        """Keep it all."""
        return self.plan(np.zeros(len(self.levers)))

    def evenly(self) -> Plan:
        """The same for each."""
        return self.plan(np.full(len(self.levers), 1 / len(self.levers)))

    def alone(self, number: int) -> Plan:
        """All of it for one."""
        return self.plan(np.eye(len(self.levers))[number])

    def spent(self, plan: Plan) -> np.ndarray:
        """CNY of each lever."""
        return np.array(plan.shares) / 100 * self.budget

    def entries(self, plan: Plan, scenario, days: int) -> list[dict]:
        """Its tactics as a scenario writes them, named so that they are new; of what gets money only."""
        taken = {each.name for each in scenario.tactics}
        end, found = scenario.start + datetime.timedelta(days - 1), []
        for lever, share, size in zip(self.levers, plan.shares, plan.sizes):
            if share:
                called = next(name for k in range(1, 200) if (name := f"next-{lever.name}".replace("_", "-") + (f"-{k}" if k > 1 else ""))
                              not in taken)
                found.append(lever.entry(called, round(share / 100 * self.budget, 2), size, scenario.start, end))
        return found

    # --- coordinates --------------------------------------------------------------------------------------------------

    def coordinates(self, plan: Plan) -> np.ndarray:
        """Where a plan lies for the fitted surface: the root of each share, then the position of each size."""
        sizes = [self.levers[k].size.position(plan.sizes[k]) if plan.sizes[k] else .5 for k in self.sized]
        return np.concatenate((np.sqrt(np.array(plan.shares) / 100), sizes))

    def weights(self) -> list[str]:
        """Names of the raw numbers of a plan, each from 0 to 1."""
        return [*self.names, *(f"{self.names[k]} size" for k in self.sized), *(["kept"] if self.may_keep else [])]

    def of_weights(self, weights: dict[str, float]) -> Plan:
        """The plan of raw numbers: a lever gets its weight's part of all weights, and a weight below UNUSUAL is none."""
        cut = {name: max(weights[name] - UNUSUAL, 0) / (1 - UNUSUAL) for name in weights if not name.endswith(" size")}
        total = sum(cut.values())
        shares = [cut[name] / total if total else 0.0 for name in self.names]
        return self.plan(shares, [weights[f"{self.names[k]} size"] for k in self.sized])

    def weights_of(self, plan: Plan) -> dict[str, float]:
        """Raw numbers that give the plan."""
        parts = dict(zip(self.names, np.array(plan.shares) / 100))
        if self.may_keep:
            parts["kept"] = max(1 - sum(parts.values()), 0.0)
        most = max(parts.values()) or 1.0
        found = {name: UNUSUAL + (1 - UNUSUAL) * part / most if part else UNUSUAL / 2 for name, part in parts.items()}
        sizes = {f"{self.names[k]} size": self.levers[k].size.position(plan.sizes[k]) if plan.sizes[k] else .5 for k in self.sized}
        return {name: float(np.clip({**found, **sizes}[name], 0, 1)) for name in self.weights()}


def _whole_percents(shares: np.ndarray) -> tuple[int, ...]:
    """Whole percents that sum to the rounded sum: the largest remainders are rounded up (Hamilton)."""
    exact = np.round(100 * np.clip(shares, 0, None), 6)
    whole = np.floor(exact).astype(int)
    missing = min(int(round(exact.sum())), 100) - int(whole.sum())
    for k in np.argsort(-(exact - whole), kind="stable")[:max(missing, 0)]:
        whole[k] += 1
    return tuple(int(each) for each in whole)
