"""Figures of risk: bad loans over time, shown as a number only when there are enough of them."""

import numpy as np

from results.figures.lending import date_axis
from results.figures.picture import Picture
from results.forked import by_day, daily_difference
from results.measures import LEAST_BAD_LOANS
from results.style import ACCENT, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import Words


def most_bad_loans(fork) -> int:
    """The most bad loans simulated on any day of any path."""
    return int(max(by_day(fork.without, "bad_loans_simulated").max(), by_day(fork.with_tactics, "bad_loans_simulated").max()))


@in_style
def npl(fork, say: Words) -> Picture:
    """NPL ratio with and without; faded, with a note, where too few bad loans were simulated."""
    table = daily_difference(fork, "npl_ratio")
    few = most_bad_loans(fork) < LEAST_BAD_LOANS
    figure, axes = canvas(SINGLE, 2.35)
    axes.fill_between(
        table["date"],
        100 * (table["without"] + table["low"]),
        100 * (table["without"] + table["high"]),
        color=WITH,
        alpha=.18,
        linewidth=0,
    )
    axes.plot(table["date"], 100 * table["without"], color=WITHOUT, linewidth=1, label=say("without_event"), alpha=.5 if few else 1)
    axes.plot(
        table["date"],
        100 * table["with"],
        color=WITH,
        linewidth=1.2,
        label=say("with_event"),
        dashes=(4, 2) if few else (None, None),
        alpha=.6 if few else 1,
    )
    top = 100 * float(np.nanmax(table[["with", "without"]].to_numpy(), initial=.001))
    axes.set(ylabel=say("npl_axis"), ylim=(0, top * (1.55 if few else 1.25)))
    axes.yaxis.set_major_formatter("{x:.1f}%")
    date_axis(axes, say.lang)
    if few:
        axes.text(.02, .97, say("too_few_bad", n=most_bad_loans(fork)), transform=axes.transAxes, color=ACCENT, fontsize=6.5, va="top")
    axes.legend(loc="lower left", ncols=2, handlelength=1.6)
    return Picture("npl", figure, table, say("caption_npl", write_off=fork.scenario.loans.write_off_days))
