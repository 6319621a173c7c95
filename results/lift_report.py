"""The page of lift: what last touch credits, what an experiment says and what is true, tactic by tactic."""

import shlex
from pathlib import Path

import numpy as np

from results.conversions import GOALS
from results.effects import is_sure
from results.figures import lift as figures
from results.lift import REMAINDER, TOGETHER
from results.numbers import MANY_PAIRS, Writer, decimals_for, digits, figures_for, is_known
from results.page import Cell, Page, Section, Table, whisker, write_page
from results.report import called
from results.sections import networks_of, provenance
from results.store import write_scenario
from results.style import figure_language
from results.tables import times_saved
from results.words import Words

MOST_NAMED = 4  # of each kind, in the answer


def lift_report(result, folder: str | Path, lang: str = "en") -> Path:
    """Write report.html, figures/ and the scenario of a `Lift`."""
    page = write_page(lift_page(result, lang), Path(folder), lang)
    write_scenario(page.parent, result.scenario)
    return page


def lift_page(result, lang: str = "en") -> Page:
    """The page: the three ways side by side first, then the table, the experiments, response curves and what limits it all."""
    say, drawn, scenario = Words(lang), Words(figure_language(lang)), result.scenario
    meta = [say("replicates_of", n=result.replicates, days=scenario.days), say(f"lift_goal_{result.measure}")]
    notes = [say("lift_note_needed")] + ([say("lift_note_together")] if len(result.tactics) > 1 else [])
    sections = [Section("tactics", say("section_lift"), tables=[_main_table(result, say)], notes=notes),
                Section("money", say("section_lift_money"), tables=[_money_table(result, say)], notes=[say("lift_note_cost")])]
    sections += [each for each in (_experiments(result, say), _curves(result, say, drawn)) if each]
    sections.append(Section("caveats", say("section_caveats"), bullets=_caveats(result, say)))
    residual = float(result.runs["ledger_residual"].max())
    sections.append(provenance(scenario, [result.manifest], result.seed, command_of(result), residual, say))
    title = say.title_of(scenario)
    picture = figures.three_ways(result.table, result.measure, drawn)
    return Page(title, meta, say("lift_question"), answers_of(result, say), [], [], sections, [(picture, say("lift_figure"))])


def command_of(result) -> str:
    """The command that repeats it, from the folder."""
    chosen = "".join(f" --tactic {shlex.quote(name)}" for name in result.tactics["tactic"])
    curve = " --curve" if len(result.curves) else ""
    return (f"jishi lift {shlex.quote(called(result.scenario, 'scenario.toml'))}{chosen} --for {result.measure} --replicates "
            f"{result.replicates} --holdout {result.holdout:g} --seed {result.seed}{curve}")


# --- sentences --------------------------------------------------------------------------------------------------------


def answers_of(result, say: Words) -> list[str]:
    """What all tactics caused beside what last touch credits, then each by itself."""
    table, measure = result.table, result.measure
    rows = list(table[table["row"] == "tactic"].itertuples())
    together = table[table["row"] == TOGETHER]
    if not len(together):
        return [_caused(rows[0], rows[0].tactic, len(rows), measure, say)]
    found = [_caused(next(together.itertuples()), "", len(rows), measure, say), _one_by_one(rows, measure, say)]
    return found if GOALS[measure] == "CNY" or not any(is_known(row.last_touch) for row in rows) else [
        found[0], _furthest(rows, measure, say), found[1]]


def _caused(row, name: str, k: int, measure: str, say: Words) -> str:
    goal, n = say(f"lift_goal_{measure}"), int(row.n)
    difference, interval = _difference(row, "lift", measure, say)
    plain = row.lift_low > 0 and GOALS[measure] != "CNY"
    if plain:  # a sentence says "caused 940", a table "+940"
        difference, interval = amount(row, "lift", measure, say)
    called = name or say("lift_together")
    if row.lift_low == row.lift_high == 0:
        text = say("lift_no_difference", tactic=called, goal=goal, n=n)
    elif is_sure(row.lift_low, row.lift_high):
        key = {"tactic": name} if name else {"k": k}
        text = say(f"lift_{'one' if name else 'together'}_{'caused' if plain else 'changed'}", difference=difference, interval=interval,
                   goal=goal, **key)
    else:
        key = {"tactic": name} if name else {"k": k}
        text = say("lift_unsure" if name else "lift_unsure_together", difference=difference, interval=interval, goal=goal, n=n,
                   needed=replicates(row.needed, say), **key)
    if is_known(row.last_touch):
        credited = amount(row, "last_touch", measure, say)[0]
        known = is_known(getattr(row, "ratio", np.nan)) and is_sure(row.lift_low, row.lift_high)
        ratio = {"ratio": _times(row.ratio, say)} if known else {}
        text += say("lift_credits_times" if known else "lift_credits", credited=credited, **ratio)
    return text + say("lift_stop")


def _one_by_one(rows, measure: str, say: Words) -> str:
    """The surest effects by size, then those that cannot be told, then those that made no difference."""
    rows = sorted(rows, key=lambda row: -abs(row.lift))
    found = [row for row in rows if is_sure(row.lift_low, row.lift_high)]
    same = [row.tactic for row in rows if row.lift_low == row.lift_high == 0]
    unsure = [row for row in rows if row not in found and row.tactic not in same]
    parts = []
    for row in found[:MOST_NAMED]:
        difference, interval = _difference(row, "lift", measure, say)
        parts.append(say("lift_each_found", tactic=row.tactic, difference=difference, interval=interval))
    if unsure:
        told = [say("lift_each_unsure", tactic=row.tactic, interval=_difference(row, "lift", measure, say)[1],
                    needed=replicates(row.needed, say)) for row in unsure[:MOST_NAMED]]
        parts.append(say("lift_unsure_ones", each=say("lift_comma").join(told)))
    if same:
        parts.append(say("lift_same_ones", each=say("lift_comma").join(same[:MOST_NAMED])))
    left = sum(max(len(each) - MOST_NAMED, 0) for each in (found, unsure, same))
    return say("lift_each", each=say("lift_join").join(parts + ([say("lift_others", n=left)] if left else [])))


def _furthest(rows, measure: str, say: Words) -> str:
    """The tactic for which last touch is furthest from the truth."""
    row = max(rows, key=lambda row: abs(row.last_touch - row.lift) if is_known(row.last_touch) else -1.0)
    difference, interval = _difference(row, "lift", measure, say)
    if row.lift_low == row.lift_high == 0:
        truth = say("lift_truth_same", n=int(row.n))
    else:
        sure = is_sure(row.lift_low, row.lift_high)
        truth = say("lift_truth_sure" if sure else "lift_truth_unsure", interval=interval, **({"difference": difference} if sure else {}))
    return say("lift_furthest", tactic=row.tactic, credited=amount(row, "last_touch", measure, say)[0], truth=truth)


def replicates(needed: float, say: Words) -> str:
    """How many replicates would detect it, two digits."""
    if not is_known(float(needed)) or needed > MANY_PAIRS:
        return say("lift_more_than", n=f"{MANY_PAIRS:,}")
    return say("lift_replicates", n=digits(float(needed), min(figures_for(float(needed), 2), 0)))


def _times(value: float, say: Words) -> str:
    return say("times", n=digits(value, 2 if abs(value) < 2 else max(0, figures_for(value, 2))))


# --- cells ------------------------------------------------------------------------------------------------------------


def _difference(row, what: str, measure: str, say: Words) -> tuple[str, str]:
    """A difference and its interval; the unit only if it is money."""
    ends = (float(getattr(row, f"{what}{end}")) for end in ("", "_low", "_high"))
    return Writer(say.lang).difference(*ends, GOALS[measure], short=GOALS[measure] != "CNY")


def amount(row, what: str, measure: str, say: Words) -> tuple[str, str]:
    """A count or amount of the measure and its interval, without a sign, as many digits as the interval supports."""
    if not is_known(float(getattr(row, what))):
        return say("lift_none"), ""
    difference, interval = _difference(row, what, measure, say)
    return difference.removeprefix("+"), interval.replace("+", "") if is_known(float(getattr(row, f"{what}_low"))) else ""


def said(row, what: str, measure: str, say: Words) -> tuple[str, str]:
    """An effect and its interval; one whose interval includes 0 is not detectable and comes with what it would take."""
    value, low, high = (float(getattr(row, f"{what}{end}")) for end in ("", "_low", "_high"))
    if not is_known(value):
        return say("lift_none"), ""
    if what == "last_touch":
        return amount(row, what, measure, say)
    if low == high == 0:
        return say("lift_same"), say("lift_same_note", n=int(row.n))
    difference, interval = _difference(row, what, measure, say)
    if is_sure(low, high):
        return difference, interval
    needed = float(getattr(row, "needed" if what == "lift" else f"{what}_needed", np.nan))
    return say("lift_undetected"), say("lift_needs", interval=interval, needed=replicates(needed, say))


def _effect_cell(row, what: str, measure: str, say: Words) -> Cell:
    text, note = said(row, what, measure, say)
    plain = what == "last_touch" or (is_known(float(getattr(row, what))) and is_sure(getattr(row, f"{what}_low"),
                                                                                             getattr(row, f"{what}_high")))
    return Cell(text, "number" if plain else "muted", "; ".join(_whole(part) for part in note.split("; ")))


def _ratio_cell(row, measure: str, say: Words) -> Cell:
    """Last touch over truth; a bound where the truth is not detectable."""
    def between(low: float, high: float) -> str:
        places = max(1, min(decimals_for((high - low) / 2), 2))
        return Writer(say.lang).between(digits(low, places), digits(high, places))
    return _over_truth(row, "ratio", float(row.last_touch), measure, say, lambda value: _times(value, say), between)


def _cost_cell(row, measure: str, say: Words) -> Cell:
    """What one more cost; a bound where the truth is not detectable."""
    write = Writer(say.lang)

    def between(low: float, high: float) -> str:
        return write.between(*(write.level(end, "CNY", 3, size=high, short=True) for end in (low, high)))
    return _over_truth(row, "cost_each", float(row.cost), measure, say, lambda value: write.level(value, "CNY", 3), between)


def _over_truth(row, what: str, top: float, measure: str, say: Words, tell, between) -> Cell:
    value, low, high = (float(getattr(row, f"{what}{end}", np.nan)) for end in ("", "_low", "_high"))
    if GOALS[measure] == "CNY" or not is_known(value):
        return Cell(say("lift_none"), "muted")
    if is_sure(row.lift_low, row.lift_high):
        return Cell(tell(value), "number", _whole(between(low, high)) if is_known(low) else "")
    bound = top / row.lift_high if row.lift_high > 0 and top > 0 else np.nan
    return Cell(say("lift_none"), "muted", _whole(say("lift_at_least", value=tell(bound))) if is_known(bound) else "")


def _roi_cell(row, what: str, say: Words) -> Cell:
    write = Writer(say.lang)
    value, low, high = (float(getattr(row, f"{what}{end}", np.nan)) for end in ("", "_low", "_high"))
    if not is_known(value) or not is_known(low):
        return Cell(say("lift_none"), "muted")
    places = max(0, min(decimals_for(100 * (high - low) / 2) - 1, 1))
    interval = write.between(digits(100 * low, places, True), write.share(high, places, True))
    sure = is_sure(low, high)
    return Cell(write.share(value, places, True) if sure else say("lift_undetected"), "number" if sure else "muted", _whole(interval))


def _whole(text: str) -> str:
    """Kept on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


# --- sections ---------------------------------------------------------------------------------------------------------


def _main_table(result, say: Words) -> Table:
    measure, groups = result.measure, ([], [])
    counted = GOALS[measure] != "CNY"  # of amounts of either sign there is no ratio
    for row in result.table.itertuples():
        if row.row == REMAINDER:
            groups[1].append([Cell(say("lift_remainder"), "heading", say("lift_more_together")), Cell("", span=2),
                              _effect_cell(row, "lift", measure, say), *([Cell("")] if counted else [])])
            continue
        cells = [_effect_cell(row, what, measure, say) for what in ("last_touch", "held_out", "lift")]
        cells[1] = Cell(cells[1].text, cells[1].kind, cells[1].note.partition("; ")[0])  # what it would take is told further down
        groups[row.row == TOGETHER].append([_heading(row, say), *cells, *([_ratio_cell(row, measure, say)] if counted else [])])
    names = ("last_touch", "held_out", "truth", *(("ratio",) if counted else ()))
    head = [(say("lift_tactic"), "text")] + [(say(f"lift_{name}"), "number") for name in names]
    return Table("", head, [("", groups[0]), ("", groups[1])])


def _money_table(result, say: Words) -> Table:
    write, rows = Writer(say.lang), []
    for row in result.table[result.table["row"] != REMAINDER].itertuples():
        cost = Cell(write.level(float(row.cost), "CNY", 3), "number")
        each = [_cost_cell(row, result.measure, say)] if GOALS[result.measure] != "CNY" else []
        rows.append([_heading(row, say), Cell(write.level(float(row.spent), "CNY", 3), "number"), cost,
                     _effect_cell(row, "earned", "profit", say), *each, _roi_cell(row, "roi", say), _roi_cell(row, "marginal_roi", say)])
    names = ("spent", "cost", "earned", *(("cost_each",) if GOALS[result.measure] != "CNY" else ()), "roi", "marginal_roi")
    return Table("", [(say("lift_tactic"), "text")] + [(say(f"lift_{name}"), "number") for name in names], [("", rows)])


def _heading(row, say: Words) -> Cell:
    if row.row == TOGETHER:
        return Cell(say("lift_together"), "heading")
    return Cell(row.tactic, "heading", row.channel.replace("_", " ") if row.channel != row.tactic else "")


def _experiments(result, say: Words) -> Section | None:
    write, measure = Writer(say.lang), result.measure
    unit = GOALS[measure]
    rows = []
    for row in result.table[result.table["held_out"].notna()].itertuples():
        bias, between = _difference(row, "bias", measure, say)
        sure = is_sure(row.bias_low, row.bias_high)
        rows.append([Cell(row.tactic, "heading"), _effect_cell(row, "held_out", measure, say),
                     Cell(write.level(float(row.error), unit, 2, short=unit != "CNY"), "number"), Cell(write.share(row.found), "number"),
                     Cell(bias if sure else say("lift_undetected"), "number" if sure else "muted", _whole(between)),
                     Cell(whisker(row.bias, row.bias_low, row.bias_high) if row.bias_high > row.bias_low else "", "drawing"),
                     Cell(times_saved(row.variance_ratio, say), "muted")])
    if not rows:
        return None
    head = [(say("lift_tactic"), "text")] + [(say(f"lift_{name}"), "number") for name in ("experiments_mean", "error", "found", "bias")]
    head += [(say("against_zero"), "text"), (say("lift_pairing"), "number")]
    sentence = say("lift_experiment_sentence", share=write.share(result.holdout), words=say("lift_interference"))
    return Section("experiment", say("section_lift_experiment"), [sentence], tables=[Table("", head, [("", rows)])],
                   notes=[say("pairing_note")])


def _curves(result, say: Words, drawn: Words) -> Section | None:
    if not len(result.curves):
        return None
    write, measure, groups = Writer(say.lang), result.measure, []
    budgets = ", ".join(f"{factor:g}" for factor in sorted(result.curves["factor"].unique()))

    def caption(words: Words) -> str:
        goal = words(f"lift_goal_{measure}")
        own = "" if figures.share_a_scale(result.curves) else words("lift_own_scales")
        return words("lift_curve_figure", goal=goal[:1].upper() + goal[1:], budgets=budgets, n=result.replicates, scales=own)

    for name, mine in result.curves.groupby("tactic", sort=False):
        rows = []
        for row in mine[mine["factor"] > 0].itertuples():
            profit, interval = write.difference(row.profit, row.profit_low, row.profit_high, "CNY")
            sure = is_sure(row.profit_low, row.profit_high)
            rows.append([Cell(f"× {row.factor:g}", "heading", write.level(row.budget, "CNY", 3)),
                         Cell(write.level(row.cost, "CNY", 3), "number"), _effect_cell(row, "lift", measure, say),
                         Cell(profit if sure else say("lift_undetected"), "number" if sure else "muted", _whole(interval))])
        groups.append((name, rows))
    head = [(say("lift_budget"), "text"), *((say(f"lift_{name}"), "number") for name in ("cost", "truth", "profit_change"))]
    picture = figures.curves(result.curves, measure, drawn, caption(drawn))
    return Section("curves", say("section_lift_curves"), pictures=[(picture, caption(say))], tables=[Table("", head, groups)])


def _caveats(result, say: Words) -> list[str]:
    scenario, write = result.scenario, Writer(say.lang)
    media, weight = scenario.media, scenario.weight
    found = [say("lift_caveat_truth", n=result.replicates), say("lift_caveat_last_touch", click=media.click_days, view=media.view_days)]
    found.append(say("lift_interference"))
    barred = list(result.tactics.loc[~result.tactics["experiment"].astype(bool), "tactic"])
    if barred:
        found.append(say("lift_caveat_no_experiment", names=", ".join(barred)))
    if result.measure == "profit":
        found.append(say("lift_caveat_profit"))
    found += [say("lift_caveat_days", days=scenario.days),
              say("lift_caveat_weight", weight=write.level(float(weight), "", 3).strip(), root=digits(float(np.sqrt(weight)), 1)),
              say("caveat_graphs", networks=networks_of(scenario, say)), say("caveat_calibrated")]
    return found


__all__ = ["answers_of", "lift_page", "lift_report"]
