"""What one seed says about shared data: what files tell together, and what banks make of it in the market."""

import numpy as np

from results.pooled_sources import Sources
from results.screening import Screening
from scenarios import load
from scenarios.scaling import resized
from sim.model import Market

SCENARIO, OPEN = "credit-baseline", "open-platform"
MARKET_CONSUMERS = 140_000  # half a world for the pair with and without the agreement, which is lived twice
LOOK_ON = 480  # day: the agreement is four months old, and a year is left to see who fails
NOISE = {"open_data.mismatch_share": 1.0}
BANKS = ("large_bank", "relationship_bank")


def sharing_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """AUC of what several sharers tell together, and of what banks say with and without the open platform.

    Scrambled, copied and disjoint data are made from the same looks; with `nulls` the agreement is lived with everybody's record taken
    for another's.
    """
    screening = Screening(every=10_000)
    Market(load(SCENARIO, overrides or {}), seed=seed, observers=[screening]).run_days()
    found = together(Sources(screening, seed))
    worlds = {"": {}, **({"noise_": NOISE} if nulls else {})}
    without = _banks_tell(SCENARIO, seed, overrides or {})
    for name, change in worlds.items():
        told = _banks_tell(OPEN, seed, {**(overrides or {}), **change})
        found |= {f"{name}bank_auc_open": told, f"{name}bank_auc_gain": told - without}
    return found | {"bank_auc_closed": without}


def _banks_tell(name: str, seed: int, overrides: dict) -> float:
    """Mean AUC of banks' answers on all open shops, had they asked, by who fails within a year."""
    screening = Screening(since=LOOK_ON, every=10_000, regimes_every=10_000)
    Market(load(resized(load(name), MARKET_CONSUMERS), overrides), seed=seed, observers=[screening]).run_days()
    table = screening.lenders()
    return float(table[table["lender"].isin(BANKS) & (table["sample"] == "all")]["auc"].mean())


def together(data: Sources) -> dict[str, float]:
    """The numbers of one world."""
    bank, limited, loop = (data.auc(source) for source in ("bank_file", "limited", "closed_loop"))
    both, better = data.auc("bank_file", "limited"), max(bank, limited)
    noisy = data.auc("bank_file", "limited", noise=("limited",))
    found = {"sharing_bads": float(data.is_bad[~data.learns].sum()), "sharing_thin_share": float(data.is_thin.mean()),
             "auc_bank": bank, "auc_b2b": limited, "auc_loop": loop, "auc_bank_and_limited": both, "noise_auc_bank_and_limited": noisy,
             "bank_and_limited_gain": both - better, "noise_bank_and_limited_gain": noisy - better,
             "auc_loop_and_bank": data.auc("closed_loop", "bank_file"), "loop_and_bank_gain": data.gain("bank_file", "closed_loop"),
             "noise_loop_and_bank_gain": data.gain("bank_file", "closed_loop", noise=("bank_file",))}
    for what, onto, source in (("bank_to_loop", "closed_loop", "bank_file"), ("loop_to_bank", "bank_file", "closed_loop")):
        thin, thick = (data.gain(source, onto, among=mask) for mask in (data.is_thin, ~data.is_thin))
        noise = [data.gain(source, onto, among=mask, noise=(source,)) for mask in (data.is_thin, ~data.is_thin)]
        found |= {f"{what}_thin": thin, f"{what}_thick": thick, f"{what}_thin_less_thick": thin - thick,
                  f"noise_{what}_thin_less_thick": noise[0] - noise[1]}
    many, apart, copied = data.by_number(), data.by_number_apart(), data.by_number_copied()
    found |= {f"auc_of_{k}_sharers": value for k, value in enumerate(many)}
    found |= {f"auc_of_{k}_apart": value for k, value in enumerate(apart)}
    found |= {"second_sharer_gain": many[2] - many[1], "copied_second_sharer_gain": copied[2] - copied[1],
              "least_sharer_gain": float(np.diff(many).min()), "last_over_first": (many[-1] - many[-2]) / (many[1] - many[0]),
              "apart_last_over_first": (apart[-1] - apart[-2]) / (apart[1] - apart[0])}
    return found
