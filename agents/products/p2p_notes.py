"""P2P notes sold to a platform's users: short, medium, long, student and start-up loans, each with its rate, its term and its losses.

Choice: borrowers are outside this slice; the notes of the P2P company that lends to shops here are in `sim/markets/notes.py`.
Source: SOURCES 1.3; M28 for the rate of the medium note.  Alternative: the same company sells all five.  Reason: students and start-ups
are no shops, and a loss has to fall on somebody.
"""

from typing import Literal

from agents.products.product import Product, ProductSettings, luck_today
from sim.core.settings import setting

# Rate a year, months, losses a year: M28 for the medium note; the others are assumptions around it.
TERMS = {"short": (.16, 2, .04), "medium": (.2198, 6, .08), "long": (.24, 18, .10), "student": (.18, 12, .06), "start_up": (.26, 9, .16)}
WORST_FIFTH = -.8416  # of standard normal luck


class P2PNotesSettings(ProductSettings):
    """The term of the notes, and who trusts them."""

    kind: Literal["p2p_notes"] = setting("p2p_notes", unit="name", source="PRODUCTS")
    term: Literal["short", "medium", "long", "student", "start_up"] = setting("medium", unit="term", source="SOURCES 1.3; M28",
                                                                             meaning="Who borrows; rate, months and losses go with it")
    losses: float = setting(-1.0, unit="share a year", ge=-1, le=1, source="user", meaning="Of what is lent; -1: those of the term")
    trust_needed: float = setting(.65, unit="share", ge=0, le=1, source="assumption",
                                  meaning="Trust in the platform below which nobody takes it up; well below, holders leave")
    minimum_cny: float = setting(100.0, unit="CNY", ge=0, le=1e9, source="practice of 2013", meaning="Least that may be put in")
    liquid_share: float = setting(.02, unit="share of assets", ge=0, le=1, source="assumption: what borrowers repay in a day",
                                  meaning="Can be paid out on a day, beside what comes in; more is paid in equal parts, the rest waits")
    fee_apr: float = setting(.03, unit="per year", ge=0, le=1, source="assumption", meaning="Of what is held, to the platform")
    adopt_alone: float = setting(.01, unit="per year", ge=0, le=365, source="assumption: p2p.investor_share",
                                 meaning="Take-up of who has no friend with it")
    adopt_social: float = setting(.3, unit="per year, all friends hold it", ge=0, le=365, source="assumption")


class P2PNotes(Product):
    """A month in which borrowers fail costs all holders alike; who wants out waits for the term, and then for the cash."""

    kind = "p2p_notes"
    Settings = P2PNotesSettings
    holds_money = True

    def __init__(self, settings):
        apr, months, losses = TERMS[settings.term]
        super().__init__(settings if settings.notice_days else settings.model_copy(update={"notice_days": 30 * months}))
        self.apr, self.losses = apr, losses if settings.losses < 0 else settings.losses

    def expected_apr(self, m) -> float:
        """The rate of the note: losses are not in it."""
        return self.apr

    def volatility(self, m) -> float:
        """Losses come in a fifth of the months, five times as large."""
        return self.losses * (4 / 12) ** .5

    def return_today(self, m, number: int) -> float:
        """A day's interest; on the last day of a month, in one of five, the losses of five months."""
        found = self.apr / 365
        if m.calendar.is_month_end(m.day) and luck_today(m, number) < WORST_FIFTH:
            found -= min(5 * self.losses / 12, .9)
        return found
