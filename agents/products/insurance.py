"""An insurance sold online: a premium every month, a claim when what is insured happens, a commission to the platform."""

from typing import Literal

import numpy as np

from agents.products.product import Product, ProductSettings
from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniforms_of
from sim.core.settings import setting


class InsuranceSettings(ProductSettings):
    """Premium, claims and commission."""

    kind: Literal["insurance"] = setting("insurance", unit="name", source="PRODUCTS")
    premium_cny: float = setting(10.0, unit="CNY a month", ge=0, le=1e5, source="assumption: an account or accident policy")
    claims_a_year: float = setting(.02, unit="claims a policy", ge=0, le=12, source="assumption")
    claim_cny: float = setting(3000.0, unit="CNY", ge=0, le=1e7, source="assumption: a loss ratio of a half")
    commission_share: float = setting(.2, unit="share of premiums", ge=0, le=1, source="assumption",
                                      meaning="To the platform that sells it")
    reserve_cny: float = setting(1e8, unit="CNY", ge=0, le=1e13, source="assumption", real_scale=True,
                                 meaning="The insurer's own money at the start: claims are paid out of it and of premiums, never more")


class Insurance(Product):
    """What happens to the insured is among everybody's living costs; a claim pays it back."""

    kind = "insurance"
    Settings = InsuranceSettings

    def work(self, m, number: int) -> None:
        """Premiums on payday from who can pay, claims of the day in order of id while the insurer's money lasts.

        Writes: consumers.deposit, m.savings.cash, platforms.own_funds.  Draws: PRODUCT_CLAIM, one per holder.
        """
        s, ids = self.settings, m.holdings.members(number)
        premium, claim = fen(s.premium_cny), fen(s.claim_cny)
        due = ids[(m.consumers.payday[ids] == m.calendar.month_day(m.day)[1]) & (m.consumers.deposit[ids] >= premium)]
        paid = m.ledger.pay(m.books.deposit, due, m.books.product_cash, number, premium, purpose=Purpose.PREMIUM)
        m.ledger.pay(m.books.product_cash, number, m.books.platform_own, s.platform, int(paid * s.commission_share),
                     purpose=Purpose.PRODUCT_FEE)
        u = uniforms_of(stream_key(m.path_seed, Stream.PRODUCT_CLAIM, m.day), ids, number)
        hit = ids[u < s.claims_a_year / 365][: int(m.savings.cash[number]) // max(claim, 1)]
        m.ledger.pay(m.books.product_cash, number, m.books.deposit, hit, np.full(len(hit), claim, np.int64), purpose=Purpose.CLAIM)
