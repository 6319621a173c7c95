"""What rescues save per yuan: ratios of sums, pairs of worlds that share their luck, mistakes in one line."""

import datetime

import numpy as np
import pandas as pd
import pytest

from experiments.rescuing import RESCUES, Rescued, ratio_interval, rescues, table_of, text_of
from results.causes_report import rescues_page
from results.words import Words
from scenarios import load
from sim.core.errors import UserError
from tests.worlds import SMALL

WORLD = {**SMALL, "consumers.count": 400, "merchants.count": 30, "weight": 20_000.0, "days": 8, "bank_sheets.is_kept": True,
         "channels": [{"kind": kind} for kind in ("fire_sale", "interbank", "panic")],
         "shocks": [{"kind": "bank_failure", "start": datetime.date(2012, 1, 4), "bank": 1, "size": .5}]}


def test_a_rescue_is_the_difference_between_the_same_worlds():
    found = rescues(load("baseline", WORLD), replicates=2, names=("bail-out", "deposit insurance", "ring-fencing"))
    runs = found.runs.set_index(["rescue", "replicate"])
    assert (runs.loc["bail-out", "saved"] > .5 * runs.loc["bail-out", "lost_without"]).all() and (runs.loc["bail-out", "cost"] > 0).all()
    assert (runs.loc["deposit insurance", "cost"] > 0).all() and (runs.loc["ring-fencing", "saved"] == 0).all()
    table = found.table.set_index(["rescue", "number"])
    bail_out = runs.loc["bail-out"]
    assert table.loc[("bail-out", "per_yuan"), "mean"] == pytest.approx(bail_out["saved"].sum() / bail_out["cost"].sum())
    assert "ring-fencing" in text_of(found) and "costs nothing" in text_of(found)


def test_a_ratio_of_sums_has_an_interval_and_none_without_costs():
    top, bottom = np.array([2.0, 4.0, 9.0]), np.array([1.0, 2.0, 3.0])
    ratio, low, high = ratio_interval(top, bottom)
    assert ratio == pytest.approx(2.5) and low < 2.5 < high
    assert np.isnan(ratio_interval(top, np.zeros(3))).all()
    assert ratio_interval(2 * bottom, bottom) == pytest.approx((2.0, 2.0, 2.0))


def test_mistakes_are_one_line():
    with pytest.raises(UserError, match="no rescue 'prayer'; known: bail-out"):
        rescues(load("baseline", WORLD), names=("prayer",))
    with pytest.raises(UserError, match="has no channels"):
        rescues("baseline")
    with pytest.raises(UserError, match="no layer 'shops' can be bailed out; those that can: banks, financiers, products"):
        load("baseline", {"rescue.bail_out": ["shops"]})
    with pytest.raises(UserError, match="reserve_share \\+ securities_share"):
        load("baseline", {"bank_sheets.reserve_share": .9})


def test_without_a_rescue_it_is_off_whatever_the_scenario_says():
    saved = {"rescue.bail_out": ["banks"], "rescue.last_resort": True, "rescue.insurance_cover_cny": 1e6, "rescue.payment_holiday_days": 9,
             "rescue.most_withdrawn_share": .5, "rescue.is_ring_fenced": True}
    off = {path: value for without, _ in RESCUES.values() for path, value in without.items()}
    usual = load("baseline", {"rescue.is_ring_fenced": False})
    assert off.keys() == saved.keys() and load("baseline", {**saved, **off}).rescue == usual.rescue


def test_nothing_is_said_to_cost_nothing_that_costs_less_than_none():
    runs = pd.DataFrame({"replicate": [0, 1], "rescue": "bail-out", "lost_without": 5.0, "saved": 1.0, "cost": [-3.0, -4.0],
                         "cost_to_state": 0.0, "fewer_failed": 0.0})
    found = Rescued(load("baseline"), 2, 1, runs, table_of(runs), {})
    assert "costs nothing" not in text_of(found) and "less than none" in text_of(found)
    free = runs.assign(cost=0.0)
    assert "costs nothing" in text_of(Rescued(found.scenario, 2, 1, free, table_of(free), {}))


def test_every_rescue_changes_a_setting_that_exists():
    for without, with_it in RESCUES.values():
        assert load("baseline", {**without, **with_it})


# --- the page ---------------------------------------------------------------------------------------------------------


def made_up(**numbers):
    """Rescues of 4 worlds: name -> (saved, cost)."""
    known = {name.replace("-", "_").replace(" ", "_"): name for name in RESCUES}
    runs = pd.DataFrame([{"replicate": k, "rescue": known[name], "lost_without": 9e6 + 1e5 * k, "saved": saved * (1 + .01 * k),
                          "cost": cost * (1 + .02 * k), "cost_to_state": 0.0, "fewer_failed": 0.0, "ledger_residual": 0.0}
                         for name, (saved, cost) in numbers.items() for k in range(4)])
    return Rescued(load("baseline"), 4, 1, runs, table_of(runs), {})


def test_the_page_names_what_saves_most_per_yuan_what_is_free_and_what_does_harm():
    found = made_up(deposit_insurance=(4e6, 1e6), payment_holiday=(6e6, 3e6), lender_of_last_resort=(1e6, 0.0), circuit_breaker=(-2e6, 0.0))
    answers = rescues_page(found).answers
    assert "9.15 M CNY" in answers[0].replace("\N{NO-BREAK SPACE}", " ")
    assert answers[1].startswith("For each yuan spent, deposit insurance saves most: 3.9")
    assert answers[2] == "Saves something and pays out nothing (delay is not counted): lender of last resort."
    assert answers[3].startswith("With circuit breaker more is lost, not less: 2.0")


def test_a_rescue_that_makes_others_cheaper_is_named_and_overlapping_ones_are_not_ranked():
    found = made_up(deposit_insurance=(4e6, 1e6), payment_holiday=(4e6, 1e6), bail_out=(2e6, -1e6))
    assert [answer.split(":")[0] for answer in rescues_page(found).answers[1:]] == [
        "For each yuan spent, deposit insurance saves most by the estimates", "Saves something and costs less than none"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_of_rescues_holds_every_number(lang, tmp_path):
    found = rescues(load("baseline", WORLD), replicates=2, names=("bail-out", "ring-fencing"))
    text = found.report(tmp_path, lang).read_text(encoding="utf-8")
    say = Words(lang)
    for key in ("rescues_caveat_gross", "rescues_costs_nothing", "tried_bail-out", "tried_ring-fencing"):
        assert say(key) in text
    assert (tmp_path / "figures" / "rescues.png").stat().st_size > 5_000 and "jishi rescues" in text


def test_nothing_to_save_is_said():
    quiet = rescues(load("baseline", {**WORLD, "shocks": []}), replicates=2, names=("bail-out",))
    assert "nothing to save" in rescues_page(quiet).answers[0]
