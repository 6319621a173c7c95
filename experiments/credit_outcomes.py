"""What one seed says about credit: a learning lender over two years and more, and the nulls, on common random numbers."""

import numpy as np

from results.screening import Screening
from scenarios import load
from sim.markets.loans import BAD_DAYS, NONE
from sim.model import Market

CREDIT = "credit-baseline"
BOTH_AGES = {"loans.write_off_days": 360}  # a ratio at 180 days is that of the same book without what is older
EQUAL_NOISE = {"data.statement_noise": .25, "data.limited_noise": .25, "distress.decline_a_month": 0.0,
               "merchants.cost_share_low": .75, "merchants.cost_share_high": .75}
ALIKE = {"distress.quality_slope": 0.0, "banks.loan_months_of_sales": .2}
BLIND = {"data.platform_sees": "limited", "loans.monitoring": False, "loans.account_clearing": False}
CLEARLY = .02  # AUC: more than the standard error of a difference with 500 bads
STEADY_FROM = 450  # days: write-off age and the 90 days before it


def credit_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of credit for one seed: bad-loan ratios, losses, who can tell; with `nulls`, of the worlds without the mechanism."""
    overrides = {**BOTH_AGES, **(overrides or {})}
    found = _lived(load(CREDIT, overrides), seed)
    if nulls:
        for name, change in (("blind", BLIND), ("equal_noise", EQUAL_NOISE), ("alike", ALIKE)):
            other = _lived(load(CREDIT, {**overrides, **change}), seed)
            found |= {f"{name}_{number}": value for number, value in other.items()}
    return found


def _lived(scenario, seed: int) -> dict[str, float]:
    screening, ratios = Screening(), Ratios()
    market = Market(scenario, seed=seed, observers=[screening, ratios])
    market.run_days()
    found = ratios.numbers(market)
    regimes, lenders = screening.regimes(), screening.lenders()
    found |= {f"auc_{row.regime}": row.auc for row in regimes.itertuples()}
    auc = {row.regime: row.auc for row in regimes.itertuples()}
    found["auc_gap"] = auc["closed_loop"] - auc["bank_file"]
    middle = (auc["bank_file"], auc["limited"])
    found["auc_in_order"] = float(auc["thin_file"] + CLEARLY < min(middle) and max(middle) + CLEARLY < auc["closed_loop"])
    found["auc_bads"] = float(regimes["n_bads"].max())
    for name, lender in (("platform", "platform"), ("bank", "large_bank")):
        for sample in ("accepted", "all"):
            chosen = lenders[(lenders["lender"] == lender) & (lenders["sample"] == sample)]
            found[f"auc_{name}_{sample}"] = float(chosen["auc"].mean())
    return found


class Ratios:
    """An observer: bad loans over loans, twice a month once the book is steady."""

    def __init__(self):
        self.rows, self.drawn, self.lost, self.walked = [], 0, 0, 0

    def __call__(self, m) -> None:
        self.drawn += int(m.credit.draws[:, 2].sum())
        self.lost += m.credit.written_off_today
        if m.day < STEADY_FROM or m.day % 15:
            return
        shops, owed = m.merchants, m.loans.outstanding
        late = np.where(m.loans.kind != NONE, m.day - m.loans.due_on, 0)
        young = late <= 180
        bank_late = (shops.bank_loan > 0) & (m.day - shops.bank_due_on > BAD_DAYS)
        self.rows.append((owed[late > BAD_DAYS].sum() / owed.sum(), owed[(late > BAD_DAYS) & young].sum() / owed[young].sum(),
                          shops.bank_loan[bank_late].sum() / max(shops.bank_loan.sum(), 1), (late > BAD_DAYS).sum(), bank_late.sum(),
                          (shops.credit_limit > 0)[shops.status == 0].mean()))

    def numbers(self, m) -> dict[str, float]:
        """Means over the steady days; percent."""
        npl, npl_180, bank, bads, bank_bads, approved = np.mean(self.rows, axis=0)
        walked = m.merchants.walked_on >= 0
        return {"npl_360_percent": 100 * npl, "npl_180_percent": 100 * npl_180, "bank_npl_percent": 100 * bank, "bad_loans": bads,
                "bad_bank_loans": bank_bads, "approved_percent": 100 * approved, "loss_over_flow_percent": 100 * self.lost / self.drawn,
                "walked_percent": 100 * walked.mean(),
                "walked_dependence": float(m.merchants.dependence[walked].mean()) if walked.any() else np.nan,
                "closed_percent": 100 * (m.merchants.status != 0).mean()}
