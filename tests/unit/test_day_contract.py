"""What a step says it writes and draws is what it writes and draws; every setting says its unit and source."""

import ast
import fnmatch
import importlib
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from agents.products import PRODUCTS
from agents.strategies import STRATEGIES
from agents.tactics import TACTICS
from scenarios.schema import Scenario
from sim.contagion.channels import CHANNELS
from sim.core.random import Stream
from sim.networks import NETWORKS
from sim.shocks import SHOCKS
from tests.worlds import BANKS, campaign, contested_market, promotion, small_market

ROOT = Path(__file__).resolve().parents[2]
LISTS = ("products", "tactics", "entrants", "agreements", "strategies", "shocks", "channels", "targets")
WHOLE_EVERY = 3  # days on which everything is compared; on the others what a step says it writes and was not yet seen to write
HEADINGS = r"Reads|Writes|Draws|Source|Choice|Alternative|Reason|Raises|Returns"
LOOSE = ("purchases", "n_closed_today", "shoppers", "used_today", "rival_sales_today")  # what the market itself hands from step to step
OWN = ("goods", "credit", "credit_payment", "media", "service", "word_of_mouth", "promotions", "rings",
       "savings", "prices", "open_data", "interbank_loans", "rescue", "panic", "trade_credit", "offers")  # whose numbers count as written


def sources():
    return sorted(file for folder in ("sim", "agents", "scenarios") for file in (ROOT / folder).rglob("*.py"))


def steps() -> list[tuple[str, str]]:
    """(module, function) of every plain call of sim/day.py, in order, nested ones too."""
    tree = ast.parse((ROOT / "sim/day.py").read_text())
    modules = {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in tree.body
               if isinstance(node, ast.ImportFrom) for alias in node.names}
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    found = [(modules[call.value.id], call.attr) for call in calls
             if isinstance(call.value, ast.Name) and call.value.id in modules]
    return list(dict.fromkeys(found))


STEPS = steps()


def declared(docstring: str, heading: str) -> list[str]:
    """Paths under a heading of a docstring; a word without a dot belongs to what was named before it."""
    found, owner = [], ""
    for part in re.findall(rf"\b{heading}:(.*?)(?=\b(?:{HEADINGS}):|\n\s*\n|\Z)", docstring, flags=re.DOTALL):
        part = re.sub(r"\([^)]*\)", " ", part.split(".  ")[0])
        for word in re.findall(r"[a-z_*]+(?:\.[a-z_*]+)*", part):
            word = word.removeprefix("m.")
            if word in ("or", "and", "m"):
                continue
            if "." in word:
                owner = word.split(".")[0]
                found.append(word)
            else:
                found.append(f"{owner}.{word}" if owner and word not in LOOSE else word)
    return found


def picture(market, paths=None) -> dict:
    """Every column and every number of the day, as it is now, or those at some paths; what consumers only show of customers is the
    customers'."""
    def asked(path):
        return paths is None or path in paths

    seen = {f"{name}.{column}": _kept(values) for name in market.POPULATIONS for column, values in getattr(market, name).state().items()
            if asked(f"{name}.{column}") and (name == "customers" or values.base is None or not values.size)}
    for name in OWN:
        seen |= {f"{name}.{what}": _kept(value) for what, value in vars(getattr(market, name)).items() if asked(f"{name}.{what}")}
    return seen | {name: _kept(getattr(market, name)) for name in LOOSE if asked(name)}


def _kept(value):
    """What can be compared with what it is later: bytes of an array, so that nan is nan; kept apart from what changes."""
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, dict):
        return {name: _kept(each) for name, each in value.items()}
    return [*map(_kept, value)] if isinstance(value, tuple | list) else value


def changed(before: dict, after: dict) -> set[str]:
    return {path for path, value in after.items() if not _equal(before[path], value)}


def _equal(a, b) -> bool:
    if type(a) is tuple:  # an array
        return a == b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b))
    return a is b or (type(a) is type(b) and a == b)


@pytest.fixture(scope="module")
def written():
    """Step -> what it changed in an eventful half-year: a promotion, a month of sales, then none, failures, arrears; both
    balance sheets of the credit payment."""
    found = defaultdict(set)
    start = promotion()["start"]
    markets = [small_market(
        days=170, consumers__count=6000, merchants__count=400,
        tactics=[promotion(pool_cny=1e9, attention_share=1.0, end=start.replace(day=31))],
        shocks=[{"kind": "demand", "size": 1.0, "start": start.replace(month=2), "end": start.replace(month=6)}],
        distress__trouble_rate=2.0, distress__give_up_days=20.0, distress__strategic_share=.2,
        distress__temptation_rate=10.0, distress__detection=0.0,
        distress__stigma_cny=0.0, distress__reentry_days=1.0, loans__recovery_share=.999,
        brushing__share=1.0, brushing__caught_rate=.3, distress__insolvent_after_days=3650,
        merchants__bank_application_rate=12.0, large_bank__officers=3e4, large_bank__pass_mark=0.0,
        relationship_bank__officers=1e7, banks__write_off_days=91,
        micro_specialist__officers=1e6, micro_specialist__reach=.9, micro_specialist__recover_after_days=5,
        micro_specialist__call_below=1.0, micro_specialist__smallest_loan_cny=0.0, micro_specialist__pass_mark=0.0,
        large_bank__term_months=1, large_bank__recover_after_days=5, relationship_bank__term_months=1, micro_specialist__term_months=1,
        micro_specialist__outcome_days=60,
        p2p__reach=1.0, p2p__pass_mark=0.0, p2p__officers=2e3, p2p__investor_share=.9, p2p__capital_cny=1e10, supply_chain__reach=1.0,
        supply_chain__officers=1e5, merchants__home_bank_bonus=0.0, owners__taste_for_credit=1.0,
        platforms__client_managers=500.0, credit__advance_share=1.0, loans__order_maturity_days=10, loans__credit_maturity_days=10,
        credit_payment__is_offered=True, credit_payment__first_day=20, credit_payment__write_off_days=40, credit_payment__model=model,
        credit_payment__guarantee_after_days=10, guarantee__capital_cny=4e6, guarantee__most_leverage=1e4, guarantee__borrowing_share=20.0,
        credit_users__take_up_a_month=1.0, credit_users__forget_prob=.5, credit_users__catch_up_rate=.05,
        loans__write_off_days=91, platforms__lender_capital_cny=(300e6, 300e6), open_data__consent="asked",
        joint_loans__loss_share=.5, offers__most_lenders=3 if model == "own_book" else 1,
        agreements=[{"kind": "full_history", "start": start, "fee_cny": 5.0, "sharers": ["all"]},
                    {"kind": "score_as_a_service", "start": start, "joins": "chooses"}])
        for model in ("guarantee", "own_book")]
    window = {"start": start, "end": start.replace(month=6)}
    markets.append(contested_market(
        days=170, consumers__count=6000, consumers__purchases_a_year=200.0, standing__rival__users_share=.5,
        standing__rival__payment_success=.5, customers__conversion=.8, customers__need_a_year=50.0, standing__focal__service_staff=4e4,
        loyalty__complaint_prob=.9, loyalty__leave_prob=.05, loyalty__dormant_days=20, service__last_straw=.9, service__patience_days=2,
        standing__rival__fee=.01, entrants=[{"kind": "start_up", "opens": start, "brought_share": .9, "own_funds_cny": 1e9,
                                             "running_cost_cny": 3e10, "standing": {"payment_success": .3}}],
        tactics=[campaign(**window), *(campaign(**window, name=channel, channel=channel) for channel in
                                       ("co_marketing", "search_generic", "search_brand", "search_optimisation", "content")),
                 {"kind": "referral", "budget_cny": 1e9, "invitations_a_month": 10.0, "open_prob": 1.0, **window},
                 {"kind": "sign_up_bonus", "budget_cny": 1e11, **window}, {"kind": "red_packet", "budget_cny": 1e11, **window},
                 {"kind": "red_packet", "name": "rival packets", "platform": 1, "budget_cny": 1e11, **window},
                 {"kind": "coupon", "platform": 1, "budget_cny": 1e11, **window}, {"kind": "loyalty", "budget_cny": 1e11, **window},
                 {"kind": "price", "fee": -.02, "budget_cny": 1e9, **window},
                 {"kind": "fee_cut", "platform": 1, "depth": .005, "budget_cny": 1e9, **window},
                 {"kind": "rate_boost", "points": 20.0, "budget_cny": 1e7, **window}],
        consumers__phone_adoption=1.0, products=[
            {"kind": kind, "licensed_on": start, "adopt_alone": 5.0, "trust_needed": .5, **own} for kind, own in (
                ("money_market_fund", {}), ("wallet", {}), ("p2p_notes", {"term": "short", "notice_days": 3}), ("insurance", {}),
                ("stock_account", {}), ("digital_currency", {}), ("advice", {}))]))
    markets += [contested_market(
        **BANKS, days=85, consumers__count=800, merchants__count=60, standing__focal__users_share=.9,
        bank_sheets__least_reserve_share=.19, panic__failure_reach=1.0,
        panic__failure_news=.3, p2p__investor_share=.9, p2p__reach=1.0, p2p__pass_mark=0.0, p2p__officers=2e3, p2p__capital_cny=1e8,
        merchants__bank_application_rate=12.0, merchants__home_bank_bonus=0.0, platforms__lender_capital_cny=(2e6, 2e6),
        rescue=rescue,
        products=[{"kind": "money_market_fund", "licensed_on": start.replace(month=1), "adopt_alone": 20.0},
                  {"kind": "p2p_notes", "licensed_on": start.replace(month=1), "adopt_alone": 20.0, "trust_needed": .4}],
        shocks=[{"kind": kind, "start": start.replace(month=month, day=day), "end": start.replace(month=4, day=9), **own}
                for kind, month, day, own in (("bank_failure", 2, 10, {"bank": 1, "size": .2}), ("interbank_freeze", 1, 25, {"size": 1.0}),
                                              ("capital_rule", 2, 1, {"points": 5.0}), ("bank_failure", 3, 1, {"size": .3}),
                                              ("platform_loss", 3, 20, {"size": 9.0, "product": 1, "product_loss": .5}))])
        for rescue in ({"last_resort": True, "insurance_cover_cny": 5e3, "is_ring_fenced": False, "payment_holiday_days": 10},
                       {"bail_out": ("banks", "financiers", "products")})]
    markets.append(small_market(days=120, consumers__count=800, merchants__count=60, channels=[{"kind": "trade_credit"}],
                                distress__trouble_rate=3.0, distress__give_up_days=20.0))
    known = cache(lambda market: picture(market).keys())
    said = {step: declared(docstring(step), "Writes") for step in STEPS}
    matching = cache(lambda market, step: {path for path in known(market) if any(fnmatch.fnmatch(path, each) for each in said[step])})

    def waited_for(m, step):
        """What the step says it writes and was not yet seen to write."""
        return matching(m, step) - found[step]

    with pytest.MonkeyPatch.context() as patch:
        for module_name, name in STEPS:
            module = importlib.import_module(module_name)
            step = getattr(module, name)

            def watched(m, *args, step=step, key=(module_name, name)):
                paths = None if m.day % WHOLE_EVERY == 0 else waited_for(m, key)
                if paths is not None and not paths:
                    return step(m, *args)
                before = picture(m, paths)
                result = step(m, *args)
                found[key] |= changed(before, picture(m, paths))
                return result

            patch.setattr(module, name, watched)
        for market in markets:
            market.run_days()
    return found


def docstring(step):
    return getattr(importlib.import_module(step[0]), step[1]).__doc__


@pytest.mark.parametrize("step", STEPS, ids=lambda step: ".".join(step))
def test_a_step_writes_what_it_says(step, written):
    said = declared(docstring(step), "Writes")
    unsaid = {path for path in written[step] if not any(fnmatch.fnmatch(path, pattern) for pattern in said)}
    assert not unsaid, f"changed without a word: {sorted(unsaid)}"
    idle = [pattern for pattern in said if not any(fnmatch.fnmatch(path, pattern) for path in written[step])]
    assert not idle, f"said to be written, and was not in 170 eventful days: {idle}"


def test_the_day_is_plain_calls_of_documented_steps():
    assert len(STEPS) > 20
    for step in STEPS:
        assert docstring(step), step


def functions():
    """Every function of the market; the algorithms of contagion are used alone, with keys of their own."""
    for file in sources():
        if "contagion" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield file, node


def test_every_draw_that_is_named_is_a_stream():
    named = 0
    for file, function in functions():
        for part in re.findall(rf"\bDraws:(.*?)(?=\b(?:{HEADINGS}):|\n\s*\n|\Z)", ast.get_docstring(function) or "", re.DOTALL):
            for word in re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", part):
                assert word in Stream.__members__, f"{file.name}: {function.name} draws {word}, which is no Stream"
                named += 1
    assert named > 15


def test_every_stream_that_is_used_is_named_under_draws():
    for file, function in functions():
        if file.name in ("random.py", "model.py"):  # the streams themselves; keys of the networks
            continue
        used = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name) and node.value.id == "Stream"}
        said = ast.get_docstring(function) or ""
        missing = [stream for stream in sorted(used) if stream not in said.partition("Draws:")[2]]
        assert not missing, f"{file.relative_to(ROOT)}: {function.name} draws {missing} and does not say so"


def test_two_decisions_never_share_a_stream():
    """One stream, one place: a second use would give two decisions the same luck."""
    places = defaultdict(set)
    for file, function in functions():
        if file.name == "random.py":
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Stream":
                places[node.attr].add(f"{file.stem}.{function.name}")
    shared = {stream: where for stream, where in places.items() if len(where) > 1}
    assert shared.keys() <= {"MERCHANT_DRAW_MINUTE"}, shared  # the usual minute is the same one, offer or not


def settings_classes():
    """Every settings class a scenario can hold, with the path to it."""
    todo, seen = [("", Scenario)], set()
    for table, where in ((TACTICS, "tactics"), (STRATEGIES, "strategies"), (SHOCKS, "shocks"), (PRODUCTS, "products"),
                         (CHANNELS, "channels")):
        todo += [(f"{where}.{kind}", entry.Settings) for kind, entry in table.items()]
    todo += [(f"networks.{name}", kind.settings) for name, kind in NETWORKS.items()]
    while todo:
        path, model = todo.pop()
        if model in seen:
            continue
        seen.add(model)
        yield path, model
        todo += [(f"{path}.{name}".strip("."), type(field.default)) for name, field in model.model_fields.items()
                 if isinstance(field.default, BaseModel)]


SETTINGS = list(settings_classes())


@pytest.mark.parametrize("path, model", SETTINGS, ids=[path or "scenario" for path, _ in SETTINGS])
def test_every_setting_has_a_unit_and_a_source(path, model):
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel) or model is Scenario and name in LISTS:
            continue
        extra = field.json_schema_extra or {}
        assert str(extra.get("unit", "")).strip(), f"{path}.{name} has no unit"
        assert str(extra.get("source", "")).strip(), f"{path}.{name} has no source"


def test_the_walk_found_the_settings_of_every_floor():
    paths = {path for path, _ in SETTINGS}
    assert {"consumers", "consumers.segments", "merchants", "credit", "networks", "networks.small_world", "tactics.rate_promotion",
            "shocks.demand"} <= paths
