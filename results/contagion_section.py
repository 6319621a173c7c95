"""The section on contagion of the page on a run or a comparison: spread over time, who lost, who failed, what rescues cost."""

import pandas as pd

from results.figures import contagion as figures
from results.numbers import Writer
from results.page import Cell, Section, Table
from results.style import figure_language
from results.words import Words


def run_section(run, lang: str) -> list[Section]:
    """The section of a run; none without channels."""
    tables = getattr(run, "contagion", None)
    return [_section(tables, run.daily["date"], 1, lang)] if tables else []


def answer_of_run(run, lang: str) -> list[str]:
    """What contagion did in a run with channels, in a sentence or two; nothing elsewhere."""
    tables = getattr(run, "contagion", None)
    if not tables:
        return []
    say, write = Words(lang), Writer(lang)
    failures, ran = tables["failures"], float(tables["runs"]["ran"].sum())
    shops = float(failures[(failures["layer"] == "merchants") & (failures["round"] > 0)]["failed"].sum())
    said = [_sentence(tables["losses"], failures, say, write)]
    if shops:
        said.append(say("contagion_answer_shops", shops=write.level(shops, "merchants", 3, short=True)))
    if ran:
        said.append(say("contagion_answer_ran", ran=write.level(ran, "people", 3, short=True)))
    return [("" if lang == "zh" else " ").join(each for each in said if each)] if any(said) else []


def compare_section(comparison, lang: str) -> list[Section]:
    """One section for each scenario with channels that had losses or runs; means over replicates."""
    tables, found = getattr(comparison, "contagion", None), []
    if not tables:
        return []
    for each in comparison.scenarios:
        mine = {name: table[table["scenario"] == each.name] for name, table in tables.items() if "scenario" in table}
        days = comparison.daily[comparison.daily["scenario"] == each.name]["date"].drop_duplicates()
        if each.channels and "losses" in mine and (len(mine["losses"]) or len(mine["runs"])):
            first = {name: table[table["replicate"] == table["replicate"].min()] for name, table in mine.items() if len(table)}
            mine |= {name: first.get(name, mine[name]) for name in ("nodes", "links")}
            found.append(_section(mine, days, comparison.replicates, lang, each.name))
    return found


def _section(tables: dict, dates, replicates: int, lang: str, scenario: str = "") -> Section:
    say, drawn, write = Words(lang), Words(figure_language(lang)), Writer(lang)
    losses, failures, runs = (tables[name] for name in ("losses", "failures", "runs"))
    losses, runs = losses.assign(lost=losses["lost"] / replicates), runs.assign(ran=runs["ran"] / replicates)
    failures = failures.assign(failed=failures["failed"] / replicates)
    heading = say("section_contagion") + (f": {scenario}" if scenario else "")
    name = f"contagion-{scenario}" if scenario else "contagion"
    pictures, shown = [], []
    if len(losses):
        pictures.append((figures.losses(losses, dates, drawn), say("caption_contagion_losses")))
        shown.append(_who_lost(losses, say, write))
    if len(runs):
        pictures.append((figures.runs(runs, dates, drawn), say("caption_contagion_runs")))
    if len(tables["nodes"]):
        pictures.append((figures.network(tables["nodes"], tables["links"], drawn), say("caption_contagion_network")))
    if len(failures):
        shown.append(_who_failed(failures, say, write))
    if len(tables["rescues"]):
        shown.append(_rescues(tables["rescues"], replicates, say, write))
    return Section(name, heading, [_sentence(losses, failures, say, write), say("contagion_note")], pictures=pictures, tables=shown,
                   data={f"{name}_{part}".replace("-", "_"): tables[part] for part in ("losses", "failures", "runs", "rescues")})


def _sentence(losses, failures, say, write) -> str:
    houses = float(failures[failures["layer"] != "merchants"]["failed"].sum())
    if not len(losses):
        return say("contagion_none") if not houses else ""
    total = losses.groupby(["layer", "channel"])["lost"].sum()
    layer, channel = total.idxmax()
    return say("contagion_sentence", lost=write.level(float(total.sum()), "CNY", 3), failed=f"{houses:.3g}",
               layer=say.named("layer", layer), channel=say.named("channel", channel))


def _who_lost(losses: pd.DataFrame, say, write) -> Table:
    groups = losses.groupby(["layer", "channel", "round"], as_index=False)["lost"].sum().sort_values("lost", ascending=False)
    rows = [[Cell(say.named("layer", row.layer), "heading"), Cell(say.named("channel", row.channel)), Cell(str(row.round), "number"),
             Cell(write.level(float(row.lost), "CNY", 3, short=True), "number")] for row in groups.itertuples()]
    head = [(say("contagion_layer"), "text"), (say("contagion_channel"), "text"), (say("contagion_round"), "number"),
            (say("contagion_lost"), "number")]
    return Table(say("caption_contagion_who"), head, [("", rows)])


def _who_failed(failures: pd.DataFrame, say, write) -> Table:
    rows = []
    for layer, mine in failures.groupby("layer"):
        first = float(mine[mine["round"] == 0]["failed"].sum())
        later = float(mine["failed"].sum()) - first
        rows.append([Cell(say.named("layer", layer), "heading"), *(Cell(write.level(each, "", 3, short=True), "number")
                                                                    for each in (first, later))])
    head = [(say("contagion_layer"), "text"), (say("contagion_failed_first"), "number"), (say("contagion_failed_later"), "number")]
    return Table(say("caption_contagion_failures"), head, [("", rows)])


def _rescues(rescues: pd.DataFrame, replicates: int, say, write) -> Table:
    rows = [[Cell(say.named("rescue", what), "heading"), Cell(say.named("payer", payer)),
             Cell(write.level(float(mine["cost"].sum()) / replicates, "CNY", 3, short=True), "number")]
            for (what, payer), mine in rescues.groupby(["rescue", "payer"])]
    head = [(say("contagion_rescue"), "text"), (say("contagion_payer"), "text"), (say("contagion_cost"), "number")]
    return Table(say("caption_contagion_rescues"), head, [("", rows)])
