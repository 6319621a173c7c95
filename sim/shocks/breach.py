"""A security breach at a platform: customers whose data were taken, and everybody who reads of it, trust it less."""

from typing import Literal

import numpy as np

from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import setting
from sim.shocks.shock import Shock, ShockSettings

REGISTERED = 3  # funnel stage from which a platform has data of a consumer


class BreachSettings(ShockSettings):
    """Whom it hits, who hears of it, and what it is worth in experiences."""

    kind: Literal["breach"] = setting("breach", unit="name", source="SHOCKS")
    platform: int = setting(0, unit="platform", ge=0, le=19, source="user")
    share_hit: float = setting(.0, unit="share of users", ge=0, le=1, source="user",
                               meaning="Whose data are taken if nothing protects them; "
                               "investment in security halves it at a score of 1")
    news_share: float = setting(.35, unit="share of consumers", ge=0, le=1, source="assumption", meaning="Who reads of it")
    bad_experiences: float = setting(12.0, unit="experiences", ge=0, le=1000,
                                     source="L49: spending falls by 10 to 40%; loyal customers less",
                                     meaning="What it counts for with who is hit")
    news_experiences: float = setting(2.0, unit="experiences", ge=0, le=1000, source="assumption",
                                      meaning="What it counts for with who reads of it")
    compensation_cny: float = setting(0.0, unit="CNY each", ge=0, le=100_000, source="user",
                                      meaning="Paid to who is hit, and worth that many good "
                                      "experiences as 50 CNY go into it")


class Breach(Shock):
    """Takes the data on the first day of its window; the news reach an equal part of their readers on every day of it."""

    kind = "breach"
    Settings = BreachSettings

    def strike(self, m) -> None:
        """Reads: customers.stage.  Writes: customers.trust_good, trust_bad; consumers.deposit; platforms.own_funds.

        Draws: BREACH, two per consumer and shock.
        """
        s, customers, count = self.settings, m.customers, m.settings.consumers.count
        if len(customers) == 0 or s.platform >= len(m.platforms) or s.share_hit == 0:
            return
        first, days = max(m.calendar.day_of(s.start), 0), ((s.end or s.start) - s.start).days + 1
        key, rows = stream_key(m.path_seed, Stream.BREACH, first), customers.of(s.platform)
        slot = 2 * self.number(m, lambda other: other.share_hit > 0)
        u = uniforms(key, 0, count, slot + 1) * days / max(s.news_share, 1e-12)  # below `days` for readers; its whole part is their day
        reads = np.flatnonzero((u >= m.day - first) & (u < m.day - first + 1))
        customers.trust_bad[rows.start + reads] += np.float32(s.news_experiences)
        if m.day != first:
            return
        exposed = s.share_hit * (1.0 - .5 * m.standing_of(s.platform).security)
        hit = np.flatnonzero((customers.stage[rows] >= REGISTERED) & (uniforms(key, 0, len(m.consumers), slot) < exposed))
        customers.trust_bad[rows.start + hit] += np.float32(s.bad_experiences)
        if s.compensation_cny > 0:
            m.ledger.pay(m.books.platform_own, s.platform, m.books.deposit, hit, fen(s.compensation_cny), purpose=Purpose.SHOCK)
            customers.trust_good[rows.start + hit] += np.float32(s.compensation_cny / 50)
