"""Figures of cohorts: who still pays after so many months, and who has not left after so many days."""

import numpy as np
import pandas as pd

from results.channels import ALL
from results.figures.customers import heat, mean_of, source_label
from results.figures.lenders import colours_of, over_replicates
from results.figures.picture import Picture
from results.lifetime_value import LEAST_CUSTOMERS
from results.numbers import Writer, digits
from results.style import DOUBLE, MUTED, PALETTE, SINGLE, canvas, in_style
from results.words import Words

MOST_LINES, MOST_MONTHS = 6, 24
LEAST_AT_RISK = 10  # customers under a curve; the CSV goes on to the last
GRID_DAYS = 5  # of curves that are means over replicates


@in_style
def retention(marketing: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture | None:
    """Share of each month's new customers who paid in each month after; of the last scenario, pooled over replicates."""
    table = marketing["retention"]
    table = table[(table["scenario"] == scenarios[-1]) & (table["source"] == ALL) & (table["month"] > 0) & (table["month"] < MOST_MONTHS)]
    pooled = table.groupby(["cohort", "month"])[["customers", "active"]].sum().reset_index()
    if pooled["month"].nunique() < 2:
        return None
    pooled["share"] = pooled["active"] / pooled["customers"]
    shares = pooled.pivot(index="cohort", columns="month", values="share").iloc[:MOST_MONTHS]
    sizes = pooled.groupby("cohort")["customers"].max()
    figure, axes = canvas(DOUBLE, .8 + .165 * len(shares))
    heat(axes, shares, lambda value: digits(100 * value, 0), 1.0)
    axes.set_xticks(range(shares.shape[1]), [str(month) for month in shares.columns])
    axes.set_yticks(range(len(shares)), [say("cohort_label", month=f"{pd.Timestamp(cohort):%Y-%m}", n=digits(sizes[cohort], 0))
                                         for cohort in shares.index])
    axes.set_xlabel(say("months_after_axis"))
    return Picture("retention", figure, pooled, say("caption_retention"), is_wide=True)


@in_style
def survival(marketing: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture | None:
    """Share of new customers who have not left, by days since the first use: by source of one scenario, all together of several."""
    table = marketing["survival"]
    if not len(table):
        return None
    several = len(scenarios) > 1 or table["replicate"].nunique() > 1
    figure, axes = canvas(SINGLE, 2.6)
    if several:
        behind = over_replicates(_on_grid(table[table["source"] == ALL]), ["scenario", "day"], "survival")
        for scenario, colour in colours_of(scenarios).items():
            mine = behind[behind["scenario"] == scenario]
            axes.fill_between(mine["day"], 100 * mine["low"].clip(0, 1), 100 * mine["high"].clip(0, 1), color=colour, alpha=.2, linewidth=0)
            axes.plot(mine["day"], 100 * mine["mean"], color=colour, label=scenario)
    else:
        size = table.groupby("source", sort=False)["at_risk"].max()
        size = size[size >= LEAST_CUSTOMERS].drop(ALL, errors="ignore").sort_values(ascending=False).iloc[:MOST_LINES]
        if not len(size):
            return None
        behind = table[table["source"].isin(size.index)]
        for (source, n), colour in zip(size.items(), PALETTE):
            mine = behind[(behind["source"] == source) & (behind["at_risk"] >= LEAST_AT_RISK)]
            label = say("survival_label", source=source_label(say, source), n=digits(n, 0))
            high = mine["high"].fillna(mine["survival"])
            axes.fill_between(mine["day"], 100 * mine["low"], 100 * high, step="post", color=colour, alpha=.1, linewidth=0)
            axes.step(mine["day"], 100 * mine["survival"], where="post", color=colour, linewidth=1, label=label)
    axes.set_ylim(top=101)
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter("{x:g}%")
    axes.set(xlabel=say("days_since_first_use"), ylabel=say("not_left_axis"))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return Picture("survival", figure, behind, say("caption_survival"))


def _on_grid(table: pd.DataFrame) -> pd.DataFrame:
    """Curves of all replicates on common days, as far as the shortest of them goes."""
    last = table.groupby(["scenario", "replicate"])["day"].max().min()
    days = np.arange(0, last + 1, GRID_DAYS)
    parts = [pd.DataFrame({"scenario": scenario, "replicate": replicate, "day": days,
                           "survival": mine["survival"].to_numpy()[np.searchsorted(mine["day"], days, side="right") - 1]})
             for (scenario, replicate), mine in table.groupby(["scenario", "replicate"], sort=False)]
    return pd.concat(parts, ignore_index=True)


@in_style
def worth(marketing: dict[str, pd.DataFrame], scenarios: list[str], say: Words) -> Picture | None:
    """Lifetime value of the mean customer of each source beside her cost; of the last scenario."""
    value, cost = (marketing[name][marketing[name]["scenario"] == scenarios[-1]] for name in ("lifetime_value", "channels"))
    value = mean_of(value.rename(columns={"low": "ltv_low", "high": "ltv_high"}), ["source"], "ltv")
    value = value[value["mean"].notna()]
    if not len(value):
        return None
    cost = mean_of(cost, ["source"], "cac").set_index("source").reindex(value["source"]).reset_index()
    figure, axes = canvas(SINGLE, .8 + .25 * max(len(value), 2))
    y = np.arange(len(value))[::-1]
    for table, colour, marker, shift, label in ((value, PALETTE[0], "o", .13, "ltv"), (cost, PALETTE[1], "s", -.13, "cac")):
        known = table["low"].notna().to_numpy()
        high = table["high"].where(np.isfinite(table["high"]), 4 * table["mean"])
        axes.hlines((y + shift)[known], table["low"][known], high[known], color=colour, linewidth=2, alpha=.55)
        axes.plot(table["mean"], y + shift, marker, color=colour, markersize=3.6, label=say(f"worth_{label}"))
    axes.set_yticks(y, [source_label(say, name) for name in value["source"]])
    axes.set_ylim(-.6, len(value) - .4)
    axes.set_xlim(left=0)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=MUTED, linewidth=.6)
    axes.set_xlabel(say("per_customer_axis", unit=Writer(say.lang).unit("CNY")))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    behind = pd.concat([value.assign(what="ltv"), cost.assign(what="cac")], ignore_index=True)
    return Picture("lifetime_value", figure, behind, say("caption_worth"))
