"""The figure of rescues: what each saves and what it costs."""

import numpy as np
import pandas as pd

from results.effects import is_sure
from results.figures.marks import interval_mark
from results.figures.picture import Picture
from results.figures.scales import written_out
from results.numbers import Writer
from results.style import ACCENT, INK, SINGLE, WITH, canvas, in_style
from results.words import Words

MARKS = (("saved", "o", WITH, .15), ("cost", "s", ACCENT, -.15))


@in_style
def rescues(table: pd.DataFrame, say: Words) -> Picture:
    """One line a rescue; table: `experiments.rescuing.Rescued.table`."""
    names = list(dict.fromkeys(table["rescue"]))
    shown = table[table["number"].isin([number for number, *_ in MARKS])]
    figure, axes = canvas(SINGLE, .9 + .3 * len(names))
    size = float(np.nanmax(np.abs(shown[["mean", "low", "high"]].to_numpy(float)), initial=0.0))
    divisor, prefix, unit = Writer(say.lang).scale("CNY", size, is_difference=True)
    lines = shown.set_index(["rescue", "number"])[["mean", "low", "high"]] / divisor
    for number, mark, colour, offset in MARKS:
        for at, name in enumerate(names):
            mean, low, high = lines.loc[(name, number)]
            interval_mark(axes, mean, low, high, len(names) - 1 - at + offset, mark, colour, is_sure(low, high))
    axes.axvline(0, color=INK, linewidth=.6)
    axes.set_yticks(np.arange(len(names))[::-1], [say(f"tried_{name}") for name in names])
    axes.set_ylim(-.6, len(names) - .4)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"{prefix}{unit}" if say.lang == "zh" else f"{prefix} {unit}".strip())
    axes.locator_params(axis="x", nbins=5)
    written_out(axes.xaxis)
    marks = [axes.plot([], [], mark, color=colour, markersize=3.8)[0] for _, mark, colour, _ in MARKS]
    figure.legend(marks, [say(f"rescues_{number}") for number, *_ in MARKS], loc="outside upper left", ncols=2, handletextpad=.2)
    return Picture("rescues", figure, shown, say("rescues_figure"))
