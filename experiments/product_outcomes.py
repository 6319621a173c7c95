"""What one seed says about products: how the fund behind a wallet gained users and assets, and what a wallet application does to payments.

The fund's world is the scenario `yuebao`, the application's `mobile-wallet`, both in small.  p, q of the fund's take-up are those of L44 as
hazards of single consumers; shares and friction of the incumbent's first day are set to S27 and S28; everything else is what follows.
"""

import datetime

import numpy as np

from results.bass import fit_bass
from results.product_measures import payments_today
from scenarios import load
from sim.core.errors import UserError
from sim.model import Market

FUND, APPLICATION = "yuebao", "mobile-wallet"
SMALL_FUND = {"consumers.count": 20_000, "merchants.count": 80, "weight": 17_500.0}
SMALL_APPLICATION = {"consumers.count": 20_000, "merchants.count": 200, "weight": 2_500.0}
NO_GAP = {"products.fund.yields": [.0035], "products.fund.yield_dates": []}  # the fund pays what the bank pays on sight
LONERS = {"products.fund.adopt_social": 0.0, "products.fund.yields": [.0525], "products.fund.yield_dates": []}  # nor does the yield move
HELD_FAST = {"savers.purse_share": 0.0}  # nobody lives on it
STEADY = {"products.fund.yields": [.0676], "products.fund.yield_dates": []}  # the gap never closes
WITHOUT = {"products": []}
NEWCOMER = {"standing.focal.users_share": .2, "days": 183}
EASY = {"standing.focal.mobile_friction": 0.0, "days": 183}  # on phones as at desks
DATES = {"week": (2013, 6, 20), "end_2013": (2013, 12, 31), "mid_feb": (2014, 2, 15), "feb_2014": (2014, 2, 26),
         "mar_2014": (2014, 3, 31), "dec_2014": (2014, 12, 30)}
MONTH = 30


class FundDays:
    """An observer: users (millions), assets (bn CNY), both flows so far (bn CNY), at the end of each day; by date."""

    def __init__(self):
        self.rows, self.joined, self._in, self._out = {}, [], 0, 0

    def __call__(self, m) -> None:
        scale = m.scenario.weight
        self._in, self._out = self._in + int(m.savings.subscribed_today[0]), self._out + int(m.savings.redeemed_today[0])
        self.joined.append(int(m.savings.joined_today[0]))
        self.rows[m.date] = (len(m.holdings.members(0)) * scale / 1e6, m.savings.owed[0] * scale / 1e11, self._in * scale / 1e11,
                             self._out * scale / 1e11)

    def numbers(self) -> dict[str, float]:
        """Of the dates that are facts."""
        at = {name: self.rows[datetime.date(*date)] for name, date in DATES.items()}
        found = {f"fund_users_{name}": row[0] for name, row in at.items()} | {f"fund_assets_{name}": row[1] for name, row in at.items()}
        found["fund_balance_end_2013"] = 1e3 * at["end_2013"][1] / at["end_2013"][0] if at["end_2013"][0] else 0.0
        found["fund_redeemed_share"] = at["mar_2014"][3] / max(at["mar_2014"][2], 1e-12)
        growth = [np.log(max(at[last][1], 1e-9) / max(at[first][1], 1e-9)) / months
                  for first, last, months in (("end_2013", "mar_2014", 3), ("mar_2014", "dec_2014", 9))]
        found["fund_growth_slows"] = growth[1] / growth[0] if growth[0] else np.nan
        return found | {"fund_takers": float(sum(self.joined))} | self._bass()

    def _bass(self) -> dict[str, float]:
        """p and q of the days on which consumers took it up, by month, the size of the market fitted too (L44)."""
        months = len(self.joined) // MONTH
        series = np.add.reduceat(np.array(self.joined, float), np.arange(0, months * MONTH, MONTH))[:months]
        series[-1] = sum(self.joined[(months - 1) * MONTH: months * MONTH])
        try:
            fit = fit_bass(series, periods_a_year=365 / MONTH)
        except UserError:  # the months do not tell the size of the market
            return {"fund_bass_p": np.nan, "fund_bass_q": 0.0, "fund_bass_market": np.nan}
        return {"fund_bass_p": fit.p, "fund_bass_q": fit.q, "fund_bass_market": fit.market_size}


def fund(seed: int, overrides: dict | None = None) -> dict[str, float]:
    """The fund's numbers in one world."""
    days = FundDays()
    Market(load(FUND, {**SMALL_FUND, **(overrides or {})}), seed=seed, observers=[days]).run_days()
    return days.numbers()


def application(seed: int, overrides: dict | None = None) -> dict[str, float]:
    """Shares of payments, percent: in the quarter before the application's licence and in the last quarter of the year."""
    paid = []

    def look(m):
        platform, amount, on_phone = payments_today(m)
        here = platform == 0
        paid.append((amount[here].sum(), amount.sum(), amount[here & on_phone].sum(), amount[on_phone].sum(), len(amount)))

    market = Market(load(APPLICATION, {**SMALL_APPLICATION, **(overrides or {})}), seed=seed, observers=[look])
    market.run_days()
    first, last = (np.sum(paid[days], axis=0) for days in (slice(0, 91), slice(-92, None)))
    found = {}
    for name, (here, everywhere, here_phone, phones, _) in (("start", first), ("end", last)):
        found |= {f"payment_share_{name}": 100 * here / everywhere, f"mobile_payment_share_{name}": 100 * here_phone / phones,
                  f"mobile_of_payments_{name}": 100 * here_phone / here}
    found["mobile_share_gain"] = found["mobile_payment_share_end"] - found["mobile_payment_share_start"]
    found["payment_share_gain"] = found["payment_share_end"] - found["payment_share_start"]
    found["mobile_gain_over_total"] = found["mobile_share_gain"] - abs(found["payment_share_gain"])
    return found | {"payments_seen": float(first[4])}


def product_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of products for one seed; with `nulls` also of the worlds without the mechanism behind each."""
    overrides = overrides or {}
    found = fund(seed, overrides) | application(seed, overrides)
    if nulls:
        for name, live, change in (("no_gap", fund, NO_GAP), ("loners", fund, LONERS), ("held_fast", fund, HELD_FAST),
                                   ("steady", fund, STEADY), ("without", application, WITHOUT), ("newcomer", application, NEWCOMER),
                                   ("easy", application, EASY)):
            found |= {f"{name}_{number}": value for number, value in live(seed, {**overrides, **change}).items()}
    return found
