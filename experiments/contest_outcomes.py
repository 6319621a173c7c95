"""What one seed says about lenders who bid: rates, the winner's curse of who sees less, the margin that is left, thin files.

The small worlds of `experiments/common_model.py`, in which shops know several banks.  Some banks use the better score, the others their
own; no vintage errs, so that what is measured is what a bank does not see.  Chances to fail are the shops' true ones.

Choice: the curse is the true chance to fail of loans won less what the score said of them.  Source: Shaffer (1998), winner's curse
in banking.  Alternative: failures counted.  Reason: three loans in a hundred fail, and a hundred worlds would be needed.
"""

import numpy as np

from agents import merchant
from experiments.common_model import DECIDES_EVERY, LENDS, WORLD
from results.open_data import THIN_DAYS
from scenarios import load
from sim.markets import data_sharing, offers, term_credit
from sim.model import Market

BIDS = {**WORLD, "shocks": [], "common_model.vintage_error": 0.0, "relationship_bank.reach": .15, "offers.most_lenders": 3}
WORLDS = {"one": {"offers.most_lenders": 1}, "low": {"common_model.bank_share": 0.0}, "mixed": {"common_model.bank_share": .25},
          "equal": {"common_model.bank_share": 1.0}}  # one bank after another; all see little; a quarter sees more; all by one good score
SAME_EYES = {"common_model.own_noise": .6}  # who has no common score sees as well with its own
LONELY = {"relationship_bank.reach": 0.0}  # nobody knows another bank than its own


def contest_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of contests among banks that see equally well and differently well; with `nulls`, where who sees less sees as well.

    Rivalry is what bidding against others changes of a margin that the same bank, bidding by the same rule, has where nobody knows another
    bank; in turn: the same of banks asked one after another.
    """
    found, overrides = {}, overrides or {}
    lonely = {f"lonely_{name}": {**WORLDS[name], **LONELY} for name in ("low", "one")}
    for name, change in {**WORLDS, **lonely}.items():
        found |= {f"{name}_{number}": value for number, value in _contests(seed, {**overrides, **change}).items()}
    found |= {"curse_points": found["mixed_behind_curse_points"] - found["mixed_ahead_curse_points"],
              "rivalry_points": found["low_margin_points"] - found["lonely_low_margin_points"],
              "in_turn_rivalry_points": found["one_margin_points"] - found["lonely_one_margin_points"],
              "bidding_points": found["lonely_low_margin_points"] - found["lonely_one_margin_points"],
              "seeing_points": found["equal_margin_points"] - found["low_margin_points"],
              "more_loans_percent": 100 * (found["low_loans"] / found["one_loans"] - 1),
              "thin_gain_points": found["low_thin_percent"] - found["one_thin_percent"], "contested_loans": found["mixed_behind_loans"]}
    if nulls:
        same = _contests(seed, {**overrides, **WORLDS["mixed"], **SAME_EYES})
        found["same_eyes_curse_points"] = same["behind_curse_points"] - same["ahead_curse_points"]
    return found


def _contests(seed: int, change: dict) -> dict[str, float]:
    """One world of six weeks."""
    m = Market(load("baseline", {**BIDS, **change}), seed=seed)
    data_sharing.publish_statements(m)
    taken, n_bids = [], 0
    for m.day in range(LENDS):
        merchant.ask_for_term_loan(m)
        if m.day % DECIDES_EVERY == DECIDES_EVERY - 1:
            m.offers.open_day()
            term_credit.decide_applications(m)
            taken.append(offers.won(m.offers.bids))
            n_bids += int(np.isfinite(m.offers.bids.rate).sum())
            term_credit.pay_out(m)
    shops = m.merchants
    rows = np.flatnonzero(shops.term_loan > 0)
    rate = term_credit.rates(m, rows, shops.term_lender[rows].astype(np.int64))
    true = _true_bad(m, rows)
    found = {"loans": float(len(rows)), "rate_percent": _mean(100 * rate), "bad_percent": _mean(100 * true),
             "margin_points": _mean(100 * (rate - _break_even(m, true))),
             "thin_percent": _mean(100.0 * (m.day - shops.opened_on[rows] < THIN_DAYS))}
    won = {name: np.concatenate([getattr(each, name) for each in taken]) for name in ("shop", "rate", "bad", "ability", "best_rival")}
    contested = won["best_rival"] >= 0
    is_behind = won["ability"] < won["best_rival"]
    for name, chosen in (("behind", contested & is_behind), ("ahead", contested & ~is_behind)):
        true = _true_bad(m, won["shop"][chosen])
        found |= {f"{name}_loans": float(chosen.sum()), f"{name}_curse_points": _mean(100 * (true - won["bad"][chosen])),
                  f"{name}_margin_points": _mean(100 * (won["rate"][chosen] - _break_even(m, true)))}
    return found | {"bids": float(n_bids)}


def _mean(values) -> float:
    return float(values.mean()) if len(values) else 0.0


def _true_bad(m, rows) -> np.ndarray:
    """Chance to fail within a year, as the shops' quality has it."""
    s = m.settings.distress
    hazard = s.trouble_rate * np.exp(-s.quality_slope * m.merchants.quality[rows] - s.quality_slope ** 2 / 2)
    return 1.0 - np.exp(-s.recover_days / (s.recover_days + s.give_up_days) * hazard)


def _break_even(m, bad) -> np.ndarray:
    """Rate at which a loan with this chance to go bad within a year earns nothing over its funding."""
    s = m.settings.relationship_bank
    in_term = 1.0 - (1.0 - bad) ** (30 * s.term_months / 365)
    return s.funding_apr + in_term * s.loss_share * 24 / (s.term_months + 1)
