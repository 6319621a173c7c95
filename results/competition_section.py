"""The section on rivals and management of the page on a comparison: what platforms take and earn, against the first scenario."""

from results.numbers import Writer
from results.page import Section
from results.words import Words

SAID = ("price_index", "own_fee", "rival_fee", "platform_profit", "rival_profit", "other_platforms_profit", "entrant_sales")
OF_PRICES = ("price", "fee_cut")  # tactics


def compare_section(comparison, lang: str) -> list[Section]:
    """A sentence a scenario and measure, where somebody follows a strategy, enters, or charges consumers; none elsewhere."""
    say = Words(lang)
    about = {each.name for each in comparison.scenarios[1:] if is_about_rivals(each)}
    if not about or not comparison.scenarios[0].customers.is_contested:
        return []
    write, first, said = Writer(lang), comparison.scenarios[0].name, []
    for row in comparison.effects.itertuples():
        if row.scenario in about and row.measure in SAID and row.value == row.value and row.difference:
            unit = say.unit(row.measure)
            difference, interval = write.difference(row.difference, row.low, row.high, unit)
            said.append(say("competition_sentence", scenario=row.scenario, baseline=first, measure=say.measure(row.measure),
                            value=write.level(float(row.value), unit, 3), difference=difference, interval=interval))
    return [Section("competition", say("section_competition"), said, notes=[say("caveat_competition")])] if said else []


def is_about_rivals(scenario) -> bool:
    """True if a strategy, an entrant, a fee or a tactic on the price is in the scenario."""
    standing = scenario.standing
    has_fee = any(each.fee for each in (standing.focal, standing.rival, standing.others))
    return bool(scenario.strategies or scenario.entrants or has_fee or any(each.kind in OF_PRICES for each in scenario.tactics))
