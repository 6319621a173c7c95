"""Figures of sweeps: how a measure answers to each factor, and to two of them together."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from results.effects import response
from results.figures.picture import Picture
from results.figures.scales import label_of, scale_of, value_axis, written_out
from results.numbers import decimals_for, digits, figures_for
from results.style import DOUBLE, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import Words

MOST_FACTORS = 6
MOST_CELLS = 12  # values of a factor in a heat map; more are cut into groups


@in_style
def curves(runs: pd.DataFrame, factors: list[str], measure: str, say: Words) -> Picture:
    """One panel a factor: the mean over the other factors and over worlds, its 95% band, and that of the difference from the left end."""
    factors = factors[:MOST_FACTORS]
    columns = min(3, len(factors))
    rows = -(-len(factors) // columns)
    figure, panels = canvas(SINGLE if columns == 1 else DOUBLE, 1.9 * rows + .2, rows, columns, squeeze=False, sharey=True)
    divisor, unit = scale_of(say, measure, runs[measure])
    tables = []
    for number, (axes, factor) in enumerate(zip(panels.flat, factors)):
        table = response(runs, factor, measure)
        x = _positions(table["value"])
        if len(table) < runs[factor].nunique():
            points = runs.groupby("point")[[factor, measure]].mean()
            axes.plot(points[factor], points[measure] / divisor, ".", color=WITHOUT, markersize=2.5, alpha=.5, zorder=1)
        for low, high, alpha in (("low", "high", .15), ("from_first_low", "from_first_high", .3)):
            middle = table["mean"].iloc[0] if low.startswith("from") else 0.0
            axes.fill_between(x, (middle + table[low]) / divisor, (middle + table[high]) / divisor, color=WITH, alpha=alpha, linewidth=0)
        axes.plot(x, table["mean"] / divisor, "o-", color=WITH, markersize=3)
        if pd.api.types.is_numeric_dtype(table["value"]):
            axes.xaxis.set_major_locator(MaxNLocator(3 if np.abs(x).max() >= 1e4 else 5))
            written_out(axes.xaxis)
        else:
            names = table["value"].astype(str)
            axes.set_xticks(x, names, rotation=20 if names.str.len().sum() > 75 / columns else 0)
        axes.set_xlabel(_label(factor))
        if number % columns == 0:
            value_axis(axes, say, measure, unit)
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
    divisor, unit = scale_of(say, measure, runs[measure])
    values = cells.to_numpy(float) / divisor
    figure, axes = canvas(SINGLE, 2.35)
    axes.imshow(values, origin="lower", cmap="cividis", aspect="auto", interpolation="nearest")
    low, high = np.nanmin(values), np.nanmax(values)
    decimals = min(max(0, figures_for(float(np.nanmax(np.abs(values))), 3), decimals_for(high - low)), 4)
    for (row, column), value in np.ndenumerate(values):
        light = high > low and (value - low) / (high - low) > .55
        if np.isfinite(value) and values.size <= MOST_CELLS**2:
            axes.text(column, row, digits(value, decimals), ha="center", va="center", color="#111111" if light else "#ffffff", fontsize=6)
    axes.set_xticks(range(values.shape[1]), [_tick(each) for each in cells.columns])
    axes.set_yticks(range(values.shape[0]), [_tick(each) for each in cells.index])
    axes.set(xlabel=_label(factors[0]), ylabel=_label(factors[1]))
    axes.set_title(label_of(say, measure, unit))
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    behind = cells.reset_index().melt(id_vars=factors[1], value_name=measure)
    return Picture(f"heat_{measure}", figure, behind, say("caption_heat", measure=measure))


def _label(path: str) -> str:
    """The last two steps of a path: enough to know the setting."""
    return ".".join(path.split(".")[-2:])


def _positions(values: pd.Series) -> np.ndarray:
    return values.to_numpy(float) if pd.api.types.is_numeric_dtype(values) else np.arange(len(values))


def _tick(value) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else str(value)
