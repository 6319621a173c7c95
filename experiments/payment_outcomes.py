"""What one seed says about the credit payment: who gets a line, what each feature does for it, and the leverage rule; with nulls."""

import numpy as np

from results.fairness import PROBE, Fairness, live_gap
from scenarios import load
from sim.model import Market

CREDIT_PAYMENT = "credit-payment"
ALIKE = {"credit_users.women_diligence": 0.0}
SMALL = {"consumers.count": 25_000, "merchants.count": 538, "weight": 388.0}  # the same real market in fewer actors
TIGHT = {**SMALL, "days": 240, "guarantee.capital_cny": 60e6}  # a fifth of the capital: the rule binds
NO_RULE = {**TIGHT, "guarantee.most_leverage": 1e6}


def payment_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of the credit payment for one seed; with `nulls`, of the worlds without the mechanism."""
    overrides = overrides or {}
    market, days = _lived(overrides, seed)
    found = _approval(market) | days.numbers()
    found |= _sales(seed, overrides, days)
    fairness = Fairness()
    _lived({**overrides, **PROBE}, seed, fairness)
    for row in fairness.table().itertuples():
        name = row.removed.replace(" ", "_")
        found |= {f"auc_without_{name}": row.auc, f"gap_without_{name}_pp": 100 * row.approval_gap,
                  f"prefix_gap_without_{name}_pp": 100 * row.prefix_gap, "fairness_bads": float(row.n_bads)}
    found["tight_highest_leverage"] = _lived({**overrides, **TIGHT}, seed)[1].highest_leverage
    if nulls:
        found |= {f"alike_{name}": value for name, value in _approval(_lived({**overrides, **ALIKE}, seed)[0]).items()}
        found["no_rule_highest_leverage"] = _lived({**overrides, **NO_RULE}, seed)[1].highest_leverage
    return found


def _lived(overrides, seed, *observers):
    days = Days()
    market = Market(load(CREDIT_PAYMENT, overrides), seed=seed, observers=[days, *observers])
    market.run_days()
    return market, days


def _approval(market) -> dict[str, float]:
    gap, error, cases = live_gap(market)
    users = market.credit_users
    asked = users.asked_on >= 0
    return {"approval_gap_pp": 100 * gap, "approval_gap_errors": gap / error if error > 0 else 0.0, "line_decisions": float(cases),
            "payment_approved_percent": 100 * float(users.is_approved[asked].mean()), "payment_fits": float(len(_fits(market))),
            "bad_users_percent": 100 * float((users.bad_on[users.used_on > 0] > 0).mean())}


def _fits(market):
    return [fit for fit in market.payment_lender.learning.fits if not fit.reason]


def _sales(seed, overrides, days) -> dict[str, float]:
    """What the offer sells over the last hundred days, against the same days without it."""
    without = Days()
    Market(load(CREDIT_PAYMENT, {**overrides, "credit_payment.is_offered": False}), seed=seed, observers=[without]).run_days()
    with_it, plain = days.last(100), without.last(100)
    return {"sales_gain_percent": 100 * (with_it[0] / plain[0] - 1),
            "payment_success_percent": 100 * with_it[1] / (with_it[1] + with_it[2]),
            "payment_success_without_percent": 100 * plain[1] / (plain[1] + plain[2])}


class Days:
    """An observer: sales, paid and failed purchases, leverage of each day."""

    def __init__(self):
        self.rows, self.highest_leverage, self.called, self.lent = [], 0.0, 0, 0

    def __call__(self, m) -> None:
        self.rows.append((m.goods.gmv_today, m.goods.n_purchases_today, m.goods.lost_to_payment_today, m.credit_payment.lent_today))
        self.highest_leverage = max(self.highest_leverage, m.credit_payment.leverage_today)
        self.called += m.credit_payment.called_today
        self.lent += m.credit_payment.lent_today

    def last(self, n: int) -> np.ndarray:
        """Sums over the last n days."""
        return np.sum(self.rows[-n:], axis=0)

    def numbers(self) -> dict[str, float]:
        """Of the whole run."""
        sales, _, _, on_credit = self.last(100)
        return {"highest_leverage": self.highest_leverage, "called_over_lent_percent": 100 * self.called / max(self.lent, 1),
                "credit_share_of_sales_percent": 100 * on_credit / max(sales, 1)}
