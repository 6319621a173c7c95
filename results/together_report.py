"""The page of a scenario taken apart: what each part changes alone, with the others, and what only arises together."""

import shlex
from pathlib import Path

from results.effects import is_sure
from results.figures import together as figures
from results.numbers import Writer, is_known
from results.page import Cell, Page, Section, Table, write_page
from results.report import called
from results.sections import networks_of, provenance
from results.store import write_scenario
from results.style import figure_language
from results.together import ALL, SURPLUS, WAYS, subsets_of
from results.words import Words


def together_report(result, folder: str | Path, lang: str = "en") -> Path:
    """Write report.html, figures/ and the scenario of a `Together`."""
    page = write_page(together_page(result, lang), Path(folder), lang)
    write_scenario(page.parent, result.scenario)
    return page


def together_page(result, lang: str = "en") -> Page:
    """The page: a sentence a measure and the figure first, then every number, and what limits them."""
    say, drawn, scenario = Words(lang), Words(figure_language(lang)), result.scenario
    tables = {measure: result.table(measure) for measure in result.measures}
    k = len(subsets_of(list(result.parts)))
    meta = [say("together_meta", runs=len(result.runs), n=result.replicates, k=k),
            *(f"{part}: {say('together_off', settings=text.partition(':')[2].strip())}" for part, text in zip(result.parts, result.texts))]
    sections = [Section("parts", say("section_together"), tables=[_table(table, measure, say) for measure, table in tables.items()],
                        notes=[say("together_caveat_share")]),
                Section("caveats", say("section_caveats"), bullets=[say("together_caveat_off"), say("together_caveat_many"),
                                                                   networks_of(scenario, say)])]
    residual = float(result.runs["ledger_residual"].max())
    sections.append(provenance(scenario, [result.manifest], result.seed, command_of(result), residual, say))
    title = say.title_of(scenario)
    question = say.translated(scenario.question) if scenario.question else say("together_question")
    pictures = [(figures.parts(tables, drawn), say("together_figure"))] if tables else []
    told = sorted(tables, key=lambda measure: not _is_sure(_row(tables[measure], ALL), "alone"))  # what can be told apart first
    return Page(title, meta, question, [_answer(tables[measure], measure, say) for measure in told], [], [], sections, pictures)


def command_of(result) -> str:
    """The command that repeats it, from the folder."""
    asked = "".join(f" --part {shlex.quote(text)}" for text in result.texts if result.texts != tuple(result.scenario.experiment.parts))
    told = "".join(f" --for {measure}" for measure in result.measures)
    return (f"jishi together {shlex.quote(called(result.scenario, 'scenario.toml'))}{asked}{told} --replicates {result.replicates} "
            f"--seed {result.seed}")


def _answer(table, measure: str, say: Words) -> str:
    """What all parts change, and how much of it only together."""
    whole, surplus = _row(table, ALL), _row(table, SURPLUS)
    name = say.measure(measure)
    difference, interval = _written(whole, "alone", measure, say)
    if whole.alone_low == whole.alone_high == surplus.alone_low == surplus.alone_high == 0:
        return say("together_same", measure=name, n=whole.n) + say("together_stop")
    if not _is_sure(whole, "alone"):
        return say("together_all_unsure", measure=name, interval=interval, n=whole.n) + say("together_stop")
    text = say("together_all_changed", measure=name, difference=difference, interval=interval)
    more, between = _written(surplus, "alone", measure, say)
    if not _is_sure(surplus, "alone"):
        text += say("together_adds", interval=between)
    else:
        text += say("together_more" if surplus.alone * whole.alone > 0 else "together_otherwise", surplus=more, interval=between)
    return text + say("together_stop")


def _row(table, name: str):
    return next(table[table["row"] == name].itertuples())


def _table(table, measure: str, say: Words) -> Table:
    groups = ([], [])
    for row in table.itertuples():
        if row.row in (ALL, SURPLUS):
            note = say("together_less") if row.row == SURPLUS else ""
            groups[1].append([Cell(say(f"together_{row.row}"), "heading", note), _cell(row, "alone", measure, say), Cell("", span=2)])
        else:
            groups[0].append([Cell(row.row, "heading"), *(_cell(row, way, measure, say) for way in WAYS)])
    head = [(say("together_part"), "text")] + [(say(f"together_{way}"), "number") for way in WAYS]
    return Table(say.measure(measure), head, [("", groups[0]), ("", groups[1])])


def _cell(row, way: str, measure: str, say: Words) -> Cell:
    difference, interval = _written(row, way, measure, say)
    if getattr(row, f"{way}_low") == getattr(row, f"{way}_high") == 0:
        return Cell(say("together_no_difference"), "muted")
    sure = _is_sure(row, way)
    between = interval.replace(" ", "\N{NO-BREAK SPACE}")
    return Cell(difference if sure or not is_known(getattr(row, f"{way}_low")) else say("together_undetected"),
                "number" if sure else "muted", between)


def _written(row, way: str, measure: str, say: Words) -> tuple[str, str]:
    return Writer(say.lang).difference(*(float(getattr(row, f"{way}{end}")) for end in ("", "_low", "_high")), say.unit(measure))


def _is_sure(row, way: str) -> bool:
    return is_sure(getattr(row, f"{way}_low"), getattr(row, f"{way}_high"))
