"""Conversions: what consumers did at the focal platform in a run, whom the last touch credits, what a hold-out experiment finds.

An observer of a contested market; everything is returned at the scale of the real market.

Choice: the analyst of a hold-out compares all who may be shown a tactic with all who may not, whether or not an advertisement
reached them.  Source: intention to treat (Gordon et al. 2019).  Alternative: those reached with those not.  Reason: who is reached is
not drawn by lot, heavy users of a medium are reached first.
"""

import numpy as np

from agents.customer import FIRST_TACTIC, ORGANIC, REFERRED
from agents.tactics.channels import CHANNELS
from agents.tactics.media import CUSTOMER_KINDS, held_out, in_audience
from results.measures import MEASURES
from sim.core.ledger import Purpose

GOALS = {"new_users": "consumers", "registrations": "consumers", "payments": "purchases", "profit": "CNY"}  # and their units
OUTLAYS = (Purpose.ADVERTISING, Purpose.PARTNER_SHARE, Purpose.REFERRAL_REWARD, Purpose.DEAL, Purpose.DEAL_ABUSE)
FOCAL = 0


class Conversions:
    """Made with a market before its first day, then called after every day.

    was_registered: consumers who are customers from the start, (n_consumers,).  commission: on what each of them paid, CNY.
    outlay, profit: of the platform so far, CNY.  residual: largest difference in the books, fen.
    """

    def __init__(self, m):
        self.was_registered = m.customers.registered_on[m.customers.of(FOCAL)] >= 0
        self._paid = np.zeros(len(m.consumers), np.int64)
        self._platform = m.ledger.entities.index("platform 0")
        self.outlay = self.profit = self.residual = 0.0
        m.observers.append(self)

    def __call__(self, m) -> None:
        np.add.at(self._paid, m.goods.buyers_today, m.goods.paid_today)
        self.outlay -= float(m.ledger.money_today[list(OUTLAYS), self._platform].sum()) / 100 * m.scenario.weight
        self.profit += float(MEASURES["platform_profit"].value(m))
        self.residual = max(self.residual, float(MEASURES["ledger_residual"].value(m)))

    def of_consumers(self, m, since: int = 0) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By goal: who could still do it on day `since`, and how much of it each did by now; both (n_consumers,).

        For profit it is the commission on what each paid, CNY.  Payments count from the first day of the run.
        """
        focal = m.customers.of(FOCAL)
        found = {}
        for goal, on in (("new_users", m.customers.first_use_on[focal]), ("registrations", m.customers.registered_on[focal])):
            found[goal] = ~self.was_registered & ((on < 0) | (on >= since)), (on >= since).astype(float)
        everybody = np.ones(len(self._paid), bool)
        found["payments"] = everybody, m.customers.n_uses[focal].astype(float)
        found["profit"] = everybody, self._paid * (m.settings.goods.commission_share / 100)
        return found

    def totals(self, m) -> dict[str, float]:
        """Of the run: each goal, the commission on all that was paid, and the platform's outlay for marketing."""
        weight, found = m.scenario.weight, {}
        for goal, (able, done) in self.of_consumers(m).items():
            found[goal] = float(done[able].sum()) * weight
        commission, found["profit"] = found["profit"], self.profit
        return {**found, "commission": commission, "outlay": self.outlay}

    def last_touch(self, m) -> dict[str, dict[str, float]]:
        """By source of registration (organic, referral, number of the tactic): what those did who registered in the run.

        Profit is the commission on what they paid; what the tactic spent is not yet taken off.
        """
        source, weight = m.customers.source[m.customers.of(FOCAL)], m.scenario.weight
        registered = ~self.was_registered & (m.customers.registered_on[m.customers.of(FOCAL)] >= 0)
        names = {ORGANIC: "organic", REFERRED: "referral"}
        done = self.of_consumers(m)
        found = {}
        for number in (ORGANIC, REFERRED, *(FIRST_TACTIC + k for k in range(len(m.tactics)))):
            mine = registered & (source == number)
            found[names.get(number, str(number - FIRST_TACTIC))] = {
                goal: float(values[mine & able].sum()) * weight for goal, (able, values) in done.items()}
        return found


def spent_on(m, number: int) -> float:
    """What a media or referral tactic or a promotion has spent, CNY."""
    books = m.media.plans.get(number) or m.promotions.accounts.get(number)
    fen = books.spent if books else m.word_of_mouth.spent.get(number, 0)
    return fen / 100 * m.scenario.weight


def can_be_held_out(tactic) -> bool:
    """True if a tactic may be kept from some by lot: an invitation may not."""
    return tactic.kind == "media"


def spends_by_head(tactic) -> bool:
    """True if a smaller audience has more exposures a head for the same money; a stock of readers or a ranking has not."""
    return tactic.kind == "media" and CHANNELS[tactic.channel].way == "pushed"


def experiment(m, conversions: Conversions, number: int, usual_share: float = 1.0) -> dict[str, float]:
    """What the hold-out of a tactic says by goal, as an analyst computes it: the effect on the whole audience and its standard error.

    d = mean of the exposed - mean of the held out; effect N d, error N sqrt(s_e^2 / n_e + s_h^2 / n_h), N the audience at real scale.
    The audience are the tactic's groups and region; profit is commission less what the tactic would have spent on all of them.
    usual_share: of the audience that the campaign itself may be shown to, 1 unless the scenario holds some out.
    """
    tactic = m.tactics[number].settings
    since = max((tactic.start - m.scenario.start).days, 0)
    inside = in_audience(m, FOCAL, tuple(name for name in tactic.audience if name not in CUSTOMER_KINDS))
    inside[m.settings.consumers.count:] = False
    if tactic.region >= 0:
        inside &= m.consumers.region == tactic.region
    held, found = held_out(m, number), {}
    for goal, (able, done) in conversions.of_consumers(m, since).items():
        shown, kept = done[inside & able & ~held], done[inside & able & held]
        if min(len(shown), len(kept)) < 2:
            found |= {f"held_{goal}": np.nan, f"held_{goal}_error": np.nan}
            continue
        audience = (len(shown) + len(kept)) * m.scenario.weight * usual_share
        error = np.sqrt(shown.var(ddof=1) / len(shown) + kept.var(ddof=1) / len(kept))
        found |= {f"held_{goal}": float(audience * (shown.mean() - kept.mean())), f"held_{goal}_error": float(audience * error)}
    by_head = CHANNELS[tactic.channel].way in ("pushed", "bid for", "own name")
    found["held_profit"] -= spent_on(m, number) * (usual_share / (1.0 - tactic.holdout_share) if by_head else 1.0)
    return found
