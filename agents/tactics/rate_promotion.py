"""A rate promotion: a pool lent at a cut rate from a set minute on, first come, first served.

Reproduces the event of 18 October 2012 (S01-S05): 100 M CNY at 25% off, 11:11, gone in 36 minutes.

Choice: owners who notice it are at the screen at the start and order early if that pays; price alone moves few.
Source: D10, D11 (a 40-fold rush against a demand multiple of at most 2.3); L01b for the response; DESIGN 4.11.
Alternative: a hazard of arrival fitted to 36 minutes.  Reason: that would be a knob made for the figure.
"""

from typing import Literal

from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.finance import fen
from sim.core.settings import setting


class RatePromotionSettings(TacticSettings):
    """The pool, the price, the clock and who notices."""

    kind: Literal["rate_promotion"] = setting("rate_promotion", unit="name", source="TACTICS")
    pool_cny: float = setting(100e6, unit="CNY", ge=0, le=1e12, source="S01", real_scale=True)
    depth: float = setting(.25, unit="share off the rate", ge=0, lt=1, source="S02")
    start_minute: int = setting(671, unit="minute of the day", ge=0, le=1439, source="S01: 11:11")
    largest_loan_cny: float = setting(59_900, unit="CNY", ge=0, le=1e7, source="S05: less than 60 000; does not scale with weight")
    attention_share: float = setting(.68, unit="share of clients", ge=0, le=1,
                                     source="L01b: 5-11% of mailed apply = attention x share with a need (about 13%)",
                                     calibrated=True, meaning="Clients who noticed the announcement and are ready at the start")
    arrival_median_minutes: float = setting(20.0, unit="minutes", gt=0, le=1440, source="assumption; the surface of minutes is published")
    arrival_spread: float = setting(.8, unit="standard deviation of log minutes", ge=0, le=3, source="assumption")
    throughput: float = setting(400.0, unit="loans a minute", gt=0, le=1e7, source="engineering: 60 times the mean of 10 000 a day (S14)",
                                real_scale=True)
    pulls_forward: bool = setting(True, unit="yes/no", source="DESIGN 4.11", meaning="Owners may order early if that pays")
    rate_elasticity: float = setting(-.28, unit="elasticity of ordinary draws to the rate", ge=-10, le=0, source="L01")


class RatePromotion(Tactic):
    """Posts today's offer; the queue of the credit market settles it."""

    kind = "rate_promotion"
    Settings = RatePromotionSettings

    def act(self, m) -> None:
        """Writes: m.credit.offer.  The budget is what is left of the pool."""
        s = self.settings
        lent = m.credit.promoted_total
        pool = fen(s.pool_cny) - lent
        if pool <= 0 or s.depth == 0:
            return
        price = 1.0 - s.depth
        m.credit.post_offer(pool=pool, price=price, start_minute=s.start_minute, largest_loan=fen(s.largest_loan_cny),
                            gap_minutes=1.0 / s.throughput, attention=s.attention_share, delay_median=s.arrival_median_minutes,
                            delay_spread=s.arrival_spread, pulls_forward=s.pulls_forward, arrivals=price ** s.rate_elasticity)
