"""Personal offers: a coupon for who pays less often than she used to, sized to her own basket; being read so closely costs trust.

Choice: who is late against her own rhythm is offered a share of her own basket.  Source: SOURCES 1.2 (personalised, differentiated);
recency against own frequency, Fader, Hardie and Lee (2005).  Alternative: whoever a response model scores highest.  Reason: a platform
sees rhythm and basket without any model; uplift models can be compared by `audience` and hold-outs.
"""

from typing import Literal

import numpy as np

from agents.tactics.promotion import Promotion, PromotionSettings
from sim.core.settings import setting
from sim.core.views import PromotionTerms


class PersonalOfferSettings(PromotionSettings):
    """When somebody counts as fading, how much she is offered, and what it costs in privacy."""

    kind: Literal["personal_offer"] = setting("personal_offer", unit="name", source="TACTICS")
    depth: float = setting(.08, unit="share of the own basket", ge=0, le=1, source="user")
    late_factor: float = setting(2.0, unit="own mean gaps", ge=0, le=100, source="assumption",
                                 meaning="Since the last payment: she is late")
    expiry_days: int = setting(14, unit="days", ge=1, le=3650, source="user")
    rest_days: int = setting(60, unit="days", ge=1, le=3650, source="user", meaning="Before the same person is offered something again")
    privacy_cost: float = setting(.3, unit="bad experiences", ge=0, le=100, source="assumption: L23, three in ten mind",
                                  meaning="For a customer of ordinary privacy concern")


class PersonalOffer(Promotion):
    """Sends today's offers."""

    kind = "personal_offer"
    Settings = PersonalOfferSettings

    def terms(self, m) -> PromotionTerms:
        """What it says."""
        return PromotionTerms(**self.common(), expiry_days=max(self.settings.expiry_days, self.settings.rest_days), least_basket=1,
                              good_days=self.settings.expiry_days)

    def act(self, m) -> None:
        """Reads: customers.last_use_on, first_use_on, n_uses.  Writes: m.promotions.accounts, customers.trust_bad."""
        s, number, c = self.settings, m.tactics.index(self), m.consumers
        if self.is_idle(m) or s.depth == 0:
            return
        account = m.promotions.post(m, number)
        if account.left <= 0:
            return
        mine, n_uses = m.customers.of(s.platform), m.customers.n_uses[m.customers.of(s.platform)]
        first, last = m.customers.first_use_on[mine], m.customers.last_use_on[mine]
        gap = (last - first) / np.maximum(n_uses - 1, 1)
        is_late = (n_uses >= 3) & (gap > 0) & (m.day - last > s.late_factor * gap) & (account.given_on < 0)
        ids = np.flatnonzero(is_late & m.customers.are_users(s.platform))
        m.promotions.give(m, number, ids, np.maximum(s.depth * c.basket_scale[ids], 1).astype(np.int64))
        concern = np.array([each.privacy_concern for each in m.settings.consumers.segments.in_order()])
        m.customers.trust_bad[mine.start + ids] += (s.privacy_cost * concern[c.segment[ids]]).astype(np.float32)
