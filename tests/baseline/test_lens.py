"""What a run says about lenders: unit economics by hand and against the books, bad loans at two ages, who saw what of whom."""

import numpy as np
import pandas as pd
import pytest

from experiments.running import run
from results.arrears import Arrears, npl_at
from results.lenders import LenderDay, lenders_of
from results.lending import Lens, lenders_table
from results.screening import Screening
from results.unit_economics import LoanBooks, UnitEconomics, economics
from scenarios import load
from sim.core.ledger import Purpose
from tests.worlds import LEARNS, CopyOfEachDay, run_of_learning, small_market

BY_HAND = UnitEconomics(days=365, loans=1000, lent=10e6, balance_days=100e6, interest=60_000, funding=10_000, staff=8_000,
                        decision_costs=2_000, written_off=20_000, decisions=500, officer_days=730)


# --- a loan's economics by hand ---------------------------------------------------------------------------------------


def test_a_lenders_numbers_follow_from_its_sums_by_hand():
    assert (BY_HAND.mean_size, BY_HAND.mean_life_days, BY_HAND.margin) == (10_000, 10, .003)
    assert (BY_HAND.profit, BY_HAND.profit_per_loan, BY_HAND.loss_over_flow) == (20_000, 20, .002)
    assert (BY_HAND.cost_per_decision, BY_HAND.cost_per_loan) == (20, 10)
    assert BY_HAND.loans_per_officer_month == pytest.approx(1000 / 24)


def test_a_loan_of_the_break_even_size_earns_what_it_costs():
    size = BY_HAND.break_even_size
    assert size == pytest.approx(10 / .003) and size * BY_HAND.margin == pytest.approx(BY_HAND.cost_per_loan)


@pytest.mark.parametrize("change, size", [({"written_off": 60_000}, np.inf), ({"staff": 0, "decision_costs": 0}, np.nan),
                                          ({"loans": 0, "lent": 0}, np.nan)])
def test_where_no_size_pays_or_no_cost_was_booked_none_is_named(change, size):
    found = UnitEconomics(**{**vars(BY_HAND), **change}).break_even_size
    assert found == size or np.isnan(found) and np.isnan(size)


def test_sums_in_fen_become_yuan_of_the_real_market_and_ratios_do_not_move():
    day = LenderDay(loans=10, lent=1_000_000, balance=5_000_000, interest=3_000, funding=100.0, staff=500, decision_costs=50,
                    written_off=900, decisions=12, officers=2)
    small, large = economics(day, 30), economics(day, 30, weight=40.0)
    assert small.lent == 10_000 and large.lent == 400_000 and large.loans == 400
    for name in ("mean_size", "mean_life_days", "margin", "cost_per_decision", "break_even_size", "loans_per_officer_month"):
        assert getattr(small, name) == pytest.approx(getattr(large, name))


# --- against the books ------------------------------------------------------------------------------------------------


class Profits:
    """What the books say the micro-loan companies earned."""

    def __init__(self):
        self.fen = 0

    def __call__(self, m):
        rows = [row for row, name in enumerate(m.ledger.entities) if name.startswith("lender")]
        self.fen += int(m.ledger.profit_today()[rows].sum())


@pytest.mark.parametrize("changes", [{}, {"platforms__lender_capital_cny": (50e6, 50e6), "merchants__own_cash_low": 0.0}],
                         ids=["own money", "borrowed money"])
def test_profit_of_the_micro_loan_companies_is_that_of_the_books(changes):
    books, profits = LoanBooks(since=0), Profits()
    market = small_market(observers=[books, profits], **changes)
    market.run_days()
    found = books.lenders()["platform"]
    assert found.profit == pytest.approx(profits.fen / 100 * market.scenario.weight, abs=1e-3)
    assert found.loans > 0 and found.interest > 0 and (found.funding > 0) == bool(changes)


def test_interest_of_banks_is_what_merchants_owe_them_and_not_what_their_lender_owes():
    books = LoanBooks(since=0)
    owed = CopyOfEachDay(lambda m: -int(m.ledger.claims_today[Purpose.INTEREST, m.ledger.entities.index("merchants")]))
    market = small_market(observers=[books, owed], days=120, weight=50.0, merchants__bank_application_rate=5.0,
                          platforms__lender_capital_cny=(2e5, 2e5))
    market.run_days()
    found = books.lenders()
    assert found["platform"].funding > 0
    assert sum(each.interest for each in found.values()) == pytest.approx(sum(owed.days) / 100 * market.scenario.weight, rel=1e-9)
    assert sum(found[name].loans for name in found if name != "platform") > 0


# --- bad loans --------------------------------------------------------------------------------------------------------


def test_a_book_is_cut_or_completed_to_the_age_asked_for():
    owed, late = np.array([700, 100, 50, 150]), np.array([0, 100, 200, 10])
    assert npl_at(360, owed, late, [], 500, 360) == pytest.approx(.15)
    assert npl_at(180, owed, late, [], 500, 360) == pytest.approx(100 / 950)
    gone = [(100, 10_000), (400, 60)]  # one too long ago
    assert npl_at(180, owed[:2], late[:2], gone, 500, 180) == pytest.approx(100 / 800)
    assert npl_at(360, owed[:2], late[:2], gone, 500, 180) == pytest.approx(160 / 860)
    assert np.isnan(npl_at(180, owed[:0], late[:0], [], 500, 180))


def test_both_ages_from_one_run_are_those_of_two_runs():
    """Written off at 180 days and completed to 360, against a book that is kept to 360; and the other way round."""
    changes = {"consumers__count": 8_000, "merchants__count": 500, "days": 500, "distress__trouble_rate": .5}
    seen = {}
    for age in (180, 360):
        seen[age] = Arrears(every=20)
        small_market(observers=[seen[age]], loans__write_off_days=age, **changes).run_days()
    tables = {age: each.table().query("lender == 'platform' and day > 300") for age, each in seen.items()}
    for age in (180, 360):
        one, other = (tables[each][f"npl_{age}"].mean() for each in (180, 360))
        assert one == pytest.approx(other, rel=.12) and one > .001


# --- the whole lens ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lived():
    return run_of_learning()


def test_a_run_keeps_tables_of_lending_only_if_lenders_learn(lived):
    plain = run(load("baseline", {"days": 3, "consumers.count": 500, "merchants.count": 20}))
    assert plain.lending == {} and {"lenders", "scores", "npl", "regimes", "fits", "calibration", "drift", "shift"} <= lived.lending.keys()


def test_every_month_each_lender_is_judged_on_what_it_took_and_on_all(lived):
    scores = lived.lending["scores"]
    all_of = scores[(scores["lender"] == "platform") & (scores["sample"] == "all")]
    assert all_of["day"].tolist() == list(range(180, 335, 30)) and (all_of["n_bads"] > 30).all()
    own = scores[scores["sample"] == "own"].set_index("lender")
    assert own.loc["platform", "day"].max() == 570 and (own["n"] < 600).all()
    assert {"large_bank", "relationship_bank", "micro_specialist"} <= set(own.index), "every lender is told of its own loans"


def test_a_lender_is_told_of_its_own_borrowers_what_its_card_is_told():
    """The sample "own" holds those who drew or turned bad in the window, and nobody else."""
    screening = Screening(since=200, every=30)
    market = small_market(observers=[screening], after=321, **{name.replace(".", "__"): value for name, value in LEARNS.items()})
    look = next(look for look in screening._looks if look["day"] == 200)
    chosen, is_bad = look["own"]["platform"]
    shops, rows = market.merchants, look["rows"]
    assert (is_bad == (shops.bad_on[rows] > 200)).all() and is_bad.any()
    assert (chosen <= look["lenders"]["platform"].is_approved).all()
    assert ((shops.last_draw_on[rows] > 200)[chosen] | is_bad[chosen]).all()


def test_the_calibration_curve_is_of_probabilities_and_rises(lived):
    table = lived.lending["calibration"]
    assert set(table["lender"]) == {"platform"} and set(table["sample"]) <= {"own", "accepted", "all"}
    curve = table[table["sample"] == "all"]
    assert curve["mean_predicted"].is_monotonic_increasing and curve["bad_share"].iloc[-1] > curve["bad_share"].iloc[0]
    months = lived.lending["calibration_by_month"]
    one = months[(months["lender"] == "platform") & (months["sample"] == "all") & (months["day"] == 180)]
    scores = lived.lending["scores"].query("lender == 'platform' and sample == 'all' and day == 180")
    assert one["count"].sum() == scores["n"].item()
    assert (one["count"] * one["bad_share"]).sum() == pytest.approx(scores["n_bads"].item())


def test_drift_starts_at_zero_and_that_of_one_card_leaves_new_cards_out(lived):
    drift = lived.lending["drift"].query("lender == 'platform' and sample == 'all'")
    assert drift["psi"].iloc[0] == pytest.approx(0) and drift["psi_same_card"].iloc[0] == pytest.approx(0)
    bank = lived.lending["drift"].query("lender == 'large_bank'")
    assert (bank["psi"] == bank["psi_same_card"]).all()
    shift = lived.lending["shift"].groupby("lender")[["first_share", "last_share"]].sum()
    assert np.allclose(shift, 1)


def test_one_row_a_lender_sums_it_up(lived):
    table = lived.lending["lenders"].set_index("lender")
    assert set(table.index) == set(lenders_of(lived.market)) and not table.index.duplicated().any()
    scores = lived.lending["scores"].query("lender == 'platform' and sample == 'all'")
    assert table.loc["platform", "auc_all"] == pytest.approx(scores["auc"].mean())
    npl = lived.lending["npl"].query("lender == 'platform' and day >= 345")
    assert table.loc["platform", "npl_360"] == pytest.approx(npl["npl_360"].mean()) and npl["npl_360"].mean() > npl["npl_180"].mean()


def test_a_run_too_short_to_judge_anybody_gives_empty_tables_and_no_error():
    lens = Lens()
    small_market(after=10, observers=[lens])
    tables = lens.tables()
    assert tables["scores"].empty and tables["calibration"].empty and tables["shift"].empty and tables["fits"].empty
    assert lenders_table(*(pd.DataFrame(columns=each.columns) for each in (tables["lenders"], tables["scores"], tables["drift"],
                                                                           tables["npl"]))).empty
