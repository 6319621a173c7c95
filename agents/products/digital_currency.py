"""A wallet for digital currency: it may double or halve within months, and only who trusts the platform much opens one."""

from typing import Literal

from agents.products.product import Product, ProductSettings, luck_today
from sim.core.settings import setting


class DigitalCurrencySettings(ProductSettings):
    """Mean and risk of the price."""

    kind: Literal["digital_currency"] = setting("digital_currency", unit="name", source="PRODUCTS")
    mean_apr: float = setting(.30, unit="per year", ge=-1, le=50, source="assumption: what buyers of 2013 hoped for, at the least")
    risk: float = setting(1.2, unit="standard deviation of a year's return", ge=0, le=20, source="assumption: bitcoin in 2013")
    trust_needed: float = setting(.75, unit="share", ge=0, le=1, source="assumption",
                                  meaning="Trust in the platform below which nobody takes it up; well below, holders leave")
    minimum_cny: float = setting(10.0, unit="CNY", ge=0, le=1e9, source="assumption", meaning="Least that may be put in")
    most_share: float = setting(.1, unit="share of savings", ge=0, le=1, source="assumption", meaning="That a holder would keep in it")
    fee_apr: float = setting(.02, unit="per year", ge=0, le=1, source="assumption: spread of buying and selling",
                             meaning="Of what is held, to the platform")
    adopt_alone: float = setting(.01, unit="per year", ge=0, le=365, source="assumption", meaning="Take-up of who has no friend with it")
    adopt_social: float = setting(.8, unit="per year, all friends hold it", ge=0, le=365, source="assumption: talk of prices")


class DigitalCurrency(Product):
    """One price for all."""

    kind = "digital_currency"
    Settings = DigitalCurrencySettings
    holds_money = True

    def expected_apr(self, m) -> float:
        """The mean that is hoped for, less the spread."""
        return self.settings.mean_apr - self.settings.fee_apr

    def volatility(self, m) -> float:
        """Of a year."""
        return self.settings.risk

    def return_today(self, m, number: int) -> float:
        """Mean and luck of a day; a day never takes more than half."""
        return max(self.expected_apr(m) / 365 + self.settings.risk / 365 ** .5 * luck_today(m, number), -.5)
