"""Figures of where a budget goes: the division, the finalists, the response to each lever, two of them together, the next step."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from results.effects import is_sure
from results.figures.picture import Picture
from results.figures.scales import written_out
from results.numbers import Writer
from results.style import ACCENT, DOUBLE, FAINT, INK, MUTED, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import WORDS, Words

MOST_PANELS = 9


def lever_name(name: str, say: Words) -> str:
    """A lever in words; one that has none is called as it is."""
    return say(f"lever_{name}") if f"lever_{name}" in WORDS else name.replace("_", " ")


def scale(say: Words, unit: str, values, is_difference: bool = True) -> tuple[float, str]:
    """Divisor and unit for values of the objective, or CNY."""
    size = float(np.nanmax(np.abs(np.asarray(values, float)), initial=0.0))
    divisor, prefix, name = Writer(say.lang).scale(unit, size, is_difference)
    name = "" if unit == "consumers" else name
    return divisor, prefix + name if say.lang == "zh" else f"{prefix} {name}".strip()


def axis_label(goal: str, unit: str, say: Words) -> str:
    """The objective's name and its unit."""
    goal = goal[:1].upper() + goal[1:]
    return say("best_axis", goal=goal, unit=unit) if unit else goal


@in_style
def division(table: pd.DataFrame, say: Words, caption: str) -> Picture:
    """table: lever, best, runner_up, evenly, low, high, all CNY; a row a lever."""
    money, unit = scale(say, "CNY", table[["best", "runner_up", "evenly", "high"]], is_difference=False)
    figure, axes = canvas(SINGLE, .75 + .24 * max(len(table), 3))
    y = np.arange(len(table))[::-1]
    for at, row in zip(y, table.itertuples()):
        axes.plot([row.low / money, row.high / money], [at, at], color=WITH, alpha=.22, linewidth=7, solid_capstyle="butt")
    even, = axes.plot(table["evenly"] / money, y, "|", color=MUTED, markersize=9, markeredgewidth=1)
    runner, = axes.plot(table["runner_up"] / money, y, "o", color=ACCENT, markersize=6.6, markerfacecolor="none", markeredgewidth=1)
    best, = axes.plot(table["best"] / money, y, "o", color=WITH, markersize=4.6, zorder=4)
    band = axes.fill_between([0, 0], 0, 0, color=WITH, alpha=.22, linewidth=0)
    _rows(axes, y, [lever_name(name, say) for name in table["lever"]])
    axes.set_xlim(left=-.02 * axes.get_xlim()[1])
    axes.set_xlabel(unit)
    figure.legend([best, runner, even, band], [say(f"best_mark_{name}") for name in ("best", "runner", "evenly", "range")],
                  loc="outside upper left", ncols=4, handletextpad=.3, columnspacing=1.1)
    return Picture("division", figure, table, caption)


@in_style
def finalists(plans: pd.DataFrame, names: list[str], goal: str, unit: str, say: Words, caption: str) -> Picture:
    """Each plan on fresh worlds with its interval, and what the worlds that chose it said."""
    divisor, shown = scale(say, unit, plans[["mean", "low", "high", "search"]])
    figure, axes = canvas(SINGLE, .75 + .26 * max(len(plans), 3))
    y = np.arange(len(plans))[::-1]
    for at, row in zip(y, plans.itertuples()):
        axes.plot([row.low / divisor, row.high / divisor], [at, at], color=WITH, alpha=.5, linewidth=2, solid_capstyle="butt")
    now, = axes.plot(plans["mean"] / divisor, y, "o", color=WITH, markersize=4, zorder=3)
    then, = axes.plot(plans["search"] / divisor, y + .26, "s", color=WITHOUT, markersize=3, markerfacecolor="none", markeredgewidth=.9)
    axes.axvline(0, color=INK, linewidth=.6)
    _rows(axes, y, names)
    axes.set_xlabel(axis_label(goal, shown, say))
    figure.legend([now, then], [say("best_mark_fresh"), say("best_mark_search")], loc="outside upper left", ncols=2, handletextpad=.3)
    return Picture("finalists", figure, plans.assign(name=names), caption)


@in_style
def responses(slices: pd.DataFrame, trials: pd.DataFrame, best: dict[str, float], goal: str, unit: str, say: Words,
              caption: str) -> Picture:
    """One panel a lever: the surface along it with its band, the plans tried, the best plan."""
    names = list(dict.fromkeys(slices["lever"]))[:MOST_PANELS]
    columns = min(len(names), 4 if len(names) in (4, 7, 8) else 3)
    lines = -(-len(names) // columns)
    figure, panels = canvas(SINGLE if columns == 1 else DOUBLE, 1.65 * lines + .25, lines, columns, squeeze=False, sharey=True)
    divisor, shown = scale(say, unit, np.append(slices[["low", "high"]].to_numpy(), trials["mean"]))
    money, cny = scale(say, "CNY", slices["cny"], is_difference=False)
    for number, (axes, name) in enumerate(zip(panels.flat, names)):
        mine = slices[slices["lever"] == name]
        axes.plot(trials[f"{name}_cny"] / money, trials["mean"] / divisor, ".", color=WITHOUT, markersize=3, alpha=.55, markeredgewidth=0)
        axes.fill_between(mine["cny"] / money, mine["low"] / divisor, mine["high"] / divisor, color=WITH, alpha=.2, linewidth=0)
        axes.plot(mine["cny"] / money, mine["mean"] / divisor, "-", color=WITH, linewidth=1.1)
        axes.axvline(best.get(name, 0.0) / money, color=MUTED, linewidth=.8, linestyle=":")
        axes.set_title(lever_name(name, say))
        axes.xaxis.set_major_locator(MaxNLocator(4))
        if number + columns >= len(names):
            axes.set_xlabel(cny)
        if number % columns == 0:
            axes.set_ylabel(axis_label(goal, shown, say))
    written_out(panels.flat[0].yaxis)
    for axes in panels.flat[len(names):]:
        axes.set_visible(False)
    return Picture("responses", figure, slices, caption, columns > 1)


@in_style
def contour(table: pd.DataFrame, trials: pd.DataFrame, levers: tuple[str, str], best: dict[str, float], goal: str, unit: str, say: Words,
            caption: str) -> Picture:
    """The surface over two levers, lines of equal objective, the plans tried and the best."""
    money, cny = scale(say, "CNY", table[["x", "y"]], is_difference=False)
    divisor, shown = scale(say, unit, table["mean"])
    figure, axes = canvas(SINGLE, 2.75)
    x, y, z = table["x"] / money, table["y"] / money, table["mean"] / divisor
    if z.max() > z.min():
        filled = axes.tricontourf(x, y, z, levels=12, cmap="cividis", alpha=.9)
        bar = figure.colorbar(filled, ax=axes, pad=.02, shrink=.92)
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0, labelsize=6)
        bar.set_label(axis_label(goal, shown, say), fontsize=6.5)
        written_out(bar.ax.yaxis)
    axes.plot(trials[f"{levers[0]}_cny"] / money, trials[f"{levers[1]}_cny"] / money, "o", color="#ffffff", markersize=3.4,
              markeredgecolor=INK, markeredgewidth=.5, clip_on=False, zorder=4)
    axes.plot(best.get(levers[0], 0.0) / money, best.get(levers[1], 0.0) / money, "x", color=ACCENT, markersize=7, markeredgewidth=2,
              clip_on=False, zorder=5)
    axes.set_xlabel(f"{lever_name(levers[0], say)}, {cny}")
    axes.set_ylabel(f"{lever_name(levers[1], say)}, {cny}")
    axes.grid(False)
    return Picture("contour", figure, table.rename(columns={"x": f"{levers[0]}_cny", "y": f"{levers[1]}_cny"}), caption)


@in_style
def margins(table: pd.DataFrame, goal: str, unit: str, say: Words, caption: str) -> Picture:
    """What a step more for each lever adds, the most first."""
    table = table.sort_values("added", ascending=False, kind="stable").reset_index(drop=True)
    divisor, shown = scale(say, unit, table[["added", "low", "high"]])
    figure, axes = canvas(SINGLE, .5 + .24 * max(len(table), 3))
    y = np.arange(len(table))[::-1]
    for at, row in zip(y, table.itertuples()):
        sure = is_sure(row.low, row.high)
        colour = (WITH if row.added > 0 else ACCENT) if sure else WITHOUT
        axes.plot([row.low / divisor, row.high / divisor], [at, at], color=colour, alpha=.5, linewidth=2, solid_capstyle="butt")
        axes.plot(row.added / divisor, at, "o", color=colour, markersize=4, markerfacecolor=colour if sure else "white", zorder=3)
    axes.axvline(0, color=INK, linewidth=.6)
    _rows(axes, y, [lever_name(name, say) for name in table["lever"]])
    axes.set_xlabel(axis_label(goal, shown, say))
    return Picture("margins", figure, table, caption)


def _rows(axes, y, names: list[str]) -> None:
    """Names beside rows, lines between them, no frame; numbers written out."""
    axes.set_yticks(y, names)
    axes.set_ylim(-.6, len(names) - .4)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    for at in y[:-1]:
        axes.axhline(at - .5, color=FAINT, linewidth=.3, zorder=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(4 if np.abs(axes.get_xlim()).max() >= 1e4 else 6))
    written_out(axes.xaxis)
