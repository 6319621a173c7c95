"""Figures of lending: the book, draws by day, the days around the event, net lending, where promoted money came from."""

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from results.figures.picture import Picture
from results.forked import DIP_DAYS, cumulative_difference, daily_difference, event_days, sources
from results.numbers import MONEY
from results.style import ACCENT, DOUBLE, GOOD, INK, MUTED, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import Words


def money_unit(size: float, lang: str) -> tuple[float, str]:
    """Divisor and name of the unit of money of an axis that reaches `size`."""
    return next((divisor, name) for least, divisor, name in MONEY[lang] if size >= least)


def date_axis(axes) -> None:
    """Dates without repetition: months below, days above."""
    locator = AutoDateLocator(minticks=4, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))


@in_style
def book_and_draws(fork, say: Words) -> Picture:
    """Loan book and draws by day, with and without; the common past of 60 days before them."""
    figure, (upper, lower) = canvas(DOUBLE, 3.4, rows=2, sharex=True)
    tables = {}
    for axes, measure, label in ((upper, "loan_book", "book_axis"), (lower, "drawn", "draws_axis")):
        table = daily_difference(fork, measure)
        divisor, unit = money_unit(table["without"].max(), say.lang)
        before = fork.past.daily.tail(60) if fork.past is not None else None
        band = table["without"] + table["low"], table["without"] + table["high"]
        if before is not None:
            joined = pd.concat([pd.Series(before[measure].to_numpy(float)), table["without"].head(1)])
            axes.plot([*pd.to_datetime(before["date"]), table["date"].iloc[0]], joined / divisor, color=WITHOUT, linewidth=.9)
        axes.fill_between(table["date"], band[0] / divisor, band[1] / divisor, color=WITH, alpha=.18, linewidth=0)
        axes.plot(table["date"], table["without"] / divisor, color=WITHOUT, linewidth=.9, label=say("without_event"))
        axes.plot(table["date"], table["with"] / divisor, color=WITH, linewidth=1.1, label=say("with_event"))
        axes.axvline(table["date"].iloc[event_days(fork).start], color=ACCENT, linewidth=.7, dashes=(3, 2), zorder=1)
        axes.set_ylabel(say(label, unit=unit))
        axes.margins(x=.01)
        axes.set_ylim(bottom=0)
        tables[measure] = table
    upper.annotate(say("event"), (tables["loan_book"]["date"].iloc[event_days(fork).start], 1), xycoords=("data", "axes fraction"), xytext=(-3, -1),
                   textcoords="offset points", color=ACCENT, fontsize=6.5, ha="right", va="top")
    upper.legend(loc="lower right", ncols=2, handlelength=1.4)
    date_axis(lower)
    table = pd.concat([each.assign(measure=name) for name, each in tables.items()], ignore_index=True)
    return Picture("book_and_draws", figure, table, f"{say('caption_book')} {say('caption_draws')}", is_wide=True)


@in_style
def around_the_event(fork, say: Words, days: int = 14) -> Picture:
    """Lending relative to without on the event's days and the days after."""
    table = daily_difference(fork, "drawn")
    table = table[(table["days_after"] >= -3) & (table["days_after"] <= days)].reset_index(drop=True)
    share = pd.DataFrame({name: 100 * table[name] / table["without"].where(table["without"] > 0) for name in ("difference", "low", "high")})
    figure, axes = canvas(SINGLE, 2.35)
    length = event_days(fork).stop - event_days(fork).start
    axes.axvspan(length - .5, length + DIP_DAYS - .5, color=MUTED, alpha=.12, linewidth=0)
    colours = [WITH if value >= 0 else ACCENT for value in share["difference"]]
    axes.bar(table["days_after"], share["difference"], .72, color=colours)
    error = np.nan_to_num(np.abs([share["difference"] - share["low"], share["high"] - share["difference"]]))
    axes.errorbar(table["days_after"], share["difference"], error, fmt="none", ecolor=INK, elinewidth=.7)
    axes.axhline(0, color=INK, linewidth=.6)
    axes.yaxis.set_major_formatter("{x:+.0f}%")
    axes.set_xticks(range(0, days + 1, 2))
    axes.set(xlabel=say("days_after"), ylabel=say("relative_axis"))
    table["difference_percent"], table["low_percent"], table["high_percent"] = share["difference"], share["low"], share["high"]
    return Picture("around_the_event", figure, table, say("caption_around", days=DIP_DAYS))


@in_style
def net_lending(fork, say: Words) -> Picture:
    """Cumulative net lending since the fork with its interval."""
    table = cumulative_difference(fork, "drawn")
    size = float(np.nanmax(np.abs(table[["difference", "low", "high"]].to_numpy())))
    divisor, unit = money_unit(size, say.lang)
    figure, axes = canvas(SINGLE, 2.35)
    axes.axhline(0, color=INK, linewidth=.6)
    axes.fill_between(table["days_after"], table["low"] / divisor, table["high"] / divisor, color=WITH, alpha=.2, linewidth=0)
    axes.plot(table["days_after"], table["difference"] / divisor, color=WITH, linewidth=1.5)
    if np.isfinite(table["low"].iloc[-1]):
        axes.text(table["days_after"].iloc[-1], table["high"].iloc[-1] / divisor, say("interval_95"), color=WITH, fontsize=6.5, ha="right", va="bottom")
    axes.margins(x=.01)
    axes.set(xlabel=say("days_after"), ylabel=say("cumulative_axis", unit=unit))
    return Picture("net_lending", figure, table, say("caption_cumulative"))


@in_style
def where_it_came_from(fork, say: Words) -> Picture:
    """What became of the money lent at the cut rate: a waterfall from promoted lending down to new lending."""
    table = sources(fork)
    divisor, unit = money_unit(abs(table["cny"].iloc[0]), say.lang)
    value = table["cny"].to_numpy() / divisor
    error = np.nan_to_num(np.abs([table["cny"] - table["low"], table["high"] - table["cny"]])) / divisor
    total = value[0]
    ends = np.array([total, total - value[1], total - value[1] - value[2], total - value[1] - value[2] - value[3], value[4]])
    starts = np.array([0, total, ends[1], ends[2], 0])
    figure, axes = canvas(SINGLE, 2.35)
    y = np.arange(len(table))[::-1]
    colours = [WITH, WITHOUT, ACCENT, ACCENT, GOOD]
    axes.barh(y, ends - starts, left=starts, height=.56, color=colours)
    axes.errorbar(ends, y, xerr=error, fmt="none", ecolor=INK, elinewidth=.7)
    axes.vlines(np.zeros(len(y)), y - .28, y + .28, color=INK, linewidth=.6)
    lowest = min(0, float((ends - error[0]).min()))
    highest = max(float((ends + error[1]).max()), float(starts.max()))
    for row, name in enumerate(table["part"]):
        axes.text(0 if lowest == 0 else lowest, y[row] + .32, _part(name, say), ha="left", va="bottom", fontsize=6.5, color=INK)
        half = (table["high"].iloc[row] - table["low"].iloc[row]) / 2 / divisor
        decimals = 0 if not half > 0 or half >= 1 else 1
        amount = round(value[row], decimals)
        shown = f"{abs(amount):,.{decimals}f}"
        sign = "" if not amount or row == 0 else ("\u2212" if (amount > 0) == (row in (1, 2, 3)) else "+")
        right = max(ends[row] + error[1][row], starts[row])
        axes.text(right + .015 * (highest - lowest), y[row], f"{sign}{shown}", ha="left", va="center", fontsize=7, color=INK)
    axes.set(xlabel=unit, yticks=[], xlim=(lowest - .01 * (highest - lowest), highest + .12 * (highest - lowest)), ylim=(-.5, len(table) - .25))
    axes.spines["left"].set_visible(False)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    return Picture("where_it_came_from", figure, table, say("caption_sources"))


def _part(name: str, say: Words) -> str:
    return say(f"part_{name}", days=DIP_DAYS) if name == "soon" else say(f"part_{name}")
