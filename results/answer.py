"""The answer: what a forked experiment shows, in one sentence whose wording follows from the numbers."""

import math

import numpy as np

from results.effects import is_sure, pairs_needed
from results.forked import DIP_DAYS, Interval, by_day, dip, sources
from results.numbers import Writer
from results.promotion import LEAST_WINNERS, promotion_of, rush_of
from results.words import Words

SMALLEST_OF_INTEREST = .25  # of what was lent at the cut rate: less than this is not worth a campaign
HEADLINES = ("drawn", "gmv", "lender_profit", "platform_profit", "merchant_profit", "written_off")
OF_CUSTOMERS = ("new_users", "users", "awareness", "market_share", "customer_satisfaction", "marketing_spending", "platform_profit")
WHERE_MOVED = ("fund_users", "fund_assets", "own_fee", "entrant_share")  # of customers too, where they are known and differ at all


def headlines(effects, about_customers: bool) -> list[str]:
    """Which measures an answer speaks of: those of customers where platforms compete for them, else of sales and credit.

    effects: a row for each measure, which is its index.
    """
    if not about_customers:
        return [name for name in HEADLINES if name in effects.index]
    moved = [name for name in WHERE_MOVED if name in effects.index and abs(effects.loc[name, "difference"]) > 0]
    return [name for name in OF_CUSTOMERS if name in effects.index] + moved


def verdict(difference: float, low: float, high: float, promoted: float) -> str:
    """created, partly, moved, destroyed, undecided or one_pair, from net lending and its interval.

    An interval above 0 is "created", and "partly" if it ends below a quarter of what was lent at the cut rate; below 0
    "destroyed"; around 0 "moved" if it lies within a quarter either way, else "undecided".
    """
    small = SMALLEST_OF_INTEREST * promoted
    if not (math.isfinite(low) and math.isfinite(high)):
        return "one_pair"
    if low > 0:
        return "partly" if high < small else "created"
    if high < 0:
        return "destroyed"
    return "moved" if high < small and low > -small else "undecided"


def answer_of(fork, lang: str = "en") -> str:
    """One sentence that answers the scenario's question, with its interval and number of pairs."""
    say, write = Words(lang), Writer(lang)
    if promotion_of(fork.scenario) is None:
        return answer_of_effects(fork.effects, len(fork.without[0].daily), len(fork.with_tactics), lang,
                                 about_customers=fork.scenario.customers.is_contested)
    promoted = float(by_day(fork.with_tactics, "drawn_promoted").sum(axis=0).mean())
    if promoted == 0:
        return say("answer_no_draws")
    row = fork.effects.set_index("measure").loc["drawn"]
    kind = verdict(row["difference"], row["low"], row["high"], promoted)
    difference, interval = write.difference(row["difference"], row["low"], row["high"], "CNY")
    needed = pairs_needed(row["low"], row["high"], int(row["n"]), SMALLEST_OF_INTEREST * promoted)
    shown = difference.lstrip("+\u2212") if kind in ("created", "partly", "destroyed") and lang == "en" else difference
    return say(
        f"answer_{kind}",
        days=len(fork.without[0].daily),
        difference=shown,
        interval=interval,
        pairs=int(row["n"]),
        share=write.share(row["difference"] / promoted),
        promoted=write.level(promoted, "CNY", 3),
        pace=_pace(fork, say, write),
        needed=_about(needed, write),
    )


def _about(needed: float, write: Writer) -> str:
    text = write.pairs(needed)
    return f"about {text}" if write.lang == "en" and math.isfinite(needed) and needed <= 10_000 else text


def _pace(fork, say: Words, write: Writer) -> str:
    rushes = [rush_of(each.draws, fork.scenario) for each in fork.with_tactics]
    fewest = min(each.n_simulated for each in rushes)
    if fewest < LEAST_WINNERS:
        return say("pace_few", n=fewest)
    minutes = float(np.median([each.sold_out_minutes for each in rushes]))
    return say("pace_sold_out", minutes=write.minutes(minutes)) if math.isfinite(minutes) else say("pace_lasts")


def answer_of_effects(effects, days: int, pairs: int, lang: str = "en", about_customers: bool = False) -> str:
    """One sentence from a table of effects: headline measures that changed, and those in which nothing is detectable."""
    say, write = Words(lang), Writer(lang)
    rows = effects.set_index("measure")
    shown = headlines(rows, about_customers)
    changed = [name for name in shown if is_sure(rows.loc[name, "low"], rows.loc[name, "high"])]
    parts = []
    for name in changed:
        row = rows.loc[name]
        difference, interval = write.difference(row["difference"], row["low"], row["high"], say.unit(name))
        parts.append(say("changed_by", measure=say(f"short_{name}"), difference=difference, interval=interval))
    silent = [say(f"short_{name}") for name in shown if name not in changed]
    if silent:
        parts.append(say("not_detected_short", measures=_listed(silent, lang)))
    if not changed:
        return say("answer_effects_none", days=days, pairs=pairs, measures=_listed(silent, lang, "nor"))
    return say("answer_effects", days=days, pairs=pairs, changes=("; " if lang == "en" else "；").join(parts))


def funds_and_fees(summary, lang: str = "en") -> list[str]:
    """Sentences on a plain run: what is in a fund where there is one, what consumers pay platforms where they do, what entrants got."""
    say, write, said = Words(lang), Writer(lang), []
    if math.isfinite(summary.get("fund_assets", math.nan)):
        said.append(say("run_answer_fund", users=write.level(summary["fund_users"], "users"),
                        assets=write.level(summary["fund_assets"], "CNY"), rate=write.share(summary["fund_yield"], 2)))
    own, rival, entered = (summary.get(name, math.nan) for name in ("own_fee", "rival_fee", "entrant_share"))
    if math.isfinite(own + rival) and (own or rival):
        said.append(say("run_answer_fees", own=write.share(own, 2), rival=write.share(rival, 2)))
    if math.isfinite(entered) and entered > 0:
        said.append(say("run_answer_entrants", share=write.share(entered, 1)))
    return said


def _listed(names: list[str], lang: str, word: str = "or") -> str:
    if lang == "zh":
        return "、".join(names)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" {word} " + names[-1]


def mechanism_of(fork, lang: str = "en") -> str:
    """A second sentence: how much was there anyway, and what is missing in the days after; empty without a promotion."""
    say, write = Words(lang), Writer(lang)
    if promotion_of(fork.scenario) is None:
        return ""
    parts = sources(fork).set_index("part")
    promoted = parts.loc["promoted", "cny"]
    if not promoted:
        return ""

    fall: Interval = dip(fork)
    fields = {"promoted": write.level(promoted, "CNY", 3), "anyway": write.level(parts.loc["anyway", "cny"], "CNY", 2), "days": DIP_DAYS}
    if not fall.high < 0:
        return say("mechanism_undetected", **fields)
    decimals = 0 if fall.high - fall.low > .02 else 1
    return say("mechanism", **fields, soon=write.level(parts.loc["soon", "cny"], "CNY", 2), dip=write.share(-fall.mean, decimals))
