"""What one seed says about the facts: one world, one year, the event and its nulls, on common random numbers."""

import numpy as np

from results.clients import client_facts
from results.promotion import rush_of
from results.recorder import Recorder
from scenarios import load
from sim.model import Market

EVENT = "flash-rate"
PRICE_ONLY = {"tactics.rate_promotion.attention_share": 0.0, "tactics.rate_promotion.pulls_forward": False}
IDLE = {"merchants.own_cash_low": 1.3, "merchants.own_cash_high": 1.6, "merchants.trust_in_line": 0.0}
HASTY = {"merchants.review_mean_days": 4.0}
BULK = {"credit.loan_cap_cny": 1e7, "credit.line_cap_cny": 1e7, "credit.line_months": 3.0, "merchants.review_mean_days": 40.0,
        "tactics.rate_promotion.largest_loan_cny": 1e7}
FIXED_TERM = {"loans.may_repay_early": False}
PHONE_AS_PC = {"payments.card_on_phone_success": .75}
HORIZON_DAYS = 75


def outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """All numbers of `experiments.facts.TESTS` for one seed.

    overrides: settings by path laid over the event's scenario (for the response table).  nulls: also live the nulls.
    """
    scenario = load(EVENT, overrides or {})
    found, state = year_without(scenario, seed)
    found |= event(scenario, seed, state, found)
    found |= price_only(scenario, seed, state, found)
    if nulls:
        found |= null_years(scenario, seed)
    return found


def year_without(scenario, seed: int) -> tuple[dict, dict]:
    """The ordinary year: facts about clients and payments, and the market's state on the eve of the event."""
    bare = load(scenario, {"tactics": [], "shocks": []})
    recorder = Recorder()
    market = Market(bare, seed=seed, observers=[recorder])
    fork_day = (scenario.experiment.fork - scenario.start).days
    market.run_days(fork_day)
    state = _copied(market.state())
    market.run_days()
    return _year_facts(recorder), {"state": state, "daily": recorder.daily(), "fork_day": fork_day}


def _year_facts(recorder: Recorder) -> dict:
    facts = client_facts(recorder.clients())
    daily = recorder.daily()
    facts["interest_over_line_percent"] = 100 * facts.get("interest_over_line", np.nan)
    facts["interest_over_peak_percent"] = 100 * facts.get("interest_over_peak", np.nan)
    facts["phone_card_success_percent"] = 100 * daily["phone_card_success_rate"].mean()
    facts["phone_card_attempts"] = float(recorder.phone_card_attempts)
    facts["npl_percent"] = 100 * daily["npl_ratio"].iloc[-1]
    facts["bad_loans_simulated"] = daily["bad_loans_simulated"].iloc[-1]
    facts["written_off_over_flow_percent"] = 100 * daily["written_off"].sum() / daily["drawn"].sum()
    return facts


def event(scenario, seed: int, eve: dict, year: dict) -> dict:
    """The event and what follows it, against the ordinary year's same days."""
    recorder = _lived(scenario, seed, eve["state"], HORIZON_DAYS)
    rush = rush_of(recorder.draws(), scenario)
    drawn, ordinary = recorder.daily()["drawn"].to_numpy(), eve["daily"]["drawn"].to_numpy()[eve["fork_day"]:]
    ordinary_a_minute = year["draws_per_client_year"] / 365 / 1440 * year["clients_simulated"]
    won_in = min(rush.sold_out_minutes, rush.minutes.max(initial=1.0))
    return {"sold_out_minutes": rush.sold_out_minutes, "winners": rush.winners, "simulated_winners": rush.n_simulated,
            "largest_loan_cny": rush.largest_loan_cny, "promoted_mean_loan_cny": rush.mean_loan_cny,
            "arrival_multiple": rush.n_simulated / max(won_in, 1.0) / ordinary_a_minute,
            "response_percent": 100 * rush.n_simulated / year["clients_simulated"],
            "dip_percent": 100 * (1 - drawn[1:4].sum() / ordinary[1:4].sum()),
            "net_lending_mcny": (drawn.sum() - ordinary[: len(drawn)].sum()) / 1e6}


def price_only(scenario, seed: int, eve: dict, year: dict) -> dict:
    """The nulls of the event: ordinary arrivals times the price multiple of D11, nothing else; the day itself."""
    found = {}
    for name, elasticity in (("028", -.28), ("110", -1.1), ("290", -2.9)):
        null = load(scenario, {**PRICE_ONLY, "tactics.rate_promotion.rate_elasticity": elasticity})
        rush = rush_of(_lived(null, seed, eve["state"], 1).draws(), null)
        found[f"price_only_{name}_minutes"] = rush.sold_out_minutes
        if name == "110":
            in_time = rush.minutes <= 36
            found["hour_winners_price_only"] = float(in_time.sum() * scenario.weight)
            ordinary = year["draws_per_client_year"] / 365 / 1440 * year["clients_simulated"]
            found["price_only_arrival_multiple"] = in_time.sum() / 36 / ordinary
    found["price_only_soonest_minutes"] = min(found[f"price_only_{name}_minutes"] for name in ("028", "110", "290"))
    return found


def null_years(scenario, seed: int) -> dict:
    """Years in which the mechanism behind a fact is off."""
    found = {}
    for name, change in (("idle", IDLE), ("hasty", HASTY), ("bulk", BULK), ("fixed_term", FIXED_TERM)):
        varied = load(scenario, change)
        facts, eve = year_without(varied, seed)
        for number in ("interest_over_line_percent", "debt_days_per_client_year", "draws_per_client_year", "draw_life_days",
                       "loans_a_day_per_200k_clients", "book_cny_per_200k_clients", "mean_draw_cny"):
            found[f"{name}_{number}"] = facts.get(number, 0.0)
        if name == "bulk":
            rush = rush_of(_lived(varied, seed, eve["state"], 1).draws(), varied)
            found["bulk_largest_loan_cny"], found["bulk_promoted_mean_loan_cny"] = rush.largest_loan_cny, rush.mean_loan_cny
    phones = load(scenario, {**PHONE_AS_PC, "tactics": []})
    recorder = Recorder()
    Market(phones, seed=seed, observers=[recorder]).run_days(30)
    found["phone_as_pc_success_percent"] = 100 * recorder.daily()["phone_card_success_rate"].mean()
    return found


def _lived(scenario, seed: int, state: dict, days: int) -> Recorder:
    recorder = Recorder()
    market = Market(scenario, seed=seed, observers=[recorder])
    market.restore(state)
    market.run_days(min(days, market.days - market.day))
    return recorder


def _copied(state):
    """The state with its arrays copied, since the market goes on."""
    if isinstance(state, dict):
        return {name: _copied(value) for name, value in state.items()}
    return state.copy() if isinstance(state, np.ndarray) else state
