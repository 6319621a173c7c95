"""The pages of `jishi contagion` and `jishi rescues`: what contagion causes through which channel, and what each rescue saves and costs."""

import re
import shlex
from pathlib import Path

import numpy as np

from results.effects import is_sure, mean_interval
from results.figures.causes import LOSS, WHOLES
from results.figures.rescues import rescues as draw_rescues
from results.numbers import Writer, digits, is_known
from results.page import Cell, Page, Section, Table, write_page
from results.report import called
from results.sections import networks_of, provenance
from results.store import write_scenario
from results.style import figure_language
from results.words import Words

OUTCOMES = {"open shops": ("cause_open_shops", "merchants"), "loans to shops, CNY": ("cause_loans", "CNY"),
            "sales, CNY": ("cause_sales", "CNY")}
FAILED, LOST = "failed ", "lost, CNY"


def causes_report(result, folder: str | Path, lang: str = "en") -> Path:
    """Write report.html, figures/ and the scenario of `Causes`."""
    return _written(causes_page(result, lang), result, folder, lang)


def rescues_report(result, folder: str | Path, lang: str = "en") -> Path:
    """Write report.html, figures/ and the scenario of `Rescued`."""
    return _written(rescues_page(result, lang), result, folder, lang)


def _written(page: Page, result, folder, lang) -> Path:
    path = write_page(page, Path(folder), lang)
    write_scenario(path.parent, result.scenario)
    return path


# --- what contagion causes --------------------------------------------------------------------------------------------


def causes_page(result, lang: str = "en") -> Page:
    """What all channels cause and which of them matters most; then every number, and what was booked."""
    say, write, scenario = Words(lang), Writer(lang), result.scenario
    table, networks = result.causes.set_index(["network", "outcome"]), list(dict.fromkeys(result.causes["network"]))
    meta = [say("causes_meta", runs=len(result.runs), n=result.replicates, k=result.runs["network"].nunique())]
    sections = [
        Section("causes", say("section_causes"), tables=[_table_of(table, name, networks, say, write) for name in _told(table)],
                notes=[say("causes_caveat_each")]),
        Section("booked", say("section_booked"), tables=[_booked(result, say, write)], notes=[say("causes_booked")]),
        Section("caveats", say("section_caveats"),
                bullets=[say("causes_caveat_off"), say("causes_caveat_twice"), networks_of(scenario, say)]),
        provenance(scenario, [result.manifest], result.seed, _command("contagion", result), _residual(result), say)]
    pictures = [(result.figure(lang), say("causes_figure"))]
    answers = _causes_answers(result, table, networks, say, write)
    return Page(say.title_of(scenario), meta, say("causes_question"), answers, [], [], sections, pictures)


def _causes_answers(result, table, networks, say, write) -> list[str]:
    n = result.replicates
    if (result.causes["low"] == 0).all() and (result.causes["high"] == 0).all():
        return [say("causes_nothing", n=n)]
    found = [_cost("causes_answer", table.loc["all", LOST], say, write, n)]
    if "shock" in networks:
        found = [_cost(f"causes_{row.replace(' ', '_')}", table.loc[row, LOST], say, write, n) for row in ("shock", "any day")]
    by_channel = table.xs(LOST, level="outcome").drop(index=list(WHOLES), errors="ignore")
    by_channel = by_channel[~by_channel.index.str.endswith(" alone") & (by_channel["low"] > 0)]
    if len(by_channel):
        most = by_channel["mean"].idxmax()
        less, between = write.difference(*by_channel.loc[most, ["mean", "low", "high"]], "CNY")
        found.append(say("causes_most", channel=say(f"channel_{most}"), lost=_unsigned(less), interval=_unsigned(between)))
    whole = "shock" if "shock" in networks else "all"
    for outcome, key, unit in ((f"{FAILED}merchants", "shops", "merchants"), ("sales, CNY", "sales", "CNY")):
        row = table.loc[whole, outcome]
        if is_sure(row["low"], row["high"]):
            change, between = write.difference(row["mean"], row["low"], row["high"], unit, short=unit == "merchants")
            found.append(say(f"causes_{key}", change=change, interval=between))
    return found


def _cost(key: str, row, say, write, n: int) -> str:
    """A sentence on what is lost: more, less, or not to be told from 0."""
    if _is_nothing(row):
        return say(f"{key}_nothing", n=n)
    lost, interval = write.difference(row["mean"], row["low"], row["high"], "CNY")
    if not is_sure(row["low"], row["high"]):
        return say(f"{key}_unsure", interval=interval, n=n)
    return say(key, lost=_unsigned(lost) if row["low"] > 0 else lost, interval=_unsigned(interval) if row["low"] > 0 else interval, n=n)


def _told(table) -> list[str]:
    """The outcomes that some network moved in some world."""
    moved = table.groupby(level="outcome", sort=False)[["mean", "low", "high"]].apply(lambda each: bool(each.fillna(0).to_numpy().any()))
    whole = table.xs(LOST, level="outcome")
    repeats = {name for name in moved.index if name.startswith(LOSS) and table.xs(name, level="outcome").equals(whole)}  # one lost it all
    return [name for name in [LOST, *(name for name in moved.index if name != LOST)] if moved[name] and name not in repeats] or [LOST]


def _table_of(table, outcome: str, networks, say, write) -> Table:
    name, unit = _outcome(outcome, say)
    rows = []
    for network in networks:
        row = table.loc[network, outcome]
        rows.append([Cell(_network(network, say), "heading"), _difference(row, unit, say, write)])
    return Table(name, [(say("causes_channel"), "text"), (say("difference"), "number")], [("", rows)])


def _outcome(name: str, say) -> tuple[str, str]:
    """An outcome in words, and its unit."""
    if name == LOST:
        return say("cause_lost"), "CNY"
    if name.startswith(FAILED):
        return say("cause_failed", who=say(f"layer_{name.removeprefix(FAILED)}")), "merchants"
    if name.startswith(LOSS):
        return say("cause_lost_by", who=say(f"layer_{name.removeprefix(LOSS).removesuffix(', CNY')}")), "CNY"
    key, unit = OUTCOMES[name]
    return say(key), unit


def _network(name: str, say) -> str:
    if name in WHOLES:
        return say(f"causes_{name.replace(' ', '_')}_row")
    kind = name.removesuffix(" alone")
    return say("causes_alone" if kind != name else "causes_by", channel=say(f"channel_{kind}"))


def _booked(result, say, write) -> Table:
    rows = [[Cell(say(f"layer_{row.layer}"), "heading"), Cell(say(f"channel_{row.channel}")), Cell(str(row.round), "number"),
             Cell(write.level(row.cny, "CNY"), "number")] for row in result.booked.itertuples()]
    head = [(say("contagion_layer"), "text"), (say("contagion_channel"), "text"), (say("contagion_round"), "number"),
            (say("contagion_lost"), "number")]
    return Table("", head, [("", rows)])


# --- what rescues save ------------------------------------------------------------------------------------------------


def rescues_page(result, lang: str = "en") -> Page:
    """Which rescue saves most for a yuan, which costs nothing, which does harm; then every number."""
    say, write, scenario = Words(lang), Writer(lang), result.scenario
    names = list(dict.fromkeys(result.table["rescue"]))
    meta = [say("rescues_meta", n=result.replicates, k=len(names))]
    sections = [Section("rescues", say("section_rescues"), tables=[_rescue_table(result, names, say, write)]),
                Section("caveats", say("section_caveats"), bullets=[say("rescues_caveat_gross"), say("rescues_caveat_each"),
                                                                   networks_of(scenario, say)]),
                provenance(scenario, [result.manifest], result.seed, _command("rescues", result, names), _residual(result), say)]
    pictures = [(draw_rescues(result.table, Words(figure_language(lang))), say("rescues_figure"))]
    return Page(say.title_of(scenario), meta, say("rescues_question"), _rescue_answers(result, names, say, write), [], [],
                sections, pictures)


def _rescue_answers(result, names, say, write) -> list[str]:
    table = result.table.set_index(["rescue", "number"])
    without = result.runs.groupby("replicate")["lost_without"].mean()
    if not without.any():
        return [say("rescues_none_lost")]
    mean, low, high = mean_interval(without)
    lost, interval = write.difference(mean, low, high, "CNY")
    found = [say("rescues_lost", lost=_unsigned(lost), interval=_unsigned(interval), n=result.replicates)]
    saves = {name: table.loc[name, "saved"] for name in names}
    helps, harms = ([name for name in names if is_sure(saves[name]["low"], saves[name]["high"]) and sign * saves[name]["mean"] > 0]
                    for sign in (1, -1))
    cost = {name: table.loc[(name, "cost")] for name in names}
    free = [name for name in helps if _is_nothing(cost[name])]
    cheaper = [name for name in helps if name not in free and not is_known(float(table.loc[(name, "per_yuan"), "mean"]))]
    paid = sorted((name for name in helps if name not in free + cheaper), key=lambda name: -table.loc[(name, "per_yuan"), "mean"])
    if paid:
        ratio, low, high = table.loc[(paid[0], "per_yuan"), ["mean", "low", "high"]]
        sure = is_known(float(low)) and all(low > table.loc[(name, "per_yuan"), "high"] for name in paid[1:])
        interval = _between(low, high, say)
        key = "rescues_only" if len(paid) == 1 else "rescues_best" if sure else "rescues_best_unsure"
        found.append(say(key, rescue=say(f"tried_{paid[0]}"), ratio=_short(ratio), interval=interval))
    for what, those in (("free", free), ("cheaper", cheaper)):
        if those:
            found.append(say(f"rescues_{what}", rescues=_listed(those, say)))
    for name in harms:
        more, between = write.difference(*(-saves[name][end] for end in ("mean", "high", "low")), "CNY")
        found.append(say("rescues_harm", rescue=say(f"tried_{name}"), more=_unsigned(more), interval=_unsigned(between)))
    if useless := [name for name in names if name not in helps and name not in harms]:
        found.append(say("rescues_useless", rescues=_listed(useless, say)))
    return found


def _rescue_table(result, names, say, write) -> Table:
    table, rows = result.table.set_index(["rescue", "number"]), []
    for name in names:
        cells = [_difference(table.loc[name, number], unit, say, write)
                 for number, unit in (("saved", "CNY"), ("cost", "CNY"), ("cost_to_state", "CNY"), ("fewer_failed", "providers"))]
        ratio, low, high = table.loc[(name, "per_yuan"), ["mean", "low", "high"]]
        if not is_known(float(ratio)):
            costs_nothing = _is_nothing(table.loc[(name, "cost")])
            cells.append(Cell(say("rescues_costs_nothing" if costs_nothing else "rescues_not_known"), "muted"))
        else:
            note = _between(low, high, say)
            cells.append(Cell(_short(ratio), "number", note))
        rows.append([Cell(say(f"tried_{name}"), "heading"), *cells])
    head = [(say("rescues_name"), "text"), *((say(f"rescues_{number}"), "number")
                                             for number in ("saved", "cost", "cost_to_state", "fewer_failed", "per_yuan"))]
    return Table("", head, [("", rows)])


# --- both -------------------------------------------------------------------------------------------------------------


def _difference(row, unit: str, say, write) -> Cell:
    """A mean and its interval; muted where the interval takes in 0."""
    if _is_nothing(row):
        return Cell(say("together_no_difference"), "muted")
    text, interval = write.difference(row["mean"], row["low"], row["high"], unit, short=unit in ("merchants", "providers"))
    if row["low"] == row["high"]:
        return Cell(digits(row["mean"], 0, sign=True) if float(row["mean"]).is_integer() else text, "number", say("causes_every_world"))
    sure = is_sure(row["low"], row["high"])
    between = interval.replace(" ", "\N{NO-BREAK SPACE}")
    if sure or not is_known(row["low"]):
        return Cell(text, "number" if sure else "muted", between)
    unit = re.sub(r"^[+\N{MINUS SIGN}\d,.]+", "", text)  # no number stands before the interval, so it has the unit
    return Cell(say("together_undetected"), "muted", between + unit)


def _command(command: str, result, names=None) -> str:
    """The command that repeats it, from the folder."""
    only = "".join(f" --only {shlex.quote(name)}" for name in names or ())
    name = shlex.quote(called(result.scenario, "scenario.toml"))
    return f"jishi {command} {name}{only} --replicates {result.replicates} --seed {result.seed}"


def _residual(result) -> float:
    """Largest difference in the books of all runs, fen."""
    return float(result.runs["ledger_residual"].max())


def _is_nothing(row) -> bool:
    """True if it is 0 in every world."""
    return row["low"] == row["high"] == 0


def _between(low, high, say) -> str:
    """The interval of a ratio."""
    return f"{_short(low)} – {_short(high)}" if is_known(float(low)) else say("rescues_not_known")


def _unsigned(text: str) -> str:
    """An amount, or an interval of one, of something that is lost: without its plus."""
    return text.replace("+", "")


def _short(value: float) -> str:
    """Three digits, and a true minus."""
    value = float(value)
    return digits(value, max(0, 2 - int(np.floor(np.log10(abs(value)))) if value else 0))


def _listed(names, say) -> str:
    return ("、" if say.lang == "zh" else ", ").join(say(f"tried_{name}") for name in names)
