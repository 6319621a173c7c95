"""What one seed says about credit: a learning lender over two years and more, and the nulls, on common random numbers."""

import numpy as np

from agents.bank import MICRO_SPECIALIST, RELATIONSHIP
from results.screening import Screening
from scenarios import load
from sim.markets.loans import BAD_DAYS, NONE
from sim.model import Market

CREDIT = "credit-baseline"
BOTH_AGES = {"loans.write_off_days": 360}  # a ratio at 180 days is that of the same book without what is older
EQUAL_NOISE = {"data.statement_noise": .25, "data.limited_noise": .25, "distress.decline_a_month": 0.0,
               "merchants.cost_share_low": .75, "merchants.cost_share_high": .75}
ALIKE = {"distress.quality_slope": 0.0, "large_bank.loan_months_of_sales": .2, "relationship_bank.loan_months_of_sales": .2}
BLIND = {"data.platform_sees": "limited", "loans.monitoring": False, "loans.account_clearing": False, "officers.visit_error": 2.0,
         "micro_specialist.call_below": 0.0, "micro_specialist.pledge_share": 0.0, "micro_specialist.instalment_share": 1.0}
MANUAL = {"credit.manual_share": 1.0, "days": 510}
SUPPLY_CHAIN_KIND, P2P_KIND = 3, 4  # after the three kinds of banks
TERM_KINDS = {"bank": (0, 1, 2), "large": (0,), "relationship": (1,), "micro": (2,), "supply_chain": (3,), "p2p": (4,)}
CLEARLY = .02  # AUC: more than the standard error of a difference with 500 bads
STEADY_FROM = 450  # days: write-off age and the 90 days before it


def credit_outcome(seed: int, overrides: dict | None = None, nulls: bool = True) -> dict[str, float]:
    """Numbers of credit for one seed: bad-loan ratios, losses, who can tell; with `nulls`, of the worlds without the mechanism."""
    overrides = {**BOTH_AGES, **(overrides or {})}
    found = _lived(load(CREDIT, overrides), seed, screens=True)
    if nulls:
        for name, change, screens in (("blind", BLIND, False), ("equal_noise", EQUAL_NOISE, True), ("alike", ALIKE, True),
                                      ("manual", MANUAL, False)):
            other = _lived(load(CREDIT, {**overrides, **change}), seed, screens)
            found |= {f"{name}_{number}": value for number, value in other.items()}
    return found


def _lived(scenario, seed: int, screens: bool) -> dict[str, float]:
    """One run; `screens`: also who can tell, which takes a year more than a day."""
    screening, ratios = Screening(every=90), Ratios()
    market = Market(scenario, seed=seed, observers=[screening, ratios] if screens else [ratios])
    market.run_days()
    return ratios.numbers(market) | (_who_can_tell(screening) if screens else {})


def _who_can_tell(screening: Screening) -> dict[str, float]:
    """AUC of every data regime and lender, and whether the order of L11 holds."""
    found, regimes, lenders = {}, screening.regimes(), screening.lenders()
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
        self.rows, self.term_rows, self.drawn, self.lost = [], [], 0, 0
        self.steady_days = self.steady_draws = 0

    def __call__(self, m) -> None:
        self.drawn += int(m.credit.draws[:, 2].sum())
        if m.day == STEADY_FROM:
            self.granted_before = m.banks.n_granted.copy()
        if m.day > STEADY_FROM:
            self.steady_days += 1
            self.steady_draws += len(m.credit.draws)
        self.lost += m.credit.written_off_today
        if m.day < STEADY_FROM or m.day % 15:
            return
        shops, owed = m.merchants, m.loans.outstanding
        late = np.where(m.loans.kind != NONE, m.day - m.loans.due_on, 0)
        young = late <= 180
        self.rows.append((owed[late > BAD_DAYS].sum() / owed.sum(), owed[(late > BAD_DAYS) & young].sum() / owed[young].sum(),
                          (late > BAD_DAYS).sum(), (shops.credit_limit > 0)[shops.status == 0].mean()))
        kind = np.append(m.banks.kind, (SUPPLY_CHAIN_KIND, P2P_KIND))[shops.term_lender]
        bad = (shops.term_loan > 0) & (m.day - shops.term_due_on > BAD_DAYS)
        self.term_rows.append([(shops.term_loan[bad & mine].sum(), shops.term_loan[mine].sum(), (bad & mine).sum())
                               for mine in (np.isin(kind, kinds) & (shops.term_lender >= 0) for kinds in TERM_KINDS.values())])

    def numbers(self, m) -> dict[str, float]:
        """Means over the steady days; percent."""
        npl, npl_180, bads, approved = np.mean(self.rows, axis=0)
        walked = (m.merchants.walked_on >= 0) | (m.merchants.reopened_on >= 0)
        found = {"npl_360_percent": 100 * npl, "npl_180_percent": 100 * npl_180, "bad_loans": bads, "approved_percent": 100 * approved,
                 "loss_over_flow_percent": 100 * self.lost / self.drawn, "walked_percent": 100 * walked.mean(),
                 "walked_dependence": float(m.merchants.dependence[walked].mean()) if walked.any() else np.nan,
                 "closed_percent": 100 * (m.merchants.status != 0).mean()}
        found |= self._work(m)
        for (name, kinds), (bad, owed, n_bad) in zip(TERM_KINDS.items(), np.mean(self.term_rows, axis=0)):
            found |= {f"{name}_npl_percent": 100 * bad / owed if owed else np.nan, f"bad_{name}_loans": n_bad,
                      f"{name}_bad_cny": bad / 100, f"{name}_owed_cny": owed / 100}
            lenders = [(group.lenders, np.isin(kind_of, kinds)) for group, kind_of in
                       zip(m.term_lenders, (m.banks.kind, np.array([SUPPLY_CHAIN_KIND, P2P_KIND])))]
            lent, lost, count = (sum(getattr(each, column)[chosen].sum() for each, chosen in lenders)
                                 for column in ("granted_fen", "lost_fen", "n_granted"))
            found |= {f"{name}_loss_over_flow_percent": 100 * lost / max(lent, 1), f"{name}_loans": float(count),
                      f"{name}_mean_loan_cny": lent / 100 / max(count, 1)}
        return found

    def _work(self, m) -> dict[str, float]:
        """What the people of each lender get done: loans per officer and month, and how many clients saw one."""
        shops, months = m.merchants, self.steady_days / 30.4
        by_kind = {}
        for name, kind in (("relationship", RELATIONSHIP), ("micro", MICRO_SPECIALIST)):
            mine = m.banks.kind == kind
            loans = (m.banks.n_granted - self.granted_before)[mine].sum()
            by_kind[name] = loans / max(m.banks.officers[mine].sum(), 1e-12) / months
        managers = max(m.platforms.officers[0], 1e-12)
        is_client = m.day - shops.last_draw_on <= 365
        return {"loans_per_manager_month": self.steady_draws / managers / months,
                "officer_ratio": self.steady_draws / managers / months / max(by_kind["micro"], 1e-12),
                "loans_a_month_of_1300_officers": 1300 * by_kind["micro"],
                "relationship_loans_a_month_of_1300_officers": 1300 * by_kind["relationship"],
                "touched_share": float((m.day - shops.visited_on[is_client] <= 365).mean()), "steady_draws": float(self.steady_draws)}
