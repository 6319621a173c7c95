"""The section on customers of the page on a run or a comparison: what they cost and are worth, the funnel, cohorts, surveys."""

import numpy as np
import pandas as pd

from results.channels import ALL
from results.effects import is_sure, mean_interval, paired_effects
from results.figures import cohorts, customers
from results.numbers import Writer, digits, is_known
from results.page import Cell, Section, Table, Tile, whisker
from results.promotions_section import promotion_sentences, promotion_table
from results.style import figure_language
from results.words import Words

COLUMNS = {"cost": "CNY", "reach": "share", "frequency": "times", "registrations": "registrations",
           "first_uses": "users", "cac": "CNY", "cac_last_period": "CNY", "ltv": "CNY", "roi": "share", "payback_days": "days"}
HEADS = {"cost": "spent", "payback_days": "payback"}
COMPARED = {"cost": "CNY", "registrations": "registrations", "first_uses": "users", "cac": "CNY", "margin": "CNY"}
LEAST_FOR_BEST = 10  # simulated new customers of a source that is called cheap or dear


def run_section(run, lang: str) -> list[Section]:
    """The section of a run; none if platforms do not compete for customers."""
    if not getattr(run, "marketing", None):
        return []
    tables = {name: table.assign(scenario=run.scenario.name, replicate=run.replicate) for name, table in run.marketing.items()}
    return [_section(tables, [run.scenario], len(run.daily), lang)]


def compare_section(comparison, lang: str) -> list[Section]:
    """The section of a comparison of scenarios in which platforms compete; none if they do not in the baseline."""
    tables = getattr(comparison, "marketing", None)
    if not tables:
        return []
    known = set(tables["channels"]["scenario"])
    scenarios = [each for each in comparison.scenarios if each.name in known]
    first = comparison.scenarios[0]
    return [_section(tables, scenarios, first.days, lang)] if scenarios and scenarios[0] is first else []


def customer_tiles(run, say: Words) -> list[Tile]:
    """Users, new customers and the cost of one, for the first screen of a run."""
    if not getattr(run, "marketing", None):
        return []
    write, s = Writer(say.lang), run.summary
    everything = _channels(run.marketing).set_index("source").loc[ALL]
    known = say("tile_users_note", share=write.share(s["awareness"]))
    found = [Tile(say("tile_users"), write.level(s["users"], "users", 3, short=True), known),
             Tile(say("tile_new_users"), write.level(float(everything["first_uses"]), "users", 3, short=True),
                  say("tile_new_users_note", n=write.level(float(everything["registrations"]), "registrations", 3, short=True)))]
    if is_known(float(everything["cac"])):
        found.append(Tile(say("tile_cac"), _money(everything["cac"], write), say("interval_note", interval=_ends(everything, write))))
    return found


def _channels(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The table of channels, with cost (spend and partner's share) and the lifetime value beside it."""
    keys = [name for name in ("scenario", "replicate", "source") if name in tables["channels"]]
    value = tables["lifetime_value"][[*keys, "ltv", "low", "high", "margin_to_date", "ltv_to_cac"]]
    value = value.rename(columns={"low": "ltv_low", "high": "ltv_high"})
    table = tables["channels"].merge(value, on=keys, how="left")
    return table.assign(cost=table["spend"] + table["partner_share"])


def _section(tables: dict[str, pd.DataFrame], scenarios, days: int, lang: str) -> Section:
    say, drawn, names = Words(lang), Words(figure_language(lang)), [each.name for each in scenarios]
    channels = _channels(tables)
    pictures = [(customers.budget_to_effect(tables, names, drawn), "caption_budget"),
                (customers.new_customers(tables, names, drawn), "caption_new_customers"),
                (customers.segments(tables, names, drawn), "caption_segments"), (customers.funnel(tables, names, drawn), "caption_funnel"),
                (cohorts.retention(tables, names, drawn), "caption_retention"),
                (cohorts.survival(tables, names, drawn), "caption_survival"),
                (cohorts.worth(tables, names, drawn), "caption_worth")]
    one_run = channels.groupby("scenario")["replicate"].nunique().max() == 1
    summary = [_summary(channels, days, say)] if len(names) == 1 and one_run else _effects(channels, names, say)
    surveys = [_surveys(tables["surveys"], say)] if one_run and len(names) == 1 and len(tables["surveys"]) else []
    said = _sentences(channels, tables["referral"], names[-1], say) + promotion_sentences(tables["promotions"], names[-1], say)
    promotions = promotion_table(tables["promotions"], say) if one_run and len(names) == 1 else []
    if len(names) > 1 and said:
        said[0] = f"{names[-1]}: {said[0]}"
    return Section("customers", say("section_customers"), said,
                   pictures=[(picture, say(caption)) for picture, caption in pictures if picture is not None],
                   tables=[*summary, *promotions, *surveys], notes=[say("caveat_last_touch"), say("caveat_cac"), say("caveat_funnel")],
                   data={f"marketing_{name}": tables[name] for name in ("channels", "steps", "moves", "lifetime_value")})


def _sentences(channels: pd.DataFrame, referral: pd.DataFrame, name: str, say: Words) -> list[str]:
    """What new customers cost, by which source most and least, what they are worth, and what referral did; of one scenario, its mean."""
    write = Writer(say.lang)
    mine = channels[channels["scenario"] == name]
    mean = mine.groupby("source", sort=False).mean(numeric_only=True)
    everything = mean.loc[ALL].copy()
    if mine["replicate"].nunique() > 1:
        for number in ("cac", "ltv"):
            ends = mean_interval(mine.loc[mine["source"] == ALL, number].replace([np.inf, -np.inf], np.nan))
            everything[[number, f"{number}_low", f"{number}_high"]] = ends
    if not everything["first_uses"]:
        return [say("customers_none")]
    said = []
    if is_known(float(everything["cac"])):
        said.append(say("customers_sentence", new=write.level(float(everything["first_uses"]), "customers", 3, short=True),
                        spent=write.level(float(everything["cost"]), "CNY", 3), cost=_money(everything["cac"], write),
                        interval=_ends(everything, write), last=_money(everything["cac_last_period"], write)))
    paid = mean.drop(ALL)
    paid = paid[paid["cac"].notna() & (paid["n_simulated"] >= LEAST_FOR_BEST)].sort_values("cac")
    if len(paid) > 1:
        ends = {"best": paid.index[0], "worst": paid.index[-1]}
        said.append(say("customers_best", **{key: customers.source_label(say, source) for key, source in ends.items()},
                        **{f"{key}_cost": _money(paid.loc[source, "cac"], write) for key, source in ends.items()}))
    if is_known(float(everything["ltv"])) and is_known(float(everything["ltv_to_cac"])):
        said.append(say("customers_worth", earned=_money(everything["margin_to_date"], write), ltv=_money(everything["ltv"], write),
                        interval=_ends(everything, write, "ltv"), times=digits(float(everything["ltv_to_cac"]), 1)))
    if "scenario" in referral and (referral["scenario"] == name).any():
        row = referral[referral["scenario"] == name].mean(numeric_only=True)
        if is_known(float(row["same_segment"])):
            said.append(say("customers_referral", each=digits(float(row["invitations_per_customer"]), 2),
                            conversion=write.share(row["conversion"], 1), k=digits(float(row["k_factor"]), 2),
                            same=write.share(row["same_segment"]), chance=write.share(row["by_chance"])))
    return said


def _money(value, write: Writer) -> str:
    return write.level(float(value), "CNY", 3)


def _ends(row, write: Writer, name: str = "cac") -> str:
    return write.between(*(write.level(float(row[f"{name}_{end}"]), "CNY", 3, short=True) for end in ("low", "high")))


def _summary(channels: pd.DataFrame, days: int, say: Words) -> Table:
    """One row a source: what it cost, reached and brought."""
    write = Writer(say.lang)
    rows = []
    for _, row in channels.iterrows():
        channel = row["channel"].replace("_", " ")
        heading = Cell(customers.source_label(say, row["source"]), "heading", channel if channel != row["source"] else "")
        rows.append([heading, *[_cell(row, name, unit, say, write) for name, unit in COLUMNS.items()]])
    head = [(say("channel"), "text"), *[(say(HEADS.get(name, name)), "number") for name in COLUMNS]]
    return Table(say("caption_channels", days=days), head, [("", rows)])


def _cell(row, name: str, unit: str, say: Words, write: Writer) -> Cell:
    value = float(row[name])
    if name == "payback_days" and not is_known(value):
        return Cell(say("not_yet") if row["cost"] > 0 and row["first_uses"] > 0 and row["source"] != ALL else "", "muted")
    if not is_known(value) or (name == "cost" and value == 0):
        return Cell("–", "muted")
    note = _ends(row, write, name) if name in ("cac", "ltv") and is_known(float(row[f"{name}_high"])) else ""
    if unit == "share":
        return Cell(write.share(value, 0, name == "roi"), "number")
    if unit == "times":
        return Cell(digits(value, 1), "number")
    if unit == "days":
        return Cell(write.joined(digits(value, 0), write.unit("days")), "number")
    return Cell(write.level(value, unit, 3, short=True), "number", note)


def _effects(channels: pd.DataFrame, names: list[str], say: Words) -> list[Table]:
    """One table a scenario: the numbers of every source against the first scenario's, pair by pair."""
    found = []
    for name in names[1:]:
        groups = []
        for source in dict.fromkeys(channels["source"]):
            mine = channels[channels["source"] == source].replace([np.inf, -np.inf], np.nan)
            pairs = [mine[mine["scenario"] == each].set_index("replicate") for each in (names[0], name)]
            both = pairs[0].index.intersection(pairs[1].index)
            effects = paired_effects(*(each.loc[both, list(COMPARED)] for each in pairs))
            rows = [row for effect in effects.to_dict("records") if (row := _effect_row(effect, say))]
            if rows:
                groups.append((customers.source_label(say, source), rows))
        head = [(say("measure"), "text"), (names[0], "number"), (name, "number"), (say("difference"), "number"),
                (say("interval"), "number"), (say("against_zero"), "text")]
        found.append(Table(say("caption_channel_effects", name=name, baseline=names[0]), head, groups))
    return found


def _effect_row(effect: dict, say: Words) -> list[Cell] | None:
    name, write = effect["measure"], Writer(say.lang)
    if not effect["n"] or (effect["baseline"] == effect["scenario"] == 0):
        return None
    unit = COMPARED[name]
    heading = Cell(say(HEADS.get(name, name)), "heading", write.unit(unit) if unit == "CNY" else "")
    levels = [Cell(write.level(float(effect[each]), unit, 3, short=True), "number") for each in ("baseline", "scenario")]
    low, high, difference = effect["low"], effect["high"], float(effect["difference"])
    text, interval = write.difference(difference, low, high, unit, short=True)
    if not np.isfinite(high - low):
        return [heading, *levels, Cell(text, "number"), Cell("", span=2)]
    if low == high == 0:
        return [heading, *levels, Cell("0", "muted"), Cell("", span=2)]
    kind = "number" if is_sure(low, high) else "muted"
    return [heading, *levels, Cell(text, kind), Cell(interval, kind), Cell(whisker(difference, low, high), "drawing")]


def _surveys(surveys: pd.DataFrame, say: Words) -> Table:
    """What each survey found, its interval, and the truth that nobody else sees."""
    write = Writer(say.lang)
    rows = []
    for row in surveys.itertuples():
        interval = write.between(write.share(row.low, 1), write.share(row.high, 1))
        rows.append([Cell(str(row.date), "heading"), Cell(say(f"survey_{row.of}")), Cell(digits(row.asked, 0), "number"),
                     Cell(write.share(row.found, 1), "number", interval if is_known(row.low) else ""),
                     Cell(write.share(row.truth, 1), "number"), Cell(say("inside_yes" if row.is_inside else "inside_no"))])
    head = [(say("date"), "text"), (say("survey_of"), "text"), (say("asked"), "number"), (say("found"), "number"), (say("truth"), "number"),
            (say("is_inside"), "text")]
    return Table(say("caption_surveys"), head, [("", rows)])
