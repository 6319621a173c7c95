"""Figures of lenders: who can tell, whether a probability is one, bad loans by lender, and how scores shift.

Each takes the tables of `results.lending` by name, with columns scenario and replicate, and the scenarios' names: the first is
grey if there are several.  Whiskers and bands are 95% intervals over replicates.
"""

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator
from scipy import stats

from results.arrears import AGES
from results.figures.lending import date_axis
from results.figures.picture import Picture
from results.lending import LEAST_BADS
from results.measures import LEAST_BAD_LOANS
from results.style import DOUBLE, INK, MUTED, PALETTE, WITH, WITHOUT, canvas, in_style
from results.words import Words

MOST_PANELS = 6  # lenders drawn; all are in the tables
SHOWN_SAMPLES = ("own", "all")
PERCENT = (0, .5, 1, 2, 5, 10, 20, 50, 100)
STABLE, SHIFTED = .1, .25  # rule of thumb for the PSI (Siddiqi 2006, chapter 9)


def colours_of(scenarios: list[str]) -> dict[str, str]:
    """A colour for each scenario."""
    return dict(zip(scenarios, (WITH,) if len(scenarios) == 1 else (WITHOUT, *PALETTE)))


def over_replicates(table: pd.DataFrame, by: list[str], value: str) -> pd.DataFrame:
    """Columns `by`, mean, low, high and n: the mean over replicates of a value with its Student-t interval; nan ends from one."""
    found = table.groupby(by, sort=False)[value].agg(["mean", "std", "count"]).reset_index().rename(columns={"count": "n"})
    half = stats.t.ppf(.975, np.maximum(found["n"] - 1, 1)) * found.pop("std") / np.sqrt(np.maximum(found["n"], 1))
    return found.assign(low=found["mean"] - half, high=found["mean"] + half)[[*by, "mean", "low", "high", "n"]]


@in_style
def discrimination_by_data(lending: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture | None:
    """AUC of a card fitted to what each data regime shows, and of each lender on all shops; beside it the platform's lender by month.

    None if nothing can be judged.
    """
    table = _auc(lending)
    if not len(table):
        return None
    shown = list(dict.fromkeys(table["what"]))
    figure, (left, right) = canvas(DOUBLE, .75 + .24 * max(len(shown), 7), 1, 2)
    place = {what: len(shown) - 1 - k for k, what in enumerate(shown)}
    for k, (scenario, colour) in enumerate(colours_of(scenarios).items()):
        mine = table[table["scenario"] == scenario]
        y = np.array([place[what] for what in mine["what"]]) + .2 * ((len(scenarios) - 1) / 2 - k)
        left.hlines(y, mine["low"], mine["high"], color=colour, linewidth=2, alpha=.55)
        left.plot(mine["mean"], y, "o", color=colour, markersize=3.8, label=scenario)
    n_lenders = sum(what.startswith("lender_") for what in shown)
    if 0 < n_lenders < len(shown):
        left.axhline(n_lenders - .5, color=MUTED, linewidth=.5)
    left.set_yticks([place[what] for what in shown], [say(what) for what in shown])
    left.set_ylim(-.6, len(shown) - .4)
    left.set_xlim(.5, max(.9, float(np.nanmax(table[["mean", "high"]].to_numpy())) + .02))
    left.grid(False, axis="y")
    left.grid(True, axis="x")
    left.spines["left"].set_visible(False)
    left.set_xlabel(say("auc_axis"))
    months = _auc_by_month(lending["scores"], scenarios, right, say)
    _legend(figure, left, scenarios)
    behind = pd.concat([table, months.assign(what="lender_platform")], ignore_index=True)
    return Picture("auc_by_data", figure, behind, say("caption_auc"), is_wide=True)


def _auc(lending) -> pd.DataFrame:
    """scenario, what (a regime or a lender), mean, low, high, n and n_bads, of what rests on enough bads."""
    regimes, lenders = lending["regimes"], lending["lenders"].drop(columns="n_bads", errors="ignore")
    regimes = regimes.assign(what="regime_" + regimes["regime"].astype(str))
    lenders = lenders.assign(what="lender_" + lenders["lender"]).rename(columns={"auc_all": "auc", "n_bads_all": "n_bads"})
    columns = ["scenario", "replicate", "what", "auc", "n_bads"]
    rows = pd.concat([each[columns] for each in (regimes, lenders) if len(each)], ignore_index=True)
    pooled = rows.groupby(["scenario", "what"], sort=False)["n_bads"].sum()
    table = over_replicates(rows, ["scenario", "what"], "auc")
    table["n_bads"] = [pooled[row.scenario, row.what] for row in table.itertuples()]
    return table[(table["n_bads"] >= LEAST_BADS) & table["mean"].notna()].reset_index(drop=True)


def _auc_by_month(scores, scenarios, axes, say) -> pd.DataFrame:
    """Lines of the platform's lender, on all shops and on those it accepted; returns what was drawn."""
    mine = over_replicates(scores[scores["lender"] == "platform"], ["scenario", "sample", "day"], "auc")
    for scenario, colour in colours_of(scenarios).items():
        for sample, line in (("all", "-"), ("accepted", (0, (2, 1.5)))):
            course = mine[(mine["scenario"] == scenario) & (mine["sample"] == sample)]
            name = say(f"line_{sample}") if scenario == scenarios[0] else None
            axes.plot(course["day"], course["mean"], color=colour, linestyle=line, linewidth=1, label=name)
    axes.axhline(.5, color=MUTED, linewidth=.6)
    axes.set_ylim(.48, max(.8, float(mine["mean"].max()) + .05))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set(title=say("lender_platform"), xlabel=say("look_axis"), ylabel="AUC")
    axes.legend(loc="upper left", ncols=2, handlelength=1.8)
    return mine


@in_style
def calibration(lending: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture | None:
    """Share that turned bad against the probability stated, in bins of it: own borrowers by own outcome, and all shops by the probe."""
    table = lending["calibration"]
    table = table[table["sample"].isin(SHOWN_SAMPLES) & (table["count"] > 0)]
    lenders = list(dict.fromkeys(table["lender"]))[:MOST_PANELS // 2]
    if not lenders:
        return None
    by = ["scenario", "lender", "sample", "bin"]
    seen = over_replicates(table, by, "bad_share").merge(table.groupby(by, sort=False)[["mean_predicted"]].mean().reset_index(), on=by)
    seen = seen.merge(table.groupby(by, sort=False)[["count"]].sum().reset_index(), on=by)
    figure, panels = canvas(DOUBLE, 2.75 * len(lenders), len(lenders), len(SHOWN_SAMPLES), squeeze=False)
    most = 100 * float(np.nanmax(seen[["mean", "high", "mean_predicted"]].to_numpy()))
    for axes, (lender, sample) in zip(panels.flat, ((lender, sample) for lender in lenders for sample in SHOWN_SAMPLES)):
        axes.plot([0, 100], [0, 100], color=MUTED, linewidth=.7, dashes=(3, 2))
        for scenario, colour in colours_of(scenarios).items():
            mine = seen[(seen["scenario"] == scenario) & (seen["lender"] == lender) & (seen["sample"] == sample)]
            axes.vlines(100 * mine["mean_predicted"], 100 * mine["low"], 100 * mine["high"], color=colour, linewidth=1.6, alpha=.4)
            axes.plot(100 * mine["mean_predicted"], 100 * mine["mean"], "o-", color=colour, markersize=3, linewidth=.9, label=scenario)
        for name in ("x", "y"):
            getattr(axes, f"set_{name}scale")("symlog", linthresh=1, linscale=.6)
            getattr(axes, f"set_{name}lim")(0, max(2.0, 1.25 * most))
            axis = getattr(axes, f"{name}axis")
            axis.set_major_locator(FixedLocator([tick for tick in PERCENT if tick <= max(2.0, 1.25 * most)]))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(lambda value, _: f"{value:g}%")
        axes.grid(True, axis="both")
        title = say(f"sample_{sample}")
        axes.set_title(f"{say(f'lender_{lender}')}: {title}" if len(lenders) > 1 else title)
        axes.set_xlabel(say("predicted_axis"))
        axes.set_ylabel(say("observed_axis") if sample == SHOWN_SAMPLES[0] else "")
    _legend(figure, panels.flat[0], scenarios)
    return Picture("calibration", figure, seen, say("caption_calibration"), is_wide=True)


def bad_loans_of(npl: pd.DataFrame, scenarios: list[str]) -> dict[str, int]:
    """Simulated loans of each lender that turned bad, of all replicates, in the scenario that has fewest."""
    most = npl.groupby(["scenario", "lender", "replicate"], sort=False)["n_turned_bad"].max().groupby(["scenario", "lender"]).sum()
    return {lender: min(int(most.get((scenario, lender), 0)) for scenario in scenarios) for lender in dict.fromkeys(npl["lender"])}


@in_style
def npl_by_lender(lending: dict[str, pd.DataFrame], scenarios: list[str], say: Words, start) -> Picture | None:
    """Bad loans over loans by lender and day, as if written off at 180 and at 360 days past due; means over replicates.

    A lender with too few bad loans is left out; intervals of so few loans on one day would hide the lines, the CSV has them.
    """
    table = lending["npl"]
    n_bad = bad_loans_of(table, scenarios)
    lenders = [lender for lender, n in n_bad.items() if n >= LEAST_BAD_LOANS][:MOST_PANELS]
    if not lenders:
        return None
    columns = min(len(lenders), 2 if len(lenders) in (2, 4) else 3)
    n_rows = -(-len(lenders) // columns)
    figure, panels = canvas(DOUBLE, 1.75 * n_rows + .5, n_rows, columns, squeeze=False, sharex=True)
    behind = []
    for axes, lender in zip(panels.flat, lenders):
        for scenario, colour in colours_of(scenarios).items():
            mine = table[(table["scenario"] == scenario) & (table["lender"] == lender)]
            for age, line in zip(AGES, ("-", (0, (2, 1.5)))):
                course = over_replicates(mine, ["day", "lender"], f"npl_{age}")
                behind.append(course.assign(scenario=scenario, age=age, n_turned_bad=n_bad[lender]))
                dates = pd.to_datetime(start) + pd.to_timedelta(course["day"], "D")
                label = say("age_label", age=age) if len(scenarios) == 1 else f"{scenario}, {say('age_label', age=age)}"
                axes.plot(dates, 100 * course["mean"], color=colour, linewidth=1, linestyle=line, label=label)
        axes.set_title(say(f"lender_{lender}"))
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter("{x:g}%")
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.margins(x=.01)
    for axes in panels.flat[len(lenders):]:
        axes.set_visible(False)
    for axes in panels[-1]:
        date_axis(axes, say.lang, 5 if columns == 3 else 8)
    lines, labels = panels.flat[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", ncols=2, handlelength=2)
    return Picture("npl_by_lender", figure, pd.concat(behind, ignore_index=True), say("caption_npl_lenders"), is_wide=True)


@in_style
def score_shift(lending: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture | None:
    """Where the platform's shops stand in the score at the first and at the last look, and the PSI of every lender by month."""
    shift, drift = lending["shift"], lending["drift"]
    shift, drift = shift[shift["lender"] == "platform"], drift[drift["sample"] == "all"]
    if not len(shift) or drift["day"].nunique() < 2:
        return None
    figure, (left, right) = canvas(DOUBLE, 2.5, 1, 2)
    bands = over_replicates(shift, ["scenario", "band"], "last_share")
    first = shift.groupby("band")["first_share"].mean()
    width = .8 / len(scenarios)
    edges = [.5, *(first.index + .5)]
    left.step(edges, 100 * np.append(first.iloc[0], first), where="pre", color=INK, linewidth=.9, label=say("first_look"))
    for k, (scenario, colour) in enumerate(colours_of(scenarios).items()):
        mine = bands[bands["scenario"] == scenario]
        x = mine["band"] + width * (k - (len(scenarios) - 1) / 2)
        left.bar(x, 100 * mine["mean"], .92 * width, color=colour, label=say("last_look") if len(scenarios) == 1 else scenario)
        left.vlines(x, 100 * mine["low"], 100 * mine["high"], color=INK, linewidth=.7)
    left.set_xticks(first.index)
    left.yaxis.set_major_formatter("{x:.0f}%")
    left.set(xlabel=say("band_axis"), ylabel=say("share_of_shops"), title=say("lender_platform"))
    left.set_ylim(0, 1.2 * left.get_ylim()[1])
    left.legend(loc="upper left", ncols=1 + len(scenarios), handlelength=1.2, handleheight=.8, columnspacing=1)
    lines = over_replicates(drift, ["scenario", "lender", "day"], "psi_same_card")
    styles = dict(zip(dict.fromkeys(lines["lender"]), ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))))
    tints = dict(zip(styles, (WITH, WITHOUT, *PALETTE[1:])))
    for (scenario, lender), mine in lines.groupby(["scenario", "lender"], sort=False):
        if scenario == scenarios[-1] and lender in styles:
            right.plot(mine["day"], mine["mean"], color=tints[lender], linestyle=styles[lender], linewidth=1, label=say(f"lender_{lender}"))
    for level, name in ((STABLE, "psi_stable"), (SHIFTED, "psi_shifted")):
        right.axhline(level, color=MUTED, linewidth=.6, dashes=(3, 2))
        right.annotate(say(name), (0, level), xycoords=("axes fraction", "data"), xytext=(3, 1.5), textcoords="offset points",
                       color=MUTED, fontsize=6, ha="left", va="bottom")
    right.set_ylim(0, max(.3, 1.1 * float(np.nanmax(lines["mean"]))))
    right.set(xlabel=say("day_axis"), ylabel=say("psi_axis"), title=scenarios[-1] if len(scenarios) > 1 else "")
    right.legend(loc="upper center", bbox_to_anchor=(.5, -.2), ncols=2, handlelength=2.2)
    behind = pd.concat([bands.assign(what="last_share", first_share=bands["band"].map(first)), lines.assign(what="psi_same_card")],
                       ignore_index=True)
    return Picture("score_shift", figure, behind, say("caption_shift"), is_wide=True)


def _legend(figure, axes, scenarios) -> None:
    """The scenarios' colours below the panels, if there are several."""
    if len(scenarios) > 1:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=min(len(scenarios), 4), handlelength=1.4)
