"""Figures of contagion: losses over time by layer, runs day by day, and the banks before and after."""

import pandas as pd

from results.contagion import places
from results.figures.lending import date_axis
from results.figures.picture import Picture
from results.figures.scales import written_out
from results.numbers import Writer
from results.style import ACCENT, DOUBLE, FAINT, MUTED, PALETTE, WITH, canvas, in_style
from results.words import Words


@in_style
def losses(table: pd.DataFrame, dates, say: Words) -> Picture:
    """Cumulated losses, a line a layer, over the days of the run; table: mean of replicates."""
    days = pd.Index(pd.to_datetime(pd.Series(dates)))
    by_layer = table.assign(date=pd.to_datetime(table["date"])).pivot_table(index="date", columns="layer", values="lost", aggfunc="sum")
    summed = by_layer.reindex(days).fillna(0.0).cumsum()
    figure, axes = canvas(DOUBLE, 2.2)
    divisor, prefix, unit = Writer(say.lang).scale("CNY", float(summed.to_numpy().max()))
    for number, layer in enumerate(summed.columns):
        axes.plot(days, summed[layer] / divisor, linewidth=1.1, color=PALETTE[number % len(PALETTE)], label=say.named("layer", layer))
    axes.set_ylabel(f"{say('contagion_lost_axis')} ({prefix}{unit})" if say.lang == "zh" else
                    f"{say('contagion_lost_axis')} ({f'{prefix} {unit}'.strip()})")
    axes.set_ylim(bottom=0)
    written_out(axes.yaxis)
    date_axis(axes, say.lang, most=8)
    axes.legend(fontsize=6, frameon=False)
    return Picture("contagion_losses", figure, summed.rename_axis("date").reset_index(), say("caption_contagion_losses"), is_wide=True)


@in_style
def runs(table: pd.DataFrame, dates, say: Words) -> Picture:
    """People who ran, day by day, a line a kind of claim."""
    days = pd.Index(pd.to_datetime(pd.Series(dates)))
    by_claim = table.assign(date=pd.to_datetime(table["date"])).pivot_table(index="date", columns="claim", values="ran", aggfunc="sum")
    by_claim = by_claim.reindex(days).fillna(0.0)
    figure, axes = canvas(DOUBLE, 2.0)
    for number, claim in enumerate(by_claim.columns):
        axes.plot(days, by_claim[claim], linewidth=1.0, color=PALETTE[number % len(PALETTE)], label=claim)
    axes.set_ylabel(say("contagion_ran_axis"))
    axes.set_ylim(bottom=0)
    written_out(axes.yaxis)
    date_axis(axes, say.lang, most=8)
    axes.legend(fontsize=6, frameon=False)
    return Picture("contagion_runs", figure, by_claim.rename_axis("date").reset_index(), say("caption_contagion_runs"), is_wide=True)


@in_style
def network(nodes: pd.DataFrame, links: pd.DataFrame, say: Words) -> Picture:
    """Banks and what they owe each other, first and last day side by side, each bank at the same place."""
    figure, panels = canvas(DOUBLE, 2.8, rows=1, columns=2)
    spot = places(nodes, links)
    most_assets, most_owed = float(nodes["assets"].max()), float(links["owed"].max()) if len(links) else 1.0
    for axes, when in zip(panels.flat, ("before", "after")):
        mine = nodes[nodes["when"] == when].sort_values("bank")
        for link in links[links["when"] == when].itertuples():
            pair = spot[[link.lender, link.borrower]]
            axes.plot(pair[:, 0], pair[:, 1], color=MUTED, linewidth=.2 + 2.0 * link.owed / most_owed, alpha=.6, zorder=1)
        size = 12 + 240 * mine["assets"].clip(lower=0) / most_assets
        axes.scatter(spot[mine["bank"], 0], spot[mine["bank"], 1], s=size, c=[ACCENT if each else WITH for each in mine["failed"]],
                     edgecolors=FAINT, linewidths=.5, zorder=2)
        axes.set_title(say(f"contagion_{when}"))
        axes.set_axis_off()
    return Picture("contagion_network", figure, nodes, say("caption_contagion_network"), is_wide=True)
