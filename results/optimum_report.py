"""The page on where a budget goes: the plan, the finalists, how the objective answers, the next step, and what it is unsure of."""

import shlex
from pathlib import Path

import numpy as np
import pandas as pd

from results.effects import is_sure
from results.figures import optimum as figures
from results.figures.optimum import lever_name
from results.numbers import Writer, digits, figures_for
from results.optimum import BEST, as_good_ranges, contour_table, two_that_matter
from results.optimum_sentences import UNITS, answers_of, cny, goal_name, part_of, plan_name, replicates, told, unsure_of
from results.page import Cell, Page, Section, Table, whisker, write_page
from results.sections import networks_of, provenance
from results.style import figure_language
from results.words import Words

PER = {"first-use": (1e3, 2), "profit": (1.0, 2), "share": (1e6, 2)}  # CNY, significant digits


def optimum_report(result, folder: str | Path, lang: str = "en") -> Path:
    """Write report.html and figures/ of an `Optimisation`."""
    return write_page(optimum_page(result, lang), Path(folder), lang)


def optimum_page(result, lang: str = "en") -> Page:
    """The page: the plan first, then why, then what limits it."""
    say, drawn, scenario = Words(lang), Words(figure_language(lang)), result.scenario
    meta = [say("best_meta", trials=len(result.found.trials), fresh=result.effort.fresh),
            say("replicates_of", n=result.effort.fresh, days=scenario.days), goal_name(result, say)]
    sections = [Section("division", say("section_best_division"), tables=[_division_table(result, say)]),
                _finalists(result, say, drawn), _response(result, say, drawn), _margins(result, say, drawn),
                Section("unsure", say("section_best_unsure"), bullets=unsure_of(result, say)),
                Section("caveats", say("section_caveats"), bullets=_caveats(result, say))]
    residual = float(result.runs["ledger_residual"].max())
    sections.append(provenance(scenario, [result.manifest], result.seed, command_of(result), residual, say))
    title = say.title_of(scenario)
    picture = figures.division(_divisions(result), drawn, drawn("best_division_figure"))
    return Page(title, meta, say("best_question", budget=cny(result.budget, say)), answers_of(result, say), [], [], sections,
                [(picture, say("best_division_figure"))])


def command_of(result) -> str:
    """The command that repeats it, from the folder."""
    return (f"jishi optimise scenario.toml --budget {result.budget:g} --for {result.goal} --try {','.join(result.space.names)} "
            f"--days {result.days} --trials {result.effort.trials} --fresh {result.effort.fresh} --seed {result.seed}"
            f"{' --with-value' if result.with_value else ''} --out {shlex.quote('again')}")


def _goal(result, say: Words) -> str:
    goal = goal_name(result, say)
    return goal[:1].upper() + goal[1:]


# --- what to spend it on ----------------------------------------------------------------------------------------------


def _divisions(result) -> pd.DataFrame:
    """lever, best, runner_up, evenly, low, high: CNY; the most of the best plan first."""
    space, found = result.space, result.found
    runner = found.trials[found.ranking[1]].plan if len(found.ranking) > 1 else found.best
    ranges = as_good_ranges(result.slices).set_index("lever")
    table = pd.DataFrame({"lever": space.names, "best": space.spent(found.best), "runner_up": space.spent(runner),
                          "evenly": space.spent(space.evenly()), "low": ranges.loc[space.names, "low"].to_numpy(),
                          "high": ranges.loc[space.names, "high"].to_numpy()})
    return table.sort_values("best", ascending=False, kind="stable").reset_index(drop=True)


def _division_table(result, say: Words) -> Table:
    write, space, best = Writer(say.lang), result.space, result.found.best
    spent, rows = result.spent(best), []
    sizes = dict(zip(space.names, best.sizes))
    divisor, prefix, cny_name = write.scale("CNY", result.budget)
    places = max(figures_for(result.budget / divisor, 3), 0)
    for row in _divisions(result).itertuples():
        size = f"{sizes[row.lever]:g}" if sizes[row.lever] is not None else ""
        between = write.joined(write.between(*(digits(end / divisor, places) for end in (row.low, row.high))), prefix, cny_name)
        cells = [_part(result, row.best, say), _part(result, spent[row.lever] if row.best else 0, say), _part(result, row.runner_up, say),
                 Cell(between, "number")]
        rows.append([Cell(lever_name(row.lever, say), "heading"), *cells, *([Cell(size, "number")] if space.sized else [])])
    names = ("lever", "in_plan", "spent", "runner", "range", *(("size",) if space.sized else ()))
    return Table("", [(say(f"best_{name}"), "text" if name == "lever" else "number") for name in names], [("", rows)])


def _part(result, amount: float, say: Words) -> Cell:
    return Cell(part_of(result, amount, say), "number") if amount else Cell(say("lift_none"), "muted")


def _money(amount: float, say: Words) -> Cell:
    return Cell(cny(amount, say), "number") if amount else Cell(say("lift_none"), "muted")


# --- sections ---------------------------------------------------------------------------------------------------------


def _finalists(result, say: Words, drawn: Words) -> Section:
    rows, unit = [], UNITS[result.goal]
    for row in result.plans.itertuples():
        half = (row.high - row.low) / 2  # as many digits as on fresh worlds
        search = told(result, row.search, row.search - half, row.search + half, say)[0] if row.search_n else say("lift_none")
        mean, interval = told(result, row.mean, row.low, row.high, say)
        behind, between = told(result, row.behind, row.behind_low, row.behind_high, say)
        known = is_sure(row.behind_low, row.behind_high)
        if row.plan == BEST:
            away = [Cell(say("best_is_best"), "muted"), Cell("", "drawing")]
        else:
            same = row.behind_low == row.behind_high
            note = between if known else say("lift_same") if same else f"{between}; {replicates(row.needed, say)}"
            away = [Cell(behind if known else say("lift_undetected"), "number" if known else "muted", _whole(note)),
                    Cell("" if same else whisker(row.behind, row.behind_low, row.behind_high), "drawing")]
        fresh = Cell(mean, "number", _whole(interval) if half else "")
        rows.append([Cell(plan_name(row, say), "heading"), Cell(search, "muted"), fresh, *away])
    head = [(say("best_plan"), "text"), (say("best_on_search"), "number"), (say("best_on_fresh"), "number"), (say("best_behind"), "number"),
            (say("against_zero"), "text")]
    names = [plan_name(row, drawn) for row in result.plans.itertuples()]

    def caption(words: Words) -> str:
        return words("best_plans_figure", goal=_goal(result, words), n=result.effort.fresh)
    picture = figures.finalists(result.plans, names, _goal(result, drawn), unit, drawn, caption(drawn))
    return Section("finalists", say("section_best_plans"), tables=[Table("", head, [("", rows)])], pictures=[(picture, caption(say))],
                   notes=[say("best_needed_note")])


def _response(result, say: Words, drawn: Words) -> Section:
    unit, space, trials = UNITS[result.goal], result.space, result.trials
    goals = {words: _goal(result, words) for words in (say, drawn)}
    caption = {words: words("best_response_figure", goal=goal) for words, goal in goals.items()}
    drawing = figures.responses(result.slices, trials, result.plan, goals[drawn], unit, drawn, caption[drawn])
    pictures, pair = [(drawing, caption[say])], two_that_matter(space, result.slices, result.found.best)
    if pair:
        table = contour_table(space, result.surface, result.found.best, pair)
        caption = {words: words("best_contour_figure", goal=goal) for words, goal in goals.items()}
        levers = (space.names[pair[0]], space.names[pair[1]])
        pictures.append((figures.contour(table, trials, levers, result.plan, goals[drawn], unit, drawn, caption[drawn]), caption[say]))
    return Section("response", say("section_best_response", goal=goal_name(result, say)), pictures=pictures)


def _margins(result, say: Words, drawn: Words) -> Section:
    write, rows = Writer(say.lang), []
    per, significant = PER[result.goal]
    step = float(result.margins["step"].iloc[0])
    for row in result.margins.sort_values("added", ascending=False, kind="stable").itertuples():
        added, interval = told(result, row.added, row.low, row.high, say)
        known = is_sure(row.low, row.high)
        note = interval if known or row.low == row.high else f"{interval}; {replicates(row.needed, say)}"
        each = np.array([row.added, row.low, row.high]) * per / row.step * (100 if result.goal == "share" else 1)
        places = max(figures_for(float(np.abs(each).max()), significant), 0)
        rows.append([Cell(lever_name(row.lever, say), "heading"), _money(row.has, say), _money(row.taken, say),
                     Cell(added if known else say("lift_undetected"), "number" if known else "muted", _whole(note)),
                     Cell(whisker(row.added, row.low, row.high) if row.high > row.low else "", "drawing"),
                     Cell(digits(each[0], places, True) if known else say("lift_undetected"), "number" if known else "muted",
                          _whole(write.between(digits(each[1], places, True), digits(each[2], places, True))))])
    head = [(say("best_lever"), "text"), (say("best_in_plan"), "number"), (say("best_taken"), "number"),
            (say("best_added", step=cny(step, say)), "number"), (say("against_zero"), "text"), (say(f"best_per_{result.goal}"), "number")]

    def caption(words: Words) -> str:
        return words("best_margin_figure", goal=_goal(result, words), step=cny(step, words), n=result.effort.fresh)
    picture = figures.margins(result.margins, _goal(result, drawn), UNITS[result.goal], drawn, caption(drawn))
    return Section("margin", say("section_best_margin"), tables=[Table("", head, [("", rows)])], pictures=[(picture, caption(say))])


def _caveats(result, say: Words) -> list[str]:
    scenario, write = result.scenario, Writer(say.lang)
    last = max(result.effort.replicates, *(replicates for replicates, _ in result.effort.race)) - 1
    found = [say("best_caveat_fresh", last=last, n=result.effort.fresh),
             say("best_caveat_days", window=result.days, days=scenario.days)]
    if result.goal != "first-use":
        found.append(say(f"best_caveat_{result.goal}"))
    if result.with_value:
        found.append(say("best_caveat_value"))
    return [*found, say("best_caveat_surface"), say("best_caveat_weight", weight=write.level(float(scenario.weight), "", 3).strip()),
            say("caveat_graphs", networks=networks_of(scenario, say)), say("caveat_calibrated")]


def _whole(text: str) -> str:
    """Kept on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
