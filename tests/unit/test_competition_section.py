"""The section on rivals and management: a sentence a scenario and measure, and none where nobody competes by price, plan or entry."""

import datetime
from types import SimpleNamespace

import pandas as pd
import pytest

from results.competition_section import compare_section, is_about_rivals
from scenarios import load

ROWS = [("price-war", "price_index", .9, -.1, -.12, -.08), ("price-war", "platform_profit", 5e8, -3e7, -4e7, -2e7),
        ("price-war", "gmv", 1e9, 5e6, 1e6, 9e6), ("hotline", "platform_profit", 5e8, 1e6, 0.0, 2e6)]


def comparison(*names):
    effects = pd.DataFrame(ROWS, columns=["scenario", "measure", "value", "difference", "low", "high"])
    return SimpleNamespace(scenarios=[load(name) for name in names], effects=effects)


@pytest.mark.parametrize("lang, words", [("en", "95%"), ("zh", "价格指数")])
def test_a_war_is_said_in_money_and_with_its_interval(lang, words):
    section, = compare_section(comparison("fixed-prices", "price-war", "hotline"), lang)
    assert len(section.paragraphs) == 2 and words in "".join(section.paragraphs)


def test_a_tactic_on_the_price_is_about_rivals_too():
    days = {"start": datetime.date(2012, 10, 1), "end": datetime.date(2012, 11, 1)}
    assert is_about_rivals(load("marketing-baseline", {"tactics": [{"kind": "fee_cut", "budget_cny": 1e6, **days}]}))
    assert not is_about_rivals(load("marketing-baseline"))


def test_without_rivals_that_act_there_is_no_section():
    assert compare_section(comparison("marketing-baseline", "hotline"), "en") == []
