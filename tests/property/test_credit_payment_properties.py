"""Whatever the settings: lines stay inside their limits, the leverage rule holds, claims have debtors, the books balance."""

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import load
from sim.core.errors import UserError
from sim.core.finance import fen
from sim.model import Market
from tests.property.test_extreme_settings import edges
from tests.worlds import SMALL, small_market

OFFERED = {"credit_payment.is_offered": True, "credit_payment.first_day": 5, "credit_users.take_up_a_month": 1.0,
           "credit_payment_card.pass_mark": 0.0}
SECTIONS = ("credit_payment", "credit_users", "guarantee", "credit_payment_card")
EDGES = [(path, value) for path, value in edges(load("baseline")) if path.split(".")[0] in SECTIONS]


class Watch:
    """After every close: what must hold."""

    def __init__(self):
        self.days_of_credit, self.highest, self.borrowed = 0, 0.0, 0

    def __call__(self, m):
        s, users, company = m.settings, m.credit_users, m.guarantors
        with_line = users.line > 0
        assert not with_line.any() or users.line[with_line].min() >= fen(s.credit_payment.smallest_line_cny) // 100 * 100
        assert users.line.max() <= fen(s.credit_payment.largest_line_cny)
        assert m.consumers.is_mobile[with_line].all()
        assert m.credit_payment.leverage_today <= s.guarantee.most_leverage * (1 + 1e-12)
        assert company.cash[0] >= 0 and company.claims[0] >= 0 and users.balance.min() >= 0 and users.called.min() >= 0
        assert (users.billed <= users.balance).all() and (users.billed >= 0).all()
        owed_to_company = users.called.sum() + (users.balance.sum() if s.credit_payment.model == "own_book" else 0)
        assert company.claims[0] == owed_to_company
        assert m.credit_payment.bank_claims.sum() == users.balance.sum() + users.called.sum() - owed_to_company
        assert m.banks.lender_claims.sum() == m.lenders.borrowed.sum() + company.borrowed[0]
        assert m.ledger.residual() == 0
        self.days_of_credit += m.credit_payment.n_purchases_today > 0
        self.highest = max(self.highest, m.credit_payment.leverage_today)
        self.borrowed = max(self.borrowed, int(company.borrowed[0]))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(1, 1000), capital=st.sampled_from([0.0, 5e5, 2e6, 3e8]), leverage=st.sampled_from([0.0, 1.0, 3.3, 10.0]),
       largest=st.sampled_from([1.0, 77.0, 5000.0]), model=st.sampled_from(["guarantee", "own_book"]),
       careless=st.floats(0, 1), preference=st.floats(0, 1))
def test_lines_leverage_and_claims_keep_their_limits(seed, capital, leverage, largest, model, careless, preference):
    watch = Watch()
    small_market(seed=seed, observers=[watch], **OFFERED, **{
        "guarantee.capital_cny": capital, "guarantee.most_leverage": leverage, "credit_payment.largest_line_cny": largest,
        "credit_payment.model": model, "credit_users.forget_prob": careless, "credit_users.credit_preference": preference,
        "credit_payment.guarantee_after_days": 4, "credit_payment.write_off_days": 9}).run_days(55)
    if model == "guarantee" and capital * leverage == 0:
        assert watch.days_of_credit == 0, "without capital nothing can be guaranteed"


def test_the_leverage_rule_is_reached_and_held_and_without_it_leverage_goes_on():
    free, bound = Watch(), Watch()
    tight = {**OFFERED, "guarantee.capital_cny": 2e7, "credit_users.credit_preference": 1.0}
    small_market(observers=[bound], **tight).run_days(50)
    small_market(observers=[free], **tight, **{"guarantee.most_leverage": 1e6}).run_days(50)
    assert 9.5 < bound.highest <= 10 < 1.2 * 10 < free.highest


def test_on_its_own_book_the_company_borrows_no_more_than_half_of_its_net_assets():
    watch = Watch()
    market = small_market(observers=[watch], **OFFERED, **{"credit_payment.model": "own_book", "guarantee.capital_cny": 2e7,
                                                           "credit_users.credit_preference": 1.0})
    market.run_days(50)
    assert 0 < watch.borrowed <= .51 * fen(2e7 / 4000) * 1.05


@pytest.mark.slow
@pytest.mark.parametrize("path, value", EDGES, ids=[f"{path}={value:g}" for path, value in EDGES])
def test_the_credit_payment_lives_at_the_edge_of_a_setting(path, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            market = Market("baseline", **SMALL | OFFERED | {path: value})
        except UserError as refusal:
            assert "is too much for" in str(refusal) or "must sum to 1" in str(refusal)
            return
        market.run_days(45)
    assert market.ledger.residual() == 0
    assert min(int(a.min()) for a in (market.consumers.deposit, market.credit_users.balance, market.guarantors.cash)) >= 0
