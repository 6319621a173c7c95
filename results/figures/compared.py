"""Figures of comparisons: every measure's relative change with its interval."""

import numpy as np
import pandas as pd
from matplotlib.ticker import NullLocator

from results.effects import is_sure
from results.figures.picture import Picture
from results.numbers import MINUS
from results.style import ACCENT, INK, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import Words

MOST = 14  # measures shown; all are in the table


def relative(effects: pd.DataFrame) -> pd.DataFrame:
    """Difference, low and high in percent of the baseline, for measures with a baseline and an interval that varies."""
    rows = effects[(effects["n"] > 1) & (effects["baseline"].abs() > 0) & (effects["high"] > effects["low"])].copy()
    for name in ("difference", "low", "high"):
        rows[f"{name}_percent"] = 100 * rows[name] / rows["baseline"].abs()
    return rows.replace([np.inf, -np.inf], np.nan).dropna(subset=["difference_percent", "low_percent", "high_percent"])


@in_style
def forest(effects: pd.DataFrame, baseline: str, scenario: str, say: Words, number: int = 0) -> Picture:
    """The measures that are furthest from 0 in units of their interval, in percent of the baseline."""
    table = relative(effects)
    certainty = (table["difference"] / (table["high"] - table["low"])).abs()
    table = table.loc[certainty.sort_values(ascending=False).index].head(MOST).reset_index(drop=True)
    figure, axes = canvas(SINGLE, .55 + .2 * max(len(table), 3))
    y = max(len(table), 3) - 1 - np.arange(len(table))
    for at, row in zip(y, table.itertuples()):
        detected = is_sure(row.low, row.high)
        colour = (WITH if row.difference > 0 else ACCENT) if detected else WITHOUT
        axes.plot([row.low_percent, row.high_percent], [at, at], color=colour, linewidth=2, alpha=.6, solid_capstyle="butt")
        axes.plot(row.difference_percent, at, "o", color=colour, markersize=3.6)
    axes.axvline(0, color=INK, linewidth=.6)
    axes.set_ylim(-.6, max(len(table), 3) - .4)
    axes.set_yticks(
        y, [say.measure(name).split(",")[0].split(";")[0][:34] if say.lang == "zh" else name.replace("_", " ") for name in table["measure"]]
    )
    axes.set_xscale("symlog", linthresh=_threshold(table))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+g}%".replace("-", MINUS) if value else "0")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(say("relative_effect_axis", baseline=baseline))
    return Picture(f"effects_{number + 1}", figure, table, f"{scenario}: {say('caption_forest', baseline=baseline)}")


def _threshold(table: pd.DataFrame) -> float:
    reach = float(table[["low_percent", "high_percent"]].abs().to_numpy().max(initial=0))
    return 10.0 ** np.floor(np.log10(reach / 20)) if reach > 0 else 1.0
