"""The page of a sweep: how measures answer to what was varied, which differences survive their number, what failed."""

import shlex
from pathlib import Path

from results.figures import swept
from results.figures.fans import fans
from results.numbers import Writer, by_chance, is_known
from results.page import Cell, Page, Section, Table, whisker, write_page
from results.sections import networks_of, provenance
from results.style import figure_language
from results.tables import times_saved
from results.words import Words

MOST_MEASURES, MOST_ROWS, MOST_FAILURES, MOST_POINTS, MOST_FANS = 4, 40, 20, 3, 2


def sweep_report(sweep, folder: str | Path, lang: str = "en") -> Path:
    """Write report.html and its figures from a `Sweep`; made from the tables alone, so it can be made at any time."""
    say, drawn, design = Words(lang), Words(figure_language(lang)), sweep.design
    factors = [factor for factor in design.factors if sweep.runs[factor].notna().all() and sweep.runs[factor].nunique() > 1]
    shown = _strongest(sweep)[:MOST_MEASURES]
    sections = [each for each in (_curves(sweep, factors, shown, say, drawn), _heat(sweep, factors, shown, say, drawn),
                                  _fans(sweep, shown, say, drawn), _effects(sweep, say), _failures(sweep, say)) if each]
    sections.append(Section("caveats", say("section_caveats"), bullets=[
        say("caveat_sweep", n=sweep.replicates), say("caveat_response"), say("caveat_graphs", networks=networks_of(design.scenario, say)),
        say("caveat_calibrated")]))
    residual = float(sweep.runs["ledger_residual"].abs().max()) if "ledger_residual" in sweep.runs else 0.0
    manifest = {"versions": sweep.manifest["versions"]}
    command = f"jishi sweep {shlex.quote(str(sweep.folder / 'design.toml'))}"
    sections.append(provenance(design.scenario, [manifest], design.seed, command, residual, say))
    meta = [say("sweep_meta", runs=f"{len(sweep.runs):,}", points=f"{design.n_points:,}", n=sweep.replicates),
            say("sweep_days", days=design.scenario.days)]
    question = design.file.question or say("sweep_question", factors=", ".join(design.factors))
    return write_page(Page(design.name, meta, question, [_answer(sweep, say)], [], [], sections), Path(folder), lang)


def _strongest(sweep) -> list[str]:
    """Measures that vary, the one of the smallest effect first, then those whose differences are surest."""
    measures = [name for name in sweep.design.measures if sweep.runs[name].nunique() > 1 and name != "ledger_residual"]
    if not len(sweep.effects):
        return measures
    varied = sweep.effects[sweep.effects["high"] > sweep.effects["low"]]
    surest = (varied["mean"] / (varied["high"] - varied["low"])).abs().groupby(varied["measure"]).max()
    effect = sweep.design.file.smallest_effect
    return sorted(measures, key=lambda name: (effect is None or name != effect.measure, -surest.get(name, 0.0)))


def _answer(sweep, say: Words) -> str:
    table = sweep.effects
    tested = int(table["p"].notna().sum()) if len(table) else 0
    if not tested:
        return say("sweep_nothing")
    found = int((table["p_holm"] < .05).sum())
    return say("sweep_answer", found=found, tested=tested, chance=by_chance(tested))


def _curves(sweep, factors, shown, say: Words, drawn: Words) -> Section | None:
    pictures = [(swept.curves(sweep.runs, factors, name, drawn), say("caption_response", measure=say.measure(name))) for name in shown]
    return Section("response", say("section_response"), pictures=pictures) if factors and pictures else None


def _heat(sweep, factors, shown, say: Words, drawn: Words) -> Section | None:
    if len(factors) < 2 or not shown:
        return None
    pictures = [(swept.heat(sweep.runs, (factors[0], factors[1]), name, drawn), say("caption_heat", measure=say.measure(name)))
                for name in shown[:2]]
    return Section("heat", say("section_heat"), pictures=pictures)


def _fans(sweep, shown, say: Words, drawn: Words) -> Section | None:
    design = sweep.design
    points = list(dict.fromkeys((0, design.n_points // 2, design.n_points - 1)))[:MOST_POINTS]
    if not design.file.daily or not shown or design.scenario.days < 2:
        return None
    daily = {_name_of(sweep, point): days for point in points if len(days := sweep.daily(point))}
    if not daily:
        return None
    start = None if "start" in design.factors else design.scenario.start
    pictures = [(fans(daily, name, drawn, start), say("caption_fan", measure=say.measure(name))) for name in shown[:MOST_FANS]]
    return Section("fan", say("section_fan"), [say("fan_sentence", n=sweep.replicates)] if len(daily) > 1 else [], pictures=pictures)


def _effects(sweep, say: Words) -> Section | None:
    if not len(sweep.effects):
        return None
    write, table = Writer(say.lang), sweep.effects.dropna(subset=["p"]).sort_values(["p_holm", "p"], kind="stable")
    rows = []
    for row in table.head(MOST_ROWS).itertuples():
        difference, interval = write.difference(float(row.mean), float(row.low), float(row.high), say.unit(row.measure))
        detected = row.p_holm < .05
        kind = "number" if detected else "muted"
        p = f"{row.p_holm:.2g}" if row.p_holm >= 1e-4 else "< 0.0001"
        rows.append([Cell(say.measure(row.measure), "heading", _name_of(sweep, row.point)), Cell(difference, kind), Cell(interval, kind),
                     Cell(whisker(row.mean, row.low, row.high) if row.high > row.low else "", "drawing"), Cell(p, kind),
                     Cell(times_saved(row.variance_ratio, say) if is_known(row.variance_ratio) else "", "muted")])
    head = [(say("measure"), "text"), (say("difference"), "number"), (say("interval"), "number"), (say("against_zero"), "text"),
            (say("p_holm"), "number"), (say("pairing"), "number")]
    notes = [say("holm_note", base=_name_of(sweep, 0)), say("pairing_note")]
    said = say("rows_shown", shown=len(rows), all=f"{len(table):,}")
    return Section("effects", say("section_effects"), [said], tables=[Table("", head, [("", rows)])], notes=notes) if rows else None


def _failures(sweep, say: Words) -> Section | None:
    if not len(sweep.failures):
        return None
    lines = [f"{each.run}: {each.reason} ({each.command})" for each in sweep.failures.head(MOST_FAILURES).itertuples()]
    return Section("failures", say("section_failures"), [say("failures_sentence", n=len(sweep.failures))], bullets=lines)


def _name_of(sweep, point: int) -> str:
    """What a point sets, in short."""
    last = [path.rpartition(".")[2] for path in sweep.design.factors]
    short = {path: name if last.count(name) == 1 else ".".join(path.split(".")[-2:]) for path, name in zip(sweep.design.factors, last)}
    return ", ".join(f"{short[path]} {_short(value)}" for path, value in sweep.design.overrides[point].items())


def _short(value) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
