"""What a run keeps about lending: who can tell, bad loans, unit economics, cards; tables by name, stored beside the others."""

import pandas as pd

from results.arrears import AGES, Arrears
from results.screening import Screening
from results.unit_economics import LoanBooks

LEAST_BADS = 500  # pooled; fewer make no AUC (DESIGN 2)
SAMPLES = ("own", "accepted", "all")


def shows_lending(scenario) -> bool:
    """True if lenders learn in this scenario, so that runs keep these tables and pages have a section on lending."""
    return scenario.credit.policy == "learned_card"


class Lens:
    """An observer of `Market` that holds those of lending; it draws and changes nothing."""

    def __init__(self):
        self.screening, self.arrears, self.books = Screening(), Arrears(), LoanBooks()

    def __call__(self, m) -> None:
        for observe in (self.screening, self.arrears, self.books):
            observe(m)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name: lenders (one row each), scores, drift, calibration, calibration_by_month, shift, regimes, npl, fits."""
        seen, npl = self.screening, self.arrears.table()
        scores, drift = seen.lenders(), seen.drift()
        return {"lenders": lenders_table(self.books.table(), scores, drift, npl), "scores": scores, "drift": drift,
                "calibration": seen.calibration(), "calibration_by_month": seen.calibration_by_month(), "shift": seen.shift(),
                "regimes": seen.regimes(), "npl": npl, "fits": seen.fits()}


def lenders_table(books: pd.DataFrame, scores: pd.DataFrame, drift: pd.DataFrame, npl: pd.DataFrame) -> pd.DataFrame:
    """One row a lender: its books, and means over months of what it can tell and over the second half of the days of its bad loans.

    n_bads_*: bads over all looks, a shop once a look; n_turned_bad: simulated loans that became bad in those days.  What rests on
    fewer than `LEAST_BADS` or `LEAST_BAD_LOANS` is no number.
    """
    table = books.copy()
    late = npl[npl["day"] >= npl["day"].max() / 2] if len(npl) else npl
    for row in table.index:
        name = table.loc[row, "lender"]
        for sample in SAMPLES:
            mine = scores[(scores["lender"] == name) & (scores["sample"] == sample)]
            table.loc[row, f"n_bads_{sample}"] = mine["n_bads"].sum()
            table.loc[row, f"auc_{sample}"] = mine["auc"].mean()
            table.loc[row, f"ks_{sample}"] = mine["ks"].mean()
            table.loc[row, f"brier_{sample}"] = mine.loc[mine["says_probability"].astype(bool), "brier"].mean()
        months = drift[(drift["lender"] == name) & (drift["sample"] == "all")]
        table.loc[row, "approved_share"] = months["approved_share"].mean()
        table.loc[row, "psi"] = months["psi_same_card"].iloc[-1] if len(months) else float("nan")
        days = late[late["lender"] == name]
        for age in AGES:
            table.loc[row, f"npl_{age}"] = days[f"npl_{age}"].mean()
        table.loc[row, "n_turned_bad"] = days["n_turned_bad"].max() - days["n_turned_bad"].min() if len(days) else 0
    return table
