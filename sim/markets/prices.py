"""Prices: what a consumer pays a platform on each payment, who pays it to whom, and what rivals earn on theirs.

A fee is a share of the payment; below 0 it is a subsidy.  Shops pay their commission beside it (`goods.commission_share`).

Choice: consumers weigh a fee by its log price, several times as heavily as the price of a basket.  Source: Borzekowski, Kiser and Ahmed
(2008): 12% less use at a fee of 1.8%; Ellison and Ellison (2009): 25 between sellers of one good.  Alternative: the weight of baskets
(2.6).  Reason: who chooses between ways to pay the same basket has hardly another reason to choose.
"""

import numpy as np

from sim.core.budgets import Budgets
from sim.core.kernels import kernel
from sim.core.ledger import Purpose
from sim.core.settings import Settings, setting

FOCAL = 0
PAST_DAYS = 92  # of prices that are remembered
MOST_OFF = .5  # share of a payment: consumers are never paid more than that


class PriceSettings(Settings):
    """How consumers feel a fee."""

    sensitivity: float = setting(5.0, unit="x price sensitivity of the segment", ge=0, le=50,
                                 source="Borzekowski, Kiser and Ahmed 2008: elasticity 6.7 = 5 x 2.6 x one half who would go elsewhere",
                                 meaning="Of the choice between ways to pay; Ellison and Ellison 2009 would give 10")
    at_registration: float = setting(1.0, unit="x weight of the price in use", ge=0, le=10,
                                     source="assumption: who registers thinks of the fee as who pays does",
                                     meaning="What a fee does to conversion")


class Offer:
    """Money off each payment at a platform today: number of the tactic, platform, share of the payment, what may still be given (fen)."""

    def __init__(self, number: int, platform: int, depth: float, left: int):
        self.number, self.platform, self.depth, self.left = number, platform, depth, left


class Prices(Budgets):
    """What platforms charge consumers, a number each.

    base: the usual fee, which strategies set; kept.  fee: today's, unless a tactic says otherwise the usual one; fee_cut_today: what an
    emergency takes off it, at most down to 0; discount_today: off both.
    offers: who pays for discounts, and how much is left.
    past: what consumers were shown, payments: how many worked, (PAST_DAYS, n_platforms), each day in its place.
    fees_today, subsidies_today, paid_today: fen.
    first_level: commission and fee on the first day over all payments, share; the price index is against it.
    """

    ARRAYS = ("base", "fee", "fee_cut_today", "discount_today", "past", "payments", "fees_today", "subsidies_today", "paid_today")

    def __init__(self, m):
        super().__init__()
        n = len(m.platforms) if len(m.customers) else 0
        self.base = np.array([m.standing_of(platform).fee for platform in range(n)])
        self.past, self.payments = np.tile(self.base, (PAST_DAYS, 1)), np.zeros((PAST_DAYS, n), np.int64)
        self.fees_today, self.subsidies_today, self.paid_today = np.zeros((3, n), np.int64)
        self.first_level = 0.0
        self.fee, self.fee_cut_today, self.discount_today = self.base.copy(), np.zeros(n), np.zeros(n)
        self.open_day()

    def open_day(self) -> None:
        """The usual fees, and no cut or discount yet."""
        self.fee[:] = self.base
        self.fee_cut_today[:] = self.discount_today[:] = 0
        self.offers: list[Offer] = []

    def set_base(self, platform: int, fee: float) -> None:
        """A strategy sets the usual fee of a platform, from today on."""
        self.base[platform] = self.fee[platform] = fee

    def post(self, number: int, platform: int, depth: float, left: int) -> None:
        """A tactic takes a part off each payment at a platform today, as long as its money lasts."""
        self.offers.append(Offer(number, platform, depth, left))
        self.discount_today[platform] += depth

    @property
    def asked(self) -> np.ndarray:
        """Today's fee less what an emergency takes off it, (n_platforms,): a cut never makes a fee a subsidy."""
        return self.fee - np.minimum(self.fee_cut_today, np.maximum(self.fee, 0.0))

    @property
    def shown(self) -> np.ndarray:
        """What a payment costs today beyond the basket, share of it, (n_platforms,); at least -MOST_OFF, however many discounts meet."""
        return np.maximum(self.asked - self.discount_today, -MOST_OFF)

    def shown_before(self, m, days: int) -> np.ndarray:
        """The same so many days ago, at most PAST_DAYS - 1."""
        return self.past[(m.day - min(days, PAST_DAYS - 1)) % PAST_DAYS]

    def recent_payments(self, m, days: int) -> np.ndarray:
        """Payments of the last so many days before today, (n_platforms,)."""
        return self.payments[np.arange(m.day - min(days, m.day, PAST_DAYS - 1), m.day) % PAST_DAYS].sum(axis=0)

    def weight(self, m) -> np.ndarray:
        """Utility per log price of a payment by segment, (n_segments,)."""
        return m.settings.prices.sensitivity * np.array([each.price_sensitivity for each in m.settings.consumers.segments.in_order()])

    def mean_weight(self, m) -> float:
        """The same over all consumers."""
        return float(self.weight(m) @ np.array([each.share for each in m.settings.consumers.segments.in_order()]))

    def disutility(self, m) -> np.ndarray:
        """Utility lost to today's price of a payment, (n_platforms, n_segments): weight x log(1 + fee - discount)."""
        return np.log1p(self.shown)[:, None] * self.weight(m)[None, :]

    def kept_conversion(self, m) -> np.ndarray:
        """What today's price leaves of conversion, (n_platforms,): (1 + fee - discount)^-weight, the mean one."""
        return (1.0 + self.shown) ** -(m.settings.prices.at_registration * self.mean_weight(m))

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return {"spent": dict(self.spent), "ended": self.ended, "first_level": self.first_level,
                **{name: getattr(self, name).copy() for name in self.ARRAYS}}

    def restore(self, state: dict) -> None:
        """Put a checkpoint's prices back."""
        self.spent, self.ended, self.first_level = dict(state["spent"]), state["ended"], state["first_level"]
        for name in self.ARRAYS:
            getattr(self, name)[...] = state[name]


# --- steps ------------------------------------------------------------------------------------------------------------


def settle_fees(m):
    """Consumers pay platforms the fee on today's payments, platforms what is below 0; rivals get their commission from shops elsewhere.

    Who pays for a discount does so in order of the consumers' number as long as its money lasts; fen are rounded down.
    Reads: m.goods.buyers_today, paid_today, m.rival_sales_today, prices.fee, m.used_today.  Writes: consumers.deposit, wallet;
    platforms.own_funds; prices.fees_today, subsidies_today, paid_today, spent, ended, past, payments,
    first_level.
    """
    if len(m.customers) == 0:
        return
    prices, books, commission = m.prices, m.books, m.settings.goods.commission_share
    prices.fees_today[:] = prices.subsidies_today[:] = 0
    for platform in range(len(m.platforms)):
        buyers, paid = m.payments_at(platform)
        prices.paid_today[platform] = paid.sum()
        if platform != FOCAL and len(buyers):
            m.ledger.pay(books.world, 0, books.platform_own, platform, int(prices.paid_today[platform] * commission),
                         purpose=Purpose.COMMISSION)
        if prices.fee[platform] or any(offer.platform == platform for offer in prices.offers):
            _settle(m, platform, buyers, paid)
    rows, works = m.used_today
    prices.past[m.day % PAST_DAYS] = prices.shown
    prices.payments[m.day % PAST_DAYS] = np.bincount(rows[works] // len(m.consumers), minlength=len(m.platforms))
    if prices.first_level == 0:
        prices.first_level = price_level(m)


def _settle(m, platform: int, buyers, paid):
    """Fees and subsidies of one platform: a fee from the deposit, then the wallet; a subsidy into the wallet, at rivals the deposit.

    Discounts that together would pay out more than MOST_OFF are cut in proportion.
    """
    prices, books, c = m.prices, m.books, m.consumers
    asked, off = float(prices.asked[platform]), float(prices.discount_today[platform])
    due, scale = _part(asked, paid), (asked + MOST_OFF) / off if off > asked + MOST_OFF else 1.0
    for offer in prices.offers:
        if offer.platform == platform:
            wanted = _part(offer.depth * scale, paid)
            given = _while_it_lasts(wanted, offer.left)
            due -= given
            if (given < wanted).any():
                prices.end(offer.number)
            prices.book(offer.number, int(given.sum()))
    fee, at_focal = np.maximum(due, 0), platform == FOCAL
    from_deposit = np.minimum(fee, c.deposit[buyers])
    from_wallet = np.minimum(fee - from_deposit, c.wallet[buyers]) if at_focal else np.zeros_like(fee)
    for account, part in ((books.deposit, from_deposit), (books.wallet, from_wallet)):
        prices.fees_today[platform] += m.ledger.pay(account, buyers, books.platform_own, platform, part, purpose=Purpose.CONSUMER_FEE)
    prices.subsidies_today[platform] = m.ledger.pay(books.platform_own, platform, books.wallet if at_focal else books.deposit, buyers,
                                                    np.maximum(-due, 0), purpose=Purpose.SUBSIDY)


def _part(share: float, paid) -> np.ndarray:
    """A share of each payment, fen rounded towards 0."""
    return np.trunc(share * paid).astype(np.int64)


def price_level(m) -> float:
    """What platforms take of a payment today, from shop and consumer together: commission + fee - discount, over all payments."""
    paid = m.prices.paid_today
    total = paid.sum()
    return float(m.settings.goods.commission_share + (paid * m.prices.shown).sum() / total) if total else 0.0


@kernel
def _while_it_lasts(wanted, left):
    """given_k = wanted_k if what is left covers it, else 0."""
    given = np.zeros_like(wanted)
    for k in range(len(wanted)):
        if wanted[k] <= left:
            given[k] = wanted[k]
            left -= wanted[k]
    return given
