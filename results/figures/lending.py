"""Figures of lending: the book, draws by day, the days around the event, net lending, where promoted money came from."""

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, num2date
from matplotlib.ticker import MaxNLocator

from results.figures.picture import Picture
from results.forked import DIP_DAYS, cumulative_difference, daily_difference, event_days, sources
from results.numbers import MINUS, Writer, decimals_for, digits
from results.style import ACCENT, DOUBLE, GOOD, INK, MUTED, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import Words

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def money_unit(size: float, lang: str) -> tuple[float, str]:
    """Divisor and name of the unit of money of an axis that reaches `size`: billions stay millions."""
    divisor, prefix, name = Writer(lang).scale("CNY", min(size, 9e8) if lang == "en" else size, is_difference=True)
    return divisor, f"{prefix} {name}".strip() if lang == "en" else prefix + name


def date_axis(axes, lang: str, most: int = 8) -> None:
    """Days of the month where there are few, months where there are many, the year in place of January where there are several."""
    first, last = axes.get_xlim()
    locator = AutoDateLocator(minticks=3 if most > 5 else 2, maxticks=min(most, 7 if last - first < 100 else 8))
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(lambda value, _: _date(num2date(value), last - first, lang))


def _date(date, span: float, lang: str) -> str:
    if span > 400 and date.month == 1:
        return f"{date.year}" + ("年" if lang == "zh" else "")
    if lang == "zh":
        return f"{date.month}月" + (f"{date.day}日" if span < 200 else "")
    return f"{date.day} {MONTHS[date.month - 1]}" if span < 200 else MONTHS[date.month - 1]


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
    upper.annotate(
        say("event"),
        (tables["loan_book"]["date"].iloc[event_days(fork).start], 1),
        xycoords=("data", "axes fraction"),
        xytext=(-3, -1),
        textcoords="offset points",
        color=ACCENT,
        fontsize=6.5,
        ha="right",
        va="top",
    )
    upper.legend(loc="lower right", ncols=2, handlelength=1.4)
    date_axis(lower, say.lang)
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
    axes.yaxis.set_major_formatter(lambda value, _: digits(value, 0, True) + "%" if value else "0")
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
        axes.text(
            table["days_after"].iloc[-1],
            table["high"].iloc[-1] / divisor,
            say("interval_95"),
            color=WITH,
            fontsize=6.5,
            ha="right",
            va="bottom",
        )
    axes.margins(x=.01)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.set(xlabel=say("days_after"), ylabel=say("cumulative_axis", unit=unit))
    return Picture("net_lending", figure, table, say("caption_cumulative"))


@in_style
def where_it_came_from(fork, say: Words) -> Picture:
    """What became of the money lent at the cut rate: a waterfall from promoted lending down to new lending."""
    table = sources(fork)
    divisor, unit = money_unit(min(abs(table["cny"].iloc[0]), 9e7), say.lang)
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
        decimals = min(decimals_for((table["high"].iloc[row] - table["low"].iloc[row]) / 2 / divisor), 1)
        shown = digits(abs(value[row]), decimals)
        sign = "" if row == 0 else (MINUS if (value[row] > 0) == (row in (1, 2, 3)) else "+")
        right = max(ends[row] + error[1][row], starts[row])
        axes.text(right + .015 * (highest - lowest), y[row], f"{sign}{shown}", ha="left", va="center", fontsize=7, color=INK)
    axes.set(
        xlabel=unit,
        yticks=[],
        xlim=(lowest - .01 * (highest - lowest), highest + .12 * (highest - lowest)),
        ylim=(-.5, len(table) - .25),
    )
    axes.spines["left"].set_visible(False)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    return Picture("where_it_came_from", figure, table, say("caption_sources"))


def _part(name: str, say: Words) -> str:
    return say(f"part_{name}", days=DIP_DAYS) if name == "soon" else say(f"part_{name}")
