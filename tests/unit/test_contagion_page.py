"""The section on contagion: there where there are channels, in both languages, with the numbers of the run."""

import datetime

import pytest

from experiments import compare, run
from results import contagion_section
from results.contagion import shows_contagion
from scenarios import load
from tests.worlds import SMALL

WORLD = {**SMALL, "consumers.count": 400, "merchants.count": 30, "weight": 20_000.0, "days": 10, "bank_sheets.is_kept": True,
         "channels": [{"kind": kind} for kind in ("fire_sale", "interbank", "panic")], "rescue.insurance_cover_cny": 2_000.0,
         "shocks": [{"kind": "bank_failure", "start": datetime.date(2012, 1, 4), "bank": 1, "size": .5}]}


@pytest.fixture(scope="module")
def lived():
    return run(load("baseline", WORLD), seed=1)


def test_a_run_without_channels_keeps_and_shows_nothing():
    plain = load("baseline", {**SMALL, "days": 3})
    assert not shows_contagion(plain) and contagion_section.run_section(run(plain, seed=1), "en") == []


def test_the_tables_add_up_to_what_the_market_booked(lived):
    tables, m = lived.contagion, lived.market
    assert tables["losses"]["lost"].sum() == pytest.approx(m.contagion.total() / 100 * 20_000)
    assert tables["failures"]["failed"].sum() == (m.sheets.failed_on >= 0).sum() + 20_000 * m.contagion.n_failed(layer="merchants")
    assert tables["rescues"]["cost"].sum() == pytest.approx(m.rescue.total() / 100 * 20_000) != 0
    assert list(tables["nodes"]["when"].unique()) == ["before", "after"] and tables["nodes"]["failed"].any()
    before = tables["links"][tables["links"]["when"] == "before"]["owed"].sum()
    assert tables["links"][tables["links"]["when"] == "after"]["owed"].sum() < before


@pytest.mark.parametrize("lang, heading", [("en", "Contagion"), ("zh", "传染")])
def test_the_section_says_who_lost_in_both_languages(lived, lang, heading):
    section, = contagion_section.run_section(lived, lang)
    assert section.heading == heading and len(section.pictures) >= 2 and len(section.tables) == 3
    losses = lived.contagion["losses"].groupby(["layer", "channel", "round"]).ngroups
    assert len(section.tables[0].groups[0][1]) == losses
    named = {"en": "loans between banks", "zh": "同业借款"}[lang]
    assert any(named in cell.text for row in section.tables[0].groups[0][1] for cell in row)


def test_a_comparison_has_a_section_for_each_scenario_with_losses(tmp_path):
    usual, hit = load("baseline", {**WORLD, "name": "usual", "shocks": []}), load("baseline", {**WORLD, "name": "hit"})
    found = compare(usual, hit, replicates=2, seed=1)
    section, = contagion_section.compare_section(found, "en")
    assert section.heading == "Contagion: hit"
    assert found.report(tmp_path).exists()
