"""Whether a lender joins an agreement on data: what better screening saves it, against the fee and the rent it gives up.

    saved = expected loss a year x (1 - bads accepted with / bads accepted without)
    bads accepted = 1 - r^((1 - AUC) / AUC),   r the share refused
    joins if saved - fee x look-ups a year - rent given up > 0

The curve is Lehmann's: one number, the AUC, says how many bads are among the riskiest r.  Both AUCs come from a trial on its own past
cases (a card from those of even number, tried on the odd ones, without and with what the agreement would have shown); with too few
bads of its own a lender believes what is published.  Who shares too gives up rent: its captive clients can be told from the others.

Choice: the volume is taken as given.  Source: Pagano and Jappelli (1993); Lehmann (1953) for the curve; DESIGN 4.14.  Alternative:
count new clients as well.  Reason: a bank decides on what it can reckon from its own books.
"""

import numpy as np

from agents.lending.discrimination import auc
from agents.lending.scorecard import NotFitted, fit_scorecard
from sim.core.finance import fen
from sim.core.settings import Settings, setting

DECIDES_EVERY_DAYS = 90


class JoiningSettings(Settings):
    """What a lender reckons with when it may join an agreement."""

    least_bads: int = setting(60, unit="bads", ge=10, le=100_000, source="assumption: thirty to learn from and thirty to try on",
                              meaning="Fewer of its own make no trial")
    believed_auc: float = setting(.683, unit="AUC", gt=.5, lt=1, source="L10: bureau score",
                                  meaning="Believed of its own file without a trial")
    believed_gain: float = setting(.053, unit="AUC", ge=0, lt=.5, source="L10: .736 combined less .683",
                                   meaning="Believed of history or score")
    believed_gain_defaults: float = setting(.02, unit="AUC", ge=0, lt=.5, source="assumption: less than half of it",
                                            meaning="Believed of arrears and defaults alone")
    bad_rate: float = setting(.024, unit="a year", ge=0, le=1, source="S10", meaning="Expected of its loans")
    captive_share: float = setting(.1, unit="share of the margin", ge=0, le=1, source="assumption; M35: most stay with their main bank",
                                   meaning="Given up by who shares its records, if all others see them")


def decide_joining(m):
    """Once in 90 days each lender that may choose joins, stays or leaves, by its own forecast.

    Reads: banks.loans, interest_fen, apr; financiers.loans, interest_fen, apr; open_data.is_member, trials.
    Writes: open_data.is_member, was_member, joined_on.
    """
    data = m.open_data
    for number, agreement in enumerate(data.agreements):
        if agreement.joins != "chooses" or not data.is_active(m, number):
            continue
        since = (m.date - agreement.start).days if agreement.start >= m.calendar.start else m.day
        if since % DECIDES_EVERY_DAYS:
            continue
        may = data.may_join(number)
        chosen = np.array([may[k] and _gain(m, number, k) > 0 for k in range(len(may))])
        data.set_members(m, number, chosen)


def _gain(m, number: int, lender: int) -> float:
    """What a lender expects an agreement to bring, fen a year; the platform's lenders, which pay no fee and lose no rent, are always in."""
    data, s = m.open_data, m.settings.joining
    if lender == data.platform:
        return 1.0
    agreement, policy = data.agreements[number], m.term_policies[lender]
    (group, row), cases = m.term_lender(lender), policy.learning.experience
    if len(cases) == 0:
        return 0.0
    years, refused = max(m.day, 1) / 365, 1.0 - float(cases["is_approved"].mean())
    now, then = trial(cases, data.trials.get((number, lender)), s, policy.settings.scorecard) or (
        s.believed_auc, s.believed_auc + (s.believed_gain_defaults if agreement.kind == "defaults_only" else s.believed_gain))
    loss = float(group.lenders.loans[row]) * s.bad_rate * policy.settings.loss_share
    saved = loss * (1.0 - bads_accepted(then, refused) / max(bads_accepted(now, refused), 1e-9))
    fee = fen(agreement.fee_cny) * len(cases) / years
    others = np.delete(data.is_member[number], lender).mean()
    margin = max(1.0 - policy.settings.funding_apr / max(float(group.lenders.apr[row]), 1e-9), 0.0)
    rent = s.captive_share * others * margin * float(group.lenders.interest_fen[row]) / years if agreement.is_mutual else 0.0
    return saved - fee - rent


def bads_accepted(auc_of_card: float, refused: float) -> float:
    """Share of the bads among those accepted when the riskiest share `refused` is turned away; Lehmann's curve."""
    return 1.0 - refused ** ((1.0 - auc_of_card) / auc_of_card)


def trial(cases, shown, s: JoiningSettings, settings) -> tuple[float, float] | None:
    """(AUC of its own columns, AUC with the shared ones) on the lender's own past cases; None if they are too few.

    cases: its `Experience`.  shown: {"id": (n,), name: (n,)} of what would have been shown on the day.
    """
    if shown is None:
        return None
    row = np.searchsorted(cases["id"], shown["id"])
    is_known = cases["outcome"][row] >= 0
    row, is_bad = row[is_known], (cases["outcome"][row] == 1)[is_known]
    if is_bad.sum() < s.least_bads:
        return None
    own = {name: column[row] for name, column in cases.features.items()}
    more = own | {name: column[is_known] for name, column in shown.items() if name != "id"}
    learns, found = np.arange(len(row)) % 2 == 0, []
    for features in (own, more):
        card = fit_scorecard({name: column[learns] for name, column in features.items()}, is_bad[learns], settings=settings)
        tried = {name: column[~learns] for name, column in features.items()}
        found.append(.5 if isinstance(card, NotFitted) else auc(-card.points(tried), is_bad[~learns]))
    return found[0], found[1]
