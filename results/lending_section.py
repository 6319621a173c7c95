"""The section on lending of the page on a run or a comparison: who can tell, bad loans, what a loan earns and costs, cards made."""

import numpy as np
import pandas as pd

from results.effects import is_sure, paired_effects
from results.figures import lenders as figures
from results.lending import LEAST_BADS
from results.measures import LEAST_BAD_LOANS
from results.numbers import Writer, digits, is_known
from results.page import Cell, Section, Table, whisker
from results.style import figure_language
from results.words import Words

# group: {name: (unit, decimals of a share or AUC, what it rests on and how much of that it needs)}
ROWS: dict[str, dict[str, tuple[str, int, tuple[str, int] | None]]] = {
    "who_can_tell": {
        "auc_own": ("auc", 3, ("n_bads_own", LEAST_BADS)),
        "auc_accepted": ("auc", 3, ("n_bads_accepted", LEAST_BADS)),
        "auc_all": ("auc", 3, ("n_bads_all", LEAST_BADS)),
        "brier_all": ("auc", 3, ("n_bads_all", LEAST_BADS)),
        "approved_share": ("share", 0, None),
    },
    "bad_loans": {
        "npl_180": ("share", 2, ("n_turned_bad", LEAST_BAD_LOANS)),
        "npl_360": ("share", 2, ("n_turned_bad", LEAST_BAD_LOANS)),
        "loss_over_flow": ("share", 3, ("n_turned_bad", LEAST_BAD_LOANS)),
    },
    "what_a_loan_earns": {
        "loans": ("loans", 0, None),
        "mean_size": ("CNY", 0, None),
        "mean_life_days": ("days", 0, None),
        "interest": ("CNY", 0, None),
        "funding": ("CNY", 0, None),
        "written_off": ("CNY", 0, None),
        "staff": ("CNY", 0, None),
        "decision_costs": ("CNY", 0, None),
        "profit": ("CNY", 0, None),
        "profit_per_loan": ("CNY", 0, None),
        "cost_per_decision": ("CNY", 0, None),
        "break_even_size": ("CNY", 0, None),
        "loans_per_officer_month": ("loans", 0, None),
    },
}
COLUMNS = {name: how for rows in ROWS.values() for name, how in rows.items()}
LONG = ("interest", "funding", "written_off", "staff", "decision_costs", "profit", "loans")  # sums, which depend on the days
COMPARED = tuple(name for name in COLUMNS if name not in LONG)


def run_section(run, lang: str) -> list[Section]:
    """The section of a run; none if it kept no tables about lenders."""
    if not getattr(run, "lending", None):
        return []
    tables = {name: table.assign(scenario=run.scenario.name, replicate=run.replicate) for name, table in run.lending.items()}
    return [_section(tables, [run.scenario], lang)]


def compare_section(comparison, lang: str) -> list[Section]:
    """The section of a comparison of scenarios in which lenders learn; none if the baseline's do not."""
    tables = getattr(comparison, "lending", None)
    if not tables:
        return []
    known = set(tables["lenders"]["scenario"])
    scenarios = [each for each in comparison.scenarios if each.name in known]
    return [_section(tables, scenarios, lang)] if scenarios and scenarios[0] is comparison.scenarios[0] else []


def _section(tables: dict[str, pd.DataFrame], scenarios, lang: str) -> Section:
    say, drawn, names = Words(lang), Words(figure_language(lang)), [each.name for each in scenarios]
    lenders = tables["lenders"]
    if not len(lenders):
        return Section("lending", say("section_lending"), [say("lending_too_short")])
    several = len(names) > 1
    pictures = [
        (figures.calibration(tables, names, drawn), say("caption_calibration")),
        (figures.discrimination_by_data(tables, names, drawn), say("caption_auc") + (" " + say("caption_intervals") if several else "")),
        (figures.npl_by_lender(tables, names, drawn, scenarios[0].start), say("caption_npl_lenders") + _too_few(tables, names, say)),
        (figures.score_shift(tables, names, drawn), say("caption_shift")),
    ]
    many = lenders["replicate"].nunique() > 1
    summary = _effects(tables, names, say) if several else [_summary(lenders, say)]
    notes = [say("caveat_probe"), say("caveat_accepted"), say("caveat_ages"), say("caveat_break_even")]
    if not many:
        notes.append(say("caveat_lending_one_run"))
    return Section("lending", say("section_lending"), _sentences(lenders, tables["regimes"], names[0], say),
                   pictures=[(picture, caption) for picture, caption in pictures if picture is not None],
                   tables=[*summary, _fits(tables["fits"], scenarios, say)], notes=notes,
                   data={f"lending_{name}": tables[name] for name in ("lenders", "fits")})


def _sentences(lenders: pd.DataFrame, regimes: pd.DataFrame, baseline: str, say: Words) -> list[str]:
    """What the platform's lender can tell, what data are worth, what a loan must be to pay; of the first scenario."""
    write = Writer(say.lang)
    mine = lenders[(lenders["scenario"] == baseline) & (lenders["lender"] == "platform")]
    auc = regimes[regimes["scenario"] == baseline].groupby("regime")["auc"].mean() if len(regimes) else pd.Series(dtype=float)
    said, enough = [], mine["n_bads_all"].sum() >= LEAST_BADS
    if enough:
        said.append(say("lending_auc", all=digits(100 * mine["auc_all"].mean(), 0), approved=write.share(mine["approved_share"].mean())))
    else:
        said.append(say("lending_few_bads", n=int(mine["n_bads_all"].sum()), least=LEAST_BADS))
    own = float(mine["auc_all"].mean())
    if {"closed_loop", "thin_file"} <= set(auc.index) and auc.notna().all() and enough:
        said.append(say("lending_data", closed=digits(auc["closed_loop"], 2), thin=digits(auc["thin_file"], 2), own=digits(own, 2)))
    size, mean = mine["break_even_size"].mean(), mine["mean_size"].mean()
    if is_known(float(size)) and is_known(float(mean)):
        cost = mine["cost_per_loan"].mean()
        said.append(say("lending_break_even", cost=write.level(float(cost), "CNY", 3), size=write.level(float(size), "CNY", 2),
                        mean=write.level(float(mean), "CNY", 3)))
    return said


def _too_few(tables: dict[str, pd.DataFrame], names: list[str], say: Words) -> str:
    """Which lenders have too few bad loans to be drawn, as a sentence after the caption."""
    few = [say("lender_with", lender=say(f"lender_{lender}"), n=n) for lender, n in figures.bad_loans_of(tables["npl"], names).items()
           if n < LEAST_BAD_LOANS]
    between = "、" if say.lang == "zh" else ", "
    return " " + say("not_drawn", least=LEAST_BAD_LOANS, lenders=between.join(few)) if few else ""


def _cell(row, name: str, say: Words) -> Cell:
    """A number of a lender, or why it is none."""
    unit, decimals, rests_on = COLUMNS[name]
    if rests_on and row[rests_on[0]] < rests_on[1]:
        if not row[rests_on[0]]:
            return Cell("–", "muted")
        return Cell(say("too_few"), "muted", say("few_of", n=int(row[rests_on[0]]), least=rests_on[1]))
    return Cell(_written(float(row[name]), unit, decimals, say), "number" if np.isfinite(row[name]) else "muted")


def _written(value: float, unit: str, decimals: int, say: Words) -> str:
    if value == np.inf:
        return say("no_size_pays")
    if not is_known(value):
        return "–"
    if unit == "auc":
        return digits(value, decimals)
    if unit == "share":
        return Writer(say.lang).share(value, decimals)
    if unit in ("loans", "days") and abs(value) < 100:
        return digits(value, 1 if abs(value) >= 10 else 2)
    return Writer(say.lang).level(value, unit, 3, short=True)


def _summary(lenders: pd.DataFrame, say: Words) -> Table:
    """Everything about a run's lenders: one column a lender."""
    write = Writer(say.lang)
    groups = [(say(group), [[Cell(say(f"lending_{name}"), "heading", write.unit(unit) if unit in ("CNY", "days") else ""),
                             *[_cell(row, name, say) for _, row in lenders.iterrows()]] for name, (unit, _, _) in rows.items()])
              for group, rows in ROWS.items()]
    head = [(say("item"), "text"), *[(say(f"lender_{name}"), "number") for name in lenders["lender"]]]
    return Table(say("caption_lenders", days=int(lenders["days"].max())), head, groups)


def _effects(tables: dict[str, pd.DataFrame], names: list[str], say: Words) -> list[Table]:
    """One table a scenario: every lender's numbers against the first scenario's, pair by pair."""
    lenders, found = tables["lenders"], []
    for name in names[1:]:
        groups = []
        for lender in dict.fromkeys(lenders["lender"]):
            mine = lenders[lenders["lender"] == lender].replace([np.inf, -np.inf], np.nan)
            pairs = [mine[mine["scenario"] == each].set_index("replicate") for each in (names[0], name)]
            both = pairs[0].index.intersection(pairs[1].index)
            a, b = (each.loc[both] for each in pairs)
            effects = paired_effects(a[list(COMPARED)], b[list(COMPARED)]).set_index("measure")
            rows = [_effect_row(measure, effects.loc[measure], a, b, say) for measure in COMPARED]
            groups.append((say(f"lender_{lender}"), [row for row in rows if row]))
        head = [(say("measure"), "text"), (names[0], "number"), (name, "number"), (say("difference"), "number"),
                (say("interval"), "number"), (say("against_zero"), "text")]
        found.append(Table(say("caption_lender_effects", name=name, baseline=names[0]), head, groups))
    return found


def _effect_row(measure: str, effect, a: pd.DataFrame, b: pd.DataFrame, say: Words) -> list[Cell] | None:
    unit, decimals, rests_on = COLUMNS[measure]
    heading = Cell(say(f"lending_{measure}"), "heading", Writer(say.lang).unit(unit) if unit in ("CNY", "days") else "")
    if rests_on:
        fewest = int(min(each[rests_on[0]].sum() for each in (a, b)))
        if fewest < rests_on[1]:
            return [heading, Cell(f"{say('too_few')}: {say('few_of', n=fewest, least=rests_on[1])}", "muted", span=5)] if fewest else None
    if not effect["n"]:
        return None
    levels = [Cell(_written(float(effect[each]), unit, decimals, say), "number") for each in ("baseline", "scenario")]
    low, high, difference = float(effect["low"]), float(effect["high"]), float(effect["difference"])
    if not np.isfinite(high - low):
        return [heading, *levels, Cell(_difference(difference, unit, low, high, say)[0], "number"), Cell("", span=2)]
    if low == high == 0:
        return [heading, *levels, Cell("0", "muted"), Cell("", span=2)]
    detected = "number" if is_sure(low, high) else "muted"
    text, interval = _difference(difference, unit, low, high, say)
    return [heading, *levels, Cell(text, detected), Cell(interval, detected), Cell(whisker(difference, low, high), "drawing")]


def _difference(difference: float, unit: str, low: float, high: float, say: Words) -> tuple[str, str]:
    return Writer(say.lang).difference(difference, low, high, "" if unit == "auc" else unit, short=True)


def _fits(fits: pd.DataFrame, scenarios, say: Words) -> Table:
    """Every attempt to make a card with what came of it; of several runs the attempts are counted by what came of them."""
    if not len(fits):
        return Table(say("caption_fits"), [(say("item"), "text")], [("", [[Cell(say("no_fits"))]])])
    if len(fits.groupby(["scenario", "replicate"])) > 1:
        counted = fits.groupby(["scenario", "lender", "reason"], sort=False).agg(
            n=("day", "size"), bads=("n_bads", "mean"), auc=("auc", "mean"), psi=("psi", "mean")).reset_index()
        rows = [[Cell(row.scenario, "heading"), Cell(say(f"lender_{row.lender}")), Cell(f"{row.n}", "number"),
                 Cell(digits(row.bads, 0), "number"), *_auc_psi(row), Cell(row.reason or say("new_card"))] for row in counted.itertuples()]
        head = [(say("scenario"), "text"), (say("lender"), "text"), (say("attempts"), "number")]
    else:
        start = pd.Timestamp(scenarios[0].start)
        rows = [[Cell(str((start + pd.Timedelta(row.day, "D")).date()), "heading"), Cell(say(f"lender_{row.lender}")),
                 Cell(f"{row.n:,}", "number"), Cell(f"{row.n_bads:,}", "number"), *_auc_psi(row), Cell(row.reason or say("new_card"))]
                for row in fits.itertuples()]
        head = [(say("date"), "text"), (say("lender"), "text"), (say("outcomes"), "number")]
    head += [(say("bads"), "number"), (say("fit_auc"), "number"), ("PSI", "number"), (say("what_came"), "text")]
    return Table(say("caption_fits"), head, [("", rows)])


def _auc_psi(row) -> list[Cell]:
    return [Cell(digits(value, decimals) if is_known(float(value)) else "–", "number")
            for value, decimals in ((row.auc, 3), (row.psi, 3))]
