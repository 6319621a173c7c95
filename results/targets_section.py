"""The sections on targets of every page, the tiles on its first screen, and the same in a sentence."""

import pandas as pd

from results.figures.targets import course_to_target, label_of
from results.numbers import Writer, is_known
from results.page import Cell, Section, Table, Tile
from results.style import figure_language
from results.targets import RESTS_ON, STATUSES, Paths, target_table
from results.words import Words

NAMES_SHOWN = 4
TINTS = {"met": .45, "missed": -.45}


def target_sections(paths: list[Paths], lang: str) -> list[Section]:
    """The table of targets, and a figure for each of them; no section if there are no targets."""
    if not paths:
        return []
    say, drawn = Words(lang), Words(figure_language(lang))
    table = target_table(paths)
    several = len(paths) > 1
    groups = [(_heading(each, paths, say) if several else "", [_row(row, each, say) for row in _rows_of(table, each).itertuples()])
              for each in paths]
    many = any(len(each.daily) > 1 for each in paths)
    drawn_once = dict.fromkeys((target.name, target.measure) for each in paths for target in each.targets)
    pictures = [(course_to_target(paths, name, measure, number, drawn), _caption(table, name, measure, paths, say))
                for number, (name, measure) in enumerate(drawn_once, 1)]
    notes = [say("targets_note"), say("targets_interval_note" if many else "targets_one_run_note")]
    said = [sentence(_rows_of(table, each), _heading(each, paths, say) or each.scenario, say) for each in paths]
    return [Section("targets", say("section_targets"), [each for each in said if each], tables=[Table("", _head(say, many), groups)],
                    notes=notes),
            Section("target-courses", say("section_target_courses"), pictures=pictures)]


def target_tiles(paths: list[Paths], say: Words) -> list[Tile]:
    """How many targets are met, a tile a scenario that lists some; of a fork, with what is tried."""
    table, found = target_table(paths), []
    shown = [each for each in paths if each.own and each.path != "without"]
    for each in shown:
        rows = _rows_of(table, each)
        rows = rows[rows["is_own"]]
        name = say("tile_targets") if len(shown) == 1 else say("tile_targets_of", name=each.scenario)
        counts = [say(f"count_{status}", n=n) for status in STATUSES[1:] if (n := int((rows["status"] == status).sum()))]
        note = (", " if say.lang == "en" else "，").join(counts) or say("targets_all_met")
        found.append(Tile(name, say("targets_of", met=int((rows["status"] == "met").sum()), all=len(rows)), note))
    return found


def sentence(rows: pd.DataFrame, name: str, say: Words) -> str:
    """`flash-rate: 2 of 5 targets met. Missed: awareness.`, of a scenario's own targets; empty if it lists none."""
    own = rows[rows["is_own"]]
    if not len(own):
        return ""
    said = say("targets_sentence", name=name, met=int((own["status"] == "met").sum()), all=len(own))
    others = _others(own, say)
    return f"{said} {others[:1].upper()}{others[1:]}{'.' if say.lang == 'en' else '。'}" if others else said


def _others(rows: pd.DataFrame, say: Words) -> str:
    """What is not met, by what is said of it: `missed: a, b; too close to call: c`."""
    parts = []
    for status in STATUSES[1:]:
        names = list(rows.loc[rows["status"] == status, "target"])
        if names:
            listed = (", " if say.lang == "en" else "、").join(names[:NAMES_SHOWN]) + (" …" if len(names) > NAMES_SHOWN else "")
            parts.append(say(f"targets_{status}", names=listed))
    return ("; " if say.lang == "en" else "；").join(parts)


def _rows_of(table: pd.DataFrame, each: Paths) -> pd.DataFrame:
    return table[(table["scenario"] == each.scenario) & (table["path"] == each.path)]


def _heading(each: Paths, paths: list[Paths], say: Words) -> str:
    text = label_of(each, paths, say)
    return text[:1].upper() + text[1:] if each.path else each.scenario if len(paths) > 1 else ""


def _head(say: Words, many: bool) -> list[tuple[str, str]]:
    return [(say("target"), "text"), (say("target_by"), "number"), (say("value"), "number"), (say("gap"), "number"),
            (say("reached_on"), "number"), *([(say("met_in"), "number")] if many else []), (say("status"), "text")]


def _row(row, each: Paths, say: Words) -> list[Cell]:
    write, many = Writer(say.lang), len(each.daily) > 1
    meaning = say.measure(row.measure)
    source = "" if f"({row.source})" in meaning else row.source  # said already
    about = " · ".join(part for part in (meaning, say(f"held_{row.held_against}"), source, row.note,
                                         "" if row.is_own else say("not_its_own")) if part)
    wanted = say(f"direction_{row.direction}", value=write.level(float(row.target_value), row.unit, 3))
    size = max(abs(row.value), abs(row.low), abs(row.high)) if is_known(row.low) else None
    value = write.level(float(row.value), row.unit, 3, size=size)
    interval = write.between(*(write.level(float(end), row.unit, 3, size=size, short=True) for end in (row.low, row.high)))
    gap, gap_interval = write.difference(float(row.gap), float(row.gap_low), float(row.gap_high), row.unit)
    has_interval = is_known(row.low) and row.high > row.low
    when = say("over_last") if row.by is None else "" if row.is_due else say("run_ends_before", date=row.date)
    first = [Cell(row.target, "heading", f"{wanted} · {about}"), Cell(str(row.by or row.date), "number", when)]
    if row.status == "unknown":
        why = say("too_few_tile" if row.measure in RESTS_ON else "status_unknown")
        return [*first, Cell(why, "muted", span=4 if many else 3), Cell("")]
    cells = [
        *first,
        Cell(value, "number", interval if has_interval else ""),
        Cell(gap, "number", gap_interval if has_interval else "", tint=TINTS.get(row.status)),
        Cell(str(row.reached_on) if row.reached_on else say("not_reached"), "number" if row.reached_on else "muted"),
    ]
    if many:
        cells.append(Cell(say("met_replicates", met=round(row.met_share * row.n), n=row.n), "number"))
    return [*cells, Cell(say(f"status_{row.status}"), "text")]


def _caption(table: pd.DataFrame, name: str, measure: str, paths: list[Paths], say: Words) -> str:
    row = next(table[(table["target"] == name) & (table["measure"] == measure)].itertuples())
    write, n = Writer(say.lang), max(len(each.daily) for each in paths)
    held = say(f"held_{row.held_against}")
    return say("caption_target", name=name, measure=say.measure(row.measure), held=f" ({held})" if held else "",
               wanted=say(f"direction_{row.direction}", value=write.level(float(row.target_value), row.unit, 3)),
               date=row.by or row.date, band=say("caption_target_band", n=n) if n > 1 else "").strip()
