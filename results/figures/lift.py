"""Figures of lift: three ways to count what a tactic caused, side by side, and the response to its budget."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from results.conversions import GOALS
from results.effects import is_sure
from results.figures.marks import interval_mark
from results.figures.picture import Picture
from results.figures.scales import written_out
from results.numbers import Writer
from results.style import ACCENT, DOUBLE, FAINT, INK, MUTED, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import Words

WAYS = (("last_touch", "s", WITHOUT), ("held_out", "D", ACCENT), ("lift", "o", WITH))
MOST_ROWS, MOST_PANELS = 12, 9
SMALLEST_SEEN = .1  # of the largest response


def scale(say: Words, goal: str, values) -> tuple[float, str]:
    """Divisor and unit for amounts of a goal."""
    size = float(np.nanmax(np.abs(np.asarray(values, float)), initial=0.0))
    divisor, prefix, unit = Writer(say.lang).scale(GOALS[goal], size)
    unit = "" if GOALS[goal] != "CNY" else unit
    return divisor, prefix + unit if say.lang == "zh" else f"{prefix} {unit}".strip()


def axis_label(say: Words, goal: str, unit: str) -> str:
    """The goal's name, and the unit if it has one."""
    name = say(f"lift_goal_{goal}")
    name = name[:1].upper() + name[1:]
    return say("lift_axis", goal=name, unit=unit) if unit else name


@in_style
def three_ways(table: pd.DataFrame, goal: str, say: Words) -> Picture:
    """Last touch, hold-out and truth of each tactic, and of all together, each with its interval."""
    rows = table[table["row"] != "remainder"]
    if len(rows) > MOST_ROWS:
        rows = rows.loc[[*rows["lift"].abs().sort_values(ascending=False).index[:MOST_ROWS]]]
    columns = [f"{name}{end}" for name, *_ in WAYS for end in ("", "_low", "_high")]
    divisor, unit = scale(say, goal, rows[columns])
    figure, axes = canvas(SINGLE, .75 + .36 * max(len(rows), 2))
    for at, row in enumerate(rows.itertuples()):
        y = len(rows) - 1 - at
        if row.row == "together" and at:
            axes.axhline(y + .5, color=FAINT, linewidth=.8)
        for offset, (name, mark, colour) in zip((.25, 0.0, -.25), WAYS):
            value, low, high = (getattr(row, f"{name}{end}") / divisor for end in ("", "_low", "_high"))
            if np.isnan(value):
                continue
            filled = is_sure(low, high) or name == "last_touch"
            interval_mark(axes, value, low, high, y + offset, mark, colour, filled, size=3.8)
    axes.axvline(0, color=INK, linewidth=.6)
    names = [say("lift_together") if row.row == "together" else _short(row.tactic) for row in rows.itertuples()]
    axes.set_yticks(np.arange(len(rows))[::-1], names)
    axes.set_ylim(-.5, len(rows) - .5)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(axis_label(say, goal, unit))
    axes.xaxis.set_major_locator(MaxNLocator(4 if np.abs(axes.get_xlim()).max() >= 1e4 else 6))
    written_out(axes.xaxis)
    marks = [axes.plot([], [], mark, color=colour, markersize=3.8)[0] for _, mark, colour in WAYS]
    figure.legend(marks, [say("lift_truth" if name == "lift" else f"lift_{name}") for name, *_ in WAYS], loc="outside upper left",
                  ncols=3, handletextpad=.2, columnspacing=1.2)
    return Picture("three_ways", figure, rows[["tactic", "row", *columns, "n"]], say("lift_figure"))


def share_a_scale(table: pd.DataFrame) -> bool:
    """True if the smallest response can be seen on the scale of the largest."""
    reach = table.assign(reach=table[["lift_low", "lift_high"]].abs().max(axis=1)).groupby("tactic")["reach"].max()
    return bool(reach.min() >= SMALLEST_SEEN * reach.max())


@in_style
def curves(table: pd.DataFrame, goal: str, say: Words, caption: str) -> Picture:
    """One panel a tactic: what each budget causes, against none; on one scale for all if they can be seen on it."""
    names = list(dict.fromkeys(table["tactic"]))[:MOST_PANELS]
    columns, together = min(len(names), 3), share_a_scale(table)
    lines = -(-len(names) // columns)
    figure, panels = canvas(SINGLE if columns == 1 else DOUBLE, 1.75 * lines + .25, lines, columns, squeeze=False, sharey=together)
    for number, (axes, name) in enumerate(zip(panels.flat, names)):
        mine = table[table["tactic"] == name]
        divisor, unit = scale(say, goal, (table if together else mine)[["lift", "lift_low", "lift_high"]])
        _curve(axes, mine, divisor, say)
        axes.set_title(_short(name))
        if number % columns == 0 or not together:
            axes.set_ylabel(axis_label(say, goal, unit))
            written_out(axes.yaxis)
    for axes in panels.flat[len(names):]:
        axes.set_visible(False)
    return Picture("response_curves", figure, table, caption, columns > 1)


def _curve(axes, mine: pd.DataFrame, divisor: float, say: Words) -> None:
    money, prefix, cny = Writer(say.lang).scale("CNY", float(mine["budget"].max()))
    x, low, high = mine["budget"] / money, mine["lift_low"] / divisor, mine["lift_high"] / divisor
    axes.fill_between(x, low, high, color=WITH, alpha=.2, linewidth=0)
    axes.plot(x, mine["lift"] / divisor, "-", color=WITH, linewidth=1.1)
    sure = np.array([factor == 0 or is_sure(*ends) for factor, *ends in zip(mine["factor"], low, high)])
    for some, fill in ((sure, WITH), (~sure, "none")):
        axes.plot(x[some], mine["lift"][some] / divisor, "o", color=WITH, markersize=3.2, markerfacecolor=fill, markeredgewidth=.9,
                  zorder=3)
    axes.axhline(0, color=INK, linewidth=.6)
    axes.axvline(float(mine["budget"][mine["factor"] == 1].iloc[0]) / money, color=MUTED, linewidth=.8, linestyle=":")
    if not mine["lift"].any():
        axes.set_ylim(-1, 1)
        axes.set_yticks([0])
    axes.set_xlabel(say("lift_budget_axis", unit=prefix + cny if say.lang == "zh" else f"{prefix} {cny}".strip()))


def _short(name: str) -> str:
    return name if len(name) <= 26 else name[:25] + "…"
