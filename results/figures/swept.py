"""Figures of sweeps: how a measure answers to each factor, to two of them together, and how its days spread."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from results.effects import fan, response
from results.figures.picture import Picture
from results.numbers import Writer
from results.style import DOUBLE, INK, PALETTE, SINGLE, WITH, canvas, in_style
from results.words import Words

MOST_FACTORS = 6
MOST_CELLS = 12  # values of a factor in a heat map; more are cut into groups


@in_style
def curves(runs: pd.DataFrame, factors: list[str], measure: str, say: Words) -> Picture:
    """One panel a factor: the mean over the other factors and over worlds, with its 95% band."""
    factors = factors[:MOST_FACTORS]
    columns = min(3, len(factors))
    rows = -(-len(factors) // columns)
    figure, panels = canvas(SINGLE if columns == 1 else DOUBLE, 1.9 * rows + .2, rows, columns, squeeze=False, sharey=True)
    divisor, unit = _scale(say, measure, runs[measure])
    tables = []
    for number, (axes, factor) in enumerate(zip(panels.flat, factors)):
        table = response(runs, factor, measure)
        x = _positions(table["value"])
        axes.fill_between(x, table["low"] / divisor, table["high"] / divisor, color=WITH, alpha=.2, linewidth=0)
        axes.plot(x, table["mean"] / divisor, "o-", color=WITH, markersize=3)
        if not pd.api.types.is_numeric_dtype(table["value"]):
            axes.set_xticks(x, table["value"].astype(str))
        axes.set_xlabel(_label(factor))
        if number % columns == 0:
            axes.set_ylabel(_axis(say, measure, unit))
        tables.append(table.assign(factor=factor, measure=measure, value=table["value"].astype(str)))
    for axes in panels.flat[len(factors):]:
        axes.set_visible(False)
    caption = say("caption_response", measure=measure)
    return Picture(f"response_{measure}", figure, pd.concat(tables, ignore_index=True), caption, columns > 1)


@in_style
def heat(runs: pd.DataFrame, factors: tuple[str, str], measure: str, say: Words) -> Picture:
    """The mean of a measure over two factors, numbers in the cells; the others are averaged over."""
    table = runs[[*factors, measure]].copy()
    for factor in factors:
        if pd.api.types.is_numeric_dtype(table[factor]) and table[factor].nunique() > MOST_CELLS:
            groups = pd.qcut(table[factor], 6, duplicates="drop")
            table[factor] = table.groupby(groups, observed=True)[factor].transform("mean")
    cells = table.groupby(list(factors))[measure].mean().unstack(factors[0])
    divisor, unit = _scale(say, measure, runs[measure])
    values = cells.to_numpy(float) / divisor
    figure, axes = canvas(SINGLE, 2.35)
    axes.imshow(values, origin="lower", cmap="cividis", aspect="auto", interpolation="nearest")
    low, high = np.nanmin(values), np.nanmax(values)
    for (row, column), value in np.ndenumerate(values):
        light = high > low and (value - low) / (high - low) > .55
        if np.isfinite(value) and values.size <= MOST_CELLS**2:
            axes.text(column, row, f"{value:.3g}", ha="center", va="center", color="#111111" if light else "#ffffff", fontsize=6)
    axes.set_xticks(range(values.shape[1]), [_tick(each) for each in cells.columns])
    axes.set_yticks(range(values.shape[0]), [_tick(each) for each in cells.index])
    axes.set(xlabel=_label(factors[0]), ylabel=_label(factors[1]))
    axes.set_title(_axis(say, measure, unit))
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    behind = cells.reset_index().melt(id_vars=factors[1], value_name=measure)
    return Picture(f"heat_{measure}", figure, behind, say("caption_heat", measure=measure))


@in_style
def fans(daily: dict[str, pd.DataFrame], measure: str, say: Words) -> Picture:
    """Day by day at some points: the median over worlds, and where half and nine in ten of them lie."""
    figure, axes = canvas(DOUBLE, 2.3)
    divisor, unit = _scale(say, measure, pd.concat([each[measure] for each in daily.values()]))
    tables = []
    for colour, (name, days) in zip(PALETTE, daily.items()):
        table = fan(days, measure)
        x = table.index.to_numpy()
        for low, high, alpha in (("q05", "q95", .15), ("q25", "q75", .25)):
            axes.fill_between(x, table[low] / divisor, table[high] / divisor, color=colour, alpha=alpha, linewidth=0)
        axes.plot(x, table["q50"] / divisor, color=colour, label=name)
        tables.append(table.reset_index().assign(point=name))
    figure.legend(loc="outside upper left", ncols=len(tables))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel=say("day_axis"), ylabel=_axis(say, measure, unit))
    axes.tick_params(axis="x", colors=INK)
    return Picture(f"fan_{measure}", figure, pd.concat(tables, ignore_index=True), say("caption_fan", measure=measure), True)


def _scale(say: Words, measure: str, values) -> tuple[float, str]:
    size = float(np.nanmax(np.abs(np.asarray(values, float)), initial=0.0))
    divisor, prefix, unit = Writer(say.lang).scale(say.unit(measure), size)
    return divisor, f"{prefix} {unit}".strip()


def _axis(say: Words, measure: str, unit: str) -> str:
    return f"{measure.replace('_', ' ') if say.lang == 'en' else say.measure(measure)}, {unit}"


def _label(path: str) -> str:
    """The last two steps of a path: enough to know the setting."""
    return ".".join(path.split(".")[-2:])


def _positions(values: pd.Series) -> np.ndarray:
    return values.to_numpy(float) if pd.api.types.is_numeric_dtype(values) else np.arange(len(values))


def _tick(value) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else str(value)
