"""Every number a user may set, at the edge of what is allowed, alone: the world lives and the books balance."""

import warnings

import pytest
from pydantic import BaseModel

from scenarios import load
from sim.core.errors import UserError
from sim.model import Market
from tests.worlds import SMALL

TOO_LARGE = {"consumers.count", "merchants.count", "days", "consumers.isolated"}  # their upper ends are for large machines
EXPLAINED = ("they must sum to 1", "is too much for")  # what two settings together may be refused for


def edges(model: BaseModel, path: str = ""):
    """(path, value) for both bounds of every number, a step inside where the bound itself is not allowed."""
    for name, field in type(model).model_fields.items():
        value, here = getattr(model, name), f"{path}.{name}".strip(".")
        if isinstance(value, BaseModel):
            yield from edges(value, here)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            for bound in field.metadata:
                for side, step in (("ge", 0), ("gt", 1e-6), ("le", 0), ("lt", -1e-6)):
                    if hasattr(bound, side) and not (side[0] == "l" and here in TOO_LARGE):
                        yield here, type(value)(getattr(bound, side) + step)


EDGES = list(edges(load("baseline")))


def test_there_are_edges_of_every_section():
    assert len(EDGES) > 200
    assert {path.split(".")[0] for path, _ in EDGES} >= {"consumers", "merchants", "banks", "platforms", "goods", "payments",
                                                         "credit", "loans", "platform_card", "large_bank", "micro_specialist",
                                                         "supply_chain", "p2p", "officers", "data", "networks"}


@pytest.mark.slow
@pytest.mark.parametrize("path, value", EDGES, ids=[f"{path}={value:g}" for path, value in EDGES])
def test_the_market_lives_at_the_edge_of_a_setting(path, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            market = Market("baseline", **SMALL | {path: value})
        except UserError as refusal:
            assert any(reason in str(refusal) for reason in EXPLAINED)
            return
        market.run_days(min(35, market.days))
    assert market.ledger.residual() == 0
    assert min(int(a.min()) for a in (market.consumers.deposit, market.consumers.wallet, market.merchants.cash,
                                      market.merchants.escrow, market.merchants.inventory, market.lenders.cash)) >= 0
