"""A money-market fund behind the balance of a wallet: from 1 CNY, paid every day, money back at once; most of it lies in the interbank
market outside this slice."""

import datetime
from typing import Literal

import numpy as np
from pydantic import model_validator

from agents.products.product import Product, ProductSettings
from sim.core.settings import setting


class MoneyMarketFundSettings(ProductSettings):
    """Yields by date, fee, who takes it up."""

    kind: Literal["money_market_fund"] = setting("money_market_fund", unit="name", source="PRODUCTS")
    yield_dates: tuple[datetime.date, ...] = setting((), unit="dates", source="user",
                                                     meaning="When the yields were paid; straight lines between; none: the first always")
    yields: tuple[float, ...] = setting((.0525,), unit="per year", source="M17",
                                        meaning="What holders get, after fees")
    trust_needed: float = setting(.55, unit="share", ge=0, le=1, source="assumption",
                                  meaning="Trust in the platform below which nobody takes it up; well below, holders leave")
    liquid_share: float = setting(.3, unit="share of assets", ge=0, le=1, source="assumption: overnight and soon due",
                                  meaning="Can be paid out on a day, beside what comes in; more is paid in equal parts, the rest waits")
    most_share: float = setting(.8, unit="share of savings", ge=0, le=1, source="assumption", meaning="That a holder would keep in it")
    fee_apr: float = setting(.0063, unit="per year", ge=0, le=1,
                             source="the fund's prospectus 2013: .30 management, .08 custody, .25 sale; all to the platform here",
                             meaning="Of what is held, to the platform")
    adopt_alone: float = setting(.22, unit="per year", ge=0, le=365, source="L44 p", meaning="Take-up of who has no friend with it")
    adopt_social: float = setting(2.38, unit="per year, all friends hold it", ge=0, le=365, source="L44 q")
    uses_a_month: float = setting(4.0, unit="uses a month", ge=0, le=300, source="assumption: a look at what it paid",
                                  meaning="Of the platform, because of it")
    retention: float = setting(.8, unit="share", ge=0, le=1, source="assumption",
                               meaning="Of those who would leave the platform out of boredom, so many holders stay")

    @model_validator(mode="after")
    def _a_yield_for_every_date(self):
        if not self.yields or any(not 0 <= each < 1 for each in self.yields):
            raise ValueError("yields must be one number or more, at least 0 and below 1 a year")
        if self.yield_dates and len(self.yield_dates) != len(self.yields):
            raise ValueError(f"yields = {len(self.yields)} numbers for {len(self.yield_dates)} yield_dates; there must be one for each")
        if any(later <= sooner for sooner, later in zip(self.yield_dates, self.yield_dates[1:])):
            raise ValueError("yield_dates must rise from one to the next")
        return self


class MoneyMarketFund(Product):
    """What it pays is a path of dated yields, less what a shock takes today; a platform may pay more out of a budget (`rate_boost`)."""

    kind = "money_market_fund"
    Settings = MoneyMarketFundSettings
    holds_money, is_purse = True, True

    def expected_apr(self, m) -> float:
        """Today's yield, as it is shown."""
        s = self.settings
        found = s.yields[0]
        if s.yield_dates:
            found = float(np.interp(m.date.toordinal(), [date.toordinal() for date in s.yield_dates], s.yields))
        return max(found - m.savings.yield_cut_today[m.products.index(self)], 0.0)

    def return_today(self, m, number: int) -> float:
        """A day of the yield."""
        return self.expected_apr(m) / 365
