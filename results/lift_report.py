"""The page of lift: what last touch credits, what an experiment says and what is true, tactic by tactic."""

import shlex
from pathlib import Path

import numpy as np

from results.conversions import GOALS
from results.figures import lift as figures
from results.lift import REMAINDER, TOGETHER
from results.numbers import MANY_PAIRS, Writer, decimals_for, digits, figures_for, is_known
from results.page import Cell, Page, Section, Table, whisker, write_page
from results.report import _called
from results.sections import networks_of, provenance
from results.store import write_scenario
from results.style import figure_language
from results.tables import times_saved
from results.words import Words


def lift_report(result, folder: str | Path, lang: str = "en") -> Path:
    """Write report.html, figures/ and the scenario of a `Lift`."""
    page = write_page(lift_page(result, lang), Path(folder), lang)
    write_scenario(page.parent, result.scenario)
    return page


def lift_page(result, lang: str = "en") -> Page:
    """The page: the three ways side by side first, then the table, the experiments, response curves and what limits it all."""
    say, drawn, scenario = Words(lang), Words(figure_language(lang)), result.scenario
    meta = [say("replicates_of", n=result.replicates, days=scenario.days), say(f"lift_goal_{result.measure}")]
    notes = [say("lift_note_cost"), say("lift_note_needed")] + ([say("lift_note_together")] if len(result.tactics) > 1 else [])
    sections = [Section("tactics", say("section_lift"), tables=[_main_table(result, say)], notes=notes)]
    sections += [each for each in (_experiments(result, say), _curves(result, say, drawn)) if each]
    sections.append(Section("caveats", say("section_caveats"), bullets=_caveats(result, say)))
    residual = float(result.runs["ledger_residual"].max())
    sections.append(provenance(scenario, [result.manifest], result.seed, command_of(result), residual, say))
    title = say.translated(scenario.title) if scenario.title else scenario.name
    picture = figures.three_ways(result.table, result.measure, drawn)
    return Page(title, meta, say("lift_question"), answers_of(result, say), [], [], sections, [(picture, say("lift_figure"))])


def command_of(result) -> str:
    """The command that repeats it, from the folder."""
    chosen = "".join(f" --tactic {shlex.quote(name)}" for name in result.tactics["tactic"])
    curve = " --curve" if len(result.curves) else ""
    return (f"jishi lift {shlex.quote(_called(result.scenario, 'scenario.toml'))}{chosen} --for {result.measure} --replicates "
            f"{result.replicates} --holdout {result.holdout:g} --seed {result.seed}{curve}")


# --- sentences --------------------------------------------------------------------------------------------------------


def answers_of(result, say: Words) -> list[str]:
    """What all tactics caused beside what last touch credits, then each by itself."""
    table, measure = result.table, result.measure
    rows = list(table[table["row"] == "tactic"].itertuples())
    together = table[table["row"] == TOGETHER]
    if not len(together):
        return [_caused(rows[0], rows[0].tactic, len(rows), measure, say)]
    each = say("lift_join").join(_briefly(row, measure, say) for row in sorted(rows, key=lambda row: -row.lift))
    return [_caused(next(together.itertuples()), "", len(rows), measure, say), say("lift_each", each=each)]


def _caused(row, name: str, k: int, measure: str, say: Words) -> str:
    goal, n = say(f"lift_goal_{measure}"), int(row.n)
    difference, interval = _difference(row, "lift", measure, say)
    if row.lift_low > 0:  # a sentence says "caused 940", a table "+940"
        difference, interval = amount(row, "lift", measure, say)
    called = name or say("lift_together")
    if row.lift_low == row.lift_high == 0:
        text = say("lift_no_difference", tactic=called, goal=goal, n=n)
    elif figures.is_sure(row.lift_low, row.lift_high):
        key = {"tactic": name} if name else {"k": k}
        text = say("lift_one_caused" if name else "lift_together_caused", difference=difference, interval=interval, goal=goal, **key)
    else:
        key = {"tactic": name} if name else {"k": k}
        text = say("lift_unsure" if name else "lift_unsure_together", difference=difference, interval=interval, goal=goal, n=n,
                   needed=replicates(row.needed, say), **key)
    if is_known(row.last_touch):
        credited = amount(row, "last_touch", measure, say)[0]
        known = is_known(getattr(row, "ratio", np.nan)) and figures.is_sure(row.lift_low, row.lift_high)
        ratio = {"ratio": _times(row.ratio, say)} if known else {}
        text += say("lift_credits_times" if known else "lift_credits", credited=credited, **ratio)
    return text + say("lift_stop")


def _briefly(row, measure: str, say: Words) -> str:
    difference, interval = _difference(row, "lift", measure, say)
    if row.lift_low == row.lift_high == 0:
        return say("lift_each_same", tactic=row.tactic)
    if figures.is_sure(row.lift_low, row.lift_high):
        return say("lift_each_found", tactic=row.tactic, difference=difference, interval=interval)
    return say("lift_each_unsure", tactic=row.tactic, interval=interval, needed=replicates(row.needed, say))


def replicates(needed: float, say: Words) -> str:
    """How many replicates would detect it, two digits."""
    if not is_known(float(needed)) or needed > MANY_PAIRS:
        return say("lift_more_than", n=f"{MANY_PAIRS:,}")
    return say("lift_replicates", n=digits(float(needed), min(figures_for(float(needed), 2), 0)))


def _times(value: float, say: Words) -> str:
    return say("times", n=digits(value, max(0, min(figures_for(value, 2), 2))))


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
    if figures.is_sure(low, high):
        return difference, interval
    needed = float(getattr(row, "needed" if what == "lift" else f"{what}_needed", np.nan))
    return say("lift_undetected"), say("lift_needs", interval=interval, needed=replicates(needed, say))


def _effect_cell(row, what: str, measure: str, say: Words) -> Cell:
    text, note = said(row, what, measure, say)
    plain = what == "last_touch" or (is_known(float(getattr(row, what))) and figures.is_sure(getattr(row, f"{what}_low"),
                                                                                             getattr(row, f"{what}_high")))
    return Cell(text, "number" if plain else "muted", "; ".join(_whole(part) for part in note.split("; ")))


def _ratio_cells(row, measure: str, say: Words) -> list[Cell]:
    """Last touch over truth, and cost of one more; bounds where the truth is not detectable."""
    write, cells = Writer(say.lang), []

    def times(low: float, high: float) -> str:
        places = max(1, min(decimals_for((high - low) / 2), 2))
        return write.between(digits(low, places), digits(high, places))

    def money(low: float, high: float) -> str:
        return write.between(*(write.level(end, "CNY", 3, size=high, short=True) for end in (low, high)))

    for what, top, tell, between in (("ratio", row.last_touch, lambda value: _times(value, say), times),
                                     ("cost_each", row.cost, lambda value: write.level(value, "CNY", 3), money)):
        value, low, high = (float(getattr(row, f"{what}{end}", np.nan)) for end in ("", "_low", "_high"))
        if GOALS[measure] == "CNY" or not is_known(value):
            cells.append(Cell(say("lift_none"), "muted"))
        elif figures.is_sure(row.lift_low, row.lift_high):
            cells.append(Cell(tell(value), "number", _whole(between(low, high)) if is_known(low) else ""))
        else:
            bound = top / row.lift_high if row.lift_high > 0 and top > 0 else np.nan
            cells.append(Cell(say("lift_none"), "muted", _whole(say("lift_at_least", value=tell(bound))) if is_known(bound) else ""))
    return cells


def _roi_cell(row, what: str, say: Words) -> Cell:
    write = Writer(say.lang)
    value, low, high = (float(getattr(row, f"{what}{end}", np.nan)) for end in ("", "_low", "_high"))
    if not is_known(value) or not is_known(low):
        return Cell(say("lift_none"), "muted")
    places = max(0, min(decimals_for(100 * (high - low) / 2) - 1, 1))
    interval = write.between(write.share(low, places, True), write.share(high, places, True))
    sure = figures.is_sure(low, high)
    return Cell(write.share(value, places, True) if sure else say("lift_undetected"), "number" if sure else "muted", _whole(interval))


def _whole(text: str) -> str:
    """Kept on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


# --- sections ---------------------------------------------------------------------------------------------------------


def _main_table(result, say: Words) -> Table:
    write, measure, groups = Writer(say.lang), result.measure, ([], [])
    for row in result.table.itertuples():
        if row.row == REMAINDER:
            groups[1].append([Cell(say("lift_remainder"), "heading", say("lift_more_together")), Cell("", span=2),
                              _effect_cell(row, "lift", measure, say), Cell("", span=4)])
            continue
        spent = write.level(float(row.spent), "CNY", 3)
        channel = say("lift_spent", channel=str(row.channel).replace("_", " "), spent=spent).removeprefix("nan · ")
        name = say("lift_together") if row.row == TOGETHER else row.tactic
        cells = [_effect_cell(row, what, measure, say) for what in ("last_touch", "held_out", "lift")]
        groups[row.row == TOGETHER].append([Cell(name, "heading", channel), *cells, *_ratio_cells(row, measure, say),
                                            _roi_cell(row, "roi", say), _roi_cell(row, "marginal_roi", say)])
    head = [(say("lift_tactic"), "text")] + [(say(f"lift_{name}"), "number") for name in (
        "last_touch", "held_out", "truth", "ratio", "cost_each", "roi", "marginal_roi")]
    return Table("", head, [("", groups[0]), ("", groups[1])])


def _experiments(result, say: Words) -> Section | None:
    write, measure = Writer(say.lang), result.measure
    unit = GOALS[measure]
    rows = []
    for row in result.table[result.table["held_out"].notna()].itertuples():
        bias, between = _difference(row, "bias", measure, say)
        sure = figures.is_sure(row.bias_low, row.bias_high)
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
        return words("lift_curve_figure", goal=goal[:1].upper() + goal[1:], budgets=budgets, n=result.replicates)

    for name, mine in result.curves.groupby("tactic", sort=False):
        rows = []
        for row in mine[mine["factor"] > 0].itertuples():
            profit, interval = write.difference(row.profit, row.profit_low, row.profit_high, "CNY")
            sure = figures.is_sure(row.profit_low, row.profit_high)
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
