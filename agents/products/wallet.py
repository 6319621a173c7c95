"""A wallet application: on a phone it makes paying at its platform easy, and brings transfers and bills there."""

from typing import Literal

from agents.products.product import Product, ProductSettings
from sim.core.settings import setting


class WalletSettings(ProductSettings):
    """What it takes away of friction, what it adds of uses."""

    kind: Literal["wallet"] = setting("wallet", unit="name", source="PRODUCTS")
    ease: float = setting(1.0, unit="friction", ge=0, le=10, source="assumption",
                          meaning="Taken off what paying on a phone costs of effort there; above the platform's own friction it attracts")
    adopt_alone: float = setting(2.0, unit="per year", ge=0, le=365, source="assumption: offered at every payment",
                                 meaning="Take-up of who has no friend with it")
    adopt_social: float = setting(6.0, unit="per year, all friends hold it", ge=0, le=365, source="assumption: transfers need two")
    uses_a_month: float = setting(3.0, unit="uses a month", ge=0, le=300, source="assumption: bills and transfers",
                                  meaning="Of the platform, because of it")
    retention: float = setting(.6, unit="share", ge=0, le=1, source="assumption",
                               meaning="Of those who would leave the platform out of boredom, so many holders stay")


class Wallet(Product):
    """Only phones run it; no money is held in it that is not in the platform's wallet anyway."""

    kind = "wallet"
    Settings = WalletSettings
    pays = True

    def reaches(self, m):
        """Who shops on a phone."""
        return m.consumers.is_mobile
