"""Sections of the report on a forked experiment, each from the fork's numbers to a `Section`."""

import math

import numpy as np

from results.answer import mechanism_of
from results.effects import is_sure, pairs_needed
from results.figures import lending, money, risk, rush
from results.forked import DIP_DAYS, Interval, by_day, dip, event_days, flow_matrix, interest_given_up, loan_life_days, winners
from results.measures import LEAST_BAD_LOANS
from results.numbers import Writer, by_chance, is_known
from results.page import Section, Tile
from results.promotion import LEAST_WINNERS, promotion_of, rush_of
from results.style import figure_language
from results.tables import effects_table, flow_tables, provenance_table, too_few_bad, tried_in, tried_table
from results.words import Words


def fork_sections(fork, lang: str) -> list[Section]:
    """All sections of a fork; those about a rate promotion only if there is one."""
    say, drawn = Words(lang), Words(figure_language(lang))
    promoted = promotion_of(fork.scenario) is not None and by_day(fork.with_tactics, "drawn_promoted").sum() > 0
    sections = []
    if promoted:
        sections.append(_rush(fork, say, drawn))
        if len(fork.surface):
            sections.append(
                Section(
                    "surface",
                    say("section_surface"),
                    [say("surface_sentence")],
                    pictures=[(rush.surface(fork, drawn), say("caption_surface"))],
                )
            )
        sections.append(
            Section(
                "sources",
                say("section_sources"),
                [mechanism_of(fork, lang)],
                pictures=[
                    (lending.where_it_came_from(fork, drawn), say("caption_sources")),
                    (lending.net_lending(fork, drawn), say("caption_cumulative")),
                ],
            )
        )
    pictures = [(lending.book_and_draws(fork, drawn), f"{say('caption_book')} {say('caption_draws')}")]
    sections.append(Section("book", say("section_book"), pictures=pictures))
    around = [(lending.around_the_event(fork, drawn), say("caption_around", days=DIP_DAYS))]
    if not promoted:
        around.append((lending.net_lending(fork, drawn), say("caption_cumulative")))
    sections.append(Section("dip", say("section_dip"), [_dip_sentence(fork, say)], pictures=around))
    sections.append(_bad_loans(fork, say, drawn))
    if promoted:
        sections += [_who_won(fork, say, drawn), _interest(fork, say)]
    sections.append(_profit(fork, say, drawn))
    sections.append(_flows(fork, say))
    sections.append(_measures(fork, say))
    sections.append(Section("caveats", say("section_caveats"), bullets=caveats(fork, say)))
    return sections


def tiles(fork, say: Words) -> list[Tile]:
    """The key numbers of the first screen."""
    write, days = Writer(say.lang), len(fork.without[0].daily)
    effects = fork.effects.set_index("measure")
    found = []
    promoted = promotion_of(fork.scenario) is not None and by_day(fork.with_tactics, "drawn_promoted").sum() > 0
    if promoted:
        rushes = [rush_of(each.draws, fork.scenario) for each in fork.with_tactics]
        few = min(each.n_simulated for each in rushes) < LEAST_WINNERS
        minutes = np.array([each.sold_out_minutes for each in rushes])
        spread = say("median_range", spread=write.minutes_between(float(minutes.min()), float(minutes.max())))
        found.append(
            Tile(
                say("tile_sell_out"),
                say("too_few_tile") if few else write.minutes(float(np.median(minutes))),
                say("needs_winners", n=min(each.n_simulated for each in rushes)) if few else spread,
                few,
            )
        )
        found.append(
            Tile(
                say("tile_winners"),
                write.level(float(np.median([each.winners for each in rushes])), "merchants", 3, short=True),
                say(
                    "winners_note",
                    mean=write.level(float(np.median([each.mean_loan_cny for each in rushes])), "CNY", 2),
                    largest=write.level(max(each.largest_loan_cny for each in rushes), "CNY", 3),
                ),
            )
        )
    found.append(_effect_tile(say("tile_net", days=days), effects.loc["drawn"], "CNY", say, write))
    if promoted:
        fall = dip(fork)
        found.append(_interval_tile(say("tile_dip", days=DIP_DAYS), fall, say, write))
        given = interest_given_up(fork)
        if is_known(given.direct.mean):
            found.append(
                Tile(
                    say("tile_given_up"),
                    write.level(given.direct.mean, "CNY", 2),
                    say("given_up_note", life=_days(given.life_days, write), cut=write.share(promotion_of(fork.scenario).depth)),
                )
            )
    found.append(_effect_tile(say("tile_lender_profit"), effects.loc["lender_profit"], "CNY", say, write))
    return found


def _effect_tile(name: str, row, unit: str, say: Words, write: Writer) -> Tile:
    difference, interval = write.difference(float(row["difference"]), float(row["low"]), float(row["high"]), unit)
    if row["low"] == row["high"] == row["difference"]:
        return Tile(name, difference, say("same_in_every_pair"))
    detected = is_sure(row["low"], row["high"])
    note = say("interval_note" if detected else "not_detectable_note", interval=interval)
    return Tile(name, difference, note if is_known(float(row["low"])) else say("no_interval"), not detected)


def _interval_tile(name: str, each: Interval, say: Words, write: Writer) -> Tile:
    if not is_known(each.low):
        return Tile(name, write.share(each.mean, 0, True), say("no_interval"), True)
    interval = write.between(write.share(each.low, 0, True), write.share(each.high, 0, True))
    return Tile(
        name,
        write.share(each.mean, 0, True),
        say("interval_note" if each.is_detected else "not_detectable_note", interval=interval),
        not each.is_detected,
    )


def _days(value: float, write: Writer) -> str:
    return write.joined(f"{value:.1f}", "days" if write.lang == "en" else "天")


def changes(fork, say: Words) -> list[tuple[str, str]]:
    """What would change the answer: attention, throughput and depth, each a name and a sentence with numbers."""
    tactic, write = promotion_of(fork.scenario), Writer(say.lang)
    if tactic is None:
        return []
    found = []
    if len(fork.surface):
        middle = rush.median_minutes(fork.surface)
        nearest = min(middle.columns, key=lambda value: abs(math.log(value / tactic.throughput)))
        own_row = min(middle.index, key=lambda value: abs(value - tactic.attention_share))
        low, high = middle.index[0], middle.index[-1]
        found.append(
            (
                say("attention_name"),
                say(
                    "change_attention",
                    low=write.share(low),
                    high=write.share(high),
                    own=write.share(tactic.attention_share),
                    low_outcome=_outcome(fork, low, nearest, say, write),
                    high_outcome=_outcome(fork, high, nearest, say, write),
                ),
            )
        )
        slow, fast = middle.columns[0], middle.columns[-1]
        at_own, at_fast = middle.loc[own_row, nearest], middle.loc[own_row, fast]
        slack = at_fast == at_own or at_fast > .95 * at_own
        found.append(
            (
                say("throughput_name"),
                say(
                    "change_throughput",
                    low=f"{slow:,.0f}",
                    high=f"{fast:,.0f}",
                    own=f"{tactic.throughput:,.0f}",
                    low_outcome=_outcome(fork, own_row, slow, say, write),
                    high_outcome=_outcome(fork, own_row, fast, say, write),
                    binding=say("throughput_slack" if slack else "throughput_binds"),
                ),
            )
        )
    life = loan_life_days(fork)
    if is_known(life) and tactic.pulls_forward and 0 < tactic.depth < 1:
        found.append(
            (
                say("depth_name"),
                say(
                    "change_depth",
                    own=write.share(tactic.depth),
                    life=_days(life, write),
                    horizon=_days(life * tactic.depth / (1 - tactic.depth), write),
                    shallow=_days(life / 9, write),
                    deep=_days(life * 2 / 3, write),
                ),
            )
        )
    return found


def _outcome(fork, attention: float, throughput: float, say: Words, write: Writer) -> str:
    rows = fork.surface[(fork.surface["attention"] == attention) & (fork.surface["throughput"] == throughput)]["minutes"]
    lasting = int(np.isinf(rows).sum())
    if lasting:
        return say("outcome_lasts", lasting=lasting, pairs=len(rows))
    return say("outcome_minutes", minutes=write.minutes(float(rows.median())))


def _rush(fork, say: Words, drawn: Words) -> Section:
    write, tactic = Writer(say.lang), promotion_of(fork.scenario)
    rushes = [rush_of(each.draws, fork.scenario) for each in fork.with_tactics]
    lent = float(np.mean([each.lent_cny for each in rushes]))
    paragraphs = [
        say(
            "rush_sentence",
            promoted=write.level(lent, "CNY", 3),
            pool=write.level(tactic.pool_cny, "CNY", 3),
            winners=write.level(float(np.median([each.winners for each in rushes])), "merchants", 3),
            largest=write.level(max(each.largest_loan_cny for each in rushes), "CNY", 3),
            limit=write.level(tactic.largest_loan_cny, "CNY", 3),
        )
    ]
    if rush.is_the_reported_event(fork.scenario) and all(each.has_enough_events for each in rushes):
        minutes = np.array([each.sold_out_minutes for each in rushes])
        paragraphs.append(
            say(
                "rush_reported",
                pairs=len(rushes),
                median=write.minutes(float(np.median(minutes))),
                spread=write.minutes_between(float(minutes.min()), float(minutes.max())),
            )
        )
    return Section(
        "rush",
        say("section_rush"),
        paragraphs,
        pictures=[(rush.sell_out(fork, drawn), say("caption_sell_out")), (rush.loan_sizes(fork, drawn), say("caption_loan_sizes"))],
    )


def _dip_sentence(fork, say: Words) -> str:
    write, fall = Writer(say.lang), dip(fork)
    first = event_days(fork).start
    difference = (by_day(fork.with_tactics, "drawn") - by_day(fork.without, "drawn"))[first]
    without = by_day(fork.without, "drawn")[first]
    rise = Interval.of(np.divide(difference, without, out=np.full(len(without), np.nan), where=without > 0))
    if not is_known(fall.low) or not is_known(rise.mean):
        return say("dip_unknown", days=DIP_DAYS)
    ends = write.between(write.share(fall.low, 0, True), write.share(fall.high, 0, True))
    key = "dip_sentence" if fall.high < 0 else "dip_undetected"
    return say(key, rise=write.share(rise.mean, 0, True), days=DIP_DAYS, dip=write.share(fall.mean, 0, True), interval=ends)


def _bad_loans(fork, say: Words, drawn: Words) -> Section:
    write, most = Writer(say.lang), risk.most_bad_loans(fork)
    row = fork.effects.set_index("measure").loc["npl_ratio"]
    if most < LEAST_BAD_LOANS:
        sentence = say("npl_few", n=most)
    else:
        difference, interval = write.difference(float(row["difference"]), float(row["low"]), float(row["high"]), "share")
        detected = is_sure(row["low"], row["high"])
        sentence = say("npl_difference", difference=difference, interval=interval) if detected else say("npl_undetected", interval=interval)
    return Section(
        "npl",
        say("section_npl"),
        [sentence],
        pictures=[(risk.npl(fork, drawn), say("caption_npl", write_off=fork.scenario.loans.write_off_days))],
    )


def _who_won(fork, say: Words, drawn: Words) -> Section:
    write, picture = Writer(say.lang), rush.who_won(fork, drawn)
    if picture is None:
        return Section("winners", say("section_winners"), [say("winners_unknown")])
    top = winners(fork).iloc[-1]
    sentence = say("winners_sentence", top=write.share(top["promoted_share"]), ordinary=write.share(top["ordinary_share"]))
    return Section("winners", say("section_winners"), [sentence], pictures=[(picture, say("caption_winners"))])


def _interest(fork, say: Words) -> Section:
    write, given, tactic = Writer(say.lang), interest_given_up(fork), promotion_of(fork.scenario)
    promoted = float(by_day(fork.with_tactics, "drawn_promoted").sum(axis=0).mean())
    bullets = []
    if is_known(given.direct.mean):
        bullets.append(
            say(
                "interest_direct",
                value=write.level(given.direct.mean, "CNY", 2),
                cut=write.share(tactic.depth),
                life=_days(given.life_days, write),
            )
            + " "
            + say("interest_cost", per=f"{100 * given.direct.mean / promoted:.2f} " + ("CNY" if say.lang == "en" else "元"))
        )
    value, interval = write.difference(given.net.mean, given.net.low, given.net.high, "CNY")
    if given.net.is_detected:
        bullets.append(say("interest_net", value=value, interval=interval))
    elif is_known(given.net.low):
        needed = pairs_needed(given.net.low, given.net.high, given.net.n, given.net.mean)
        bullets.append(say("interest_net_undetected", value=value, interval=interval, needed=write.pairs(needed)))
    return Section("interest", say("section_interest"), bullets=bullets)


def _profit(fork, say: Words, drawn: Words) -> Section:
    write, days = Writer(say.lang), len(fork.without[0].daily)
    changed, silent = [], []
    for row in money.party_table(fork.effects).itertuples():
        party = say(f"party_{row.measure}")
        if is_sure(row.low, row.high):
            difference, interval = write.difference(row.difference, row.low, row.high, "CNY")
            changed.append(say("profit_change", party=party, difference=difference, interval=interval))
        elif is_known(row.low):
            needed = write.pairs(pairs_needed(row.low, row.high, int(row.n), row.difference))
            silent.append(say("profit_pairs", party=party, needed=needed))
    if changed:
        sentence = say("profit_some", days=days, changes="; ".join(changed))
    else:
        sentence = say("profit_none", days=days, pairs=len(fork.with_tactics))
    return Section("profit", say("section_profit"), [sentence], silent, [(money.profit(fork.effects, days, drawn), say("caption_profit"))])


def _flows(fork, say: Words) -> Section:
    data = {"flows_without": flow_matrix(fork.without), "flows_with": flow_matrix(fork.with_tactics)}
    return Section("flows", say("section_flows"), tables=flow_tables(fork, say), data=data)


def _measures(fork, say: Words) -> Section:
    most = risk.most_bad_loans(fork)
    table = effects_table(fork.effects, say, (say("without"), say("with")), too_few=too_few_bad(most, say))
    tested = int(((fork.effects["n"] > 1) & (fork.effects["high"] > fork.effects["low"])).sum())
    return Section(
        "measures",
        say("section_kpi"),
        [say("luck_note", measures=tested, expected=by_chance(tested))],
        tables=[table],
        notes=[say("needed_note"), say("pairing_note")],
    )


def caveats(fork, say: Words) -> list[str]:
    """What limits the numbers: assumptions, the shared past, the window, too few events."""
    write, scenario = Writer(say.lang), fork.scenario
    found = [say("caveat_one_world", seed=fork.seed)] if fork.past is not None else []
    found.append(say("caveat_window", days=len(fork.without[0].daily)))
    weight = write.level(float(scenario.weight), "", 3).strip()
    if promotion_of(scenario) is not None:
        rushes = [rush_of(each.draws, scenario) for each in fork.with_tactics]
        found.append(say("caveat_weight", weight=weight, winners=min(each.n_simulated for each in rushes), bad=risk.most_bad_loans(fork)))
        found.append(say("caveat_identification"))
    else:
        found.append(say("caveat_weight_plain", weight=weight, bad=risk.most_bad_loans(fork)))
    found += [say("caveat_outside"), say("caveat_graphs", networks=networks_of(scenario, say)), say("caveat_calibrated")]
    return found


def networks_of(scenario, say: Words) -> str:
    """The networks of a scenario in words."""
    return ", ".join(
        f"{say('network_' + use)}: {getattr(scenario.networks, use).kind.replace('_', ' ')}" for use in ("social", "supply", "interbank")
    )


def provenance(scenario, manifests: list[dict], seed: int, command: str, residual: float, say: Words) -> Section:
    """Seeds, versions, source and the command that repeats it; `residual`: largest difference in the books, fen."""
    first = manifests[0] if manifests else {}
    rows = [(say("scenario"), f"{scenario.name}" + (f" ({scenario.based_on})" if scenario.based_on else "")), (say("seed"), str(seed))]
    paths = list(dict.fromkeys(str(each["path_seed"]) for each in manifests if "path_seed" in each))
    if paths:
        rows.append((say("path_seeds"), ", ".join(paths[:10]) + (" …" if len(paths) > 10 else "")))
    if first.get("versions"):
        rows.append((say("versions"), ", ".join(f"{name} {version}" for name, version in first["versions"].items())))
    git = first.get("git")
    if git:
        rows.append((say("source_state"), say("source_changed", commit=git["commit"][:12]) if git["is_changed"] else git["commit"][:12]))
    if first.get("finished"):
        rows.append((say("finished"), first["finished"]))
    books = say("books_balanced") if residual == 0 else say("books_not_balanced", residual=f"{residual:,.0f}")
    tables = [provenance_table(rows, say)]
    if tried_in(scenario):
        tables.insert(0, tried_table(scenario, say))
    return Section("provenance", say("section_provenance"), [books], command=command, tables=tables)
