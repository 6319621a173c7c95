"""Promotions of a run: what each cost, whom the money reached, what was taken back, and from which amount on abuse pays."""

import numpy as np
import pandas as pd

from agents.abuse_ring import break_even_cny
from agents.customer import FIRST_TACTIC
from sim.core.views import ABUSED, ANYWAY, FATES, WON

COLUMNS = ["promotion", "kind", "platform", "budget", "spent", *FATES, "leak", "given", "redeemed", "expired", "false_alarms",
           "fake_accounts", "abuse_pays_from"]


def promotion_table(m, names: list[str]) -> pd.DataFrame:
    """One row a promotion, at real scale, CNY.

    won: to who came, or paid here, only because of the promotions of that day (together, if there were several); anyway: to who would
    have (cannibalised); abused: to rings; leak: its share of what was spent.  abuse_pays_from: the amount of the promise from which on
    rings make accounts; nan if it is not for newcomers.
    """
    weight, rows = m.scenario.weight, []
    for number, account in sorted(m.promotions.accounts.items()):
        terms, paid = account.terms, account.paid / 100 * weight
        breaks_even = break_even_cny(m.settings.abuse, terms) if terms.is_welcome else np.nan
        rows.append({"promotion": names[FIRST_TACTIC + number], "kind": m.tactics[number].kind, "platform": terms.platform,
                     "budget": terms.budget / 100 * weight, "spent": account.spent / 100 * weight, "won": paid[WON],
                     "anyway": paid[ANYWAY], "abused": paid[ABUSED], "leak": paid[ABUSED] / paid.sum() if paid.sum() else np.nan,
                     "given": account.n_given * weight, "redeemed": account.n_redeemed * weight, "expired": account.n_expired * weight,
                     "false_alarms": account.n_false_alarms * weight, "fake_accounts": account.n_fake * weight,
                     "abuse_pays_from": breaks_even})
    return pd.DataFrame(rows, columns=COLUMNS)
