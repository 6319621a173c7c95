"""A product: what a platform lets its customers hold or use.  One file and one line in PRODUCTS for each kind.

The contract: a product has an issuer, is not offered before its licence, and says what it returns on a day (`return_today`, net, a
share of what is held) and what may be expected of it (`expected_apr`, `volatility`).  Where it holds money the market for savings
(`m.savings`) moves it; what else it does to holders it does itself, in `work`.  `agents/saver.py` decides who takes it up.
"""

import datetime

from sim.core.random import Stream, normals, stream_key
from sim.core.settings import Settings, setting


class ProductSettings(Settings):
    """What every product has."""

    name: str = setting("", unit="text", source="user", meaning="Name used in reports and overrides; the kind if empty")
    platform: int = setting(0, unit="platform", ge=0, le=19, source="user", meaning="Issuer; the focal one is 0")
    licensed_on: datetime.date = setting(unit="date", source="user", meaning="Day of its licence: not offered before")
    trust_needed: float = setting(.5, unit="share", ge=0, le=1, source="assumption",
                                  meaning="Trust in the platform below which nobody takes it up; well below, holders leave")
    minimum_cny: float = setting(1.0, unit="CNY", ge=0, le=1e9, source="M17: threshold of 1 CNY", meaning="Least that may be put in")
    notice_days: int = setting(0, unit="days", ge=0, le=3650, source="terms of the product",
                               meaning="Between asking for money and getting it")
    liquid_share: float = setting(1.0, unit="share of assets", ge=0, le=1, source="assumption",
                                  meaning="Can be paid out on a day, beside what comes in; more is paid in equal parts, the rest waits")
    most_share: float = setting(.5, unit="share of savings", ge=0, le=1, source="assumption", meaning="That a holder would keep in it")
    fee_apr: float = setting(.0, unit="per year", ge=0, le=1, source="terms of the product", meaning="Of what is held, to the platform")
    adopt_alone: float = setting(.10, unit="per year", ge=0, le=365, source="assumption", meaning="Take-up of who has no friend with it")
    adopt_social: float = setting(1.0, unit="per year, all friends hold it", ge=0, le=365, source="assumption")
    uses_a_month: float = setting(1.0, unit="uses a month", ge=0, le=300, source="assumption", meaning="Of the platform, because of it")
    retention: float = setting(.5, unit="share", ge=0, le=1, source="assumption",
                               meaning="Of those who would leave the platform out of boredom, so many holders stay")


class Product:
    """Base of all products.

    kind: its name in the table.  holds_money: people put money in.  is_purse: and live on it.  pays: its uses are payments.
    """

    kind = ""
    Settings = ProductSettings
    holds_money, is_purse, pays = False, False, False

    def __init__(self, settings: ProductSettings):
        self.settings = settings

    def is_offered(self, m) -> bool:
        """True from the day of the licence on."""
        return m.date >= self.settings.licensed_on

    def expected_apr(self, m) -> float:
        """What a holder may expect, per year, after fees."""
        return 0.0

    def volatility(self, m) -> float:
        """Standard deviation of a year's return."""
        return 0.0

    def return_today(self, m, number: int) -> float:
        """What is held grows by this share today, after fees; below 0 it shrinks."""
        return 0.0

    def reaches(self, m):
        """Which consumers can use it at all, (n_consumers,); None is all."""
        return None

    def keenness(self, m) -> float:
        """Factor of take-up, whatever it pays."""
        return 1.0

    def work(self, m, number: int) -> None:
        """What else it does today to holders: premiums, claims, advice."""


def luck_today(m, number: int) -> float:
    """Standard normal luck of a product's market.  Draws: PRODUCT_RETURN, one normal a product."""
    return float(normals(stream_key(m.path_seed, Stream.PRODUCT_RETURN, m.day), number, number + 1, 0)[0])
