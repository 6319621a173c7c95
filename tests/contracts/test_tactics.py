"""The contract of tactics: never more than the budget, only on the days of the window, no loan above the stated size."""

import datetime

import pytest

from agents.tactics import TACTICS
from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.finance import fen
from tests.worlds import PROMOTION_DAY, campaign, contested_market, promotion, saving_market, small_market

DAY = datetime.date(2012, 1, 25)
LAST = datetime.date(2012, 1, 28)

# For each kind: settings of a four-day run, and what it has spent of which budget (fen, or offers), given the market and its number.
BUDGETS = {"rate_promotion": (promotion(end=LAST, pool_cny=200e6),
                              lambda m, n: (m.credit.promoted_by(n), fen(m.settings.tactics[n].pool_cny))),
           "rate_trial": ({"kind": "rate_trial", "start": DAY, "end": LAST, "offers": 20 * 4000.0},
                          lambda m, n: (int((m.merchants.trial == n + 1).sum()), int(m.settings.tactics[n].offers))),
           "media": (campaign(start=DAY, end=LAST, channel="broadcast", budget_cny=4e6),
                     lambda m, n: (m.media.plans[n].spent, fen(m.settings.tactics[n].budget_cny))),
           "referral": ({"kind": "referral", "start": DAY, "end": LAST, "budget_cny": 1e6, "invitations_a_month": 60.0, "open_prob": 1.0},
                        lambda m, n: (m.word_of_mouth.spent.get(n, 0), fen(m.settings.tactics[n].budget_cny))),
           "survey": ({"kind": "survey", "start": DAY, "end": LAST, "every_days": 1, "budget_cny": 50_000.0},
                      lambda m, n: (sum(each["cost_fen"] for each in m.surveys if each["tactic"] == n),
                                    fen(m.settings.tactics[n].budget_cny))),
           "free_interest": ({"kind": "free_interest", "start": DAY, "end": LAST, "budget_cny": 40_000.0},
                             lambda m, n: (m.credit.free_interest[n], fen(m.settings.tactics[n].budget_cny))),
           "price": ({"kind": "price", "start": DAY, "end": LAST, "fee": -.03, "budget_cny": 1e6},
                     lambda m, n: (m.prices.spent.get(n, 0), fen(m.settings.tactics[n].budget_cny))),
           "fee_cut": ({"kind": "fee_cut", "start": DAY, "end": LAST, "depth": .03, "budget_cny": 1e6},
                       lambda m, n: (m.prices.spent.get(n, 0), fen(m.settings.tactics[n].budget_cny))),
           "rate_boost": ({"kind": "rate_boost", "start": DAY, "end": LAST, "points": 50.0, "budget_cny": 200_000.0},
                          lambda m, n: (m.savings.spent.get(n, 0), fen(m.settings.tactics[n].budget_cny))),
           **{kind: ({"kind": kind, "start": DAY, "end": LAST, **settings},
                     lambda m, n: (m.promotions.accounts[n].spent + m.promotions.accounts[n].reserved,
                                   fen(m.settings.tactics[n].budget_cny)))
              for kind, settings in {"sign_up_bonus": {"budget_cny": 4e5}, "first_use_rebate": {"budget_cny": 4e5},
                                     "coupon": {"budget_cny": 2e6}, "personal_offer": {"budget_cny": 4e5, "late_factor": 0.0},
                                     "loyalty": {"budget_cny": 1e6}, "red_packet": {"budget_cny": 2e6, "packets_a_day": 1.0}}.items()}}
MARKET_OF = {**dict.fromkeys(("rate_promotion", "rate_trial", "free_interest"), small_market),
             "rate_boost": saving_market}  # the others need platforms that compete
# fen: attention is bought by the piece, a reward is paid whole
LEFT_OVER = {"media": 2_000, "referral": 8_000, "sign_up_bonus": 4_000, "first_use_rebate": 3_000, "coupon": 2_000,
             "personal_offer": 20_000, "loyalty": 2_000, "red_packet": 20_000, "free_interest": 20_000}
EAGER = {"referral": {"customers__conversion": 1.0, "customers__verify_rate": 1.0, "standing__focal__friction": 0.0,
                      "consumers__purchases_a_year": 300.0}}  # worlds in which a small budget is soon gone
EAGER |= dict.fromkeys(("sign_up_bonus", "first_use_rebate", "coupon", "personal_offer", "loyalty", "red_packet"), EAGER["referral"])


def market_of(kind, **settings):
    """A small world of the sort in which the tactic can act."""
    return MARKET_OF.get(kind, contested_market)(**{**EAGER.get(kind, {}), **settings})


def test_every_tactic_states_its_budget_here():
    assert BUDGETS.keys() == TACTICS.keys()


@pytest.mark.parametrize("kind", TACTICS)
def test_a_tactic_has_a_kind_settings_and_a_window(kind):
    tactic = TACTICS[kind]
    assert issubclass(tactic, Tactic) and issubclass(tactic.Settings, TacticSettings) and tactic.kind == kind
    assert tactic.act is not Tactic.act and tactic.__doc__


@pytest.mark.parametrize("kind", TACTICS)
def test_a_tactic_acts_on_the_days_of_its_window_only(kind, monkeypatch):
    days = []
    act = TACTICS[kind].act
    monkeypatch.setattr(TACTICS[kind], "act", lambda self, m: (days.append(m.date), act(self, m)))
    market_of(kind, after=40, tactics=[BUDGETS[kind][0]])
    assert days == [DAY + datetime.timedelta(days=k) for k in range(4)]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", TACTICS)
def test_a_tactic_never_spends_more_than_its_budget(kind, seed):
    settings, spent_of = BUDGETS[kind]
    market = market_of(kind, seed=seed, after=40, tactics=[settings])
    spent, budget = spent_of(market, 0)
    assert 0 < spent <= budget
    assert budget - spent < LEFT_OVER.get(kind, fen(1000)), "the crowd of these worlds wants more than the budget"


@pytest.mark.parametrize("kind", TACTICS)
def test_two_tactics_of_a_kind_have_a_budget_each(kind):
    first, spent_of = BUDGETS[kind]
    second = first | {"name": "again", "start": datetime.date(2012, 2, 8), "end": datetime.date(2012, 2, 11)}
    both = market_of(kind, after=50, tactics=[first, second])
    assert all(0 < spent <= budget for spent, budget in (spent_of(both, 0), spent_of(both, 1)))
    once = market_of(kind, after=50, tactics=[first])
    assert spent_of(both, 0) == spent_of(once, 0)


# --- the rate promotion -----------------------------------------------------------------------------------------------


def large_shops(**settings):
    """The day of a promotion whose pool is larger than the crowd's wishes, among large shops with large lines."""
    rich = {"consumers__basket_cny": 2000.0, "platforms__lender_capital_cny": (1e12, 1e12)}
    market = small_market(merchants__count=300, consumers__count=8000, credit__line_cap_cny=5e6, credit__loan_cap_cny=5e6,
                          credit__line_months=3.0, tactics=[promotion(pool_cny=1e10, **settings)], **rich)
    market.run_days(PROMOTION_DAY + 1)
    return market


@pytest.fixture(scope="module")
def crowded():
    return large_shops(attention_share=.1)


def test_no_promoted_loan_reaches_60_000_cny(crowded):
    assert crowded.credit.promotion_log[0][:, 3].max() == fen(59_900) < fen(60_000)
    unlimited = large_shops(largest_loan_cny=1e7)
    assert unlimited.credit.promotion_log[0][:, 3].max() > fen(60_000), "somebody wanted more"


def test_promoted_loans_cost_three_quarters_and_others_the_full_rate(crowded):
    row, _, _, kind, promoted, contract = crowded.credit.draws.T
    rate, terms = crowded.loans.daily_rate[contract], crowded.settings.loans
    full = [(terms.order_daily_rate if k == 1 else terms.credit_daily_rate) for k in kind]
    assert rate == pytest.approx([f * (.75 if p else 1.0) for f, p in zip(full, promoted)], rel=1e-12)
    assert 0 < promoted.sum() < len(row)


def test_nothing_is_promoted_before_eleven_past_eleven_or_after_midnight(crowded):
    minutes = crowded.credit.promotion_log[0][:, 1]
    assert minutes.min() >= 671 and minutes.max() < 1440
    assert (crowded.credit.draws[crowded.credit.draws[:, 4] == 0, 1] < 671).any(), "ordinary loans went on before"


def test_a_slow_system_serves_one_loan_at_a_time_and_closes_at_midnight():
    market = small_market(merchants__count=300, consumers__count=8000,
                          tactics=[promotion(pool_cny=1e10, throughput=4000.0 / 60)])  # one simulated loan an hour
    market.run_days(PROMOTION_DAY + 1)
    minutes = market.credit.promotion_log[0][:, 1]
    assert 5 < len(minutes) <= (1440 - 671) / 60
    assert (minutes[1:] - minutes[:-1] >= 60).all() and minutes.max() < 1440


def test_the_last_fen_of_the_pool_is_lent_in_order_of_the_minute():
    market = small_market(tactics=[promotion(pool_cny=100e6)])
    market.run_days(PROMOTION_DAY + 1)
    draws = market.credit.draws
    promoted = draws[draws[:, 4] == 1]
    assert (promoted[1:, 1] >= promoted[:-1, 1]).all()
    later = draws[(draws[:, 4] == 0) & (draws[:, 1] > promoted[-1, 1])]
    assert len(later) > 0 and fen(25_000) - promoted[:, 2].sum() < fen(500), "who came when the pool was empty paid the full rate"


# --- the rate trial ---------------------------------------------------------------------------------------------------


def trial(**settings):
    return small_market(after=60, merchants__count=600, consumers__count=6000, owners__taste_for_credit=.83,
                        tactics=[{"kind": "rate_trial", "start": datetime.date(2012, 1, 1), **settings}]).merchants


def test_a_trial_offers_two_prices_by_lot_and_charges_what_was_offered():
    shops = trial()
    tried = shops.trial > 0
    assert set(shops.offered_offset[tried]) == {-7.25, 7.25} and (shops.rate_offset == shops.offered_offset).all()
    dear = shops.offered_offset[tried] > 0
    assert abs(dear.sum() - dear.size / 2) < 4.5 * (dear.size / 4) ** .5
    assert abs(shops.quality[tried][dear].mean() - shops.quality[tried][~dear].mean()) < 4.5 * (4 / dear.size) ** .5


def test_a_surprise_charges_the_cheap_price_and_changes_no_choice():
    honest, surprised = trial(), trial(surprise_share=1.0)
    assert (honest.offered_offset == surprised.offered_offset).all() and (surprised.rate_offset[surprised.trial > 0] == -7.25).all()
    first = honest.decided_on == surprised.decided_on
    assert first.mean() > .95 and (honest.credit_choice[first] == surprised.credit_choice[first]).all()


def test_loans_of_a_trial_carry_their_shops_price():
    market = small_market(after=60, tactics=[{"kind": "rate_trial", "start": datetime.date(2012, 1, 1)}])
    open_now = market.loans.kind != 0
    shop = open_now.nonzero()[0] // 4
    terms = market.settings.loans
    listed = [terms.order_daily_rate if kind == 1 else terms.credit_daily_rate for kind in market.loans.kind[open_now]]
    assert market.loans.daily_rate[open_now] == pytest.approx(listed + market.merchants.rate_offset[shop] / 36_500, rel=1e-12)
    in_trial = market.merchants.trial[shop] == 1
    assert len(set(market.merchants.rate_offset[shop[in_trial]])) == 2 and not market.merchants.rate_offset[shop[~in_trial]].any()
