"""What one seed says about diffusion: how the wallet spreads on several social networks, Bass fitted to it, and the nulls.

Only the market's own step of registration is lived: nothing else of a day moves it.

Choice: the size of the market is known, since every consumer may register; twelve years from nobody on, the first half of which ends
near the peak.  Source: Sultan, Farley and Lehmann (1990) for p and q.  Alternative: fit the size too (printed beside it).  Reason:
before the peak is well past, the size a curve tells is half luck and too small on clustered graphs (docs/decisions.md).
"""

import numpy as np

from agents import consumer
from agents.consumer import REGISTERED
from results.bass import fit_bass, recursion
from scenarios import load
from sim.core.errors import UserError
from sim.model import Market

YEARS = 12
SMALL = {"consumers.count": 20_000, "merchants.count": 20, "days": 365 * YEARS, "experiment.fork": None,
         "consumers.registered_share": 0.0}
SOCIAL = {name: {"networks.social": {"kind": name}} for name in ("small_world", "scale_free", "blocks")}
COMPLETE = {"networks.social": {"kind": "complete"}}
NO_IMITATION = {"consumers.adoption_social": 0.0}
NOBODY_ALONE = {"consumers.adoption_alone": 0.0, "consumers.registered_share": .001}


def diffusion_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of diffusion for one seed.

    p, q a year, fitted to all months, mean over the networks; forecast_error_percent: of the second half's adopters, by the curve of
    the first half, the largest of the networks; with `nulls` the same without a mechanism.
    """
    base = {**SMALL, **(overrides or {})}
    found, errors, blind_errors = {}, [], []
    for name, ties in SOCIAL.items():
        adopters, size = monthly_adopters({**base, **ties}, seed)
        found |= {f"{name}_{number}": value for number, value in curve_of(adopters, size).items()}
        errors.append(abs(found[f"{name}_forecast_percent"]))
        blind_errors.append(abs(forecast_without_imitation(adopters, size)))
    found |= {number: float(np.mean([found[f"{name}_{number}"] for name in SOCIAL])) for number in ("bass_p", "bass_q", "q_over_p")}
    found |= {"forecast_error_percent": max(errors), "blind_forecast_error_percent": min(blind_errors),
              "adopters_simulated": min(found[f"{name}_adopters"] for name in SOCIAL)}
    found["complete_furthest"] = furthest_from_bass({**base, **COMPLETE}, seed)
    if nulls:
        for name, change in (("no_imitation", NO_IMITATION), ("nobody_alone", NOBODY_ALONE)):  # on the baseline's own ties
            found |= {f"{name}_{number}": value for number, value in curve_of(*monthly_adopters({**base, **change}, seed)).items()}
        found["small_world_furthest"] = furthest_from_bass({**base, **SOCIAL["small_world"]}, seed)
    return found


def adoption_days(overrides: dict, seed: int) -> tuple[np.ndarray, Market]:
    """Day of registration of all who registered while the days passed, and the market."""
    market = Market(load("baseline", overrides), seed=seed)
    before = market.consumers.stage == REGISTERED
    for day in range(market.days):
        market.day = day
        consumer.register(market)
    c = market.consumers
    return c.registered_on[(c.stage == REGISTERED) & ~before], market


def monthly_adopters(overrides: dict, seed: int) -> tuple[np.ndarray, int]:
    """New wallets in each twelfth of a year, (months,), and the consumers there are."""
    days, market = adoption_days(overrides, seed)
    return np.bincount(days * 12 // 365, minlength=market.days * 12 // 365), len(market.consumers)


def curve_of(adopters: np.ndarray, size: int) -> dict[str, float]:
    """Bass on all months, and how far the first half's curve misses the adopters of the second half, percent."""
    half = len(adopters) // 2
    later = adopters[half:].sum()
    whole = fit_bass(adopters, market_size=size)
    first = fit_bass(adopters[:half], market_size=size)
    found = {"bass_p": whole.p, "bass_q": whole.q, "q_over_p": whole.q / whole.p, "adopters": float(adopters.sum()),
             "forecast_percent": float(100 * (first.adopters(half, len(adopters)).sum() / later - 1))}
    try:
        free = fit_bass(adopters[:half])
        found["free_forecast_percent"] = float(100 * (free.adopters(half, len(adopters)).sum() / later - 1))
    except UserError:
        found["free_forecast_percent"] = np.nan
    return found


def forecast_without_imitation(adopters: np.ndarray, size: int) -> float:
    """How far the forecast misses, percent, if those left go on at the mean rate of the first half: q = 0."""
    half = len(adopters) // 2
    left = size - adopters[:half].sum()
    kept = left / size  # each half is as long as the other
    return float(100 * (left * (1 - kept) / adopters[half:].sum() - 1))


def furthest_from_bass(overrides: dict, seed: int) -> float:
    """The largest distance, share of the market, of any day's registered from the discrete Bass recursion."""
    days, market = adoption_days(overrides, seed)
    s = market.settings.consumers
    share = np.cumsum(np.bincount(days, minlength=market.days)) / len(market.consumers)
    return float(np.abs(share - recursion(s.adoption_alone / 365, s.adoption_social / 365, market.days)[1:]).max())
