"""Channels: what each source of customers cost, how far it reached, whom it brought by last touch, and what they are worth so far.

Choice: costs per customer with the interval of a Poisson count over what was spent.  Source: Garwood (1936).  Alternative: a bootstrap
over customers.  Reason: given the money, only the number of those who came is luck; the bootstrap gives the same and says nothing of
a channel that brought nobody.  Last touch is what the platform can see, not what a channel caused.
"""

import numpy as np
import pandas as pd

from agents.customer import FIRST_TACTIC, ORGANIC
from results.effects import count_interval
from results.journeys import AGE_DAYS, Journeys, shown_sources
from sim.core.ledger import Purpose

LAST_DAYS = 90  # of the last period
ALL = "all"
COLUMNS = ["source", "channel", "spend", "partner_share", "impressions", "reach", "audience_reach", "frequency", "clicks", "registrations",
           "first_uses", "cost_per_mille", "cost_per_click", "cost_per_registration", "cac", "cac_low", "cac_high", "cac_last_period",
           "payments", "commission", "margin", "roi", "payback_days", "n_simulated"]


def channel_table(journeys: Journeys) -> pd.DataFrame:
    """One row a source and one for all, at real scale; COLUMNS: CNY, counts of the real market, shares, days.

    spend: advertising or rewards; a partner's part of commissions beside it.  reach: consumers who saw it; audience_reach: of those it is
    for on the last day.  cac: spend and partner's share over first uses; cac_last_period: the same of the last LAST_DAYS days; in the row
    of all, surveys too and everybody's first uses (blended).  margin: commission less card fees and service.  roi: (margin - cost) / cost
    so far.  n_simulated: first uses in the simulated world, on which the interval rests.
    """
    m, weight = journeys.market, journeys.market.scenario.weight
    total = {flow: journeys.total(flow).astype(float) for flow in journeys.daily}
    last = {flow: np.sum(journeys.daily[flow][-LAST_DAYS:], axis=0) for flow in ("spend", "partner_share", "first_uses")}
    cost = total["spend"] + total["partner_share"]
    margin, payback = margins(journeys), payback_days(journeys)
    sources = shown_sources(journeys)
    rows = []
    for source in sources:
        plan = m.media.plans.get(source - FIRST_TACTIC)
        is_media = source >= FIRST_TACTIC
        rows.append({
            "source": journeys.names[source], "channel": m.tactics[source - FIRST_TACTIC].settings.channel if is_media else
            journeys.names[source], **{flow: total[flow][source] for flow in ("spend", "partner_share", "impressions", "clicks",
                                                                               "registrations", "first_uses", "payments")},
            **_reach(plan, journeys.n), "commission": total["paid"][source] * m.settings.goods.commission_share, "margin": margin[source],
            **_costs(total["spend"][source], cost[source], last["spend"][source] + last["partner_share"][source],
                     last["first_uses"][source], total, source, source != ORGANIC), "payback_days": payback[source]})
    everything = {flow: values.sum() for flow, values in total.items()}
    spent = cost.sum() + journeys.costs[Purpose.SURVEY]
    recent = last["spend"].sum() + last["partner_share"].sum() + _surveys(m, journeys)
    rows.append({"source": ALL, "channel": ALL, **{flow: everything[flow] for flow in ("partner_share", "impressions", "clicks",
                                                                                      "registrations", "first_uses", "payments")},
                 "spend": spent - everything["partner_share"], **_reach_of_all(journeys, sources),
                 "commission": everything["paid"] * m.settings.goods.commission_share, "margin": margin.sum(),
                 **_costs(everything["spend"], spent, recent, last["first_uses"].sum(), {key: np.array([value]) for key, value in
                                                                                      everything.items()}, 0, True),
                 "payback_days": np.nan})
    table = pd.DataFrame(rows)
    costs = table["spend"] + table["partner_share"]
    table["roi"] = np.where(costs > 0, (table["margin"] - costs) / costs.where(costs > 0), np.nan)
    table["n_simulated"] = table["first_uses"]
    for name in ("spend", "partner_share", "commission", "margin"):
        table[name] *= weight / 100
    for name in ("impressions", "clicks", "registrations", "first_uses", "payments"):
        table[name] *= weight
    return table[COLUMNS]


def cost_per_event(cost: float, events: float) -> tuple[float, float, float]:
    """cost / events with its interval: cost over the ends of the Poisson count; infinite above if nobody may have come."""
    low, high = count_interval(events)
    return cost / events if events else np.nan, cost / high, cost / low if low else np.inf


def _costs(media: float, cost: float, recent: float, recent_uses: float, total, source: int, is_paid: bool) -> dict:
    """CNY per thousand exposures, click, registration and first use; nan for what nobody pays for."""
    shown, clicks, came, used = (float(total[flow][source]) for flow in ("impressions", "clicks", "registrations", "first_uses"))
    if not is_paid or cost <= 0:
        return dict.fromkeys(("cost_per_mille", "cost_per_click", "cost_per_registration", "cac", "cac_low", "cac_high",
                              "cac_last_period"), np.nan)
    cac = cost_per_event(cost / 100, used)
    return {"cost_per_mille": media / 100 / shown * 1000 if shown else np.nan, "cost_per_click": media / 100 / clicks if clicks else np.nan,
            "cost_per_registration": cost / 100 / came if came else np.nan, **dict(zip(("cac", "cac_low", "cac_high"), cac)),
            "cac_last_period": recent / 100 / recent_uses if recent_uses and recent else np.nan}


def _reach(plan, n: int) -> dict:
    if plan is None or plan.channel.way not in ("pushed", "followed"):  # who searches asks to see it
        return {"reach": np.nan, "audience_reach": np.nan, "frequency": np.nan}
    reached, audience = plan.reached[:n], plan.weight[:n] > 0
    return {"reach": reached.mean(), "audience_reach": (reached & audience).sum() / audience.sum() if audience.any() else np.nan,
            "frequency": plan.impressions / reached.sum() if reached.any() else np.nan}


def _reach_of_all(journeys, sources) -> dict:
    plans = [journeys.market.media.plans.get(source - FIRST_TACTIC) for source in sources]
    reached = np.zeros(journeys.n, bool)
    for plan in plans:
        if plan is not None and plan.channel.way in ("pushed", "followed"):
            reached |= plan.reached[: journeys.n]
    return {"reach": reached.mean(), "audience_reach": np.nan, "frequency": np.nan}


def _surveys(m, journeys) -> int:
    """Fen spent on the focal platform's surveys in the last period."""
    return sum(each["cost_fen"] for each in m.surveys if each["platform"] == 0 and each["day"] > journeys.last_day - LAST_DAYS)


# --- what customers bring ---------------------------------------------------------------------------------------------


def margin_rates(journeys: Journeys) -> tuple[float, float]:
    """(share of what is paid that stays with the platform, fen of service a payment): commission less card fees; service over payments."""
    paid, payments = journeys.paid.sum(), journeys.column("n_uses").sum()
    fees = journeys.costs[Purpose.PAYMENT_FEE] / paid if paid else 0.0
    return journeys.market.settings.goods.commission_share - fees, journeys.costs[Purpose.SERVICE] / payments if payments else 0.0


def margins(journeys: Journeys) -> np.ndarray:
    """Margin of new customers so far by source, fen."""
    share, service = margin_rates(journeys)
    return journeys.total("paid") * share - journeys.total("payments") * service


def payback_days(journeys: Journeys) -> np.ndarray:
    """Days after the first use until the mean customer's margin covers her source's CAC; nan if not within what was seen.

    Margin at an age is averaged over those who reached it.  Resolution: AGE_DAYS, interpolated.
    """
    used, cost = journeys.total("first_uses"), journeys.total("spend") + journeys.total("partner_share")
    share, service = margin_rates(journeys)
    paid, payments = journeys.total("paid"), journeys.total("payments")
    per_yuan = np.divide(paid * share - payments * service, paid, out=np.zeros(len(paid)), where=paid > 0)
    rows = np.flatnonzero(journeys.is_customer)
    age = journeys.last_day - journeys.column("first_use_on")[rows] + 1
    found = np.full(len(used), np.nan)
    for source in np.flatnonzero((used > 0) & (cost > 0)):
        ages = age[journeys.column("source")[rows] == source]
        found[source] = day_of_payback(journeys.paid_by_age[source] * per_yuan[source], ages, cost[source] / used[source])
    return found


def day_of_payback(margin_by_age: np.ndarray, ages: np.ndarray, cost: float) -> float:
    """Day at which the sum over buckets of margin per customer seen in the bucket reaches `cost`; nan if it does not.

    margin_by_age: total by bucket of AGE_DAYS; ages: days each customer was seen.  A bucket half of them reached counts half of them.
    """
    edges = np.arange(len(margin_by_age)) * AGE_DAYS
    seen = np.array([np.clip(ages - edge, 0, AGE_DAYS).sum() / AGE_DAYS for edge in edges])
    each = np.divide(margin_by_age, seen, out=np.zeros(len(edges)), where=seen >= 1)
    earned = np.cumsum(np.where(seen >= 1, each, 0.0))
    after = np.flatnonzero(earned >= cost)
    if len(after) == 0:
        return np.nan
    bucket = after[0]
    before = earned[bucket - 1] if bucket else 0.0
    return float((bucket + (cost - before) / (earned[bucket] - before)) * AGE_DAYS)


# --- by segment, by month ---------------------------------------------------------------------------------------------


def segment_table(journeys: Journeys, segments: tuple[str, ...]) -> pd.DataFrame:
    """source, segment, spend (advertising attributed as exposures are, nan where nobody is shown anything), registrations, first_uses;
    n_simulated: of the first uses.

    Spending follows the weights with which a plan shows itself; what was spent on clicks follows the same weights.
    """
    m, weight, n = journeys.market, journeys.market.scenario.weight, len(segments)
    cell = journeys.column("source").astype(int) * n + m.consumers.segment[: journeys.n]
    size = len(journeys.names) * n
    came, used = (np.bincount(cell[who], minlength=size).reshape(-1, n) for who in (journeys.is_new, journeys.is_customer))
    rows = [{"source": journeys.names[source], "segment": name,
             "spend": journeys.spend_by_segment[source, k] * weight / 100 if source >= FIRST_TACTIC else np.nan,
             "registrations": came[source, k] * weight, "first_uses": used[source, k] * weight, "n_simulated": used[source, k]}
            for source in shown_sources(journeys) for k, name in enumerate(segments)]
    return pd.DataFrame(rows, columns=["source", "segment", "spend", "registrations", "first_uses", "n_simulated"])


def monthly_table(journeys: Journeys) -> pd.DataFrame:
    """month (its first day), source and FLOWS at real scale: spend, partner_share and paid in CNY."""
    weight, start = journeys.market.scenario.weight, np.datetime64(journeys.market.scenario.start)
    days = start + np.arange(journeys.first_day, journeys.last_day + 1)
    months, first = np.unique(days.astype("datetime64[M]"), return_index=True)
    scale = {name: weight / 100 if name in ("spend", "partner_share", "paid") else weight for name in journeys.daily}
    flows = {name: np.add.reduceat(np.array(values), first, axis=0) * scale[name] for name, values in journeys.daily.items()}
    rows = [{"month": pd.Timestamp(month).date(), "source": journeys.names[source], **{name: flows[name][k, source] for name in flows}}
            for k, month in enumerate(months) for source in shown_sources(journeys)]
    return pd.DataFrame(rows)
