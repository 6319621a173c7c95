"""Advice in the finance application: who takes it finds the platform's other products sooner, and is better pleased."""

from typing import Literal

import numpy as np

from agents.products.product import Product, ProductSettings
from sim.core.settings import setting


class AdviceSettings(ProductSettings):
    """What it does for the other products."""

    kind: Literal["advice"] = setting("advice", unit="name", source="PRODUCTS")
    lift: float = setting(.5, unit="share", ge=0, le=20, source="assumption",
                          meaning="Take-up of the platform's other products rises by it")
    pleased_a_month: float = setting(.05, unit="share of what is missing", ge=0, le=1, source="assumption",
                                     meaning="Satisfaction with the platform gained in a month")


class Advice(Product):
    """Nothing is held; `agents/saver.py` asks for the lift."""

    kind = "advice"
    Settings = AdviceSettings

    def work(self, m, number: int) -> None:
        """Writes: customers.satisfaction."""
        rows = m.holdings.members(number) + m.customers.of(self.settings.platform).start
        satisfaction = m.customers.satisfaction
        satisfaction[rows] += np.float32(self.settings.pleased_a_month / 30) * (np.float32(1.0) - satisfaction[rows])
