"""What an actor may see, and what it may intend: the types that markets hand out and take back."""

from dataclasses import dataclass, fields

import numpy as np

WON, ANYWAY, ABUSED = range(3)  # whom the money of a promotion reaches
FATES = ("won", "anyway", "abused")
RULES = ("is_open", "days_past_due", "is_eligible")  # what a lender acts on by rule; everything else may enter a score


@dataclass(frozen=True)
class View:
    """What a lender is shown of some merchants: copies, one array of shape (n,) a field; never the population."""

    def features(self) -> dict[str, np.ndarray]:
        """What may enter a score, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in RULES}


@dataclass(frozen=True)
class ClosedLoopView(View):
    """What the platform sees of its own merchants: purchase, sale, payment and delivery all happen on it.

    sales_trend: fen a day, two months.  age_days.  rating: 0-1.  is_certified, is_open: yes/no.  days_past_due: at the
    platform's lenders.  sales_growth: two weeks over two months.  stock_days: days of sales on the shelf.  settlement_days:
    days of sales in escrow.  complaint_share: of orders.  n_favourites: consumers.  n_ties: suppliers and customers.
    """

    sales_trend: np.ndarray
    age_days: np.ndarray
    rating: np.ndarray
    is_certified: np.ndarray
    is_open: np.ndarray
    days_past_due: np.ndarray
    sales_growth: np.ndarray
    stock_days: np.ndarray
    settlement_days: np.ndarray
    complaint_share: np.ndarray
    n_favourites: np.ndarray
    n_ties: np.ndarray


@dataclass(frozen=True)
class LimitedView(View):
    """What a B2B site shows of its members: the surface, no better than what a bank has.

    age_days.  is_certified.  n_ties: partners named.  surface: standing among members, standard deviations, with error.
    """

    age_days: np.ndarray
    is_certified: np.ndarray
    n_ties: np.ndarray
    surface: np.ndarray


@dataclass(frozen=True)
class BankFileView(View):
    """What an applicant brings to a bank.

    annual_sales: fen, from the last annual statement, with error.  stated_margin: share of sales, mean of the statements on file, each
    with an error of its own; nan without any.  age_days.
    relationship_days: since the account was opened.  days_past_due: at this lender.  collateral: fen, what could be pledged.
    """

    annual_sales: np.ndarray
    age_days: np.ndarray
    days_past_due: np.ndarray
    stated_margin: np.ndarray
    relationship_days: np.ndarray
    collateral: np.ndarray


@dataclass(frozen=True)
class VisitedFileView(View):
    """What an officer brings back from a shop.

    impression: standing among shops, standard deviations, with the officer's error.  sales_found: fen a day, and margin_found:
    share of sales, from till and invoices.  stock_found: fen, at cost.  age_days.  relationship_days.  days_past_due: at this
    lender.
    """

    impression: np.ndarray
    sales_found: np.ndarray
    margin_found: np.ndarray
    stock_found: np.ndarray
    age_days: np.ndarray
    relationship_days: np.ndarray
    days_past_due: np.ndarray


@dataclass(frozen=True)
class OrderHistoryView(View):
    """What a buyer with monthly settlement knows of its suppliers or drivers: orders and their trend.

    orders: fen a day at this buyer.  sales_growth: two weeks over two months.  age_days.
    """

    orders: np.ndarray
    sales_growth: np.ndarray
    age_days: np.ndarray


@dataclass(frozen=True)
class ThinFileView(View):
    """What anybody can find out: age_days, is_certified, region (code)."""

    age_days: np.ndarray
    is_certified: np.ndarray
    region: np.ndarray


@dataclass(frozen=True)
class ConsumerView(View):
    """What the platform sees of a consumer with a wallet; what it may not use is nan.

    n_purchases and spent (fen): a month, since the records began.  months_registered.  on_time_share: of bills and
    statements; nan without any.  n_complaints.  is_139: phone number of the old range, not the new 186.  is_woman.
    friends_good_share: of friends with a good record; nan without friends.  days_past_due: on the credit payment.
    is_eligible: has a wallet, shops on a phone, and was never written off.
    """

    n_purchases: np.ndarray
    spent: np.ndarray
    months_registered: np.ndarray
    on_time_share: np.ndarray
    n_complaints: np.ndarray
    is_139: np.ndarray
    is_woman: np.ndarray
    friends_good_share: np.ndarray
    days_past_due: np.ndarray
    is_eligible: np.ndarray


@dataclass(frozen=True)
class SharedView(View):
    """What a lender sees itself, and what others share with it (DESIGN 4.14); all else reads as the own view.

    own: the view of its own data regime.  shared: columns by name (n,), nan where agreement, consent or deletion hide them.
    believed_bad: chance to go bad within a year by a shared score (n,), nan where it is not shown; None if there is no such score.
    is_known: others show its history (n,).  usual_bad: mean of that chance over open shops; 0 without a score.
    """

    own: View
    shared: dict[str, np.ndarray]
    believed_bad: np.ndarray | None
    is_known: np.ndarray
    usual_bad: float = 0.0

    def __getattr__(self, name):
        if name.startswith("__") or name == "own":
            raise AttributeError(name)
        return getattr(self.own, name)

    def features(self) -> dict[str, np.ndarray]:
        """The own columns, then what is shared."""
        return {**self.own.features(), **self.shared}

    def part(self, chosen) -> "SharedView":
        """Some rows."""
        bad = None if self.believed_bad is None else self.believed_bad[chosen]
        return SharedView(part_of(self.own, chosen), {name: column[chosen] for name, column in self.shared.items()}, bad,
                          self.is_known[chosen], self.usual_bad)


def has_clean_record(view) -> np.ndarray:
    """False where others' records show arrears now or a default before (n,); what is not shown counts for the applicant."""
    shared = getattr(view, "shared", {})
    blank = np.zeros(len(view.age_days))
    return ~((shared.get("elsewhere_late_days", blank) > 0) | (shared.get("elsewhere_bad", blank) > 0))


@dataclass(frozen=True)
class CreditDecision:
    """A lender's answer; arrays of shape (n,).  score: 0-1, higher is safer."""

    is_approved: np.ndarray
    score: np.ndarray


@dataclass(frozen=True)
class Contest:
    """What a lender knows of those it bids against for some applicants, and how it prices.

    ability: its own, 0-1, share of the bad it can tell (the Gini of its score).  best_rival: the highest ability among the others who are
    asked, (n,); -1 where nobody is.  cost_share: running costs over the margin of its list price.  bad_rate: a year, of applicants it
    knows nothing of.  highest_rate: a year.
    """

    ability: float
    best_rival: np.ndarray
    cost_share: float
    bad_rate: float
    highest_rate: float


def part_of(table, chosen):
    """Some rows of a view or a decision."""
    if isinstance(table, SharedView):
        return table.part(chosen)
    return type(table)(*(getattr(table, field.name)[chosen] for field in fields(table)))


@dataclass(frozen=True)
class PromotionTerms:
    """What a promotion says.  Amounts are fen of the simulated world.

    uses, vest_days: payments and days before it falls due; good_days: while it can be redeemed; expiry_days: what is
    not due by then is forgotten.
    rebate_share: of the payment it is redeemed on, at most what was promised; 0: the amount itself.
    least_basket: it is redeemed on a payment of at least this; 0: no payment is needed.
    points_share: of each payment, collected; paid once it reaches `threshold`.
    screening: share of fake accounts that a check at registration finds.  is_welcome: for newcomers; by_invitation: for those among them
    whom a customer invited.
    """

    platform: int
    budget: int
    uses: int = 0
    vest_days: int = 0
    expiry_days: int = 36_500
    rebate_share: float = 0.0
    good_days: int = 36_500
    least_basket: int = 0
    points_share: float = 0.0
    threshold: int = 0
    screening: float = 0.0
    is_welcome: bool = False
    by_invitation: bool = False

    @property
    def is_set_aside(self) -> bool:
        """True if its money is set aside when it is promised; coupons are good while the budget lasts."""
        return self.is_welcome or self.points_share > 0
