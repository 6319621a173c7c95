"""Banks: what they have, what they know, what they do."""

import numpy as np

from sim.core.finance import fen
from sim.core.population import Population, Row, column
from sim.core.random import Stream, normals, stream_key
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------

LARGE, RELATIONSHIP, MICRO_SPECIALIST = 0, 1, 2
KINDS = ("large", "relationship", "micro-specialist")


class BankSettings(Settings):
    """How many banks, how they fund and price, how many officers read applications."""

    count: int = setting(24, unit="banks", ge=1, le=200, source="DESIGN 2")
    large: int = setting(5, unit="banks", ge=0, le=200, source="assumption: the five state banks")
    micro_specialist: int = setting(2, unit="banks", ge=0, le=200, source="assumption: Baoshang and one like it")
    capital_cny: float = setting(3e10, unit="CNY, all banks, lent in this market", ge=0, le=1e15, source="assumption", real_scale=True)
    officers: float = setting(1_500.0, unit="officers, all banks", ge=0, le=1e7, source="assumption; S20 has 1 300 in one bank",
                              real_scale=True)
    clients_per_officer: float = setting(20.0, unit="clients a year", gt=0, le=1e5, source="S17")
    term_months: int = setting(12, unit="months", ge=1, le=120, source="assumption: one-year working-capital loan")
    loan_months_of_sales: float = setting(.6, unit="months of stated sales", ge=0, le=24, source="assumption; S10", calibrated=True)
    largest_loan_cny: float = setting(1_000_000, unit="CNY", ge=0, le=1e9, source="S22")
    smallest_loan_cny: float = setting(3_000, unit="CNY", ge=0, le=1e9, source="S22")
    apr_large: float = setting(.072, unit="per year", ge=0, le=1, source="assumption: 20% above the 2012 benchmark of 6%")
    apr_relationship: float = setting(.09, unit="per year", ge=0, le=1, source="assumption")
    apr_micro_specialist: float = setting(.15, unit="per year", ge=0, le=1, source="assumption: micro-loans of labour-intensive banks")
    deposit_apr: float = setting(.0035, unit="per year", ge=0, le=1, source="M17: sight deposits")
    reserve_apr: float = setting(.0162, unit="per year", ge=0, le=1, source="People's Bank of China: rate on required reserves since 2008")
    write_off_days: int = setting(360, unit="days past due", ge=91, le=3600, source="assumption")


# --- columns ----------------------------------------------------------------------------------------------------------


class Bank(Row):
    """One bank, a registered Mesa agent; its numbers live in the columns of `Banks`."""


class Banks(Population):
    """All banks."""

    name = "banks"
    row_type = Bank

    kind = column(np.int8, "number", "Large, relationship or micro-specialist, in the order of KINDS")
    market_share = column(np.float64, "share", "Share of depositors")
    own_funds = column(np.int64, "fen", "Money less deposits; negative when deposits fund the loans")
    loans = column(np.int64, "fen", "Owed by merchants")
    lender_claims = column(np.int64, "fen", "Owed by micro-loan companies")
    apr = column(np.float64, "per year", "Rate of the term loan")
    officers = column(np.float64, "officers", "Simulated officers: real ones divided by the weight")
    capacity_carry = column(np.float64, "applications", "Part of an application the officers have read")
    applications_today = column(np.int32, "applications", "Decided today")
    approvals_today = column(np.int32, "applications", "Approved today")
    queue = column(np.int32, "applications", "Waiting at close")

    def draw_home(self, u: np.ndarray) -> np.ndarray:
        """Home bank by market share from uniforms `u`; int16, shape of `u`."""
        edges = np.cumsum(self.market_share)
        return np.minimum(np.searchsorted(edges, u, side="right"), len(self) - 1).astype(np.int16)


# --- birth ------------------------------------------------------------------------------------------------------------


def create_banks(m) -> Banks:
    """Banks by rank: the large first, shares falling as 1 / rank; capital and officers by share.

    Draws: BANK_BIRTH, one per bank (share of officers).
    """
    s = m.settings.banks
    banks = Banks(m, s.count)
    rank = np.arange(s.count)
    banks.kind[:] = np.where(rank < s.large, LARGE, np.where(rank >= s.count - s.micro_specialist, MICRO_SPECIALIST, RELATIONSHIP))
    share = 1.0 / (rank + 1.0)
    banks.market_share[:] = share / share.sum()
    banks.own_funds[:] = (fen(s.capital_cny) * banks.market_share).astype(np.int64)
    banks.apr[:] = np.array([s.apr_large, s.apr_relationship, s.apr_micro_specialist])[banks.kind]
    intensity = np.array([.5, 1.0, 6.0])[banks.kind] * banks.market_share
    intensity *= np.exp(.2 * normals(stream_key(m.world_seed, Stream.BANK_BIRTH), 0, s.count, 0))
    banks.officers[:] = s.officers * intensity / intensity.sum()
    return banks


# --- steps ------------------------------------------------------------------------------------------------------------


def officer_capacity(m) -> np.ndarray:
    """Applications each bank's officers can decide today, whole ones; the rest of the work is carried.

    Writes: banks.capacity_carry.  Shape (n_banks,).  Idle capacity is not stored beyond one application.
    """
    banks = m.banks
    banks.capacity_carry += banks.officers * m.settings.banks.clients_per_officer / 365
    whole = np.floor(banks.capacity_carry).astype(np.int64)
    return whole
