"""The section on savings of the page on a run or a comparison: who has which product, what is held in it, what flowed."""

import pandas as pd

from results.figures import savings as figures
from results.numbers import Writer
from results.page import Cell, Section, Table
from results.style import figure_language
from results.words import Words

COLUMNS = {"holders": "holders", "assets": "CNY", "per_holder": "CNY", "subscribed": "CNY", "redeemed": "CNY", "returned": "CNY",
           "boosted": "CNY"}


def run_section(run, lang: str) -> list[Section]:
    """The section of a run; none without products."""
    if not getattr(run, "savings", None):
        return []
    table = run.savings["products"].assign(scenario=run.scenario.name, replicate=run.replicate)
    return [_section(table, [run.scenario.name], lang)] if len(table) else []


def compare_section(comparison, lang: str) -> list[Section]:
    """The section of a comparison, means over replicates; none if no scenario has products."""
    tables = getattr(comparison, "savings", None)
    if not tables:
        return []
    known = set(tables["products"]["scenario"])
    return [_section(tables["products"], [each.name for each in comparison.scenarios if each.name in known], lang)]


def _section(table: pd.DataFrame, names: list[str], lang: str) -> Section:
    say, drawn = Words(lang), Words(figure_language(lang))
    return Section("savings", say("section_savings"), [say("savings_sentence")],
                   pictures=[(figures.assets_and_holders(table, names, drawn), say("caption_savings"))],
                   tables=[_at_the_end(table, names, say)], data={"savings_products": table})


def _at_the_end(table: pd.DataFrame, names: list[str], say: Words) -> Table:
    """One row a product: what holds on the last day, and flows since the first; of several replicates their mean."""
    write, groups = Writer(say.lang), []
    last = table[table["day"] == table.groupby("scenario")["day"].transform("max")]
    for name in names:
        means = last[last["scenario"] == name].groupby("product", sort=False).mean(numeric_only=True)
        means["per_holder"] = means["assets"] / means["holders"].where(means["holders"] > 0)
        rows = [[Cell(product, "heading"), *(Cell(write.level(float(row[column]), unit, 3, short=True), "number")
                                            for column, unit in COLUMNS.items())] for product, row in means.iterrows()]
        groups.append((name if len(names) > 1 else "", rows))
    head = [(say("product"), "text"), *((say(f"product_{column}"), "number") for column in COLUMNS)]
    return Table(say("caption_products"), head, groups)
