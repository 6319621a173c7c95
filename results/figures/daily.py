"""Figures of a plain run: its days at a glance."""

import numpy as np
import pandas as pd

from results.figures.lending import date_axis, money_unit
from results.figures.picture import Picture
from results.measures import LEAST_BAD_LOANS, MEASURES
from results.style import DOUBLE, WITH, canvas, in_style
from results.words import Words

OF_CUSTOMERS = ("new_users", "users", "awareness", "market_share", "customer_satisfaction", "marketing_spending")
OF_FUNDS = ("fund_users", "fund_assets", "fund_yield", "subscriptions", "redemptions", "users")
SHOWN = ("gmv", "drawn", "loan_book", "npl_ratio", "lender_profit", "open_merchants")


@in_style
def overview(run, say: Words) -> Picture:
    """Six measures day by day."""
    figure, panels = canvas(DOUBLE, 3.2, rows=2, columns=3)
    dates = pd.to_datetime(run.daily["date"])
    few = run.daily["bad_loans_simulated"].max() < LEAST_BAD_LOANS
    shown = ["written_off" if name == "npl_ratio" and few else name for name in SHOWN]
    if run.daily["new_users"].notna().any():
        shown = list(OF_FUNDS if run.daily["fund_assets"].notna().any() else OF_CUSTOMERS)
    for axes, name in zip(panels.flat, shown):
        values = run.daily[name].to_numpy(float)
        known = values[np.isfinite(values)]
        unit = MEASURES[name].unit
        divisor, label = (1.0, "")
        if unit.startswith("CNY"):
            divisor, label = money_unit(float(np.abs(known).max(initial=0)), say.lang)
        elif unit == "share":
            divisor, label = .01, "%"
        axes.plot(dates, values / divisor, color=WITH, linewidth=.9)
        title = say.measure(name).split(";")[0].split(" after ")[0].split(" / ")[0].split(", principal")[0]
        axes.set_title(title if len(title) < 44 else name.replace("_", " "), fontsize=6.5)
        axes.set_ylabel(label)
        axes.margins(x=.01)
        if len(known) and known.max() == known.min() == 0:
            axes.set_ylim(0, 1)
        elif len(known) and 0 <= known.min() < .5 * known.max():
            axes.set_ylim(bottom=0)
        if divisor == 1 and label != "CNY":
            axes.yaxis.set_major_formatter("{x:,.0f}")
        if len(dates) > 1:
            date_axis(axes, say.lang)
            axes.tick_params(axis="x", labelsize=6)
    return Picture("overview", figure, run.daily[["date", *shown]].copy(), say("caption_overview"), is_wide=True)
