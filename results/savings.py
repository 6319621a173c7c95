"""Savings of a run under a lens: for each product, week by week, who has it, what is held, what came in, went out and was earned."""

import numpy as np
import pandas as pd

from results.measuring import cny, count

EVERY_DAYS = 7


def shows_savings(scenario) -> bool:
    """True if there are products in the scenario."""
    return len(scenario.products) > 0


def labels_of(products) -> list[str]:
    """A name for each product: its own, else its kind; numbered where two are alike."""
    names = [each.settings.name or each.kind.replace("_", " ") for each in products]
    return [f"{name} {number}" if names.count(name) > 1 else name for number, name in enumerate(names)]


class Lens:
    """An observer; `tables()` gives the table `products`, one row a product and week, at the scale of the real market.

    Flows are sums since the first day.
    """

    FLOWS = ("joined_today", "left_today", "subscribed_today", "redeemed_today", "returned_today", "boosted_today")

    def __init__(self):
        self.rows, self.sums = [], None

    def __call__(self, m) -> None:
        today = np.array([getattr(m.savings, name) for name in self.FLOWS])
        self.sums = today.copy() if self.sums is None else self.sums + today
        if m.day % EVERY_DAYS and m.day + 1 < m.days:
            return
        for number, (product, label) in enumerate(zip(m.products, labels_of(m.products))):
            joined, left, paid_in, paid_out, returned, boosted = self.sums[:, number]
            self.rows.append({
                "product": label, "kind": product.kind, "day": m.day, "date": m.date, "holders": count(m, len(m.holdings.members(number))),
                "assets": cny(m, m.savings.owed[number]), "joined": count(m, joined), "gave_up": count(m, left),
                "subscribed": cny(m, paid_in), "redeemed": cny(m, paid_out), "returned": cny(m, returned), "boosted": cny(m, boosted)})

    def tables(self) -> dict[str, pd.DataFrame]:
        """By name."""
        return {"products": pd.DataFrame(self.rows)}
