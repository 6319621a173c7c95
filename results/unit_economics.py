"""What a loan earns and costs, by kind of lender, and from which size on it pays.

A loan of one yuan leaves (interest - funding - write-offs) / lent over its life; each loan made costs its share of staff and
decisions.  Break-even size = cost of a loan made / margin on a yuan lent.

Choice: all staff and every decision, refusals too, are costs of the loans made.  Source: M05, S16.  Alternative: the cost of
one more decision.  Reason: a lender whose loans do not pay for those it refused, and for its people, loses money.
"""

from dataclasses import astuple, dataclass, fields

import numpy as np
import pandas as pd

from results.lenders import LenderDay, lenders_of

DAYS_PER_MONTH = 365 / 12


@dataclass(frozen=True)
class UnitEconomics:
    """Sums over some days for lenders of one kind, CNY and counts at one scale.

    balance_days: CNY x days lent.  officer_days: officers x days.
    """

    days: int
    loans: float
    lent: float
    balance_days: float
    interest: float
    funding: float
    staff: float
    decision_costs: float
    written_off: float
    decisions: float
    officer_days: float

    @property
    def mean_size(self) -> float:
        """CNY a loan."""
        return _over(self.lent, self.loans)

    @property
    def mean_life_days(self) -> float:
        """Days a yuan stays lent.  Source: Little (1961): mean balance over flow."""
        return _over(self.balance_days, self.lent)

    @property
    def margin(self) -> float:
        """CNY that a yuan lent leaves over its life, before staff and decisions."""
        return _over(self.interest - self.funding - self.written_off, self.lent)

    @property
    def profit(self) -> float:
        """CNY in all the days."""
        return self.interest - self.funding - self.written_off - self.staff - self.decision_costs

    @property
    def profit_per_loan(self) -> float:
        """CNY a loan made."""
        return _over(self.profit, self.loans)

    @property
    def loss_over_flow(self) -> float:
        """Written off over lent."""
        return _over(self.written_off, self.lent)

    @property
    def cost_per_decision(self) -> float:
        """CNY of staff and computing a decision; refusals count."""
        return _over(self.staff + self.decision_costs, self.decisions)

    @property
    def cost_per_loan(self) -> float:
        """CNY of staff and decisions a loan made."""
        return _over(self.staff + self.decision_costs, self.loans)

    @property
    def break_even_size(self) -> float:
        """CNY from which on a loan pays; infinite if no size does, nan if no cost was booked."""
        if not self.staff + self.decision_costs > 0 or not self.loans:
            return np.nan
        return self.cost_per_loan / self.margin if self.margin > 0 else np.inf

    @property
    def loans_per_officer_month(self) -> float:
        """Loans made by one officer in a month; where nobody decides, by one of the staff (D06)."""
        return _over(self.loans * DAYS_PER_MONTH, self.officer_days)


DERIVED = tuple(name for name, each in vars(UnitEconomics).items() if isinstance(each, property))


class LoanBooks:
    """An observer of `Market`: what each kind of lender did since day `since`; the second half of the run if not told."""

    def __init__(self, since: int | None = None):
        self.since = since
        self.days, self._weight = 0, 1.0
        self._sums: dict[str, np.ndarray] = {}

    def __call__(self, m) -> None:
        if m.day < (m.days // 2 if self.since is None else self.since):
            return
        self.days, self._weight = self.days + 1, m.scenario.weight
        for name, lender in lenders_of(m).items():
            self._sums[name] = self._sums.get(name, 0.0) + np.array(astuple(lender.today()), float)

    def lenders(self) -> dict[str, UnitEconomics]:
        """Each kind of lender by name, at the scale of the real market."""
        return {name: economics(LenderDay(*sums), self.days, self._weight) for name, sums in self._sums.items()}

    def table(self) -> pd.DataFrame:
        """One row a lender: the sums and what follows from them."""
        names = [*(field.name for field in fields(UnitEconomics)), *DERIVED]
        return pd.DataFrame([{"lender": name, **{each: getattr(found, each) for each in names}} for name, found in self.lenders().items()],
                            columns=["lender", *names])


def economics(sums: LenderDay, days: int, weight: float = 1.0) -> UnitEconomics:
    """From the sums of so many simulated days, in fen, to the real market, in CNY."""
    cny = weight / 100
    return UnitEconomics(days, sums.loans * weight, sums.lent * cny, sums.balance * cny, sums.interest * cny, sums.funding * cny,
                         sums.staff * cny, sums.decision_costs * cny, sums.written_off * cny, sums.decisions * weight,
                         sums.officers * weight)


def _over(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else np.nan
