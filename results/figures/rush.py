"""Figures of the rush: the pool by minute, the minutes over attention and throughput, who won, how large the loans were."""

import datetime

import numpy as np
import pandas as pd

from results.figures.picture import Picture
from results.forked import winners
from results.numbers import Writer
from results.promotion import promotion_of, rush_of
from results.style import ACCENT, INK, MUTED, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import Words

REPORTED_MINUTES = 36  # S03
REPORTED_ON, REPORTED_POOL = datetime.date(2012, 10, 18), 100e6  # S01: what the reported minutes are about


def is_the_reported_event(scenario) -> bool:
    """True if the scenario's promotion is the event whose minutes were reported."""
    tactic = promotion_of(scenario)
    return tactic is not None and tactic.start == REPORTED_ON and tactic.pool_cny == REPORTED_POOL


@in_style
def sell_out(fork, say: Words) -> Picture:
    """Share of the pool lent by minute: a thin line a pair, the median share, the pool, the reported minutes."""
    rushes = [rush_of(each.draws, fork.scenario) for each in fork.with_tactics]
    ends = [each.sold_out_minutes for each in rushes if np.isfinite(each.sold_out_minutes)]
    last = max(ends) if len(ends) == len(rushes) and ends else max([each.minutes.max(initial=1) for each in rushes] + ends)
    grid = np.arange(0, max(10, np.ceil(last * 1.08)) + 1)
    step = max(1, len(grid) // 600)
    grid = grid[::step]
    shares = np.array([_share_by(each, grid) for each in rushes])
    middle = np.median(shares, axis=0)
    figure, axes = canvas(SINGLE, 2.35)
    for row in shares:
        axes.plot(grid, 100 * row, color=WITH, linewidth=.6, alpha=.45, drawstyle="steps-post")
    axes.plot(grid, 100 * middle, color=WITH, linewidth=1.8, drawstyle="steps-post")
    axes.axhline(100, color=MUTED, linewidth=.7)
    axes.text(grid[-1], 101.5, say("pool"), color=MUTED, ha="right", va="bottom", fontsize=6.5)
    at = int(np.argmax(middle >= .8 * middle.max()))
    axes.annotate(
        say("median"),
        (grid[at], 80 * middle.max()),
        xytext=(-14, 4),
        textcoords="offset points",
        color=WITH,
        fontsize=6.5,
        fontweight="bold",
        ha="right",
    )
    if is_the_reported_event(fork.scenario):
        axes.axvline(REPORTED_MINUTES, color=ACCENT, linewidth=.9, dashes=(3, 2))
        axes.text(
            REPORTED_MINUTES + grid[-1] * .012,
            3,
            say("reported_minutes", minutes=REPORTED_MINUTES),
            color=ACCENT,
            fontsize=6.5,
            va="bottom",
        )
    axes.set(xlabel=say("minutes_since_start"), ylabel=say("share_of_pool"), xlim=(0, grid[-1]), ylim=(0, 112), yticks=range(0, 101, 25))
    axes.yaxis.set_major_formatter("{x:.0f}%")
    table = pd.DataFrame({"minute": grid, "median_share": middle, **{f"pair_{k}": row for k, row in enumerate(shares)}})
    sold_out = Writer(say.lang).minutes(float(np.median([each.sold_out_minutes for each in rushes])))
    alt = f"{say('caption_sell_out')} {say('median')}: 50% @ {_minute_of(grid, middle, .5)}, 100% @ {sold_out}"
    return Picture("sell_out", figure, table, alt)


def _share_by(rush, minutes) -> np.ndarray:
    after = np.searchsorted(rush.minutes, minutes, side="right")
    return np.concatenate(([.0], rush.lent_share))[after]


def _minute_of(grid, shares, level) -> str:
    above = np.flatnonzero(shares >= level)
    return f"{grid[above[0]]:.0f}" if len(above) else "-"


@in_style
def surface(fork, say: Words) -> Picture:
    """Median minutes over attention and throughput, numbers in the cells, the scenario's own point marked."""
    middle = median_minutes(fork.surface)
    minutes = middle.to_numpy()
    tactic = promotion_of(fork.scenario)
    figure, axes = canvas(SINGLE, 2.35)
    shown = np.log10(np.clip(np.where(np.isfinite(minutes), minutes, 600.0), 10, 600))
    axes.imshow(shown, origin="lower", cmap=_minutes_map(), aspect="auto", vmin=1.2, vmax=np.log10(600), interpolation="nearest")
    for row, values in enumerate(minutes):
        for column, value in enumerate(values):
            text = f"{value:.0f}" if np.isfinite(value) else say("lasts")
            dark = shown[row, column] < 1.95
            axes.text(
                column, row, text, ha="center", va="center", color="#ffffff" if dark else "#111111", fontsize=7 if np.isfinite(value) else 6
            )
    columns, rows = middle.columns.to_numpy(float), middle.index.to_numpy(float)
    x = float(np.interp(np.log(tactic.throughput), np.log(columns), np.arange(len(columns))))
    y = float(np.interp(tactic.attention_share, rows, np.arange(len(rows))))
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x - .47, y - .47), .94, .94, fill=False, edgecolor=ACCENT, linewidth=1.8))
    axes.set_title(f"□ {say('this_scenario')}", color=ACCENT, fontsize=6.5, loc="right", pad=3)
    axes.set_xticks(range(len(columns)), [f"{value:,.0f}" for value in columns])
    axes.set_yticks(range(len(rows)), [f"{100 * value:.0f}%" for value in rows])
    axes.set(xlabel=say("throughput"), ylabel=say("attention"))
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    table = fork.surface.copy()
    table["minutes"] = table["minutes"].map(lambda value: value if np.isfinite(value) else "pool lasts")
    return Picture("surface", figure, table, say("caption_surface"))


def median_minutes(surface: pd.DataFrame) -> pd.DataFrame:
    """Rows attention, columns throughput; infinity where the pool lasts in half of the pairs or more."""

    def middle(values):
        ordered = np.sort(values.to_numpy(float))
        low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
        return (low + high) / 2 if np.isfinite(high) else np.inf

    return surface.groupby(["attention", "throughput"])["minutes"].apply(middle).unstack()


def _minutes_map():
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("minutes", ["#08306b", "#2171b5", "#9ecae1", "#f7f3e8"])


@in_style
def who_won(fork, say: Words) -> Picture | None:
    """Share of winners, of promoted money and of ordinary money by fifth of shops; None if sizes were not recorded."""
    table = winners(fork)
    if not len(table):
        return None
    figure, axes = canvas(SINGLE, 2.35)
    x = np.arange(len(table))
    for shift, name, colour in ((-.27, "winners", "#56b4e9"), (0, "promoted", WITH)):
        value = 100 * table[f"{name}_share"].to_numpy()
        error = 100 * np.abs(
            np.array([table[f"{name}_share"] - table[f"{name}_low"], table[f"{name}_high"] - table[f"{name}_share"]], float)
        )
        axes.bar(x + shift, value, .25, color=colour, label=say(f"{name}_share"))
        axes.errorbar(x + shift, value, np.nan_to_num(error), fmt="none", ecolor=INK, elinewidth=.6, capsize=0)
    axes.bar(x + .27, 100 * table["ordinary_share"], .25, color=WITHOUT, label=say("ordinary_share"))
    axes.set_xticks(x, [f"≤ {high / 1000:.2g}" for high in table["line_high_cny"]])
    axes.set(xlabel=say("size_group"), ylabel=say("share_of_group"))
    axes.yaxis.set_major_formatter("{x:.0f}%")
    axes.legend(loc="upper left", handlelength=1, handleheight=.8)
    return Picture("who_won", figure, table, say("caption_winners"))


def _span(low: float, high: float) -> str:
    """Two sums of CNY in thousands: "0.5–1", "16–32"."""
    return f"{low / 1000:.3g}–{high / 1000:.3g}"


@in_style
def loan_sizes(fork, say: Words) -> Picture:
    """Sizes of promoted loans against those of ordinary days (before the event; without it if there is no past)."""
    past = [fork.past] if fork.past is not None else fork.without
    ordinary = np.concatenate([each.draws["fen"].to_numpy() for each in past]) / 100
    won = np.concatenate([each.draws.loc[each.draws["promoted"] == 1, "fen"].to_numpy() for each in fork.with_tactics]) / 100
    edges = np.array([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000])
    above = max(ordinary.max(initial=0), won.max(initial=0))
    edges = np.append(edges, above + 1) if above >= edges[-1] else edges
    shares = [100 * np.histogram(each, edges)[0] / max(len(each), 1) for each in (won, ordinary)]
    figure, axes = canvas(SINGLE, 2.35)
    x = np.arange(len(edges) - 1)
    axes.bar(x - .19, shares[0], .36, color=WITH, label=say("promoted_loans"))
    axes.bar(x + .19, shares[1], .36, color=WITHOUT, label=say("ordinary_loans"))
    axes.set_xticks(x, [_span(low, high) for low, high in zip(edges[:-1], edges[1:])])
    axes.set(xlabel=say("loan_size_axis"), ylabel=say("share_of_loans"))
    axes.yaxis.set_major_formatter("{x:.0f}%")
    axes.legend(loc="upper left", handlelength=1, handleheight=.8)
    table = pd.DataFrame({"from_cny": edges[:-1], "to_cny": edges[1:], "promoted_percent": shares[0], "ordinary_percent": shares[1]})
    return Picture("loan_sizes", figure, table, say("caption_loan_sizes"))
