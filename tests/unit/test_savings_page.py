"""The section on savings: there where there are products, in both languages, with the numbers of the run."""

import datetime

import pytest

from experiments import compare, run
from results import savings_section
from results.savings import labels_of, shows_savings
from scenarios import load
from tests.worlds import FUND, SMALL

BOOST = {"kind": "rate_boost", "start": datetime.date(2012, 1, 10), "end": datetime.date(2012, 1, 30), "points": 5.0, "budget_cny": 1e9}
WORLD = {**SMALL, "customers.is_contested": True, "standing.focal.users_share": .8, "days": 40,
         "products": [FUND, {"kind": "advice", "licensed_on": datetime.date(2012, 1, 3), "adopt_alone": 9.0}]}


@pytest.fixture(scope="module")
def lived():
    return run(load("baseline", WORLD), seed=1)


def test_a_run_without_products_keeps_and_shows_nothing():
    plain = load("baseline", {**SMALL, "days": 3})
    assert not shows_savings(plain) and savings_section.run_section(run(plain, seed=1), "en") == []


def test_the_table_ends_with_what_the_market_holds(lived):
    table = lived.savings["products"]
    fund = table[table["product"] == "fund"].iloc[-1]
    assert list(dict.fromkeys(table["product"])) == ["fund", "advice"] and fund["day"] == 39
    assert fund["assets"] == pytest.approx(lived.market.savings.owed[0] / 100 * 4000) == pytest.approx(lived.summary["fund_assets"])
    assert fund["assets"] == pytest.approx(fund["subscribed"] - fund["redeemed"] + fund["returned"] + fund["boosted"])
    assert fund["holders"] == 4000 * len(lived.market.holdings.members(0)) == fund["joined"] - fund["gave_up"] > 0


@pytest.mark.parametrize("lang, heading", [("en", "Savings"), ("zh", "理财")])
def test_the_section_shows_every_product_in_both_languages(lived, lang, heading):
    section, = savings_section.run_section(lived, lang)
    rows = section.tables[0].groups[0][1]
    assert section.heading == heading and [row[0].text for row in rows] == ["fund", "advice"] and len(section.pictures) == 1


def test_a_comparison_has_a_group_a_scenario(tmp_path, no_pdf):
    usual = load("baseline", {**WORLD, "name": "usual"})
    found = compare(usual, load(usual, {"name": "boosted", "tactics": [BOOST]}), replicates=2, seed=1)
    section, = savings_section.compare_section(found, "en")
    assert [name for name, _ in section.tables[0].groups] == ["usual", "boosted"]
    assert found.report(tmp_path).exists()


def test_two_products_of_a_name_are_told_apart(lived):
    assert labels_of([*lived.market.products, lived.market.products[0]]) == ["fund 0", "advice", "fund 2"]
