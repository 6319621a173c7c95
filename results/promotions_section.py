"""What pages say of promotions: whom their money reached, what rings took, and from which amount on abuse pays."""

import pandas as pd

from results.numbers import Writer, digits, is_known
from results.page import Cell, Table
from results.words import Words
from sim.core.views import FATES

MONEY = ("spent", *FATES)
COUNTS = ("given", "redeemed", "expired", "false_alarms", "fake_accounts")


def promotion_sentences(promotions: pd.DataFrame, name: str, say: Words) -> list[str]:
    """Of one scenario, the mean over its replicates: how the money divides; nothing if nothing was spent."""
    mine = promotions[promotions["scenario"] == name] if len(promotions) else promotions
    if not len(mine) or not mine["spent"].sum():
        return []
    write, shares = Writer(say.lang), mine[list(FATES)].sum() / mine["spent"].sum()
    spent = mine["spent"].sum() / mine["replicate"].nunique()
    return [say("promotions_sentence", spent=write.level(float(spent), "CNY", 3), **{fate: write.share(shares[fate]) for fate in FATES})]


def promotion_table(promotions: pd.DataFrame, say: Words) -> list[Table]:
    """One row a promotion of one run; no table without any."""
    if not len(promotions):
        return []
    write, rows = Writer(say.lang), []
    for row in promotions.to_dict("records"):
        money = [Cell(write.level(float(row[each]), "CNY", 3, short=True), "number") for each in MONEY]
        counts = [Cell(digits(float(row[each]), 0), "number") for each in COUNTS]
        pays_from = row["abuse_pays_from"]
        limit = Cell(write.level(float(pays_from), "CNY", 3) if is_known(pays_from) else "–", "number" if is_known(pays_from) else "muted")
        rows.append([Cell(row["promotion"], "heading", say(f"kind_{row['kind']}")), *money, *counts, limit])
    head = [(say("promotion"), "text"), *[(say(f"promotion_{each}"), "number") for each in (*MONEY, *COUNTS)],
            (say("abuse_pays_from"), "number")]
    return [Table(say("caption_promotions"), head, [("", rows)])]
