"""Fans: how the days of a measure spread over worlds, and how far they are from those of the first in the same worlds."""

import datetime
from textwrap import shorten

import pandas as pd
from matplotlib.ticker import MaxNLocator

from results.effects import fan
from results.figures.lending import date_axis
from results.figures.picture import Picture
from results.figures.scales import scale_of, value_axis
from results.style import DOUBLE, INK, PALETTE, WITHOUT, canvas, in_style
from results.words import Words

BANDS = (("q05", "q95", .15), ("q25", "q75", .25))
LONGEST_NAME, LONGEST_LINE, LONGEST_IN_TITLE = 120, 110, 24  # letters


@in_style
def fans(daily: dict[str, pd.DataFrame], measure: str, say: Words, start: datetime.date | None = None, name: str = "fan") -> Picture:
    """Median over worlds by day, and where half and nine in ten of them lie; beside it the same of the differences.

    daily: days of some scenarios or points by name, the first is what the others are compared with: columns replicate, day
    and the measure.  start: date of day 0, if it is the same for all.
    """
    first, *others = daily
    is_short = sum(map(len, daily)) < LONGEST_LINE
    figure, panels = canvas(DOUBLE, 2.4 if is_short else 2.4 + .12 * len(others), 1, 2 if others else 1, squeeze=False)
    colours = dict(zip(daily, (WITHOUT, *PALETTE)))
    levels = {each: fan(days, measure) for each, days in daily.items()}
    away = {each: fan(daily[each], measure, daily[first]) for each in others}
    tables = []
    for axes, shown, what in zip(panels.flat, (levels, away), ("level", "difference")):
        divisor, unit = scale_of(say, measure, pd.concat(shown.values()), by_day=True)
        for each, table in shown.items():
            x = pd.to_datetime(start) + pd.to_timedelta(table.index, "D") if start else table.index.to_numpy()
            for low, high, alpha in BANDS:
                axes.fill_between(x, table[low] / divisor, table[high] / divisor, color=colours[each], alpha=alpha, linewidth=0)
            axes.plot(x, table["q50"] / divisor, color=colours[each], linewidth=1, label=shorten(each, LONGEST_NAME, placeholder=" …"))
            tables.append(table.reset_index().assign(of=each, what=what))
        axes.set_title(say(f"fan_{what}", first=first if len(first) <= LONGEST_IN_TITLE else say("the_first")))
        value_axis(axes, say, measure, unit)
        axes.margins(x=.01)
        if start:
            date_axis(axes, say.lang)
        else:
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            axes.set_xlabel(say("day_axis"))
    if others:
        panels.flat[1].axhline(0, color=INK, linewidth=.6)
        figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(daily) if is_short else 1)
    caption = say("caption_fan", measure=say.measure(measure))
    return Picture(f"{name}_{measure}", figure, pd.concat(tables, ignore_index=True), caption, True)
