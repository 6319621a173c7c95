"""Reports: one self-contained HTML page from a forked experiment, a single run or a comparison.

The first screen holds the question, the answer with its interval, and what would change it; then figures, tables,
caveats and how to repeat it.  Nothing on the page is loaded from elsewhere.
"""

import shlex
from pathlib import Path

import numpy as np

from results import competition_section, contagion_section, customers_section, lending_section, open_data_section, savings_section
from results.answer import answer_of, answer_of_effects, funds_and_fees, headlines, mechanism_of
from results.figures import compared, daily
from results.figures.fans import fans
from results.forked import by_day, flow_matrix
from results.numbers import Writer, by_chance
from results.page import Page, Section, write_page
from results.sections import changes, fork_sections, networks_of, provenance, tiles
from results.store import write_scenario
from results.style import figure_language
from results.tables import effects_table, facts_table, flow_table, run_table, too_few_bad
from results.targets import compare_paths, fork_paths, run_paths
from results.targets_section import target_sections, target_tiles
from results.words import Words

MOST_FANS = 3

__all__ = ["answer_of", "compare_report", "fork_report", "run_report"]


def fork_report(fork, folder: str | Path, lang: str = "en") -> Path:
    """Write report.html, figures/ with PNG, PDF and CSV of each, and the scenario, for paired paths from one past."""
    page = write_page(fork_page(fork, lang), Path(folder), lang)
    write_scenario(page.parent, fork.scenario)
    return page


def run_report(run, folder: str | Path, lang: str = "en") -> Path:
    """Write the report of a plain run: its measures day by day, books and facts about clients."""
    page = write_page(run_page(run, lang), Path(folder), lang)
    write_scenario(page.parent, run.scenario)
    return page


def compare_report(comparison, folder: str | Path, lang: str = "en") -> Path:
    """Write the report of scenarios compared with a baseline on the same replicates."""
    page = write_page(compare_page(comparison, lang), Path(folder), lang)
    for each in comparison.scenarios:
        write_scenario(page.parent, each, each.name)
    return page


def fork_page(fork, lang: str = "en") -> Page:
    """The page on paired paths from one past."""
    say, scenario = Words(lang), fork.scenario
    days = fork.without[0].daily["date"]
    pairs = len(fork.with_tactics)
    meta = [say("days_from_to", first=days.iloc[0], last=days.iloc[-1]), say("pairs_of_paths", pairs=pairs, days=len(days))]
    residual = max(np.abs(by_day(runs, "ledger_residual")).max() for runs in (fork.without, fork.with_tactics))
    manifests = [each.manifest for each in fork.with_tactics]
    command = f"{_run_command(scenario)} --seed {fork.seed} --replicates {pairs}"
    answers = [each for each in (answer_of(fork, lang), mechanism_of(fork, lang)) if each]
    paths = fork_paths(fork)
    sections = [*target_sections(paths, lang), *fork_sections(fork, lang)]
    sections.append(provenance(scenario, manifests, fork.seed, command, float(residual), say))
    numbers = [*tiles(fork, say), *target_tiles(paths, say)]
    return Page(say.title_of(scenario), meta, _question(scenario, say), answers, numbers, changes(fork, say), sections)


def run_page(run, lang: str = "en") -> Page:
    """The page on a plain run."""
    say, write, scenario = Words(lang), Writer(lang), run.scenario
    days = run.daily["date"]
    meta = [say("days_from_to", first=days.iloc[0], last=days.iloc[-1]) if len(days) else "", f"{say('seed')} {run.seed}"]
    drawn, paths = Words(figure_language(lang)), run_paths(run)
    facts = facts_table(run.summary, say)
    sections = [
        Section("daily", say("section_daily"), pictures=[(daily.overview(run, drawn), say("caption_overview"))]),
        *contagion_section.run_section(run, lang),
        *target_sections(paths, lang),
        *customers_section.run_section(run, lang),
        *savings_section.run_section(run, lang),
        *lending_section.run_section(run, lang),
        Section("measures", say("section_kpi"), tables=[run_table(run, say)]),
        Section("facts", say("section_facts"), [] if facts else [say("fact_few_days", days=len(days))], tables=[facts] if facts else []),
        Section(
            "flows",
            say("section_flows"),
            tables=[flow_table(flow_matrix([run]), say, len(days), say("flows_run"))] if len(run.flows) else [],
        ),
        Section(
            "caveats",
            say("section_caveats"),
            bullets=[say("caveat_one_run"), say("caveat_graphs", networks=networks_of(scenario, say)), say("caveat_calibrated")],
        ),
        provenance(
            scenario,
            [run.manifest],
            run.seed,
            f"{_run_command(scenario)} --seed {run.seed}",
            float(np.abs(run.daily["ledger_residual"]).max()) if len(days) else .0,
            say,
        ),
    ]
    s = run.summary
    about_customers = {}
    if np.isfinite(s.get("new_users", np.nan)):
        about_customers = {"aware": write.share(s["awareness"]), "new": write.level(s["new_users"], "users"),
                           "users": write.level(s["users"], "users"), "share": write.share(s["market_share"], 1),
                           "spent": write.level(s["marketing_spending"], "CNY")}
    answer = say(
        "run_answer_customers" if about_customers else "run_answer",
        **about_customers,
        days=len(days),
        name=scenario.name,
        gmv=write.level(s.get("gmv"), "CNY"),
        drawn=write.level(s.get("drawn"), "CNY"),
        draws=write.level(s.get("draws"), "loans"),
        open=write.level(s.get("open_merchants"), "merchants"),
        purchases=write.level(s.get("purchases"), "purchases"),
        closed=write.level(s.get("closed_merchants"), "merchants"),
    )
    numbers = [*customers_section.customer_tiles(run, say), *target_tiles(paths, say)]
    about = funds_and_fees(s, lang)  # where the scenario has them, they are what it is about
    answers = [*contagion_section.answer_of_run(run, lang), *([*about, answer] if scenario.products else [answer, *about])]
    return Page(say.title_of(scenario), meta, _question(scenario, say), answers, numbers, [], sections)


def compare_page(comparison, lang: str = "en") -> Page:
    """The page on scenarios compared with a baseline."""
    say, drawn = Words(lang), Words(figure_language(lang))
    baseline, others, effects = comparison.scenarios[0], comparison.scenarios[1:], comparison.effects
    n = comparison.replicates
    meta = [say("replicates_of", n=n, days=baseline.days), say("against", name=baseline.name)]
    paths = compare_paths(comparison)
    answers, sections = [], target_sections(paths, lang)
    for number, each in enumerate(others):
        mine = effects[effects["scenario"] == each.name].reset_index(drop=True)
        sentence = answer_of_effects(mine, each.days, n, lang, each.customers.is_contested)
        said = open_data_section.compare_answers(comparison, each, lang) or [sentence]  # who gains, who loses, where the risk went
        answers += [f"{each.name}: {one}" if len(others) > 1 else one for one in said]
        bad = mine[mine["measure"] == "bad_loans_simulated"][["baseline", "value"]].to_numpy().max(initial=0)
        table = effects_table(mine, say, (baseline.name, each.name), ("baseline", "value"), too_few_bad(bad, say))
        tested = int(((mine["n"] > 1) & (mine["high"] > mine["low"])).sum())
        sections.append(
            Section(
                f"effects-{number}",
                f"{say('section_effects')}: {each.name}",
                [say.translated(each.question)] if each.question and len(others) > 1 else [],
                pictures=[
                    (compared.forest(mine, baseline.name, each.name, drawn, number), say("caption_forest", baseline=baseline.name))
                ],
                tables=[table],
                notes=[say("luck_note", measures=tested, expected=by_chance(tested)), say("needed_note"), say("pairing_note")],
            )
        )
    sections[:0] = open_data_section.compare_section(comparison, lang)
    sections += [*customers_section.compare_section(comparison, lang), *savings_section.compare_section(comparison, lang),
                 *contagion_section.compare_section(comparison, lang),
                 *lending_section.compare_section(comparison, lang), *competition_section.compare_section(comparison, lang)]
    sections += [section for number in range(len(others)) if (section := _fans(comparison, number, say, drawn))]
    sections.append(
        Section(
            "caveats",
            say("section_caveats"),
            bullets=[say("caveat_replicates", n=n), say("caveat_graphs", networks=networks_of(baseline, say)), say("caveat_calibrated")],
        )
    )
    names = shlex.join(called(each, f"{each.name}.toml") for each in comparison.scenarios)
    command = f"jishi compare {names} --replicates {n} --seed {comparison.seed}"
    residual = float(effects.loc[effects["measure"] == "ledger_residual", ["baseline", "value"]].abs().to_numpy().max(initial=0))
    sections.append(provenance(others[0], [comparison.manifest], comparison.seed, command, residual, say))
    title = say("compare_title", names=", ".join(each.name for each in others), baseline=baseline.name)
    question = (
        say.translated(others[0].question) if len(others) == 1 and others[0].question else say("compare_question", baseline=baseline.name)
    )
    return Page(title, meta, question, answers, target_tiles(paths, say), [], sections)


def _fans(comparison, number: int, say: Words, drawn: Words) -> Section | None:
    """The headline measures day by day, those that changed first: how they spread over worlds and differ within each."""
    baseline, each = comparison.scenarios[0], comparison.scenarios[number + 1]
    daily = {scenario.name: comparison.days_of(scenario.name) for scenario in (baseline, each)}
    effects = comparison.effects[comparison.effects["scenario"] == each.name].set_index("measure")
    moved = [name for name in headlines(effects, each.customers.is_contested) if effects["high"][name] > effects["low"][name]]
    shown = sorted(moved, key=lambda name: bool(effects["low"][name] <= 0 <= effects["high"][name]))[:MOST_FANS]
    if not shown or baseline.days < 2:
        return None
    pictures = [(fans(daily, name, drawn, baseline.start, f"fan_{number + 1}"), say("caption_fan", measure=say.measure(name)))
                for name in shown]
    said = say("fan_sentence", n=daily[each.name]["replicate"].nunique())
    heading = say("section_fan") + (f": {each.name}" if len(comparison.scenarios) > 2 else "")
    return Section(f"fan-{number + 1}", heading, [said], pictures=pictures)


def _question(scenario, say: Words) -> str:
    return say.translated(scenario.question) if scenario.question else say("no_question", name=scenario.name)


def _run_command(scenario) -> str:
    return f"jishi run {called(scenario, 'scenario.toml')}"


def called(scenario, file: str) -> str:
    """The scenario's name if the shipped one of that name is the same, else the `file` beside the page."""
    from scenarios import load
    from sim.core.errors import UserError

    try:
        return scenario.name if load(scenario.name) == scenario else file
    except UserError:
        return file
