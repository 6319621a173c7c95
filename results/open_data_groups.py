"""What groups of owners got of credit, replicate by replicate: access, price, default, by the table `merchants` of `results.open_data`."""

import numpy as np
import pandas as pd

from results.effects import paired_effects

GROUPS = ("all", "thin", "known", "small", "middle", "large", "certified", "not_certified", "large_bank", "relationship_bank",
          "micro_specialist", "refuses", "shows")
NUMBERS = {"access": "share", "apr": "share", "default": "share", "lent": "CNY", "line": "share", "line_default": "share"}


def members(table: pd.DataFrame, group: str) -> pd.Series:
    """Which rows belong to a group."""
    if group in ("small", "middle", "large"):
        return table["size"] == group
    masks = {"all": None, "thin": table["is_thin"], "known": ~table["is_thin"], "certified": table["is_certified"],
             "not_certified": ~table["is_certified"], "refuses": table["refuses"], "shows": ~table["refuses"]}
    found = masks[group] if group in masks else table["bank"] == group
    return pd.Series(True, index=table.index) if found is None else found


def numbers_of(table: pd.DataFrame) -> dict[str, float]:
    """Of some merchants of one run.

    access: term loans paid out / paid out or refused; what nobody answered in time is not counted.  apr: of what was
    lent.  default: bad / term loans paid out.  lent: CNY a shop of the simulated world.  line: days with a platform line.
    line_default: shops bad at the platform / with a line.
    """
    sums = table[["n_loans", "n_refused", "lent_cny", "apr_cny", "n_bad", "line_share"]].sum()
    has_line = table["line_share"] > 0
    return {"access": _share(sums.n_loans, sums.n_loans + sums.n_refused), "apr": _share(sums.apr_cny, sums.lent_cny),
            "default": _share(sums.n_bad, sums.n_loans), "lent": _share(sums.lent_cny, len(table)),
            "line": _share(sums.line_share, len(table)), "line_default": _share((table["n_line_bad"] > 0).sum(), has_line.sum())}


def group_effects(merchants: pd.DataFrame, baseline: str, scenario: str) -> pd.DataFrame:
    """One row a group and number: baseline, scenario, difference and its interval over replicates; groups that nobody is in are left out.

    Who refuses is known in the scenario; the same shops are looked at in the baseline.
    """
    rows = {baseline: [], scenario: []}
    both = merchants[merchants["scenario"].isin((baseline, scenario))]
    for _, world in both.groupby("replicate"):
        a, b = (world[world["scenario"] == name].set_index("merchant") for name in (baseline, scenario))
        a, b = a.loc[a.index.intersection(b.index)], b.loc[b.index.intersection(a.index)]
        for group in GROUPS:
            mask = members(b, group).to_numpy()
            for name, table in ((baseline, a), (scenario, b)):
                rows[name].append({"group": group, **(numbers_of(table[mask]) if mask.any() else dict.fromkeys(NUMBERS, np.nan))})
    tables = [pd.DataFrame(rows[name]) for name in (baseline, scenario)]
    found = []
    for group in GROUPS:
        a, b = (table[table["group"] == group][list(NUMBERS)].reset_index(drop=True) for table in tables)
        if b.notna().any().any():
            found.append(paired_effects(a, b).assign(group=group))
    return pd.concat(found, ignore_index=True)


def won_and_lost(merchants: pd.DataFrame, baseline: str, scenario: str) -> pd.DataFrame:
    """One row a replicate: share of shops with a term loan in the scenario only, and in the baseline only."""
    found = []
    for replicate, world in merchants.groupby("replicate"):
        a, b = (world[world["scenario"] == name].set_index("merchant")["n_loans"] > 0 for name in (baseline, scenario))
        both = a.index.intersection(b.index)
        found.append({"replicate": replicate, "won": float((b[both] & ~a[both]).mean()), "lost": float((a[both] & ~b[both]).mean())})
    return pd.DataFrame(found)


def _share(part, whole) -> float:
    return float(part) / float(whole) if whole else np.nan
