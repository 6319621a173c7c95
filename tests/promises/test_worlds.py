"""Promises 3 to 6: what does not matter changes nothing, and a run can be taken up where it was left."""

import datetime
import functools
import pickle

import numpy as np
import pytest

from agents.tactics import TACTICS
from sim.core.errors import UserError
from sim.model import Market
from sim.shocks import SHOCKS
from tests.worlds import BANKS, FUND, CopyOfEachDay, campaign, differences, promotion, small_market, state_of, world_state_equal

# --- the helper itself ------------------------------------------------------------------------------------------------


def test_the_comparison_sees_a_single_fen():
    a, b = small_market(after=3), small_market(after=3)
    assert world_state_equal(a, b)
    b.consumers.deposit[17] += 1
    assert differences(a, b) == ["consumers.deposit"]


def test_the_comparison_looks_at_everything_that_lives():
    paths = state_of(small_market(after=1))
    for name in ("consumers", "merchants", "banks", "platforms", "lenders", "loans", "credit_users", "guarantors"):
        assert any(path.startswith(f"{name}.") for path in paths)
    assert {"ledger.reserves", "ledger.money_total", "credit.draws", "credit.promotion_log", "day"} <= paths.keys()


OFFERED = {"credit_payment__is_offered": True, "credit_payment__first_day": 10, "credit_users__take_up_a_month": .8,
           "credit_users__forget_prob": .4, "credit_users__catch_up_rate": .05, "credit_payment__guarantee_after_days": 5,
           "credit_payment__write_off_days": 12, "credit_payment_card__outcome_days": 30, "credit_payment_card__pass_mark": .4,
           "credit_payment_card__sample_every_days": 30, "credit_payment_card__learning__least_new_bads": 10,
           "credit_payment_card__learning__least_days_between_fits": 1}  # an eventful credit payment

RIVALRY = {"customers__is_contested": True, "customers__conversion": .6, "standing__focal__users_share": .3,
           "standing__focal__aware_share": .6, "standing__rival__payment_success": .7, "loyalty__complaint_prob": .8,
           "tactics": [campaign(), campaign(name="guides", channel="content", holdout_share=.2),
                       campaign(name="words", channel="search_generic"),
                       campaign(name="own name", channel="search_brand"),
                       {"kind": "survey", "start": datetime.date(2012, 1, 10), "end": datetime.date(2012, 2, 20)},
                       {"kind": "referral", "start": datetime.date(2012, 1, 2), "end": datetime.date(2012, 2, 20), "budget_cny": 1e8,
                        "invitations_a_month": 20.0},
                       *({"kind": kind, "start": datetime.date(2012, 1, 2), "end": datetime.date(2012, 2, 20), "budget_cny": 1e9}
                         for kind in ("sign_up_bonus", "coupon", "loyalty", "red_packet", "personal_offer"))]}
# an eventful market for customers

# --- randomness and threads -------------------------------------------------------------------------------------------


def test_two_markets_of_one_seed_are_the_same_world():
    assert differences(small_market(after=20), small_market(after=20)) == []


def test_another_seed_or_replicate_is_another_world():
    base = small_market(after=5)
    for other in (small_market(seed=2, after=5), small_market(replicate=1, after=5)):
        changed = differences(base, other)
        assert "consumers.income" in changed and "merchants.cash" in changed and "ledger.money_total" in changed


@pytest.mark.parametrize("offered", [{}, OFFERED, RIVALRY])
def test_two_threads_make_the_same_world_as_one(offered):
    large = {"consumers__count": 140_000, "merchants__count": 300, **offered}  # three blocks of rows
    one, two = (small_market(threads=threads, **large) for threads in (1, 2))
    for market in (one, two):
        market.run_days(15)
    assert differences(one, two) == []


# --- tactics and shocks of no size ------------------------------------------------------------------------------------

INSIDE, OUTSIDE = {"start": datetime.date(2012, 1, 4), "end": datetime.date(2012, 1, 26)}, {"start": datetime.date(2012, 3, 20),
                                                                                            "end": datetime.date(2012, 4, 20)}

# What makes each kind zero-size (each line alone), and a size at which it surely does something.
ZERO_TACTICS = {"rate_promotion": ({"pool_cny": 0.0}, {"depth": 0.0}), "rate_trial": ({"points": 0.0}, {"offers": 0.0}),
                "media": ({"budget_cny": 0.0},), "referral": ({"budget_cny": 0.0}, {"reward_cny": 0.0, "newcomer_reward_cny": 0.0}),
                "survey": ({"budget_cny": 0.0}, {"sample": 0.0}), "sign_up_bonus": ({"budget_cny": 0.0}, {"bonus_cny": 0.0}),
                "first_use_rebate": ({"budget_cny": 0.0}, {"most_cny": 0.0}, {"rebate_share": 0.0}),
                "coupon": ({"budget_cny": 0.0}, {"value_cny": 0.0}), "personal_offer": ({"budget_cny": 0.0}, {"depth": 0.0}),
                "loyalty": ({"budget_cny": 0.0}, {"points_share": 0.0}), "red_packet": ({"budget_cny": 0.0}, {"mean_cny": 0.0}),
                "free_interest": ({"budget_cny": 0.0}, {"free_days": 0}), "rate_boost": ({"budget_cny": 0.0}, {"points": 0.0}),
                "price": ({"fee": None}, {"fee": 0.0}), "fee_cut": ({"depth": 0.0}, {"budget_cny": 0.0})}
FULL_TACTICS = {"rate_promotion": promotion(**INSIDE), "rate_trial": {"kind": "rate_trial", "points": 15.0, **INSIDE},
                "media": campaign(**INSIDE), "survey": {"kind": "survey", **INSIDE},
                "referral": {"kind": "referral", "budget_cny": 1e8, "invitations_a_month": 60.0, "open_prob": 1.0, **INSIDE},
                "price": {"kind": "price", "fee": .02, **INSIDE},
                "fee_cut": {"kind": "fee_cut", "depth": .02, "budget_cny": 1e8, **INSIDE},
                "rate_boost": {"kind": "rate_boost", "budget_cny": 1e8, "points": 5.0, **INSIDE},
                "personal_offer": {"kind": "personal_offer", "budget_cny": 1e9, "late_factor": 0.0, **INSIDE},
                **{kind: {"kind": kind, "budget_cny": 1e9, **INSIDE} for kind in
                   ("sign_up_bonus", "first_use_rebate", "coupon", "loyalty", "red_packet", "free_interest")}}
ZERO_SHOCKS = {"demand": ({"size": 0.0}, {"size": 0.0, "region": 3}, {"size": 0.0, "sector": 2}),
               "income": ({"size": 0.0}, {"share_hit": 0.0}, {"size": 0.0, "segment": 1}), "funding_withdrawal": ({"size": 0.0},),
               "market_turn": ({"share": 0.0},), "breach": ({"share_hit": 0.0},),
               "advertising_rules": ({"banned": (), "claims_kept": 1.0, "price_rise": 0.0},), "fund_yield_falls": ({"points": 0.0},),
               "region": ({"size": 0.0, "fail_share": 0.0},), "sector": ({"size": 0.0, "fail_share": 0.0},),
               "large_merchant": ({"count": 0},),
               "bank_failure": ({"size": 0.0},), "interbank_freeze": ({"size": 0.0, "funds": 0.0, "news": 0.0},),
               "capital_rule": ({"points": 0.0},), "platform_loss": ({"size": 0.0, "product_loss": 0.0},),
               "downturn": ({"size": 0.0}, {"size": 0.0, "sector": 2})}
FULL_SHOCKS = {"demand": {"kind": "demand", "size": .9, "region": 3, **INSIDE},
               "income": {"kind": "income", "size": .9, "share_hit": .5, **INSIDE},
               "funding_withdrawal": {"kind": "funding_withdrawal", "notice_days": 5, **INSIDE},
               "market_turn": {"kind": "market_turn", "share": .5, **INSIDE},
               "breach": {"kind": "breach", "share_hit": .9, "compensation_cny": 10.0, **INSIDE},
               "advertising_rules": {"kind": "advertising_rules", "banned": ("social_video",), "price_rise": 1.0, **INSIDE},
               "fund_yield_falls": {"kind": "fund_yield_falls", "points": 3.0, **INSIDE},
               "region": {"kind": "region", "region": 3, "size": .9, "fail_share": .5, **INSIDE},
               "sector": {"kind": "sector", "sector": 2, "size": .9, "fail_share": .5, **INSIDE},
               "large_merchant": {"kind": "large_merchant", "count": 3, **INSIDE},
               "bank_failure": {"kind": "bank_failure", "bank": 1, "size": .3, **INSIDE},
               "interbank_freeze": {"kind": "interbank_freeze", "size": .9, "funds": .9, **INSIDE},
               "capital_rule": {"kind": "capital_rule", "points": 6.0, **INSIDE},
               "platform_loss": {"kind": "platform_loss", "size": 2.0, **INSIDE},
               "downturn": {"kind": "downturn", "size": 200.0, **INSIDE}}
CONTESTED = {"customers__is_contested": True, "standing__focal__users_share": .3, "customers__conversion": 1.0}
SAVING = {**CONTESTED, "standing__focal__users_share": .8, "products": [FUND]}
WHERE = {**dict.fromkeys(("media", "referral", "survey", "breach", "sign_up_bonus", "first_use_rebate", "coupon",
                          "personal_offer", "loyalty", "red_packet", "price", "fee_cut"), CONTESTED),
         **dict.fromkeys(("bank_failure", "interbank_freeze", "capital_rule", "platform_loss"), BANKS),
         "rate_boost": SAVING, "fund_yield_falls": SAVING,
         "advertising_rules": {**CONTESTED, "tactics": [campaign(**{**INSIDE, "name": "ads"})]},
         "funding_withdrawal": {"platforms__lender_capital_cny": (200e6, 200e6)}}  # lenders who borrow from the bank


def plug_ins(zero, full, name):
    return [(name, kind, change) for kind, changes in zero.items() for change in changes] + \
        [(name, kind, OUTSIDE) for kind in full]


CASES = plug_ins(ZERO_TACTICS, FULL_TACTICS, "tactics") + plug_ins(ZERO_SHOCKS, FULL_SHOCKS, "shocks")


def test_every_tactic_and_shock_says_here_what_makes_it_zero_size():
    assert ZERO_TACTICS.keys() == FULL_TACTICS.keys() == TACTICS.keys()
    assert ZERO_SHOCKS.keys() == FULL_SHOCKS.keys() == SHOCKS.keys()


@functools.cache
def untouched(kind):
    return small_market(after=30, **WHERE.get(kind, {}))


@pytest.mark.parametrize("what, kind, change", CASES)
def test_no_size_or_another_time_leaves_the_world_as_it_is(what, kind, change):
    full = (FULL_TACTICS if what == "tactics" else FULL_SHOCKS)[kind]
    assert differences(untouched(kind), small_market(after=30, **{what: [full | change]}, **WHERE.get(kind, {}))) == []


@pytest.mark.parametrize("what, full", [("tactics", full) for full in FULL_TACTICS.values()]
                         + [("shocks", full) for full in FULL_SHOCKS.values()])
def test_at_full_size_it_does_something(what, full):
    world = WHERE.get(full["kind"], {})
    assert "ledger.money_total" in differences(untouched(full["kind"]), small_market(after=30, **{what: [full]}, **world))


# --- one more consumer ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offered", [{}, OFFERED, RIVALRY])
def test_one_more_consumer_without_income_and_ties_moves_nobody(offered):
    few, more = small_market(after=45, **offered), small_market(after=45, consumers__isolated=1, **offered)
    assert len(more.consumers) == len(few.consumers) + 1
    for population in ("consumers", *(["credit_users"] if offered is OFFERED else [])):
        for name, column in getattr(few, population).state().items():
            assert column.tobytes() == getattr(more, population).state()[name][:-1].tobytes(), name
    for name, column in few.customers.state().items():  # a row a consumer and platform
        more_of_it = getattr(more.customers, name).reshape(-1, len(more.consumers))
        assert column.reshape(-1, len(few.consumers)).tobytes() == more_of_it[:, :-1].tobytes(), name
    assert [path for path in differences(few, more) if not path.startswith(("consumers.", "credit_users.", "customers."))
            and not path.endswith((".weight", ".adstock", ".frequency", ".reached", ".given_on", ".worth", ".ahead"))] == []
    for number, account in few.promotions.accounts.items():
        for name in ("given_on", "worth"):
            assert (getattr(account, name) == getattr(more.promotions.accounts[number], name)[:-1]).all()


@pytest.mark.parametrize("kind", ["scale_free", "blocks", "complete", "erdos_renyi"])
def test_one_more_consumer_moves_nobody_in_any_social_network(kind):
    few, more = (small_market(after=10, networks__social__kind=kind, consumers__isolated=n) for n in (0, 3))
    assert (few.consumers.registered_neighbours == more.consumers.registered_neighbours[:-3]).all()
    assert few.consumers.deposit.tobytes() == more.consumers.deposit[:-3].tobytes()
    assert not more.consumers.registered_neighbours[-3:].any()


def test_the_isolated_have_no_money_and_buy_nothing():
    market = small_market(after=40, consumers__isolated=5, consumers__registered_share=.5)
    last = slice(-5, None)
    assert not market.consumers.income[last].any() and not market.consumers.deposit[last].any()
    assert (market.consumers.favourite[last] == -1).all()


# --- looking on -------------------------------------------------------------------------------------------------------


def test_who_looks_on_changes_nothing():
    """Observers read every column, make agents of rows, filter and group; the world stays the same to the bit."""
    seen = CopyOfEachDay(lambda m: (m.consumers.agg("deposit", np.sum), m.consumers[3].deposit, m.banks.groupby("kind").count(),
                                    len(m.merchants.select(lambda shop: shop.credit_limit > 0)), m.ledger.profit_today().sum()))
    assert differences(small_market(after=20), small_market(observers=[seen], after=20)) == []
    assert len(seen.days) == 20 and len({day[0] for day in seen.days}) > 15


# --- the books --------------------------------------------------------------------------------------------------------


def test_the_books_balance_to_zero_fen_every_day():
    residual = CopyOfEachDay(lambda m: m.ledger.residual())
    market = small_market(observers=[residual], tactics=[promotion()], shocks=[FULL_SHOCKS["demand"]],
                          distress__trouble_rate=3.0, distress__give_up_days=3.0)
    market.run_days()
    assert residual.days == [0] * 60
    assert (market.merchants.status == 1).any() and market.credit.promotion_log  # the days were eventful


@pytest.mark.slow
def test_the_books_of_a_million_consumers_balance_to_zero_fen():
    residual = CopyOfEachDay(lambda m: m.ledger.residual())
    market = small_market(observers=[residual], consumers__count=1_000_000, merchants__count=33_333, weight=200.0)
    market.run_days(3)
    assert residual.days == [0, 0, 0]
    assert market.ledger.money_total.any()


# --- checkpoints ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [1, 24, 25, 27, 45])
def test_a_resumed_run_is_the_run_that_was_never_interrupted(day, tmp_path):
    """Day 25 is the second of a four-day promotion, with a part of its pool spent and the rest to spend."""
    eventful = {"tactics": [promotion(end=datetime.date(2012, 1, 28), pool_cny=400e6)],
                "distress__trouble_rate": 1.0, "distress__give_up_days": 3.0}
    undisturbed = small_market(**eventful)
    undisturbed.run_days(50)
    first = small_market(**eventful, after=day)
    first.save(tmp_path / "checkpoint")
    second = small_market(**eventful)
    second.resume(tmp_path / "checkpoint")
    assert second.day == second.steps == day
    second.run_days(50 - day)
    assert differences(undisturbed, second) == []
    days_lent = {int(log[0, 0]) for log in undisturbed.credit.promotion_log}
    assert {24, 25} <= days_lent, "the promotion must still have something to lend on its second day"


def test_a_checkpoint_keeps_the_luck_of_mesas_own_generators(tmp_path):
    first, second = small_market(after=2), small_market()
    first.random.random(), first.rng.random()
    first.save(tmp_path / "checkpoint")
    second.resume(tmp_path / "checkpoint")
    assert first.random.random() == second.random.random()
    assert first.rng.random() == second.rng.random()


@pytest.mark.parametrize("model", ["guarantee", "own_book"])
@pytest.mark.parametrize("day", [9, 31, 44])
def test_a_resumed_credit_payment_is_the_one_that_was_never_interrupted(day, model, tmp_path):
    eventful = OFFERED | {"credit_payment__model": model}
    undisturbed = small_market(**eventful, after=60)
    first, second = small_market(**eventful, after=day), small_market(**eventful)
    first.save(tmp_path / "checkpoint")
    second.resume(tmp_path / "checkpoint")
    second.run_days(60 - day)
    assert differences(undisturbed, second) == []
    assert undisturbed.payment_lender.learning.fits == second.payment_lender.learning.fits != []
    assert undisturbed.credit_users.is_barred.any()


@pytest.mark.parametrize("day", [12, 26, 41])
def test_a_resumed_market_for_customers_is_the_one_that_was_never_interrupted(day, tmp_path):
    undisturbed = small_market(**RIVALRY, after=55)
    first, second = small_market(**RIVALRY, after=day), small_market(**RIVALRY)
    first.save(tmp_path / "checkpoint")
    second.resume(tmp_path / "checkpoint")
    second.run_days(55 - day)
    assert differences(undisturbed, second) == []
    assert undisturbed.surveys == second.surveys != [] and undisturbed.word_of_mouth.spent
    assert second.consumers.stage is not None and np.shares_memory(second.consumers.stage, second.customers.stage)


def test_a_market_nobody_competes_in_holds_nothing_of_customers():
    market = small_market(after=30)
    assert len(market.customers) == market.customers.nbytes() == 0 and not market.media.plans
    changed = {"loyalty__leave_prob": 1.0, "word_of_mouth__volume": 5.0, "standing__focal__users_share": .9}
    assert differences(market, small_market(after=30, **changed)) == []


def test_advertising_of_a_tactic_that_is_gone_is_refused(tmp_path):
    small_market(**RIVALRY, after=6).save(tmp_path / "checkpoint")
    with pytest.raises(UserError, match="tactic number 1 advertises; here that is nothing"):
        small_market(**RIVALRY | {"tactics": []}).resume(tmp_path / "checkpoint")


def test_a_market_that_offers_no_credit_payment_holds_nothing_of_it():
    market = small_market(after=30)
    assert len(market.credit_users) == market.credit_users.nbytes() == 0 and not market.guarantors.cash.any()
    assert differences(market, small_market(after=30, credit_payment__first_day=3, credit_users__credit_preference=1.0)) == []


def test_a_state_is_a_copy_that_time_does_not_touch():
    market, fork = small_market(after=3), small_market()
    state = market.state()
    market.run_days(3)
    fork.restore(state)
    assert differences(fork, small_market(after=3)) == []



def test_paths_fork_from_one_checkpoint_with_and_without_a_promotion(tmp_path):
    before = small_market(after=20)
    before.save(tmp_path / "eve")
    with_it, without = small_market(tactics=[promotion()]), small_market()
    for market in (with_it, without):
        market.resume(tmp_path / "eve")
        market.run_days(4)
    assert differences(with_it, without) == []
    with_it.run_days(1), without.run_days(1)
    assert with_it.credit.promotion_log and not without.credit.promotion_log
    assert with_it.consumers.deposit.tobytes() == without.consumers.deposit.tobytes()  # lenders move shops, not shoppers


def test_a_missing_checkpoint_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        small_market().resume(tmp_path / "nowhere")


@pytest.mark.parametrize("share", [0.0, .1, .9, .999])
def test_a_torn_checkpoint_is_one_sentence(share, tmp_path):
    path = tmp_path / "checkpoint"
    small_market(after=1).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    market = small_market()
    with pytest.raises(UserError, match="not a whole checkpoint"):
        market.resume(path)
    assert differences(market, small_market()) == []


@pytest.mark.parametrize("content", [b"hello", b"\x80\x05N.", pickle.dumps([1, 2]), pickle.dumps({"state": 3}),
                                     pickle.dumps({"scenario": {}, "state": {"version": 1}})])
def test_a_foreign_file_is_one_sentence(content, tmp_path):
    path = tmp_path / "checkpoint"
    path.write_bytes(content)
    with pytest.raises(UserError, match="not a whole checkpoint of Jishi"):
        small_market().resume(path)


def test_a_checkpoint_of_another_seed_or_version_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint"
    small_market(after=1).save(path)
    with pytest.raises(UserError, match="seed 1, replicate 0.*seed 2, replicate 0"):
        small_market(seed=2).resume(path)
    monkeypatch.setattr("sim.model.CHECKPOINT_VERSION", 999)
    with pytest.raises(UserError, match="version"):
        small_market().resume(path)


def test_a_checkpoint_of_another_scenario_is_refused_setting_by_setting(tmp_path):
    path = tmp_path / "checkpoint"
    small_market(after=1).save(path)
    with pytest.raises(UserError) as refusal:
        small_market(consumers__count=1500, goods__commission_share=.05).resume(path)
    assert sorted(line.split(" is ")[0] for line in refusal.value.lines) == [
        "checkpoint: consumers.count", "checkpoint: goods.commission_share"]
    assert "2000 there and 1500 here" in str(refusal.value)


def test_a_checkpoint_replaces_an_older_one_only_when_it_is_whole(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint"
    small_market(after=1).save(path)
    market = small_market(after=2)
    monkeypatch.setattr(pickle, "dump", lambda *args, **kwargs: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError):
        market.save(path)
    monkeypatch.undo()
    kept = small_market()
    kept.resume(path)
    assert kept.day == 1


# --- one thing at a time ----------------------------------------------------------------------------------------------


def test_one_payday_moves_one_consumer_and_who_she_buys_from():
    base, moved = small_market(), small_market()
    moved.consumers.payday[5] = 28 if base.consumers.payday[5] < 20 else 2
    for market in (base, moved):
        market.run_days(27)
    assert differences(base, moved, ignore=("consumers.payday",)) != []
    touched = np.flatnonzero(base.consumers.deposit != moved.consumers.deposit)
    assert 5 in touched and len(touched) <= 20  # she, and those who met a shelf she emptied or filled
    assert base.merchants.demand_shock.tobytes() == moved.merchants.demand_shock.tobytes()
    assert base.merchants.quality.tobytes() == moved.merchants.quality.tobytes()
    assert (base.consumers.stage == moved.consumers.stage).all()


def test_a_payday_changed_in_mid_run_counts_from_then_on():
    market = small_market(after=3)
    market.consumers.payday[:] = 10
    income = int(market.consumers.income.sum())
    market.run_days(7)  # the last of them is 10 January
    assert market.ledger.money_today[0, 0] == income


def test_a_dearer_commission_moves_no_shopper_on_the_first_day():
    a, b = small_market(after=1), small_market(after=1, goods__commission_share=.2)
    assert differences(a, b) == ["merchants.stated_margin"]  # which owners state this morning


def test_a_path_seed_changes_what_happens_and_not_who_exists():
    a, b = small_market(), small_market()
    b.path_seed += 1
    assert differences(a, b) == []
    a.run_days(5), b.run_days(5)
    changed = differences(a, b)
    assert "consumers.favourite" in changed
    assert not {"consumers.income", "consumers.segment", "merchants.size", "banks.market_share"} & set(changed)


def test_the_whole_run_does_not_depend_on_how_it_is_cut_into_days():
    a, b = small_market(), small_market()
    a.run_days()
    while b.running:
        b.step()
    assert differences(a, b) == []
    assert isinstance(a, Market) and a.day == 60
