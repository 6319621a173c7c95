"""What one seed says about shared data: what files tell together, and what banks make of it in the market."""

from typing import NamedTuple

import numpy as np

from results.pooled_sources import Sources
from results.screening import Screening
from scenarios import load
from sim.model import Market

SCENARIO, OPEN = "credit-baseline", "open-platform"
LOOK_ON = 480  # day: the agreement is four months old, and a year is left to see who fails
NOISE = {"open_data.mismatch_share": 1.0}
BANKS = ("large_bank", "relationship_bank")


def sources_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """AUC of what several sources tell together; scrambled rows and shuffled thinness are made from the same looks: nulls cost nothing."""
    return together(Sources(_lived(SCENARIO, seed, overrides or {}, since=180)[0], seed))


def sharing_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """What banks say, lend and lose with and without the open platform; with `nulls` also where every record is taken for another's."""
    seen, closed = _lived(SCENARIO, seed, overrides or {}, since=LOOK_ON)
    without = _banks_tell(seen)
    found = {"bank_auc_closed": without, "shared_bads": _bads(seen), "term_loans_closed": closed.loans}
    for name, change in (("", {}), *([("noise_", NOISE)] if nulls else [])):
        seen, opened = _lived(OPEN, seed, {**(overrides or {}), **change}, since=LOOK_ON)
        told = _banks_tell(seen)
        found |= {f"{name}bank_auc_open": told, f"{name}bank_auc_gain": told - without,
                  f"{name}term_lending_gain_percent": 100 * (opened.lent / closed.lent - 1),
                  f"{name}term_loss_change_points": 100 * (opened.lost / opened.lent - closed.lost / closed.lent)}
    return found


class Lending(NamedTuple):
    """Of all lenders of term loans in a run: loans paid out, what was lent and what was written off, fen."""

    loans: float
    lent: float
    lost: float


def _lived(name: str, seed: int, overrides: dict, since: int) -> tuple[Screening, Lending]:
    """One world: what was seen of it, and what was lent.

    Lenders are asked on day `LOOK_ON` among others; where `since` is before it, what each data regime shows is kept.
    """
    screening = Screening(since=since, every=300, regimes_every=90 if since < LOOK_ON else 10_000)
    market = Market(load(name, overrides), seed=seed, observers=[screening])
    market.run_days()
    lenders = [group.lenders for group in market.term_lenders]
    totals = (float(sum(getattr(each, column).sum() for each in lenders)) for column in ("n_granted", "granted_fen", "lost_fen"))
    return screening, Lending(*totals)


def _banks_tell(screening: Screening) -> float:
    """Mean AUC of banks' answers on all open shops, had they asked, by who fails within a year."""
    table = screening.lenders()
    return float(table[table["lender"].isin(BANKS) & (table["sample"] == "all") & (table["day"] == LOOK_ON)]["auc"].mean())


def _bads(screening: Screening) -> float:
    """Shops that failed within a year of day `LOOK_ON`."""
    table = screening.lenders()
    return float(table[(table["sample"] == "all") & (table["day"] == LOOK_ON)]["n_bads"].max())


def together(data: Sources) -> dict[str, float]:
    """The numbers of one world."""
    bank, limited, loop = (data.auc(source) for source in ("bank_file", "limited", "closed_loop"))
    both, better = data.auc("bank_file", "limited"), max(bank, limited)
    noisy = data.auc("bank_file", "limited", noise=("limited",))
    found = {"sharing_bads": float(data.is_bad[~data.learns].sum()), "sharing_thin_share": float(data.is_thin.mean()),
             "auc_bank": bank, "auc_b2b": limited, "auc_loop": loop, "auc_bank_and_limited": both, "noise_auc_bank_and_limited": noisy,
             "bank_and_limited_gain": both - better, "noise_bank_and_limited_gain": noisy - bank,
             "auc_loop_and_bank": data.auc("closed_loop", "bank_file"), "loop_and_bank_gain": data.gain("bank_file", "closed_loop")}
    shuffled = np.random.default_rng(len(data.is_thin)).permutation(data.is_thin)  # a test of the method, no part of the market
    for what, onto, source in (("bank_to_loop", "closed_loop", "bank_file"), ("loop_to_bank", "bank_file", "closed_loop")):
        for name, is_thin in (("", data.is_thin), ("shuffled_", shuffled)):
            thin, thick = (data.gain(source, onto, among=mask) for mask in (is_thin, ~is_thin))
            found |= {f"{name}{what}_thin": thin, f"{name}{what}_thick": thick, f"{name}{what}_thin_less_thick": thin - thick}
    many, apart = data.by_number(), data.by_number_apart()
    found |= {f"auc_of_{k}_sharers": value for k, value in enumerate(many)}
    found |= {f"auc_of_{k}_apart": value for k, value in enumerate(apart)}
    found |= {"least_sharer_gain": min(data.last_gains()), "scrambled_least_sharer_gain": min(data.last_gains(scrambled=True)),
              "last_over_first": (many[-1] - many[-2]) / (many[1] - many[0]),
              "apart_last_over_first": (apart[-1] - apart[-2]) / (apart[1] - apart[0])}
    return found
