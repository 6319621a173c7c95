"""Banks that can fail: losses reach other banks as the clearing vector says, depositors in order, and every fen is accounted for."""

import datetime
import re

import numpy as np
import pytest

from scenarios import load
from sim.contagion.clearing import clear
from sim.contagion.fire_sale import capital_ratio_sale
from sim.core.errors import UserError
from sim.core.ledger import Purpose
from tests.worlds import banking_market, differences

TOY = {"consumers__count": 400, "merchants__count": 30, "banks__count": 8, "banks__large": 2, "banks__micro_specialist": 1}


def strike(*sizes, bank=0, day=3):
    date = datetime.date(2012, 1, 1) + datetime.timedelta(days=day)
    return [{"kind": "bank_failure", "name": f"b{number}", "start": date, "end": date, "bank": bank + number, "size": size}
            for number, size in enumerate(sizes)]


def only(*kinds):
    return [{"kind": kind} for kind in kinds]


def sheet_of(m):
    """What the library is told of the banks: (liabilities, external assets, external liabilities)."""
    s = m.sheets
    return m.interbank_loans.matrix(len(s)), (s.assets(m) - s.claims).astype(float), (s.deposits(m) + s.rescue_debt).astype(float)


def test_sheets_balance_on_the_first_day_and_hold_the_shares_that_were_set():
    m = banking_market(**TOY)
    s, settings = m.sheets, m.settings.bank_sheets
    assert np.abs(s.equity(m) / s.assets(m) - settings.capital_ratio).max() < 1e-6
    assert np.abs(s.reserves(m) / s.deposits(m) - settings.reserve_share).max() < 1e-6
    assert s.claims.sum() == s.debts.sum() == m.interbank_loans.owed.sum() > 0
    assert m.interbank_loans.owed_outside[0] == s.outside.sum() + s.securities.sum()
    assert m.ledger.residual() == 0
    assert m.books.deposit.issuer is m.consumers.home_bank  # who changes her bank changes who owes her


def test_without_sheets_no_bank_has_one():
    m = banking_market(**TOY, bank_sheets__is_kept=False, channels=only("funding_withdrawal", "panic"), after=3)
    assert len(m.sheets) == 0 and len(m.interbank_loans.owed) == 0 and not m.contagion.failures


@pytest.mark.parametrize("sizes", [(.3,), (.12, .4, .2), (.9, .9, .9, .9)])
def test_the_market_clears_as_the_library_does_to_the_fen(sizes):
    """Round by round the market finds the greatest clearing vector; each loan is rounded down to the fen, once a round.

    Without costs of failing and with one channel, what the library is told is the sheets after the losses that struck.
    """
    m = banking_market(**TOY, channels=only("interbank"), bank_sheets__interbank_share=.3, resolution__cost_share=0.0,
                       shocks=strike(*sizes), after=3)
    seen, channel = {}, m.channels[0]
    spread = channel.spread

    def look(market, failed):
        if failed.round == 0:
            seen["told"], seen["owed"] = sheet_of(market), market.interbank_loans.owed.copy()
        spread(market, failed)
        seen["after"] = market.interbank_loans.owed.copy()

    channel.spread = look
    m.step()
    owes, external, deposits = seen["told"]
    found = clear(owes, external, external_liabilities=deposits, seniority="senior")
    due = owes.sum(axis=1)
    share = np.divide(found.payments, due, out=np.ones(len(due)), where=due > 0)
    failed = m.contagion.failed_today["banks"]
    assert sorted(failed) == np.flatnonzero(found.defaulted).tolist()
    assert len(failed) >= len(sizes)
    off = np.abs(seen["owed"] * share[m.interbank_loans.borrower] - seen["after"])
    assert off.max() <= 1 + m.contagion.round * len(failed)  # fen, of loans of millions
    lost = seen["owed"].sum() - seen["after"].sum()
    assert m.contagion.total(channel="interbank", layer="banks") == lost > 0
    assert (m.contagion.lost["banks"] <= np.bincount(m.interbank_loans.lender, seen["owed"], len(due))).all()
    assert m.ledger.residual() == 0


def test_a_channel_that_does_not_transmit_leaves_lenders_whole():
    worlds = [banking_market(**TOY, channels=[{"kind": "interbank", "transmits": transmits}], bank_sheets__interbank_share=.3,
                             shocks=strike(.9), after=5) for transmits in (True, False)]
    with_it, without = (m.contagion.total(channel="interbank") for m in worlds)
    assert with_it > 0 == without
    assert len(np.flatnonzero(worlds[1].sheets.failed_on >= 0)) == 1 <= len(np.flatnonzero(worlds[0].sheets.failed_on >= 0))
    assert worlds[1].ledger.residual() == 0


def test_no_shock_no_loss_and_no_failure():
    m = banking_market(**TOY, after=60)
    assert m.contagion.losses == {} and not any(layer != "merchants" for _, layer, _ in m.contagion.failures)
    assert not m.panic.left_today.any() and m.interbank_loans.price == 1.0 and not m.rescue.spent


def test_depositors_lose_what_is_not_insured_and_the_insurer_pays_the_rest():
    """Owners lose first; losses of depositors and the insurer's payment add up to the same hole, whatever is insured."""
    holes = []
    for cover in (0.0, 5_000.0, 1e9):
        m = banking_market(**TOY, channels=only("interbank"), shocks=strike(.5), rescue__insurance_cover_cny=cover, after=4)
        lost = m.contagion.total(channel="resolution")
        assert m.rescue.total("deposit_insurance", "state") > 0 or cover == 0
        assert m.contagion.total(layer="consumers", channel="resolution") > 0 or cover == 1e9
        holes.append(lost + m.rescue.total("deposit_insurance") + m.rescue.total("outside_creditors"))
        assert m.sheets.equity(m)[0] == 0 and m.sheets.reserves(m)[0] >= 0 and m.ledger.residual() == 0
    assert holes[0] == holes[1] == holes[2] > 0


def test_what_a_bridge_bank_still_loses_is_the_states():
    m = banking_market(**TOY, channels=only("interbank"), shocks=strike(.5), after=5)
    lost, lent = m.contagion.total(), 4_000_000

    def strike_again(market):
        market.ledger.owe(m.books.rescue_debt, 0, m.books.owed_to_outside, 0, lent, purpose=Purpose.LAST_RESORT)
        market.ledger.pay(m.books.bank_own, 0, m.books.world, 0, 6_000_000, purpose=Purpose.SHOCK)

    m.channels[0].open_day = strike_again
    m.step()
    assert m.sheets.failed_on[0] == 3 and m.sheets.equity(m)[0] == 0 == m.sheets.rescue_debt[0] and m.contagion.total() == lost
    assert m.rescue.total("last_resort", "state") > .9 * lent and m.rescue.total("bridge_bank", "state") > 0 == m.ledger.residual()


def test_other_banks_pay_the_insurance_if_that_is_the_rule():
    m = banking_market(**TOY, channels=only("interbank"), shocks=strike(.5), rescue__insurance_cover_cny=1e9,
                       rescue__insurance_payer="banks", after=4)
    paid = m.rescue.total("deposit_insurance", "banks")
    assert paid == m.contagion.total(layer="banks", channel="deposit_insurance") > 0 == m.rescue.total("deposit_insurance", "state")


def test_a_bank_that_is_bailed_out_does_not_fail_and_costs_what_it_lacked():
    m = banking_market(**TOY, shocks=strike(.3), rescue__bail_out=("banks",), after=4)
    least = m.settings.bank_sheets.least_capital_ratio
    assert not m.contagion.failures and m.sheets.equity(m)[0] >= int(least * m.sheets.risky(m)[0])
    assert m.rescue.spent.keys() == {("bail_out", "state")} and m.contagion.total(layer="consumers") == 0


def test_sales_to_meet_the_rule_are_those_of_the_library():
    date = datetime.date(2012, 1, 4)
    rule = {"kind": "capital_rule", "start": date, "end": date, "points": 4.5}
    m = banking_market(**TOY, channels=[{"kind": "fire_sale", "impact": .2}], shocks=[rule], after=3)
    seen, deleverage = {}, m.interbank_loans.deleverage

    def look(market):
        s = market.sheets
        seen["told"] = (s.securities.copy(), s.reserves(market), s.deposits(market) + s.debts,
                        market.settings.bank_sheets.least_capital_ratio + .045, .2 / market.interbank_loans.stock)
        seen["other"], seen["before"] = s.risky(market) - s.securities, s.securities.sum()
        deleverage(market)

    m.interbank_loans.deleverage = look
    m.step()
    found = capital_ratio_sale(*seen["told"], interbank_assets=seen["other"])
    assert found.sold.sum() > 0 and m.interbank_loans.price == pytest.approx(found.price, rel=1e-9)
    assert np.abs(m.sheets.units - (seen["told"][0] - found.sold)).max() < 1
    assert m.contagion.total(channel="fire_sale", round=0) == m.interbank_loans.price_loss_today > 0
    assert m.contagion.total(channel="fire_sale") <= seen["before"]


def test_a_frozen_market_takes_cash_from_borrowers_and_fails_who_has_none():
    dates = {"start": datetime.date(2012, 1, 4), "end": datetime.date(2012, 1, 20)}
    poor = {"bank_sheets__reserve_share": .02, "bank_sheets__securities_share": 0.0, "bank_sheets__interbank_share": .3,
            "bank_sheets__least_reserve_share": 0.0}
    frozen = banking_market(**TOY, **poor, shocks=[{"kind": "interbank_freeze", "size": 1.0, **dates}], after=10)
    usual = banking_market(**TOY, **poor, after=10)
    assert frozen.interbank_loans.owed.sum() < usual.interbank_loans.owed.sum()
    assert (frozen.sheets.failed_on >= 0).any() and not (usual.sheets.failed_on >= 0).any()
    saved = banking_market(**TOY, **poor, shocks=[{"kind": "interbank_freeze", "size": 1.0, **dates}], rescue__last_resort=True, after=10)
    assert not (saved.sheets.failed_on >= 0).any() and saved.sheets.rescue_debt.sum() > 0
    assert saved.interbank_loans.owed_to_outside[0] == saved.sheets.rescue_debt.sum()


def test_a_fall_in_price_is_booked_under_the_name_of_the_channel():
    m = banking_market(**TOY, channels=[{"kind": "fire_sale", "name": "prices"}], shocks=strike(.9), after=4)
    assert m.contagion.total(channel="prices") > 0 == m.contagion.total(channel="fire_sale")


@pytest.mark.parametrize("size, fails", [(1e-6, False), (1.5, True)])
def test_a_platform_that_owed_before_fails_by_a_shock_above_its_own_funds_only(size, fails):
    start = datetime.date(2012, 1, 2)
    m = banking_market(consumers__count=300, merchants__count=20, platforms__capital_cny=0.0, credit_payment__is_offered=True,
                       shocks=[{"kind": "platform_loss", "start": start, "platform": 0, "size": size}], after=1)
    before = int(m.platforms.own_funds[0])
    assert before < 0
    m.step()
    assert m.contagion.is_failed("platforms") == fails and not m.rescue.spent  # what was missing before is not the shock's


def test_the_hole_that_a_shock_made_is_booked_once():
    start = datetime.date(2012, 1, 2)
    m = banking_market(consumers__count=300, merchants__count=20,
                       shocks=[{"kind": "platform_loss", "start": start, "platform": 0, "size": 1.5}], after=1)
    before = int(m.platforms.own_funds[0])
    m.step()
    assert m.contagion.is_failed("platforms") and m.platforms.own_funds[0] >= 0
    assert m.rescue.total("ring_fence", "creditors") == pytest.approx(.5 * before, rel=.01)


@pytest.mark.parametrize("changes, said", [
    ({"shocks": strike(.5, bank=150)}, "shocks.b0.bank = 150: there are 24 banks, numbered from 0"),
    ({"shocks": [{"kind": "platform_loss", "start": datetime.date(2012, 1, 2), "product": 50}]},
     "shocks.platform_loss.product = 50: there are 0 products"),
    ({"shocks": strike(.5)}, "shocks.b0.size = 0.5: strikes banks, which have no sheets here; set bank_sheets.is_kept = true"),
    ({"channels": [{"kind": "fire_sale"}]}, "channels.fire_sale: a channel between banks, which have no sheets here")])
def test_shocks_and_channels_of_houses_that_are_not_there_are_refused(changes, said):
    with pytest.raises(UserError, match=re.escape(said)):
        load("baseline", changes)


def test_a_run_of_banks_is_resumed_where_it_was(tmp_path):
    settings = {**TOY, "shocks": strike(.3), "panic__failure_reach": .8, "panic__failure_news": .15}
    whole = banking_market(**settings, after=12)
    first = banking_market(**settings, after=6)
    first.save(tmp_path / "eve")
    second = banking_market(**settings)
    second.resume(tmp_path / "eve")
    second.run_days(6)
    assert differences(whole, second) == [] and whole.panic.houses and (whole.depositors.left_on >= 0).any()
