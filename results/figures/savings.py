"""Figure of savings: what is held in each product, and by how many."""

import pandas as pd

from results.figures.lending import date_axis
from results.figures.picture import Picture
from results.figures.scales import written_out
from results.numbers import Writer
from results.style import DOUBLE, PALETTE, canvas, in_style
from results.words import Words

DASHES = ("-", "--", ":", "-.")


@in_style
def assets_and_holders(table: pd.DataFrame, scenarios: list[str], say: Words) -> Picture:
    """Two panels by week: assets and holders; a colour a product, a dash a scenario; means over replicates."""
    mean = table.groupby(["scenario", "product", "date"], sort=False)[["assets", "holders"]].mean().reset_index()
    figure, panels = canvas(DOUBLE, 2.4, rows=1, columns=2)
    products = list(dict.fromkeys(table["product"]))
    for axes, value in zip(panels.flat, ("assets", "holders")):
        size = float(mean[value].max())
        divisor, prefix, unit = Writer(say.lang).scale("CNY" if value == "assets" else "", size)
        for k, scenario in enumerate(scenarios):
            for number, product in enumerate(products):
                mine = mean[(mean["scenario"] == scenario) & (mean["product"] == product)]
                label = f"{product}, {scenario}" if len(scenarios) > 1 else product
                axes.plot(pd.to_datetime(mine["date"]), mine[value] / divisor, DASHES[k % len(DASHES)], linewidth=1.0, label=label,
                          color=PALETTE[number % len(PALETTE)])
        axes.set_title(say(f"product_{value}"))
        axes.set_ylabel(prefix + unit if say.lang == "zh" else f"{prefix} {unit}".strip())
        axes.set_ylim(bottom=0)
        written_out(axes.yaxis)
        if table["day"].nunique() > 1:
            date_axis(axes, say.lang, most=5)
    panels.flat[0].legend(fontsize=6, frameon=False)
    return Picture("savings", figure, mean, say("caption_savings"), is_wide=True)
