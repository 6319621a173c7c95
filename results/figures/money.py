"""Figures of money: who gained and who lost."""

import numpy as np
import pandas as pd

from results.effects import is_sure
from results.figures.picture import Picture
from results.numbers import Writer
from results.style import ACCENT, INK, MUTED, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import Words

PARTIES = ("lender_profit", "platform_profit", "bank_profit", "merchant_profit")


def party_table(effects: pd.DataFrame) -> pd.DataFrame:
    """The rows of the four parties' profit: measure, baseline, scenario, difference, low, high, n, variance_ratio."""
    return effects.set_index("measure").loc[list(PARTIES)].reset_index()


@in_style
def profit(effects: pd.DataFrame, days: int, say: Words) -> Picture:
    """Change of profit by party with intervals; each party on its own scale, since merchants dwarf lenders."""
    table, write = party_table(effects), Writer(say.lang)
    figure, panels = canvas(SINGLE, 2.35, rows=len(table))
    for axes, row in zip(panels, table.itertuples()):
        ends = [each for each in (row.low, row.high) if np.isfinite(each)]
        size = max(abs(each) for each in (row.difference, *ends, 1))
        divisor, _, _ = write.scale("CNY", size, is_difference=True)
        detected = len(ends) == 2 and is_sure(row.low, row.high)
        colour = (WITH if row.difference > 0 else ACCENT) if detected else WITHOUT
        if len(ends) == 2:
            axes.plot([row.low / divisor, row.high / divisor], [0, 0], color=colour, linewidth=2.4, solid_capstyle="butt", alpha=.55)
        axes.plot(row.difference / divisor, 0, "o", color=colour, markersize=4)
        axes.axvline(0, color=INK, linewidth=.6)
        reach = 1.15 * size / divisor
        axes.set(xlim=(-reach, reach), ylim=(-.6, 1.5), yticks=[])
        axes.grid(False)
        axes.spines["left"].set_visible(False)
        difference, interval = write.difference(row.difference, row.low, row.high, "CNY")
        axes.text(0, 1, say(f"party_{row.measure}"), transform=axes.transAxes, fontsize=7, va="top", fontweight="bold", color=INK)
        axes.text(
            1,
            1,
            f"{difference} ({interval})" if len(ends) == 2 else difference,
            transform=axes.transAxes,
            fontsize=6.5,
            va="top",
            ha="right",
            color=MUTED,
        )
        axes.locator_params(axis="x", nbins=4)
        axes.tick_params(axis="x", labelsize=6, pad=1)
    panels[-1].set_xlabel(say("change_axis", days=days, unit="").rstrip(", "))
    return Picture("profit", figure, table, say("caption_profit"))
