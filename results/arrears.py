"""Bad loans over loans by kind of lender, as two lenders would report them who write off after 180 and after 360 days.

Choice: one path gives both.  A book that is kept longer is cut at 180 days past due; to one that is written off at 180 days
what was written off in the 180 days before is added back.  Source: DESIGN 4.10 (NPL moves several-fold with the age).
Alternative: two runs.  Reason: two ages of the same loans; what is still paid on old arrears is small.
"""

from collections import deque

import numpy as np
import pandas as pd

from results.lenders import lenders_of
from sim.markets.loans import BAD_DAYS

AGES = (180, 360)
COLUMNS = ["day", "lender", *(f"npl_{age}" for age in AGES), "owed_cny", "n_bad", "n_turned_bad"]


class Arrears:
    """An observer of `Market`: ratios every `every` days; n_bad and n_turned_bad (since the start) count simulated loans."""

    def __init__(self, every: int = 10):
        self.every = every
        self.rows: list[dict] = []
        self._gone: dict[str, deque] = {}
        self._turned_bad: dict[str, int] = {}

    def __call__(self, m) -> None:
        for name, lender in lenders_of(m).items():
            owed, late = lender.contracts()
            gone = self._gone.setdefault(name, deque())
            gone.append((m.day, lender.today().written_off))
            while gone[0][0] <= m.day - max(AGES):
                gone.popleft()
            self._turned_bad[name] = self._turned_bad.get(name, 0) + int((late == BAD_DAYS + 1).sum())
            if m.day % self.every == 0:
                found = {f"npl_{age}": npl_at(age, owed, late, gone, m.day, lender.write_off_days) for age in AGES}
                self.rows.append({"day": m.day, "lender": name, **found, "owed_cny": float(owed.sum()) / 100 * m.scenario.weight,
                                  "n_bad": int((late > BAD_DAYS).sum()), "n_turned_bad": self._turned_bad[name]})

    def table(self) -> pd.DataFrame:
        """One row a day looked at and lender."""
        return pd.DataFrame(self.rows, columns=COLUMNS)


def npl_at(age: int, owed, late, gone, day: int, write_off_days: int) -> float:
    """Over 90 days past due / outstanding, if loans were written off `age` days past due; nan without a loan.

    owed, late: fen and days past due of each contract, (n,).  gone: (day, fen) of what was written off.
    """
    kept = late <= age
    back = sum(amount for when, amount in gone if when > day - (age - write_off_days))
    whole = owed[kept].sum() + back
    return float(owed[kept & (late > BAD_DAYS)].sum() + back) / float(whole) if whole else np.nan
