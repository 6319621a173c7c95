"""He, Huang and Zhou (2023): what it does to borrowers when a lender sees more of them.  Abilities .40 and .35 -> .80 are L23's."""

import numpy as np
import pytest

from sim.markets.credit_competition import duopoly

BANK, BEFORE, AFTER = .40, .35, .80  # L23
GOOD, CAP = .9, .36  # our own: one applicant in ten is bad, no rate above 36%
N = 400_000


def market(fintech, bank=BANK):
    return duopoly(GOOD, bank, fintech, CAP)


@pytest.mark.parametrize("pair", [(BANK, BEFORE), (BANK, AFTER), (.4, .4), (.8, .8), (.1, .9)])
def test_nobody_gains_by_another_rate(pair):
    """On the support each lender earns the same at every rate, and outside it no more; weak earns nothing there."""
    game = duopoly(GOOD, *pair, CAP)
    support = np.linspace(game.lowest_rate, CAP, 2_000, endpoint=False)
    assert np.allclose(game.profit(support, "strong"), game.rent, atol=1e-12)
    assert np.allclose(game.profit(support, "weak"), 0.0, atol=1e-12)
    for lender, most in (("strong", game.rent), ("weak", 0.0)):
        below = np.linspace(0.0, game.lowest_rate, 500)
        assert (game.profit(np.append(below, CAP), lender) <= most + 1e-12).all()


@pytest.mark.parametrize("fintech", [BEFORE, .40, AFTER])
def test_half_a_million_applicants_pay_and_cost_what_the_formulas_say(fintech):
    """Tests, offers by the inverse of F, the lower offer taken: rates, profits and service within four standard errors."""
    game, luck = market(fintech), np.random.default_rng(7)
    good = luck.random(N) < GOOD
    offer = {}
    for lender, ability in (("strong", game.strong), ("weak", game.weak)):
        passes, rate = good | (luck.random(N) >= ability), game.offers(luck.random(N))
        if lender == "strong":
            rate = np.minimum(rate, CAP)
        offer[lender] = np.where(passes, rate, np.inf)
    paid = np.minimum(offer["strong"], offer["weak"])
    assert np.isfinite(paid[good]).all()
    close(paid[good], game.good_rate)
    close(np.isfinite(paid[~good]), game.bad_served)
    for lender, other, profit in (("strong", "weak", game.rent), ("weak", "strong", 0.0)):
        wins = np.isfinite(offer[lender]) & (offer[lender] < offer[other])
        close(np.where(wins, np.where(good, np.where(wins, offer[lender], 0.0), -1.0), 0.0), profit)


def close(sample, expected):
    assert abs(np.mean(sample) - expected) < 4 * np.std(sample) / np.sqrt(len(sample))


def test_rates_fall_while_the_weak_catches_up_and_rise_while_the_strong_pulls_ahead():
    ability = np.linspace(.05, .95, 181)
    rate = np.array([market(x).good_rate for x in ability])
    assert abs(ability[rate.argmin()] - BANK) < .01
    assert (np.diff(rate)[ability[1:] <= BANK] < 0).all() and (np.diff(rate)[ability[:-1] >= BANK] > 0).all()


def test_two_lenders_who_see_well_are_cheaper_than_two_who_do_not():
    assert market(AFTER, bank=AFTER).good_rate < market(BANK).good_rate < market(BANK, bank=.0).good_rate


def test_everybody_loses_when_open_data_puts_the_fintech_far_ahead():
    """From .35 to .80 against a bank of .40 good applicants pay more, bad ones are served less, and the fintech takes a rent."""
    before, after = market(BEFORE), market(AFTER)
    assert after.good_rate > before.good_rate and after.bad_served < before.bad_served
    assert after.rent > before.rent and after.withdrawal > before.withdrawal


def test_open_data_that_only_closes_the_gap_is_good_for_who_repays():
    """The null: from .35 to .40, and for both to .80, the good pay less."""
    before = market(BEFORE)
    assert market(BANK).good_rate < before.good_rate and duopoly(GOOD, AFTER, AFTER, CAP).good_rate < before.good_rate


@pytest.mark.parametrize("numbers, says", [((1.0, .4, .4, .36), "good_share"), ((.9, -.1, .4, .36), "weak"), ((.9, .4, .4, .06), "cap")])
def test_numbers_without_an_equilibrium_are_refused(numbers, says):
    with pytest.raises(ValueError, match=says):
        duopoly(*numbers)
