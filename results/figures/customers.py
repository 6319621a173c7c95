"""Figures of customers: what each channel cost and brought, who in which segment, the funnel, and how many there are.

Each takes the tables of `results.acquisition` by name, with columns scenario and replicate, and the scenarios' names: the first is
grey if there are several.  Whiskers are 95% intervals: of one run as its tables give them, of several over replicates.
"""

from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from results.channels import ALL
from results.figures.lenders import colours_of, over_replicates
from results.figures.lending import date_axis, money_unit
from results.figures.picture import Picture
from results.figures.scales import written_out
from results.numbers import Writer, digits, figures_for
from results.style import DOUBLE, INK, MUTED, PALETTE, SINGLE, WITH, WITHOUT, canvas, in_style
from results.words import Words

LONGEST_NAME = 26  # letters
SHADES = LinearSegmentedColormap.from_list("shades", ("#f4f8fb", "#8fbfe0", WITH, "#003a5c"))
DARK = .45  # of the scale: numbers on it are white
USED = ("first use", "active", "dormant", "returning")
BEYOND = {"aware": ("aware", "considering", "registered", "verified", *USED, "churned"),
          "considering": ("considering", "registered", "verified", *USED), "registered": ("registered", "verified", *USED),
          "verified": ("verified", *USED), "first use": USED, "active": ("active", "returning")}
MOST_AREAS = 6
LEAST_IN_CELL = 5  # simulated new customers; fewer make no cost


def source_label(say: Words, name: str) -> str:
    """A source by its name; those every scenario has in the language of the page."""
    return say(f"source_{name}") if name in ("organic", "referral", ALL) else shorten(name, LONGEST_NAME, placeholder=" …")


def mean_of(table: pd.DataFrame, by: list[str], value: str) -> pd.DataFrame:
    """Columns `by`, mean, low and high: over replicates; of one replicate the table's own ends where it has them."""
    found = over_replicates(table, by, value)
    if table["replicate"].nunique() == 1 and f"{value}_low" in table:
        ends = table[[*by, f"{value}_low", f"{value}_high"]].rename(columns={f"{value}_low": "low", f"{value}_high": "high"})
        found = found.drop(columns=["low", "high"]).merge(ends, on=by, how="left")
    return found


@in_style
def budget_to_effect(marketing: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture | None:
    """What was spent on each source, the new customers by last touch, and the cost of one of them, side by side; None if nobody came."""
    table = marketing["channels"]
    if not table["first_uses"].sum():
        return None
    table = table.assign(cost=table["spend"] + table["partner_share"])
    sources = [name for name in dict.fromkeys(table["source"]) if name != ALL]
    place = {name: len(sources) - k for k, name in enumerate(sources)} | {ALL: 0}
    figure, panels = canvas(DOUBLE, .75 + .27 * max(len(place), 4), 1, 3, sharey=True)
    height = .72 / len(scenarios)
    behind = []
    for axes, value in zip(panels, ("cost", "first_uses", "cac")):
        shown = mean_of(table, ["scenario", "source"], value)
        size = float(shown.loc[shown["source"] != ALL, "mean"].fillna(0.0).max())
        divisor, unit = (money_unit(size, say.lang) if value == "cost" else Writer(say.lang).scale("", size)[:2] if value != "cac"
                         else (1.0, Writer(say.lang).unit("CNY")))
        for k, (scenario, colour) in enumerate(colours_of(scenarios).items()):
            mine = shown[(shown["scenario"] == scenario) & shown["mean"].notna()]
            if value != "cac":
                mine = mine[mine["source"] != ALL]
            y = np.array([place[name] for name in mine["source"]]) + height * ((len(scenarios) - 1) / 2 - k)
            if value == "cac":
                _whiskers(axes, mine, y, colour, scenario)
            else:
                axes.barh(y, mine["mean"] / divisor, .92 * height, color=colour, label=scenario)
                axes.hlines(y, mine["low"] / divisor, mine["high"] / divisor, color=INK, linewidth=.7)
            behind.append(shown[shown["scenario"] == scenario].assign(what=value))
        if value != "cac":
            _write_totals(axes, shown[shown["source"] == ALL], scenarios, "CNY" if value == "cost" else "", say)
        axes.grid(False, axis="y")
        axes.grid(True, axis="x")
        axes.axhline(.5, color=MUTED, linewidth=.5)
        axes.spines["left"].set_visible(False)
        axes.set_title(say(f"panel_{value}", unit=f", {unit}" if unit else ""))
        if value == "cac":
            _price_axis(axes)
        else:
            axes.xaxis.set_major_locator(MaxNLocator(4))
            axes.set_xlim(left=0)
            written_out(axes.xaxis)
    panels[0].set_yticks(list(place.values()), [source_label(say, name) for name in place])
    panels[0].set_ylim(-.6, len(sources) + .6)
    _legend(figure, panels[0], scenarios)
    return Picture("budget_to_effect", figure, pd.concat(behind, ignore_index=True), say("caption_budget"), is_wide=True)


def _write_totals(axes, everything: pd.DataFrame, scenarios: list[str], unit: str, say: Words) -> None:
    """What all sources come to, in place of a bar that would dwarf them; of each scenario in its colour."""
    colours = {scenarios[0]: INK} if len(scenarios) == 1 else colours_of(scenarios)
    step = min(.9 / len(scenarios), .4)
    for k, (scenario, colour) in enumerate(colours.items()):
        total = everything.loc[everything["scenario"] == scenario, "mean"]
        text = Writer(say.lang).level(float(total.iloc[0]), unit, 3) if len(total) else ""
        y = step * ((len(scenarios) - 1) / 2 - k)
        axes.text(.02, y, text, transform=axes.get_yaxis_transform(), va="center", fontsize=6.2, color=colour)


def _whiskers(axes, mine: pd.DataFrame, y, colour: str, label: str) -> None:
    """A dot with its interval; where it has no upper end an arrow."""
    if not len(mine):
        return
    axes.plot(mine["mean"], y, "o", color=colour, markersize=3.8, label=label)
    top = np.where(np.isfinite(mine["high"]), mine["high"], mine["mean"] * 4)
    known = mine["low"].notna() & (mine["low"] > 0)
    axes.hlines(y[known], mine["low"][known], top[known], color=colour, linewidth=2, alpha=.55)


def _price_axis(axes) -> None:
    """Prices on a logarithmic axis; none if there is no price."""
    if not axes.lines:
        axes.set_xticks([])
        return
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    axes.set_xlim(low / 1.15, high * 1.15)
    axes.xaxis.set_major_formatter(lambda value, _: digits(value, max(0, figures_for(value, 1))))
    axes.xaxis.set_minor_formatter(lambda value, _: "")


@in_style
def segments(marketing: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture | None:
    """New customers by source and segment, and what media spent on one of them; of the last scenario, mean over replicates."""
    table = marketing["segments"]
    mine = table[table["scenario"] == scenarios[-1]]
    table = mine.groupby(["source", "segment"], sort=False)[["spend", "registrations", "first_uses"]].mean()
    table["n_simulated"] = mine.groupby(["source", "segment"], sort=False)["n_simulated"].sum()
    if not table["first_uses"].sum():
        return None
    used = table["first_uses"].unstack("segment", sort=False)
    cost = (table["spend"] / table["first_uses"].where(table["n_simulated"] >= LEAST_IN_CELL)).unstack("segment", sort=False)
    figure, panels = canvas(DOUBLE, .95 + .25 * len(used), 1, 2, sharey=True)
    for axes, values, title in zip(panels, (used, cost), ("panel_first_uses", "panel_cac")):
        heat(axes, values, lambda value: _short(value, say))
        axes.set_title(say(title, unit="" if values is used else f", {Writer(say.lang).unit('CNY')}"))
        axes.set_xticks(range(values.shape[1]), [say(f"segment_{name}") for name in values.columns])
    panels[0].set_yticks(range(len(used)), [source_label(say, name) for name in used.index])
    return Picture("segments", figure, table.reset_index(), say("caption_segments"), is_wide=True)


def _short(value: float, say: Words) -> str:
    """A number in few letters: 12,400 becomes 12k (1.2万)."""
    if not np.isfinite(value):
        return "–"
    size, letter = (1e4, "万") if say.lang == "zh" else (1e6, "M") if abs(value) >= 1e6 else (1e3, "k")
    if abs(value) < 1e4:
        return digits(value, 0)
    return digits(value / size, 1 if abs(value) < 10 * size else 0) + letter


def heat(axes, values: pd.DataFrame, written, most: float | None = None) -> None:
    """Cells in shades with their numbers; what is unknown stays white."""
    numbers = values.to_numpy(float)
    top = most or max(float(np.nanmax(numbers, initial=0)), 1e-12)
    axes.imshow(np.ma.masked_invalid(numbers), cmap=SHADES, vmin=0, vmax=top, aspect="auto")
    for (row, column), value in np.ndenumerate(numbers):
        if np.isfinite(value):
            axes.text(column, row, written(value), ha="center", va="center", fontsize=5.8, color="white" if value > DARK * top else INK)
    axes.grid(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)


@in_style
def funnel(marketing: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture:
    """Consumers at each step or beyond on the last day, and the share that went on within 90 days; of the last scenario."""
    counts = marketing["funnel"]
    counts = counts[(counts["scenario"] == scenarios[-1]) & (counts["date"] == counts["date"].max())]
    at = counts.groupby("stage", sort=False)["consumers"].mean()
    beyond = pd.Series({name: at.reindex(stages).sum() for name, stages in BEYOND.items()})
    steps = marketing["steps"]
    steps = steps[(steps["scenario"] == scenarios[-1]) & (steps["within_days"] == steps["within_days"].max())]
    rates = mean_of(steps.rename(columns={"low": "rate_low", "high": "rate_high"}), ["step_from", "step_to", "within_days"], "rate")
    rates[["low", "high"]] = rates[["low", "high"]].clip(0, 1)
    figure, axes = canvas(DOUBLE, 2.8)
    write = Writer(say.lang)
    size = float(beyond.max())
    divisor, prefix, _ = write.scale("", size)
    y = np.arange(len(beyond))[::-1]
    axes.barh(y, beyond / divisor, .62, color=WITH)
    for at_y, value in zip(y, beyond):
        axes.annotate(write.level(value, "", 3), (value / divisor, at_y), xytext=(3, 0), textcoords="offset points", va="center",
                      fontsize=6.5, color=INK)
    for number, row in enumerate(rates.itertuples()):
        if np.isfinite(row.mean):
            low, high = write.share(row.low), write.share(row.high)
            ends = f" ({write.between(low, high)})" if np.isfinite(row.low) and low != high else ""
            axes.annotate(say("went_on", rate=write.share(row.mean), ends=ends, days=int(row.within_days)), (.99, y[number] - .5),
                          xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=6.5, color=MUTED)
    axes.set_yticks(y, [say(f"reached_{name.replace(' ', '_')}") for name in beyond.index])
    axes.set_xlim(0, 1.08 * size / divisor)
    axes.grid(False)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(say("consumers_axis", unit=f", {prefix}" if prefix else ""))
    behind = pd.concat([beyond.rename("consumers").rename_axis("reached").reset_index(), rates], ignore_index=True)
    return Picture("funnel", figure, behind, say("caption_funnel"), is_wide=True)


@in_style
def new_customers(marketing: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture | None:
    """New customers since the first day: of one scenario by source on top of one another, of several the sum of each; None without any."""
    table = marketing["channels_by_month"]
    by = ["scenario", "replicate", "source"]
    table = table.assign(new=table.groupby(by)["first_uses"].cumsum(), end=pd.to_datetime(table["month"]) + pd.offsets.MonthEnd(0))
    if not table["new"].sum():
        return None
    divisor, prefix, _ = Writer(say.lang).scale("", float(table.groupby(["scenario", "replicate", "end"])["new"].sum().max()))
    figure, axes = canvas(SINGLE if len(scenarios) > 1 else DOUBLE, 2.4)
    if len(scenarios) > 1:
        totals = table.groupby(["scenario", "replicate", "end"], sort=False)["new"].sum().reset_index()
        shown = over_replicates(totals, ["scenario", "end"], "new")
        for scenario, colour in colours_of(scenarios).items():
            mine = shown[shown["scenario"] == scenario]
            axes.fill_between(mine["end"], mine["low"] / divisor, mine["high"] / divisor, color=colour, alpha=.2, linewidth=0)
            axes.plot(mine["end"], mine["mean"] / divisor, color=colour, label=scenario)
        axes.legend(loc="upper left")
    else:
        shown = table.groupby(["source", "end"], sort=False)["new"].mean().reset_index()
        wide = shown.pivot(index="end", columns="source", values="new")
        order = wide.iloc[-1].sort_values(ascending=False)
        kept, rest = list(order.index[:MOST_AREAS]), list(order.index[MOST_AREAS:])
        layers = [wide[name] for name in kept] + ([wide[rest].sum(axis=1)] if rest else [])
        labels = [source_label(say, name) for name in kept] + ([say("source_others")] if rest else [])
        axes.stackplot(wide.index, [layer / divisor for layer in layers], colors=(*PALETTE, WITHOUT), linewidth=0, labels=labels)
        handles, names = axes.get_legend_handles_labels()
        axes.legend(handles[::-1], names[::-1], loc="center left", bbox_to_anchor=(1.0, .5))
    axes.margins(x=.01)
    axes.set_ylim(bottom=0)
    written_out(axes.yaxis)
    axes.set_ylabel(say("new_customers_axis", unit=f", {prefix}" if prefix else ""))
    if table["end"].nunique() > 1:
        date_axis(axes, say.lang, 6)
    return Picture("new_customers", figure, shown, say("caption_new_customers"), is_wide=len(scenarios) == 1)


def _legend(figure, axes, scenarios) -> None:
    """The scenarios' colours below the panels, if there are several."""
    if len(scenarios) > 1:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=min(len(scenarios), 4), handlelength=1.4)
