"""The section on shared data of the page on a comparison, and its first screen: who gains, who loses, where the risk went."""

import numpy as np
import pandas as pd
from scipy import stats

from results.effects import holm, mean_interval
from results.numbers import Writer
from results.open_data_groups import NUMBERS, group_effects, won_and_lost
from results.page import Cell, Section, Table, whisker
from results.words import Words

PURSES = ("platform_profit", "lender_profit", "bank_profit", "merchant_profit")  # who can gain and lose money
RISKS = ("written_off", "term_written_off", "npl_ratio", "bank_npl_ratio")
GOOD = {"access": 1, "apr": -1, "line": 1}  # what is for an owner, by its sign
MOST_NAMED = 5


def is_about_data(scenario) -> bool:
    """True if an agreement to share data is in the scenario."""
    return len(scenario.agreements) > 0


def compare_answers(comparison, scenario, lang: str) -> list[str]:
    """Three sentences for the first screen, on a scenario with agreements: who gains, who loses, where the risk went; none elsewhere."""
    found = _found(comparison, scenario)
    if found is None:
        return []
    say, groups = Words(lang), found
    effects = comparison.effects[comparison.effects["scenario"] == scenario.name].set_index("measure")
    moved = _moved(effects, groups, say)
    gains, losses = ([said for sign, said in moved if sign == side][:MOST_NAMED] for side in (1, -1))
    risks = [name for name in RISKS if name in effects.index]
    risk = [_told(effects.loc[name], say(f"short_{name}"), say.unit(name), say)
            for name, is_sure in zip(risks, _sure(effects.loc[risks])) if is_sure]
    won = won_and_lost(comparison.open_data["merchants"], comparison.scenarios[0].name, scenario.name)
    write = Writer(lang)
    return [say("open_gains", who=_joined(gains, say)), say("open_loses", who=_joined(losses, say), won=write.share(won["won"].mean(), 1),
                                                            lost=write.share(won["lost"].mean(), 1)),
            say("open_risk", where=_joined(risk, say) if risk else say("open_nowhere"))]


def compare_section(comparison, lang: str) -> list[Section]:
    """A table a scenario: groups of owners by access, price, default; and what it rests on."""
    say, tables, data = Words(lang), [], {}
    for scenario in comparison.scenarios[1:]:
        groups = _found(comparison, scenario)
        if groups is not None:
            tables += [_table(groups, number, comparison.scenarios[0].name, scenario.name, say) for number in NUMBERS]
            tables += _consumers(comparison, scenario.name, say)
            data[f"open_data_groups_{scenario.name}"] = groups
    return [Section("open-data", say("section_open_data"), [say("open_data_sentence")], tables=tables, notes=[say("caveat_open_data")],
                    data=data)] if tables else []


def _found(comparison, scenario) -> pd.DataFrame | None:
    """Effects on groups of owners; None unless the scenario shares data and the baseline was looked at under the same lens."""
    merchants, baseline = getattr(comparison, "open_data", {}).get("merchants"), comparison.scenarios[0].name
    if merchants is None or not is_about_data(scenario) or not {baseline, scenario.name} <= set(merchants["scenario"]):
        return None
    return group_effects(merchants, baseline, scenario.name)


def _moved(effects, groups: pd.DataFrame, say: Words) -> list[tuple[int, str]]:
    """(1 for, -1 against somebody; the words) of each that surely moved: profits, access, price; the largest beside its interval first."""
    purses = [name for name in PURSES if name in effects.index]
    of_groups = groups[(groups["group"] != "all") & groups["measure"].isin(GOOD)]
    columns = ["difference", "low", "high", "n"]
    both = pd.concat([effects.loc[purses, columns], of_groups[columns]], ignore_index=True)
    words = [_told(effects.loc[name], say(f"short_{name}"), say.unit(name), say) for name in purses]
    good, write = [1] * len(purses), Writer(say.lang)
    for row in of_groups.itertuples():
        difference, interval = write.difference(row.difference, row.low, row.high, "share")
        words.append(say("open_group_moved", group=say(f"open_group_{row.group}"), what=say(f"open_{row.measure}"),
                         difference=difference, interval=interval))
        good.append(GOOD[row.measure])
    t, is_sure = _t(both), _sure(both)
    order = np.argsort(-np.round(np.abs(t), 6), kind="stable")
    return [(int(np.sign(t[k])) * good[k], words[k]) for k in order if is_sure[k]]


def _t(rows: pd.DataFrame) -> np.ndarray:
    """Student's t of paired differences, from their 95% intervals; nan where there is no interval or nothing differs."""
    half = ((rows["high"] - rows["low"]) / 2).to_numpy(float)
    difference, n = rows["difference"].to_numpy(float), rows["n"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return difference / half * stats.t.ppf(.975, np.maximum(n - 1, 1))


def _sure(rows: pd.DataFrame) -> np.ndarray:
    """Which moved for sure at 5%, corrected for their number (Holm 1979); no interval, no certainty."""
    p = 2 * stats.t.sf(np.abs(_t(rows)), np.maximum(rows["n"].to_numpy(float) - 1, 1))
    return holm(p) < .05


def _certain(row) -> int:
    """1 if the interval lies above 0, -1 if below, else 0."""
    return int(row.low > 0) - int(row.high < 0)


def _told(row, name: str, unit: str, say: Words) -> str:
    difference, interval = Writer(say.lang).difference(row.difference, row.low, row.high, unit)
    return say("changed_by", measure=name, difference=difference, interval=interval)


def _joined(parts: list[str], say: Words) -> str:
    return ("；" if say.lang == "zh" else "; ").join(parts) if parts else say("open_nobody")


def _table(groups: pd.DataFrame, number: str, baseline: str, scenario: str, say: Words) -> Table:
    """One number of every group."""
    write, unit, rows = Writer(say.lang), NUMBERS[number], []
    for row in groups[groups["measure"] == number].itertuples():
        if row.n == 0:
            continue
        level = write.share if unit == "share" else lambda value, digits: write.level(value, "CNY", 3)
        difference, interval = write.difference(row.difference, row.low, row.high, unit) if np.isfinite(row.high - row.low) else ("", "")
        kind = "number" if _certain(row) else "muted"
        rows.append([Cell(say(f"open_group_{row.group}"), "heading"), Cell(level(row.baseline, 1), "number"),
                     Cell(level(row.scenario, 1), "number"), Cell(difference, kind), Cell(interval, kind),
                     Cell(whisker(row.difference, row.low, row.high), "drawing") if np.isfinite(row.high - row.low) else Cell("")])
    head = [(say("open_group"), "text"), (baseline, "number"), (scenario, "number"), (say("difference"), "number"),
            (say("interval"), "number"), (say("against_zero"), "text")]
    return Table(f"{say(f'open_{number}')}: {scenario}", head, [("", rows)])


def _consumers(comparison, scenario: str, say: Words) -> list[Table]:
    """Lines of the credit payment by gender, where it is offered; means over replicates."""
    table = comparison.open_data.get("consumers")
    if table is None or not len(table):
        return []
    write, rows = Writer(say.lang), []
    for name in (comparison.scenarios[0].name, scenario):
        mine = table[table["scenario"] == name]
        for woman, label in ((True, "open_women"), (False, "open_men")):
            sums = mine[mine["is_woman"] == woman].groupby("replicate")[["n_asked", "n_approved", "n_bad"]].sum()
            access = mean_interval(sums["n_approved"] / sums["n_asked"])[0]
            bad = mean_interval(sums["n_bad"] / sums["n_approved"])[0]
            rows.append([Cell(f"{name}: {say(label)}", "heading"), Cell(write.share(access, 1), "number"),
                         Cell(write.share(bad, 1), "number")])
    head = [(say("open_group"), "text"), (say("open_access"), "number"), (say("open_default"), "number")]
    return [Table(say("caption_open_consumers"), head, [("", rows)])]
