"""Owners and users of the credit payment decide whether their records may be shown: what being seen brings against minding it.

An owner expects   gain = loan x (rate elsewhere - rate of a term loan) x (1 - own chance to fail / mean chance)   a year, since lenders
who see will tell; below-average shops lose by being seen.  Consents if the gain is above the privacy cost.

Choice: owners compare themselves with the average shop and do not foresee how a refusal is read.  Source: DESIGN 4.14; assumption.
Alternative: full unravelling, where silence is read as the worst (Grossman 1981; Milgrom 1981).  Reason: how refusal is read is then
found by the lenders' cards.

Choice: a consumer's record of payments is the lender's own and always seen; consent is about phone prefix, gender and friends.
Source: SOURCES 1.5.  Alternative: no line without consent.  Reason: the credit payment lends on its own platform's payments.
"""

import numpy as np

from agents.owner import fail_prob
from sim.core.finance import fen
from sim.core.random import Stream, normals_of, stream_key, uniforms_of

ASKED_EVERY_DAYS = 90
CREDIT_WORTH = .05  # a year, of a consumer's line: what it saves against an overdraft (assumption)


def decide_consent(m):
    """Owners decide on the first day of an agreement, users of the credit payment on that of the run; then each once in 90 days.

    An agreement that is older than the run counts from the first day of the run.

    Reads: merchants.quality, trouble_since, sales_trend; credit_users.spent.  Writes: open_data.refuses, consumers_refuse.
    """
    data = m.open_data
    if len(data.refuses):
        _decide_again(m, data.refuses, _begins(m), owners_refuse)
    if len(data.consumers_refuse):
        _decide_again(m, data.consumers_refuse, m.day == 0, consumers_refuse)


def _begins(m) -> bool:
    """True on the first day of an agreement, and on the first of the run if one is in force."""
    data = m.open_data
    return any(each.start == m.date or m.day == 0 and data.is_active(m, number) for number, each in enumerate(data.agreements))


def _decide_again(m, refuses, are_all_asked: bool, refuse):
    """All, or those whose day it is, make up their mind."""
    n = len(refuses)
    rows = np.arange(n) if are_all_asked else np.arange(m.day % ASKED_EVERY_DAYS, n, ASKED_EVERY_DAYS)
    refuses[rows] = refuse(m, rows)


def owners_refuse(m, rows) -> np.ndarray:
    """True where the gain an owner expects of being seen is not above the privacy cost (n,).

    Draws: PRIVACY_COST, a normal and a uniform per merchant.
    """
    s, terms, shops = m.settings.open_data, m.settings.relationship_bank, m.merchants
    loan = terms.loan_months_of_sales * 30 * shops.sales_trend[rows]
    chance, mean = fail_prob(m, rows), fail_prob(m, np.arange(len(shops))).mean()
    gain = loan * (m.settings.owners.outside_apr - terms.apr) * (1.0 - chance / max(mean, 1e-12))
    return gain <= _cost(stream_key(m.world_seed, Stream.PRIVACY_COST), rows, s, s.privacy_cost_cny)


def consumers_refuse(m, rows) -> np.ndarray:
    """True where what a line saves is not above the privacy cost (n,).  Draws: CONSUMER_PRIVACY, the same per consumer."""
    s, terms, users = m.settings.open_data, m.settings.credit_payment, m.credit_users
    months = np.maximum(m.day, 30) / 30
    line = np.minimum(terms.line_months * users.spent[rows] / months, fen(terms.largest_line_cny))
    return CREDIT_WORTH * line < _cost(stream_key(m.world_seed, Stream.CONSUMER_PRIVACY), rows, s, s.consumer_privacy_cost_cny)


def _cost(key, rows, s, median_cny: float) -> np.ndarray:
    """Privacy cost a year, fen: lognormal for the share who mind, 0 for the others."""
    minds = uniforms_of(key, rows, 2) < s.privacy_share
    return np.where(minds, fen(median_cny) * np.exp(s.privacy_spread * normals_of(key, rows, 0)), 0.0)
