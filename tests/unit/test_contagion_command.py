"""What contagion causes: paired networks on and off, from one past."""

import numpy as np
import pandas as pd
import pytest

from experiments.causing import contagion, one_replicate, variants
from experiments.facts import TESTS
from results.causes_report import causes_page
from results.numbers import Writer
from results.words import Words
from scenarios import load
from sim.core.errors import UserError

SMALL = {"consumers.count": 1500, "merchants.count": 100, "weight": 50.0, "start": "2012-01-01", "days": 24,
         "experiment.fork": "2012-01-11", "shocks.large_merchant.start": "2012-01-12", "shocks.large_merchant.count": 8,
         "distress.stock_price": 0.0, "distress.income_days": 0.0}


@pytest.fixture(scope="module")
def found():
    return contagion(load("supplier-failure", SMALL), replicates=3, seed=3)


def test_all_channels_cause_what_each_does_and_their_interaction(found):
    table = found.causes.pivot(index="outcome", columns="network", values="mean")
    np.testing.assert_allclose(table["shock"] + table["any day"], table["all"], atol=1e-6)
    parts = table["trade_credit"] + table["lender_loss"] + table["interaction"]
    np.testing.assert_allclose(parts, table["all"], atol=1e-6)
    assert table.loc["failed merchants", "all"] > 0 and table.loc["loss of merchants, CNY", "trade_credit"] > 0
    assert set(found.causes["n"]) == {3}


def test_without_a_network_nothing_is_lost_and_losses_by_round_add_up(found):
    losses = [name for name in found.runs.columns if name.startswith("loss of")]
    off, on = (found.runs[found.runs["network"] == name] for name in ("none", "all"))
    assert not off[losses].to_numpy().any()
    assert found.booked["cny"].sum() == pytest.approx(on[losses].to_numpy().sum() / 3)


def test_the_figure_shows_what_the_table_says(found, tmp_path):
    found.figure().save(tmp_path)
    shown = pd.read_csv(tmp_path / "causes.csv")
    assert shown["outcome"].str.startswith("loss of").all() and (tmp_path / "causes.png").stat().st_size > 5_000


def test_networks_are_the_same_world_until_somebody_fails():
    quiet = load("supplier-failure", {**SMALL, "shocks": [], "distress.trouble_rate": 0.0, "distress.strategic_share": 0.0})
    rows, booked = one_replicate(quiet, 1, 0)
    assert booked == [] and len({tuple(value for name, value in row.items() if name != "network") for row in rows}) == 1


def test_a_scenario_without_channels_is_refused():
    with pytest.raises(UserError, match="baseline: has no channels"):
        variants(load("baseline"))


def test_claims_on_contagion_have_nulls():
    assert {"C30 sales", "C30 buyers", "C31"} <= TESTS.keys()


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_opens_with_what_contagion_costs_and_shows_every_channel(found, lang, tmp_path):
    page = causes_page(found, lang)
    say = Words(lang)
    lost = found.causes.set_index(["network", "outcome"]).loc[("shock", "lost, CNY")]
    _, interval = Writer(lang).difference(*lost[["mean", "low", "high"]], "CNY")
    assert interval.replace("+", "") in page.answers[0].replace("+", "")
    kinds = [say(f"channel_{each.kind}") for each in found.scenario.channels]
    shown = [row[0].text for row in page.sections[0].tables[0].groups[0][1]]
    assert shown == [say("causes_all_row"), say("causes_any_day_row"), say("causes_shock_row"), *kinds,
                     *(say("causes_alone", channel=kind) for kind in kinds), say("causes_interaction_row")]
    text = found.report(tmp_path, lang).read_text(encoding="utf-8")
    assert say("causes_caveat_off") in text and (tmp_path / "figures" / "causes.csv").exists() and (tmp_path / "scenario.toml").exists()


def test_where_nothing_fails_the_page_says_that_contagion_changes_nothing():
    quiet = load("supplier-failure", {**SMALL, "shocks": [], "distress.trouble_rate": 0.0, "distress.strategic_share": 0.0})
    assert "all 2 worlds are the same" in causes_page(contagion(quiet, replicates=2)).answers[0]
