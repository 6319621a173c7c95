"""Tables of reports: all measures with their effects, flows between sectors, settings of what was tried, a run's measures."""

import numpy as np
import pandas as pd

from results.effects import is_sure, pairs_needed
from results.forked import Interval, flow_matrix
from results.measures import LEAST_BAD_LOANS, MEASURES
from results.numbers import Writer, decimals_for, digits, figures_for, is_known
from results.page import Cell, Table, sparkline, whisker
from results.recorder import SECTORS
from results.words import FACTS, Words
from sim.core.settings import Settings

FLOW_UNITS = {"en": (1e6, "M CNY"), "zh": (1e4, "万元")}


def effects_table(
    effects: pd.DataFrame,
    say: Words,
    heads: tuple[str, str],
    columns: tuple[str, str] = ("baseline", "scenario"),
    too_few: dict[str, str] | None = None,
) -> Table:
    """Every measure: level without and with, difference, interval, what pairing saved; grouped by what can be said.

    columns: of `effects` that hold the two levels.  too_few: measure to a note that stands in place of its numbers.
    """
    write, pairs = Writer(say.lang), int(effects["n"].max()) if len(effects) else 0
    groups: dict[str, list] = {
        say("changed"): [],
        say("not_detectable", pairs=pairs): [],
        say("same"): [],
        say("no_interval"): [],
        say("too_few_events"): [],
        say("not_observed"): [],
    }
    names = list(groups)
    for _, row in effects.iterrows():
        name, unit = row["measure"], say.unit(row["measure"])
        heading = Cell(say.measure(name), "heading", _subline(name, unit, say, write))
        if too_few and name in too_few:
            groups[names[4]].append([heading, Cell(too_few[name], "muted", span=7)])
            continue
        low, high, n = row["low"], row["high"], int(row["n"])
        if n == 0 and name in MEASURES and MEASURES[name].is_optional:
            continue
        if n == 0 or not is_known(float(row["difference"])):
            groups[names[5]].append([heading, Cell(say("not_known"), "muted", span=7)])
            continue
        size = max(abs(row[columns[0]]), abs(row[columns[1]]))
        levels = [Cell(write.level(float(row[column]), unit, size=size, short=True), "number") for column in columns]
        difference, interval = write.difference(float(row["difference"]), float(low), float(high), unit, short=True)
        if n < 2 or not np.isfinite(high - low):
            groups[names[3]].append([heading, *levels, Cell(difference, "number"), Cell("", span=4)])
        elif low == high == 0:
            groups[names[2]].append([heading, *levels, Cell("0", "muted"), Cell("", span=4)])
        else:
            detected = is_sure(low, high)
            needed = "" if detected else write.pairs(pairs_needed(low, high, n, row["difference"]), short=True)
            difference = difference if any(each in "123456789" for each in difference) else "–"  # never zero: it is not known to be
            saved = row.get("variance_ratio", np.nan)
            groups[names[0 if detected else 1]].append(
                [
                    heading,
                    *levels,
                    Cell(difference, "number" if detected else "muted"),
                    Cell(interval if high > low else say("same_in_every_pair"), "number" if detected else "muted"),
                    Cell(whisker(row["difference"], low, high), "drawing"),
                    Cell(needed, "muted"),
                    Cell(times_saved(saved, say), "muted"),
                ]
            )
    head = [
        (say("measure"), "text"),
        (heads[0], "number"),
        (heads[1], "number"),
        (say("difference"), "number"),
        (say("interval"), "number"),
        (say("against_zero"), "text"),
        (say("needed"), "number"),
        (say("pairing"), "number"),
    ]
    return Table("", head, list(groups.items()))


def _subline(name: str, unit: str, say: Words, write: Writer) -> str:
    return " · ".join(each for each in (name, "" if unit == "share" else write.unit(unit), say.over_days(name)) if each)


def times_saved(ratio: float, say: Words) -> str:
    """How many times more unpaired runs the same interval takes; two significant digits, and no more than 10 000."""
    if not is_known(float(ratio)):
        return ""
    if ratio > 10_000:
        return say("times", n="> 10,000")
    return say("times", n=digits(float(ratio), min(figures_for(float(ratio), 2), 1)))


def flow_tables(fork, say: Words) -> list[Table]:
    """Money by sector and purpose: with the event, and the difference it makes with what intervals support."""
    days = len(fork.without[0].daily)
    with_event = flow_matrix(fork.with_tactics)
    pairs = [(flow_matrix([a]), flow_matrix([b])) for a, b in zip(fork.without, fork.with_tactics)]
    return [flow_table(with_event, say, days, say("flows_with")), _difference_table(with_event, pairs, say, days)]


def flow_table(matrix: pd.DataFrame, say: Words, days: int, which: str) -> Table:
    """One matrix of flows."""
    write = Writer(say.lang)
    sectors = [name for name in SECTORS if name in matrix.columns]
    divisor, unit = FLOW_UNITS[say.lang]
    most = float(np.abs(matrix.to_numpy()).max()) if len(matrix) else .0
    rows = []
    for purpose in _by_size(matrix):
        values = matrix.loc[purpose]
        if float(np.abs(values).max()) < .005 * divisor:
            continue
        rows.append(
            [Cell(say.purpose(purpose), "heading")]
            + [_flow(values[name] / divisor, values[name] / most if most else 0, write) for name in sectors]
        )
    return Table(say("caption_flows", days=days, which=which, unit=unit), _flow_head(sectors, say), [("", rows)])


def _flow(value: float, tint: float, write: Writer) -> Cell:
    if abs(value) < .005:
        return Cell("", "number")
    text = digits(value, max(0, min(figures_for(value, 3), 2)), sign=True)
    return Cell(text, "number", tint=float(np.sign(tint) * np.sqrt(abs(tint))))


def _difference_table(matrix: pd.DataFrame, pairs, say: Words, days: int) -> Table:
    sectors = [name for name in SECTORS if name in matrix.columns]
    divisor, unit = FLOW_UNITS[say.lang]
    shape = {"index": matrix.index, "columns": matrix.columns, "fill_value": .0}
    differences = np.stack([(b.reindex(**shape) - a.reindex(**shape)).to_numpy() for a, b in pairs]) / divisor
    rows = []
    for purpose in _by_size(matrix):
        at = list(matrix.index).index(purpose)
        cells = [_difference_cell(Interval.of(differences[:, at, list(matrix.columns).index(name)])) for name in sectors]
        if any(cell.text for cell in cells):
            rows.append([Cell(say.purpose(purpose), "heading"), *cells])
    return Table(say("caption_flow_differences", days=days, unit=unit), _flow_head(sectors, say), [("", rows)])


def _difference_cell(each: Interval) -> Cell:
    if abs(each.mean) < .0005:
        return Cell("", "number")
    half = (each.high - each.low) / 2
    decimals = min(decimals_for(half), 3) if np.isfinite(half) and half > 0 else 2
    text = digits(each.mean, decimals, sign=True)
    return Cell(text, "number", tint=.5 if each.low > 0 else -.5) if each.is_detected else Cell(text, "muted")


def _by_size(matrix: pd.DataFrame) -> list[str]:
    return list(matrix.abs().max(axis=1).sort_values(ascending=False).index)


def _flow_head(sectors, say: Words):
    return [(say("purpose"), "text"), *[(say.sector(name), "number") for name in sectors]]


def tried_in(scenario) -> tuple:
    """What was tried: tactics, shocks, products, entrants, agreements and strategies of a scenario."""
    return (*scenario.tactics, *scenario.shocks, *scenario.products, *scenario.entrants, *scenario.agreements, *scenario.strategies)


def tried_table(scenario, say: Words) -> Table:
    """Settings of all that a scenario adds to its market, with unit and source; calibrated ones are marked."""
    groups = []
    for each in tried_in(scenario):
        rows = []
        for name, place in type(each).model_fields.items():
            value, extra = getattr(each, name), place.json_schema_extra or {}
            if name in ("kind", "name") or value is None:
                continue
            source = extra.get("source", "") + (f" ({say('calibrated')})" if extra.get("calibrated") else "")
            rows.append(
                [Cell(name, "heading", place.description or ""), Cell(_setting(value), "number"), Cell(extra.get("unit", "")), Cell(source)]
            )
        groups.append((f"{each.name} ({each.kind})" if each.name not in ("", each.kind) else each.kind, rows))
    head = [(say("setting"), "text"), (say("value"), "number"), (say("unit"), "text"), (say("source"), "text")]
    return Table(say("what_was_tried"), head, groups)


def _setting(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.6g}".replace("-", "\u2212") if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, tuple):
        return ", ".join(_setting(each) for each in value)
    if isinstance(value, Settings):  # a table inside: an entrant's standing
        return "; ".join(f"{name} {_setting(getattr(value, name))}" for name in type(value).model_fields)
    return str(value)


def provenance_table(rows: list[tuple[str, str]], say: Words) -> Table:
    """Names and values, such as versions and seeds."""
    return Table(
        "", [(say("item"), "text"), (say("value"), "text")], [("", [[Cell(name, "heading"), Cell(value)] for name, value in rows])]
    )


def too_few_bad(most: float, say: Words) -> dict[str, str]:
    """The notes that stand in place of NPL ratios when at most so many bad loans were simulated."""
    return {"npl_ratio": say("few_bad_short", n=int(most))} if most < LEAST_BAD_LOANS else {}


def run_table(run, say: Words) -> Table:
    """Every measure of one run: value, smallest and largest day, course."""
    write, rows = Writer(say.lang), []
    few = too_few_bad(np.nan_to_num(run.daily["bad_loans_simulated"].max()) if len(run.daily) else 0, say)
    for name, each in MEASURES.items():
        values = run.daily[name].to_numpy(float) if name in run.daily else np.zeros(0)
        known = values[np.isfinite(values)]
        unit = say.unit(name)
        heading = Cell(say.measure(name), "heading", _subline(name, unit, say, write))
        if name in few:
            rows.append([heading, Cell(f"{say('too_few_events')}: {few[name]}", "muted", span=4)])
            continue
        if not len(known) and each.is_optional:
            continue
        if not len(known):
            rows.append([heading, *[Cell(say("not_known"), "muted", span=4)]])
            continue
        size = float(np.abs(known).max())
        rows.append(
            [
                heading,
                Cell(write.level(float(run.summary.get(name, np.nan)), unit, short=True), "number"),
                *[Cell(write.level(float(value), each.unit, size=size, short=True), "number") for value in (known.min(), known.max())],
                Cell(sparkline(values), "drawing"),
            ]
        )
    head = [
        (say("measure"), "text"),
        (say("value"), "number"),
        (say("smallest_day"), "number"),
        (say("largest_day"), "number"),
        (say("course"), "text"),
    ]
    return Table("", head, [("", rows)])


def facts_table(summary: dict, say: Words) -> Table | None:
    """The facts about clients a summary holds; None if it holds none."""
    write = Writer(say.lang)
    rows = [
        [Cell(say.measure(name), "heading", name), Cell(write.level(float(summary[name]), unit, 3), "number")]
        for name, (_, _, unit) in FACTS.items()
        if is_known(summary.get(name))
    ]
    return Table("", [(say("fact"), "text"), (say("value"), "number")], [("", rows)]) if rows else None
