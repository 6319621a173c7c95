"""Validation: is the simulation true?  Each fact against its band over many seeds, with a null that must fail.

    jishi validate                     all tested facts, 30 seeds
    jishi validate S03 S08 -n 10       some facts, fewer seeds
    jishi validate 'L11 gap'           one test of a fact that has several
    jishi validate --response          every calibrated setting perturbed by 20%, the response of all facts
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from pydantic import BaseModel

from experiments import options
from experiments.contagion_outcomes import contagion_outcome
from experiments.contest_outcomes import contest_outcome
from experiments.credit_outcomes import credit_outcome
from experiments.customer_outcomes import customer_outcome
from experiments.debtor_failures import debtor_outcome
from experiments.deterrence import deterrence_outcome
from experiments.diffusion_outcomes import diffusion_outcome
from experiments.discipline import discipline_outcome
from experiments.facts import (
    CLAIMS,
    CONTAGION_TESTS,
    CONTEST_TESTS,
    CREDIT_TESTS,
    CUSTOMER_TESTS,
    DEBTOR_TESTS,
    DETERRENCE_TESTS,
    DIFFUSION_TESTS,
    DISCIPLINE_TESTS,
    MARKETING_TESTS,
    PANIC_TESTS,
    PAYMENT_TESTS,
    PRODUCT_TESTS,
    PROMOTION_TESTS,
    REPUTATION_TESTS,
    SHARING_TESTS,
    SOURCES_TESTS,
    STRATEGY_TESTS,
    TESTS,
    TRIAL_TESTS,
    facts,
    status_of,
    tests_of,
)
from experiments.marketing_outcomes import marketing_outcome
from experiments.outcomes import EVENT, outcome
from experiments.panic_outcomes import panic_outcome
from experiments.payment_outcomes import payment_outcome
from experiments.product_outcomes import product_outcome
from experiments.progress import Progress
from experiments.promotion_outcomes import promotion_outcome
from experiments.rate_trial import trial_outcome
from experiments.reputation_outcomes import reputation_outcome
from experiments.sharing_outcomes import sharing_outcome, sources_outcome
from experiments.strategy_outcomes import strategy_outcome
from experiments.workers import all_results, usual_workers
from results.store import writable_folder, write_json, write_table
from sim.core.errors import UserError, did_you_mean

FIRST_SEED = 1_000  # seeds 1-99 were looked at while the model was made; these were not
# Who makes the numbers of which tests, and on every how many-th seed the nulls are lived too: a null that fails does so by far, and
# nulls cost four times what they are nulls of.  The trial of the price needs its counterpart on every seed (L05).
OTHER_TESTS = (CREDIT_TESTS | TRIAL_TESTS | DETERRENCE_TESTS | REPUTATION_TESTS | PAYMENT_TESTS | DIFFUSION_TESTS | MARKETING_TESTS
               | CUSTOMER_TESTS | SOURCES_TESTS | SHARING_TESTS
               | DISCIPLINE_TESTS | CONTEST_TESTS | PROMOTION_TESTS | PRODUCT_TESTS | STRATEGY_TESTS
               | CONTAGION_TESTS | DEBTOR_TESTS | PANIC_TESTS)
SOURCES = ((outcome, set(TESTS) - OTHER_TESTS, 3), (credit_outcome, CREDIT_TESTS, 3), (payment_outcome, PAYMENT_TESTS, 3),
           (trial_outcome, TRIAL_TESTS, 1), (deterrence_outcome, DETERRENCE_TESTS, 3), (reputation_outcome, REPUTATION_TESTS, 3),
           (diffusion_outcome, DIFFUSION_TESTS, 1), (marketing_outcome, MARKETING_TESTS, 3), (customer_outcome, CUSTOMER_TESTS, 1),
           (promotion_outcome, PROMOTION_TESTS, 3), (product_outcome, PRODUCT_TESTS, 3),
           (sources_outcome, SOURCES_TESTS, 1), (sharing_outcome, SHARING_TESTS, 3), (discipline_outcome, DISCIPLINE_TESTS, 3),
           (contest_outcome, CONTEST_TESTS, 3), (strategy_outcome, STRATEGY_TESTS, 3), (contagion_outcome, CONTAGION_TESTS, 3),
           (debtor_outcome, DEBTOR_TESTS, 3), (panic_outcome, PANIC_TESTS, 3))
PRINTED = ("walked_nothing_percent", "walked_defaults_only_percent", "walked_full_history_percent", "sharing_deters_points",
           "auc_defaults_only", "auc_full_history", "seeing_points",
           "loop_and_bank_gain",
           "bank_to_loop_thin", "bank_to_loop_thick", "loop_to_bank_thin", "loop_to_bank_thick", "more_loans_percent", "thin_gain_points",
           *(f"{world}_{number}" for world in ("one", "low", "mixed", "equal")
             for number in ("rate_percent", "margin_points", "bad_percent")),
           "supplier_failures_more", "trade_failures_calm", "large_loss_fails_percent",
           "downturn_adds_points", "cash_points", "shuffled_cash_points",
           "circle_failures_calm", "circle_first_failures",
           "mixed_behind_curse_points", "mixed_ahead_curse_points", "mixed_behind_margin_points", "mixed_ahead_margin_points",
           "best_bonus_cny", "bonus_5_profit_mcny", "bonus_20_profit_mcny", "bonus_80_profit_mcny", "bonus_320_profit_mcny",
           "focal_spending_per_subsidy", "cannibalised_share",
           "fund_bass_market", "fund_users_mar_2014", "fund_assets_week", "mobile_of_payments_start", "mobile_of_payments_end",
           "mobile_share_gain", "payment_share_gain",
           "ad_elasticity_payments_short", "ad_elasticity_payments_long",
           "talk_elasticity_short", "talk_elasticity_payments_long",
           "registrations", "credited_registrations", "caused_registrations", "cost_per_registration_cny", "cost_per_credited_cny",
           "aware_percent", "users_percent", "breach_loyal_percent", "breach_others_percent", "bgnbd_signed_percent", "bgnbd_correlation",
           "bgnbd_a", "bgnbd_b",
           *(f"war_{who}_{what}_percent" for who in ("focal", "rival", "others") for what in ("fee", "profit")), "debit_price_index",
           "single_price_index", "hold_out_gain_mcny", "last_touch_value_mcny", "net_hold_out_gain_percent", "blind_gain_percent",
           "debt_days_per_client_year", "interest_over_line_percent", "interest_over_peak_percent", "mean_draw_cny",
           "draws_per_client_year",
           "draw_life_days", "loans_a_day_per_200k_clients", "sold_out_minutes", "winners", "promoted_mean_loan_cny", "response_percent",
           "dip_percent", "net_lending_mcny", "price_only_028_minutes", "price_only_110_minutes",
           "price_only_290_minutes", "npl_percent", "bad_loans_simulated", "written_off_over_flow_percent", "npl_180_percent",
           "npl_360_percent", "loss_over_flow_percent", "approved_percent", "walked_percent", "auc_platform_all", "auc_platform_accepted",
           "auc_bank_all", "auc_bank_accepted", "blind_npl_180_percent", "blind_walked_percent",
           "large_npl_percent", "relationship_npl_percent", "micro_npl_percent", "supply_chain_npl_percent", "p2p_npl_percent",
           *(f"{kind}_loss_over_flow_percent" for kind in ("bank", "large", "relationship", "micro", "supply_chain", "p2p")),
           "micro_mean_loan_cny", "loans_per_manager_month", "officer_ratio",
           "hidden_cost_percent", *(f"loss_over_flow_{world}_percent" for world in ("with", "without", "known", "best")),
           "approval_gap_pp", "alike_approval_gap_pp", "payment_approved_percent", "bad_users_percent", "sales_gain_percent",
           "payment_success_percent", "payment_success_without_percent", "credit_share_of_sales_percent", "called_over_lent_percent",
           "highest_leverage", "fairness_bads",
           *(f"{network}_{number}" for network in ("small_world", "scale_free", "blocks")
             for number in ("bass_p", "bass_q", "forecast_percent", "free_forecast_percent")),
           *(f"{number}_without_{what}{unit}" for what in ("nothing", "phone_prefix", "gender", "friend_circle", "all_three")
             for number, unit in (("auc", ""), ("gap", "_pp"))))


def validate(ids: list[str] | None = None, *, replicates: int = 30, workers: int = 1, first_seed: int = FIRST_SEED,
             progress: Callable[[str, float], None] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test facts.

    ids: of facts, or of one test of a fact ("L11 gap"); all tested facts if None.
    Returns (verdicts, outcomes): one row a fact with status, median (or pooled ratio), band, share of seeds inside, events, passed,
    null median, share of seeds in which the null lies outside (of those that lived it), null_fails; one row a seed.
    Raises: UserError for an unknown fact.
    """
    known = facts() | CLAIMS
    for name in set(ids or []) - set(TESTS):
        if name not in known:
            raise UserError(f"validate: no fact '{name}'; known ids are in results/reference/facts.json{did_you_mean(name, known)}")
    wanted = [key for name in ids for key in ([name] if name in TESTS else tests_of(name) or [name])] if ids else list(TESTS)
    seeds = range(first_seed, first_seed + replicates)
    outcomes = pd.DataFrame({"seed": seeds})
    for live, what, every in SOURCES:
        if what & set(wanted):
            tasks = [(seed, {}, number % every == 0) for number, seed in enumerate(seeds)]
            outcomes = outcomes.merge(outcomes_of(tasks, workers, progress, live), on="seed")
            outcomes[f"{live.__name__}_nulls"] = [nulls for _, _, nulls in tasks]
    return pd.DataFrame([verdict(known[key.split()[0]], outcomes, key) for key in wanted]), outcomes


def verdict(fact: dict, outcomes: pd.DataFrame, key: str | None = None) -> dict:
    """One test of a fact (its key in `TESTS`) against the outcomes of all seeds; too few events gives no number."""
    key = key or fact["id"]
    row = {"fact": key, "status": status_of(fact), "description": fact["description"]}
    if key not in TESTS:
        return row
    test = TESTS[key]
    low, high = test.band
    values, null = outcomes[test.value].to_numpy(float), outcomes.loc[_with_nulls(key, outcomes), test.null].to_numpy(float)
    events = float(np.nansum(outcomes[test.events]) if test.pooled else np.nanmedian(outcomes[test.events]))
    row |= {"unit": test.unit, "low": low, "high": high, "events": events, "least_events": test.least_events, "seeds": len(values)}
    if events < test.least_events:
        return row | {"passed": False, "note": "too few events"}
    null = null[~np.isnan(null)]  # a null that gives no number is evidence of nothing
    inside, outside = _inside(values, low, high), ~_inside(null, low, high)
    median, null_median = float(np.nanmedian(values)), float(np.median(null)) if len(null) else np.nan
    spread = 1.2533 * np.nanstd(values[np.isfinite(values)], ddof=1) / np.sqrt(len(values)) if np.isfinite(values).sum() > 1 else np.nan
    if test.parts:
        prefix = test.null.removesuffix(test.value)
        row["median_of_seeds"] = median
        median, spread = ratio_of_sums(*(outcomes[part] for part in test.parts))
        null_median = ratio_of_sums(*(outcomes.loc[_with_nulls(key, outcomes), prefix + part] for part in test.parts))[0]
        outside &= not low <= null_median <= high
    passed = bool(low <= median <= high) and inside.mean() >= test.share
    return row | {"median": median, "standard_error": float(spread), "share_inside": float(inside.mean()), "passed": passed,
                  "null": test.null_is, "null_median": null_median, "null_share_outside": float(outside.mean()) if len(null) else 0.0,
                  "null_fails": bool(len(null) and outside.mean() > .5)}


def _with_nulls(key, outcomes) -> np.ndarray:
    """Which rows (n,) lived the nulls of a test."""
    name = next((f"{live.__name__}_nulls" for live, what, _ in SOURCES if key in what), "")
    return outcomes[name].to_numpy(bool) if name in outcomes else np.ones(len(outcomes), bool)


def ratio_of_sums(part, whole) -> tuple[float, float]:
    """(percent, its standard error) of the sum of `part` over that of `whole`, worlds (n,) each; the error by leaving out one world."""
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    if not whole.sum():
        return np.nan, np.nan
    n, without = len(part), 100 * (part.sum() - part) / np.maximum(whole.sum() - whole, 1e-12)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()) if n > 1 else np.nan
    return float(100 * part.sum() / whole.sum()), float(error)


def _pooled(row) -> str:
    """For a ratio over all worlds: its error, and the median of the worlds' own."""
    if np.isnan(row.get("median_of_seeds", np.nan)):
        return ""
    return f"pooled, standard error {row['standard_error']:.2g}, median of seeds {row['median_of_seeds']:.2g}; "


def _inside(values, low, high):
    return (values >= low) & (values <= high) & ~np.isnan(values)


def outcomes_of(tasks: list[tuple], workers: int, progress=None, live=outcome) -> pd.DataFrame:
    """One row a task (seed, overrides, nulls), in order; `live` makes the row."""
    done = all_results([(live, task) for task in tasks], workers, progress=progress, what="seeds")
    return pd.DataFrame([{"seed": seed, **found} for (seed, *_), found in zip(tasks, done)])


def calibrated_settings() -> dict[str, float]:
    """Path and value of every setting of the event's scenario that was fitted to facts."""
    from scenarios import load

    found: dict[str, float] = {}

    def walk(settings, path):
        for name, field in type(settings).model_fields.items():
            value, here = getattr(settings, name), f"{path}{name}"
            if isinstance(value, BaseModel):
                walk(value, f"{here}.")
            elif name == "tactics":
                for tactic in value:
                    walk(tactic, f"tactics.{tactic.kind}.")
            elif (field.json_schema_extra or {}).get("calibrated"):
                found[here] = float(value)

    walk(load(EVENT), "")
    return found


def response(*, replicates: int = 6, workers: int = 1, first_seed: int = FIRST_SEED, progress=None) -> pd.DataFrame:
    """The medians of all numbers with every calibrated setting 20% down and up, on the same seeds; first row: as shipped."""
    variants = [("as shipped", {})]
    for path, value in calibrated_settings().items():
        variants += [(f"{path} -20%", {path: value * .8}), (f"{path} +20%", {path: value * 1.2})]
    tasks = [(seed, change, False) for _, change in variants for seed in range(first_seed, first_seed + replicates)]
    rows = outcomes_of(tasks, workers, progress)
    shown = rows[[name for name in PRINTED if name in rows]]
    table = [shown.iloc[k * replicates:(k + 1) * replicates].median() for k in range(len(variants))]
    return pd.DataFrame(table, index=pd.Index([name for name, _ in variants], name="setting"))


def validate_command(
    ids: Annotated[list[str] | None, typer.Argument(help="Fact ids, as S03, or one of its tests, as 'L11 gap'; default: all")] = None,
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Seeds", min=1, max=10_000)] = 30,
    seed: Annotated[int, typer.Option(help="The first seed; others than the usual ones where those were looked at", min=0)] = FIRST_SEED,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
    every: Annotated[bool, typer.Option("--all", help="List every fact with its status, tested or not")] = False,
    answers: Annotated[bool, typer.Option("--response", help="Perturb every calibrated setting by 20% instead")] = False,
    workers: options.Workers = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables of all seeds")] = None,
) -> None:
    """Test the model against published facts; exit code 1 if one fails."""
    workers = usual_workers(workers)
    if out:
        writable_folder(out)
    with Progress() as progress:
        if answers:
            table = response(replicates=replicates, workers=workers, first_seed=seed, progress=progress)
            print(table.to_json(indent=1) if as_json else table.round(2).to_string())
            if out:
                write_table(out, "response", table, csv=True)
            return
        verdicts, outcomes = validate([*facts(), *CLAIMS] if every else ids, replicates=replicates, workers=workers, first_seed=seed,
                                      progress=progress)
    if out:
        write_table(out, "outcomes", outcomes, csv=True)
        write_json(out / "verdicts.json", verdicts.to_dict("records"))
    print(json.dumps(json.loads(verdicts.to_json(orient="records")), indent=1) if as_json else text_of(verdicts, outcomes))
    tested = verdicts[verdicts["status"] == "tested"]
    if len(tested) and not (tested["passed"].all() and tested["null_fails"].fillna(False).all()):
        raise typer.Exit(1)


def text_of(verdicts: pd.DataFrame, outcomes: pd.DataFrame) -> str:
    """The verdicts as lines, then medians of what is printed beside them."""
    lines = []
    for row in verdicts.to_dict("records"):
        if row["status"] != "tested":
            lines.append(f"{row['fact']:<17}{row['status']}")
        elif row.get("note") == "too few events":
            lines.append(f"{row['fact']:<17}too few events: {row['events']:.0f} of {row['least_events']}")
        else:
            mark = "pass" if row["passed"] and row["null_fails"] else "FAIL" if not row["passed"] else "FAIL (the null passes too)"
            lines.append(f"{row['fact']:<17}{mark:<6}{row['median']:>14,.5g} {row['unit']:<24} band {row['low']:,g} to {row['high']:,g}; "
                         f"{row['share_inside']:.0%} of {row['seeds']} seeds inside; {row['events']:,.0f} events; {_pooled(row)}"
                         f"null {row['null_median']:,.4g}, outside in {row['null_share_outside']:.0%}  ({row['null']})")
    if len(outcomes):
        lines.append("medians over seeds: " + ", ".join(f"{name} {outcomes[name].median():,.4g}" for name in PRINTED if name in outcomes))
    return "\n".join(lines)
