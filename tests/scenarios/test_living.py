"""Every world that a scenario may describe can be lived: at the bounds of its settings, and wherever a user's hand slips."""

import random
import warnings
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.recorder import Recorder
from scenarios import load
from scenarios.entries import entry
from scenarios.files import shipped_names
from scenarios.places import place_of
from scenarios.schema import Scenario
from scenarios.writing import as_data
from sim.core.errors import UserError
from sim.model import Market
from sim.networks import NETWORKS, kinds_for
from tests.scenarios.covering import fast_first

START = date(2012, 1, 30)  # the second day is the end of a month: interest, wages and instalments fall into two days
SMALL = {"consumers.count": 300, "merchants.count": 20, "banks.count": 4, "networks.interbank.mean_degree": 2.0, "weight": 20_000.0,
         "start": START, "days": 2, "experiment.fork": None}
SHOCK = {"kind": "demand", "start": START, "size": .3}
SLIPS = [0, 1, -1, 2, 7.5, 1e-12, 1e-300, 1e9, 2**31, 1e18, 2**62, 1e300, -1e9, -1e300, float("nan"), float("inf"), True, "", "x", [], [1],
         {}]
LARGE = {"consumers.count", "consumers.isolated", "merchants.count"}  # their upper bounds take minutes, and memory
STOCKS = ("gmv", "escrow", "inventory", "stock_bought", "drawn", "loan_book", "granted_lines", "bank_loans", "deposits", "interest")


def small(name, **changes):
    """A shipped scenario as a world of 300 consumers and 20 shops, whose tactics act on the first day."""
    shipped = load(name)
    dates = {f"tactics.{number}.{day}": START for number, tactic in enumerate(shipped.tactics) for day in ("start", "end")}
    return load(shipped, {**SMALL, "shocks": [SHOCK], **dates, **changes})


SCENARIOS = {name: small(name) for name in shipped_names()}


def leaves(data, path=()):
    """(path, value) of every setting of plain data; a list of plain values is one setting."""
    for name, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, dict) or isinstance(value, list) and value and isinstance(value[0], dict):
            yield from leaves(value, path + (name,))
        elif path + (name,) != ("days",):
            yield path + (name,), value


def own_settings(name):
    """The settings of a scenario, less those that an earlier one has with the same value."""
    earlier = [dict(leaves(as_data(SCENARIOS[other]))) for other in SCENARIOS if other < name]
    return [(path, value) for path, value in leaves(as_data(SCENARIOS[name]))
            if not any(path in other and other[path] == value for other in earlier)]


def bounds(name, path, value):
    """The smallest and the largest value that a setting allows."""
    scenario_data = as_data(SCENARIOS[name])
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, list):  # a list of names has no bounds
        return [] if any(isinstance(each, str) for each in value) else [[0.0] * len(value)]
    found = []
    place = place_of(Scenario, entry(scenario_data, ""), path)
    nudge = 1 if isinstance(value, int) else 1e-9
    for bound in place.shape.bounds if place.shape else ():
        found += [getattr(bound, side) for side in ("ge", "le") if hasattr(bound, side)]
        found += [bound.gt + nudge] if hasattr(bound, "gt") else []
        found += [bound.lt - nudge] if hasattr(bound, "lt") else []
    return found


def lives(scenario, changes, days=2, seed=1):
    """Live the changed scenario: True; or False if it is refused, in clean lines.  Anything else fails the test."""
    try:
        changed = load(scenario, {**changes, "days": days})
    except UserError as wrong:
        assert_clean(wrong)
        return False
    if changed.consumers.count + changed.consumers.isolated > 50_000 or changed.merchants.count > 5_000:
        return True
    recorder = Recorder()
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # an overflow or NaN on its way into the books
        try:
            Market(changed, seed=seed, observers=[recorder]).run_days()
        except UserError as wrong:  # what only shows when the world is built
            assert_clean(wrong)
            assert all(line.startswith("networks.") for line in wrong.lines)
            return False
    daily = recorder.daily()
    assert len(daily) == days
    assert not np.isinf(daily.drop(columns="date").to_numpy(float)).any()
    assert (daily[list(STOCKS)].to_numpy() >= 0).all(), daily[list(STOCKS)].min()
    assert (daily["ledger_residual"] == 0).all()
    return True


def assert_clean(wrong):
    assert wrong.lines and all(line.isprintable() and len(line) < 700 for line in wrong.lines)


def dotted(path):
    return ".".join(map(str, path))


@pytest.mark.parametrize("half", [0, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", fast_first(SCENARIOS))
def test_a_world_at_either_bound_of_any_setting_lives(name, half):
    """In two halves: the lower bound of one setting, the upper of the next; the others are only read."""
    n_lived = n_tried = 0
    for number, (path, value) in enumerate(own_settings(name)):
        for place, bound in enumerate(bounds(name, path, value)):
            changes = {dotted(path): bound}
            n_lived += lives(SCENARIOS[name], changes) if place % 2 == (number + half) % 2 else loads(SCENARIOS[name], changes) is not None
            n_tried += 1
    assert n_lived >= .8 * n_tried  # the others name a rule between settings, such as shares that sum to 1


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_a_hand_slips_to_is_lived_or_refused_in_clean_lines(data):
    name = data.draw(st.sampled_from(sorted(SCENARIOS)))
    path, _ = data.draw(st.sampled_from(list(leaves(as_data(SCENARIOS[name])))))
    number = st.integers(-2**63, 2**63) | st.floats() | st.floats(0, 1) | st.integers(-2, 400)
    lives(SCENARIOS[name], {dotted(path): data.draw(st.sampled_from(SLIPS) | number)})


def test_nothing_happens_in_a_world_without_purchases_capital_officers_or_lines():
    nothing = {"consumers.purchases_a_year": 0, "banks.capital_cny": 0, "large_bank.officers": 0, "relationship_bank.officers": 0,
               "micro_specialist.officers": 0, "platforms.capital_cny": 0,
               "platforms.lender_capital_cny": [0.0, 0.0], "credit.line_months": 0, "goods.commission_share": 0}
    assert lives(SCENARIOS["flash-rate"], nothing, days=40)


def test_a_network_that_does_not_fit_the_world_is_a_mistake_in_its_setting():
    for use, most in (("social", 298), ("supply", 19), ("interbank", 3)):
        with pytest.raises(UserError, match=rf"^networks\.{use}\.mean_degree: 400 is too much for .*; at most {most}"):
            Market(load(SCENARIOS["baseline"], {f"networks.{use}.mean_degree": 400.0}))


@pytest.mark.parametrize("use", ["social", "supply", "interbank"])
def test_every_kind_of_network_lives_in_the_smallest_world_or_says_what_it_needs(use):
    lived = []
    for kind in kinds_for(use):
        if kind != "edges":
            smallest = {"consumers.count": 10, "merchants.count": 2, "banks.count": 1, "networks.supply.mean_degree": 1.0}
            degree = {f"networks.{use}.mean_degree": 1.0} if "mean_degree" in NETWORKS[kind].settings.model_fields else {}
            lived += [kind] if lives(SCENARIOS["flash-rate"], {**smallest, f"networks.{use}.kind": kind, **degree}) else []
    assert len(lived) >= 2


# --- exhaustive -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", fast_first(SCENARIOS))
def test_every_setting_meets_every_slip_and_lives_six_weeks_or_is_refused(name):
    for path, value in own_settings(name):
        for slip in [*bounds(name, path, value), *SLIPS]:
            lives(SCENARIOS[name], {dotted(path): slip}, days=42)


@pytest.mark.slow
@pytest.mark.parametrize("share", [.05, .2, .6])
def test_worlds_at_many_bounds_at_once_live_six_weeks_or_are_refused(share):
    scenario, luck, n_lived = SCENARIOS["flash-rate"], random.Random(7), 0
    allowed = [(dotted(path), bound) for path, value in leaves(as_data(scenario)) for bound in bounds("flash-rate", path, value)
               if dotted(path) not in LARGE | {"start"} and not dotted(path).startswith("networks.")]
    allowed = [(path, bound) for path, bound in allowed if loads(scenario, {path: bound})]
    for seed in range(150):
        changes = {path: bound for path, bound in luck.sample(allowed, len(allowed)) if luck.random() < share}
        n_lived += lives(scenario, changes, days=42, seed=seed)
    assert n_lived > 10


def loads(scenario, changes):
    try:
        return load(scenario, changes)
    except UserError:
        return None
