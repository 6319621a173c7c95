"""A figure a target: the course of what is held against it, the target's line and its date."""

import re
from textwrap import shorten

import numpy as np
import pandas as pd

from results.figures.lending import date_axis
from results.figures.picture import Picture
from results.figures.scales import scale_of, value_axis
from results.style import ACCENT, MUTED, PALETTE, SINGLE, WITH, WITHOUT, canvas, in_style
from results.targets import Paths
from results.words import Words

BAND = (.05, .95)
LONGEST_NAME, LONGEST_TITLE = 28, 48  # letters
OTHERS = tuple(colour for colour in PALETTE if colour != ACCENT)  # the target's line has that


@in_style
def course_to_target(paths: list[Paths], name: str, measure: str, number: int, say: Words) -> Picture:
    """Median over replicates of every path, nine in ten of them in a band; the target's line up to its date, or to the last day.

    number: counts the figures of a page, for the name of the file.
    """
    figure, axes = canvas(SINGLE, 2.1)
    held = [(each, target, colour) for each, colour in zip(paths, _colours(paths)) for target in each.targets
            if (target.name, target.measure) == (name, measure)]
    courses = [each.courses(measure) for each, _, _ in held]
    everything = np.concatenate([*map(np.ravel, courses), [target.value for _, target, _ in held]])
    divisor, unit = scale_of(say, measure, everything)
    tables = []
    for order, ((each, target, colour), values) in enumerate(zip(held, courses)):
        label, table = label_of(each, paths, say), _quantiles(values)
        _draw_course(axes, pd.to_datetime(each.dates), table / divisor, colour, label, 3 - order / len(held))  # the first lies on top
        tables.append(table.assign(date=each.dates, of=label or each.scenario, target=target.value))
    for value, by in dict.fromkeys((target.value, target.by) for _, target, _ in held):
        _draw_target(axes, value / divisor, by, pd.to_datetime(held[0][0].dates))
    axes.set_title(shorten(name, LONGEST_TITLE, placeholder=" …"))
    value_axis(axes, say, measure, unit)
    axes.margins(x=.02, y=.08)
    known = everything[np.isfinite(everything)]
    if 0 <= known.min() < .5 * known.max():
        axes.set_ylim(bottom=0)
    if len(known) == len(held):  # the targets alone
        axes.text(.5, .4, say("not_known"), transform=axes.transAxes, ha="center", color=MUTED)
    if len(held[0][0].dates) > 1:
        date_axis(axes, say.lang, 5)
    if len(held) > 1:
        axes.legend(loc="best")
    return Picture(file_name(name, number), figure, pd.concat(tables, ignore_index=True), f"{name}: {say.measure(measure)}")


def _draw_course(axes, days, table: pd.DataFrame, colour: str, label: str, layer: float) -> None:
    axes.fill_between(days, table["low"], table["high"], color=colour, alpha=.18, linewidth=0, zorder=layer)
    axes.plot(days, table["median"], color=colour, linewidth=1.1, label=label, zorder=layer)


def _draw_target(axes, value: float, by, days) -> None:
    """Its line from the first day to its date or the last day, a ring at the end, and a line down at the date if it lies in the run."""
    is_due = by is not None and pd.Timestamp(by) <= days[-1]
    end = pd.Timestamp(by) if is_due else days[-1]
    axes.plot([days[0], end], [value, value], color=ACCENT, linewidth=.9, linestyle=(0, (4, 2)))
    axes.plot([end], [value], marker="o", markersize=4, markerfacecolor="none", markeredgecolor=ACCENT, clip_on=False)
    if is_due:
        axes.axvline(end, color=MUTED, linewidth=.6, linestyle=(0, (1, 2)))


def file_name(name: str, number: int) -> str:
    """Of a figure: letters of ASCII, digits and underscores."""
    word = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return f"target_{number}_{word}".rstrip("_")


def label_of(each: Paths, paths: list[Paths], say: Words) -> str:
    """How a path is called beside others."""
    if each.path:
        return say(f"{each.path}_event")
    return shorten(each.scenario, LONGEST_NAME, placeholder=" …") if len(paths) > 1 else ""


def _colours(paths: list[Paths]) -> list[str]:
    if paths[0].path:
        return [WITH if each.path == "with" else WITHOUT for each in paths]
    return [WITH] if len(paths) == 1 else [(WITHOUT, *OTHERS)[k % (len(OTHERS) + 1)] for k in range(len(paths))]


def _quantiles(values: np.ndarray) -> pd.DataFrame:
    """median, low, high over replicates; one row a day."""
    rows = pd.DataFrame(values)
    return pd.DataFrame({"median": rows.median(axis=1), "low": rows.quantile(BAND[0], axis=1), "high": rows.quantile(BAND[1], axis=1)})
