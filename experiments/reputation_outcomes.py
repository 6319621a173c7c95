"""What one seed says about reputation: how much of what hidden information costs a lender it saves, and how much is moral hazard (L07).

Four worlds on common random numbers: with the platform's reputation system, that is its records and accounts that are cleared and
recognised; without it; without it but with everything known about every shop; and the best: everything known and nobody who would
walk away.
All are without monitoring, as the market of L07: where receipts are intercepted nobody needs a reputation.

Choice: the loss from hidden information is what the lender earns less than in the best world, interest less losses.  Source: Xin
(2020).  Alternative: welfare, with what borrowers gain.  Reason: what a shop earns by a loan stands in its till among all else,
and what it gains by not repaying is what the lender loses; the lender's side is the one that is booked.
Tried first: a best world that knows types alone; the platform's records, which show trouble as it comes, earned more than it.
"""

import numpy as np

from scenarios import load
from sim.markets.loans import BAD_DAYS, NONE
from sim.model import Market

SCENARIO = "credit-baseline"
# Fewer buyers with larger baskets, and a card after ten bads: the lender uses what it is shown.
WORLD = {"consumers.count": 90_000, "consumers.basket_cny": 1_150.0, "loans.monitoring": False,
         "learned_card.learning.least_new_bads": 10}
OFF = {"data.platform_sees": "limited", "loans.account_clearing": False, "distress.detection": 0.0}
KNOWN = {"data.platform_sees": "everything"}
HONEST = {"distress.strategic_share": 0.0}
WORLDS = {"with": {}, "without": OFF, "known": {**OFF, **KNOWN}, "best": {**OFF, **KNOWN, **HONEST}}
UNKNOWN = {"distress.detection": 0.0}  # nobody is recognised: the null of what reputation saves


def reputation_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """What reputation saves and the part of moral hazard, percent; with `nulls`, where nobody is recognised, where all are honest."""
    overrides = overrides or {}
    lived = {name: _earned(seed, {**overrides, **change}) for name, change in WORLDS.items()}
    found = shares(lived)
    if nulls:
        unknown = shares({**lived, "with": _earned(seed, {**overrides, **UNKNOWN})})
        honest = {**lived, "without": _earned(seed, {**overrides, **OFF, **HONEST}), "known": lived["best"]}
        found |= {"unknown_saved_percent": unknown["saved_percent"], "honest_moral_hazard_percent": shares(honest)["moral_hazard_percent"]}
    return found


def shares(lived: dict[str, dict]) -> dict[str, float]:
    """Percent saved by reputation and percent due to moral hazard, of what the best world earns more than the one without.

    lived: by world, earned_mcny, loss_over_flow_percent and bad_debts.
    """
    earned = {name: numbers["earned_mcny"] for name, numbers in lived.items()}
    cost = earned["best"] - earned["without"]
    found = {"hidden_cost_mcny": cost, "hidden_cost_percent": 100 * cost / earned["best"] if earned["best"] else np.nan,
             "saved_percent": 100 * (earned["with"] - earned["without"]) / cost if cost else np.nan,
             "moral_hazard_percent": 100 * (earned["best"] - earned["known"]) / cost if cost else np.nan,
             "bad_debts_without": lived["without"]["bad_debts"]}
    return found | {f"loss_over_flow_{name}_percent": numbers["loss_over_flow_percent"] for name, numbers in lived.items()}


class _Earned:
    """An observer: interest, what was written off and recovered, what was lent."""

    def __init__(self):
        self.interest = self.lost = self.drawn = 0

    def __call__(self, m) -> None:
        self.interest += m.credit.interest_today
        self.lost += m.credit.written_off_today - m.credit.recovered_today
        self.drawn += int(m.credit.draws[:, 2].sum())


def _earned(seed: int, changes: dict) -> dict[str, float]:
    """One world: interest less losses, what is over 90 days late at the end being lost."""
    seen = _Earned()
    market = Market(load(SCENARIO, {**WORLD, **changes}), seed=seed, observers=[seen])
    market.run_days()
    late = (market.loans.kind != NONE) & (market.day - market.loans.due_on > BAD_DAYS)
    lost = seen.lost + int(market.loans.outstanding[late].sum())
    return {"earned_mcny": (seen.interest - lost) / 1e8 * market.scenario.weight, "loss_over_flow_percent": 100 * lost / max(seen.drawn, 1),
            "bad_debts": float((market.merchants.bad_on >= 0).sum())}
