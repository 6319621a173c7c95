"""The figure of what contagion causes: losses by layer, of all channels together, of each, and of their interaction."""

import numpy as np
import pandas as pd

from results.figures.picture import Picture
from results.numbers import Writer
from results.style import INK, PALETTE, SINGLE, canvas, in_style
from results.words import Words

LOSS = "loss of "
WHOLES = ("all", "any day", "shock", "interaction")  # rows that are no channel


@in_style
def causes(table: pd.DataFrame, say: Words) -> Picture:
    """Bars stacked by layer, the network on less the network off; table: `experiments.causing.Causes.causes`."""
    losses = table[table["outcome"].str.startswith(LOSS)]
    shown = [name for name in dict.fromkeys(losses["network"]) if not name.endswith(" alone")]
    wide = losses.pivot(index="network", columns="outcome", values="mean").loc[shown]
    divisor, prefix, unit = Writer(say.lang).scale("CNY", float(wide.abs().to_numpy().max(initial=0.0)), is_difference=True)
    wide /= divisor
    wide = wide.loc[:, (wide.abs() > 0).any()]
    figure, axes = canvas(SINGLE, .8 + .26 * len(shown))
    y = np.arange(len(shown))[::-1]
    up, down = np.zeros(len(shown)), np.zeros(len(shown))
    for colour, outcome in zip(PALETTE, wide.columns):
        value = wide[outcome].to_numpy()
        left = np.where(value >= 0, up, down)
        axes.barh(y, value, left=left, height=.6, color=colour, label=say(f"layer_{outcome.removeprefix(LOSS).removesuffix(', CNY')}"))
        up, down = up + np.maximum(value, 0), down + np.minimum(value, 0)
    axes.axvline(0, color=INK, linewidth=.5)
    axes.set_yticks(y, [say(f"causes_{name.replace(' ', '_')}_row" if name in WHOLES else f"channel_{name}") for name in shown])
    axes.set_xlabel(say("causes_axis", unit=f"{prefix}{unit}" if say.lang == "zh" else f"{prefix} {unit}".strip()))
    axes.grid(axis="x")
    axes.grid(axis="y", visible=False)
    if len(wide.columns):
        figure.legend(loc="outside upper left", ncols=4, handlelength=1)
    return Picture("causes", figure, losses, say("causes_figure"))
