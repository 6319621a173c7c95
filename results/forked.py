"""What a fork's paired paths say: differences by day, where promoted lending came from, the dip, interest given up.

A fork is anything with `.scenario`, `.past`, `.without`, `.with_tactics`, `.effects` and `.surface` as `experiments.forking.Fork`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from results.effects import is_sure, mean_interval
from results.promotion import promotion_of

DIP_DAYS = 3  # the dip is looked for in so many days after the event


def by_day(runs, measure: str) -> np.ndarray:
    """A measure of every run, shape (days, runs)."""
    return np.column_stack([each.daily[measure].to_numpy(float) for each in runs])


def dates(fork) -> pd.DatetimeIndex:
    """The days of the paths."""
    return pd.DatetimeIndex(pd.to_datetime(fork.without[0].daily["date"]))


def event_days(fork) -> slice:
    """Rows of the paths from the first to the last day of the event: promoted draws, else the tactics' first day."""
    promoted = by_day(fork.with_tactics, "drawn_promoted").sum(axis=1)
    rows = np.flatnonzero(promoted)
    if len(rows):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    starts = [each.start for each in (*fork.scenario.tactics, *fork.scenario.shocks)]
    days = list(dates(fork).date)
    first = days.index(min(starts)) if starts and min(starts) in days else 0
    return slice(first, first + 1)


def daily_difference(fork, measure: str) -> pd.DataFrame:
    """Columns date, days_after (0 is the event's first day), without, with, difference, low, high; means over pairs, 95%."""
    without, tried = by_day(fork.without, measure), by_day(fork.with_tactics, measure)
    intervals = [mean_interval(row) for row in tried - without]
    days = dates(fork)
    return pd.DataFrame(
        {
            "date": days,
            "days_after": np.arange(len(days)) - event_days(fork).start,
            "without": _mean(without),
            "with": _mean(tried),
            **{name: [each[k] for each in intervals] for k, name in enumerate(("difference", "low", "high"))},
        }
    )


def cumulative_difference(fork, measure: str) -> pd.DataFrame:
    """As `daily_difference`, of the sum since the fork."""
    total = np.cumsum(np.nan_to_num(by_day(fork.with_tactics, measure) - by_day(fork.without, measure)), axis=0)
    intervals = [mean_interval(row) for row in total]
    days = dates(fork)
    return pd.DataFrame(
        {
            "date": days,
            "days_after": np.arange(len(days)) - event_days(fork).start,
            **{name: [each[k] for each in intervals] for k, name in enumerate(("difference", "low", "high"))},
        }
    )


def _mean(values: np.ndarray) -> np.ndarray:
    known = ~np.isnan(values)
    counts = known.sum(axis=1)
    return np.where(counts > 0, np.where(known, values, 0).sum(axis=1) / np.maximum(counts, 1), np.nan)


@dataclass(frozen=True)
class Interval:
    """A mean over pairs and the ends of its 95% interval; `n` pairs."""

    mean: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values) -> "Interval":
        """From one value a pair."""
        values = np.asarray(values, float)
        return cls(*mean_interval(values), int((~np.isnan(values)).sum()))

    @property
    def is_detected(self) -> bool:
        """True if the interval excludes 0."""
        return is_sure(self.low, self.high)


def dip(fork, days: int = DIP_DAYS) -> Interval:
    """Lending in the days after the event against the same days without it, as a share; -.25 is a dip of 25%."""
    after = slice(event_days(fork).stop, event_days(fork).stop + days)
    without, tried = by_day(fork.without, "drawn")[after].sum(axis=0), by_day(fork.with_tactics, "drawn")[after].sum(axis=0)
    return Interval.of(np.divide(tried - without, without, out=np.full(len(without), np.nan), where=without > 0))


def sources(fork) -> pd.DataFrame:
    """Where promoted lending came from, CNY a pair: part, cny, low, high.  The last four sum to the first.

    anyway: would have been lent on those days without the event.  soon: missing in the next days.  later: missing
    after that.  new: lent in all the days of the paths and not missing anywhere.
    """
    days = event_days(fork)
    difference = by_day(fork.with_tactics, "drawn") - by_day(fork.without, "drawn")
    promoted = by_day(fork.with_tactics, "drawn_promoted").sum(axis=0)
    extra = difference[days].sum(axis=0)
    soon = difference[days.stop : days.stop + DIP_DAYS].sum(axis=0)
    later = difference[days.stop + DIP_DAYS :].sum(axis=0) + difference[: days.start].sum(axis=0)
    parts = {"promoted": promoted, "anyway": promoted - extra, "soon": -soon, "later": -later, "new": extra + soon + later}
    return pd.DataFrame(
        [
            {"part": name, "cny": each.mean, "low": each.low, "high": each.high}
            for name, each in ((name, Interval.of(values)) for name, values in parts.items())
        ]
    )


def loan_life_days(fork) -> float:
    """Mean days from draw to repayment of loans closed before the event (after it if there is no common past)."""
    tables = [each.clients for each in ([fork.past] if fork.past is not None else fork.without)]
    closed = sum(table.attrs.get("loans_closed", 0) for table in tables)
    return sum(table.attrs.get("loan_days", 0) for table in tables) / closed if closed else np.nan


@dataclass(frozen=True)
class InterestGivenUp:
    """CNY a pair.  direct: promoted draws x list rate x cut x life.  net: interest earned in all, with less without."""

    direct: Interval
    net: Interval
    life_days: float


def interest_given_up(fork) -> InterestGivenUp:
    """The rate cut's cost, two ways: on the promoted loans alone, and in the lenders' books."""
    tactic, loans, weight = promotion_of(fork.scenario), fork.scenario.loans, fork.scenario.weight
    life, direct = loan_life_days(fork), []
    for each in fork.with_tactics:
        won = each.draws[each.draws["promoted"] == 1]
        rate = np.where(won["kind"] == 1, loans.order_daily_rate, loans.credit_daily_rate)
        direct.append(float((won["fen"] * rate).sum()) / 100 * weight * tactic.depth * life)
    net = by_day(fork.with_tactics, "interest").sum(axis=0) - by_day(fork.without, "interest").sum(axis=0)
    return InterestGivenUp(Interval.of(direct), Interval.of(net), life)


def winners(fork, groups: int = 5) -> pd.DataFrame:
    """Who won, by size of shop before the event: group 1 has the smallest lines.  Empty without a common past.

    Columns group, line_low_cny, line_high_cny, shops_share, winners_share, promoted_share, ordinary_share (of all money
    drawn before the event) and their intervals over pairs.
    """
    if fork.past is None or not len(fork.past.clients) or not fork.past.clients.attrs.get("days"):
        return pd.DataFrame()
    clients = fork.past.clients
    line = clients["line_fen_days"] / clients.attrs["days"] / 100
    has_line = (line > 0).to_numpy()
    if has_line.sum() < groups:
        return pd.DataFrame()
    order = np.argsort(line.to_numpy()[has_line], kind="stable")
    group = np.full(len(line), -1)
    rank = np.empty(len(order), int)
    rank[order] = np.arange(len(order))
    group[has_line] = rank * groups // len(order)
    heads, money = [], []
    for each in fork.with_tactics:
        won = each.draws[each.draws["promoted"] == 1]
        of = group[won["merchant"].to_numpy()]
        distinct = group[won["merchant"].unique()]
        heads.append([_share((distinct == g).sum(), (distinct >= 0).sum()) for g in range(groups)])
        money.append([_share(won["fen"].to_numpy()[of == g].sum(), won["fen"].to_numpy()[of >= 0].sum()) for g in range(groups)])
    drawn = clients["drawn_fen"].to_numpy()
    rows = []
    for g in range(groups):
        of_heads, of_money = Interval.of([row[g] for row in heads]), Interval.of([row[g] for row in money])
        inside = group == g
        rows.append(
            {
                "group": g + 1,
                "line_low_cny": float(line[inside].min()),
                "line_high_cny": float(line[inside].max()),
                "shops_share": float(inside.sum() / has_line.sum()),
                "winners_share": of_heads.mean,
                "winners_low": of_heads.low,
                "winners_high": of_heads.high,
                "promoted_share": of_money.mean,
                "promoted_low": of_money.low,
                "promoted_high": of_money.high,
                "ordinary_share": _share(drawn[inside].sum(), drawn[has_line].sum()),
            }
        )
    return pd.DataFrame(rows)


def _share(part, whole) -> float:
    return float(part) / float(whole) if whole else np.nan


def flow_matrix(runs, instrument: str = "money") -> pd.DataFrame:
    """Flows by purpose (rows) and sector (columns), CNY, mean over runs; each row sums to 0."""
    parts = [each.flows[each.flows["instrument"] == instrument].groupby(["purpose", "sector"], sort=False)["cny"].sum() for each in runs]
    total = pd.concat(parts, axis=1).fillna(.0).mean(axis=1) if parts else pd.Series(dtype=float)
    return total.unstack(fill_value=.0) if len(total) else pd.DataFrame()
