"""From the real market to the simulated one: settings at real scale divided by the weight, and the three sizes.

Choice: what is written at real scale (`setting(..., real_scale=True)`) is divided once, here, when a market is built;
`load` and `dump` keep what the user wrote, and `results.measures` multiplies back. Whole numbers are rounded to the
nearest, and what was there does not vanish: 1 or more stays at least 1; 0 stays 0. Other numbers are divided exactly,
so money that scales is best written as a decimal number of CNY; it becomes whole fen where it is booked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from scenarios.files import load
from sim.core.errors import UserError, did_you_mean
from sim.core.settings import is_real_scale

MOST_CNY = 1e15  # of one setting in the simulated world; fen are 64-bit whole numbers, and sums of several must fit
SIZES = {"small": 10_000, "medium": 100_000, "large": 1_000_000}


def scaled(scenario: Any) -> Any:
    """The scenario with every setting at real scale divided by `weight`; a scaled scenario is returned as it is."""
    if scenario.is_scaled:
        return scenario
    found = _scaled_settings(scenario, scenario.weight)
    found._is_scaled = True
    return found


def sized(scenario: Any, size: str) -> Any:
    """The same real market with 10 000, 100 000 or 1 000 000 simulated consumers (`small`, `medium`, `large`).

    Merchants keep their ratio to consumers, and the weight changes so that consumers x weight stays what it was.
    """
    if size not in SIZES:
        raise UserError(f"--size {size}: no such size; known sizes: {', '.join(SIZES)}{did_you_mean(size, SIZES)}")
    return resized(scenario, SIZES[size])


def resized(scenario: Any, consumers: int) -> Any:
    """The same real market with so many simulated consumers; merchants keep their ratio to them."""
    ratio = consumers / scenario.consumers.count
    return load(scenario, {"consumers.count": consumers, "weight": scenario.weight / ratio,
                           "merchants.count": max(1, round(scenario.merchants.count * ratio))})


def money_at_real_scale(settings: BaseModel, path: str = "") -> Iterator[tuple[str, float]]:
    """(path, CNY) of every amount of money in the settings that is divided by the weight; the largest of a list."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if is_real_scale(type(settings), name) and name.endswith("_cny"):
            yield f"{path}{name}", max(value, default=0) if isinstance(value, list | tuple) else value
        elif isinstance(value, BaseModel):
            yield from money_at_real_scale(value, f"{path}{name}.")
        elif isinstance(value, list | tuple):
            for each in value:
                if isinstance(each, BaseModel):
                    yield from money_at_real_scale(each, f"{path}{name}.{getattr(each, 'name', '') or getattr(each, 'kind', '')}.")


def _scaled_settings(settings: BaseModel, weight: float) -> BaseModel:
    """A copy, not checked again: a divided setting may lie below the bound that holds at real scale."""
    changes = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        changes[name] = _divided(value, weight) if is_real_scale(type(settings), name) else _inside(value, weight)
    return settings.model_copy(update=changes)


def _inside(value: Any, weight: float) -> Any:
    """Go into tables, lists and maps, looking for settings at real scale."""
    if isinstance(value, BaseModel):
        return _scaled_settings(value, weight)
    if isinstance(value, list | tuple):
        return type(value)(_inside(each, weight) for each in value)
    if isinstance(value, Mapping):
        return {name: _inside(each, weight) for name, each in value.items()}
    return value


def _divided(value: Any, weight: float) -> Any:
    """A number, or every number of a list or map, divided by the weight."""
    if isinstance(value, list | tuple):
        return type(value)(_divided(each, weight) for each in value)
    if isinstance(value, Mapping):
        return {name: _divided(each, weight) for name, each in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        return max(1, round(value / weight)) if value > 0 else value
    return value / weight if isinstance(value, float) else value
