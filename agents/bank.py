"""Banks: what they have, what they know, what they do."""

import numpy as np

from agents.term_lender import TermLenders, equip
from sim.core.finance import fen
from sim.core.population import Row, column
from sim.core.random import Stream, normals, stream_key
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------

LARGE, RELATIONSHIP, MICRO_SPECIALIST = 0, 1, 2
KINDS = ("large", "relationship", "micro-specialist")
POLICY_OF_KIND = ("large_bank", "relationship_bank", "micro_specialist")


class BankSettings(Settings):
    """How many banks of each kind, and how they fund; how a kind lends stands with its policy."""

    count: int = setting(24, unit="banks", ge=1, le=200, source="DESIGN 2")
    large: int = setting(5, unit="banks", ge=0, le=200, source="assumption: the five state banks")
    micro_specialist: int = setting(2, unit="banks", ge=0, le=200, source="assumption: Baoshang and one like it")
    capital_cny: float = setting(3e10, unit="CNY, all banks, lent in this market", ge=0, le=1e15, source="assumption", real_scale=True)
    deposit_apr: float = setting(.0035, unit="per year", ge=0, le=1, source="M17: sight deposits")
    reserve_apr: float = setting(.0162, unit="per year", ge=0, le=1, source="People's Bank of China: rate on required reserves since 2008")
    write_off_days: int = setting(360, unit="days past due", ge=91, le=3600, source="assumption")


# --- columns ----------------------------------------------------------------------------------------------------------


class Bank(Row):
    """One bank, a registered Mesa agent; its numbers live in the columns of `Banks`."""


class Banks(TermLenders):
    """All banks."""

    name = "banks"
    row_type = Bank

    kind = column(np.int8, "number", "Large, relationship or micro-specialist, in the order of KINDS")
    market_share = column(np.float64, "share", "Share of depositors")
    own_funds = column(np.int64, "fen", "Money less deposits; negative when deposits fund the loans")
    lender_claims = column(np.int64, "fen", "Owed by micro-loan companies")

    def room(self, m) -> np.ndarray:
        """What each bank may still lend, fen; also within what its reserves spare, where banks have a whole sheet."""
        found = super().room(m)
        return np.minimum(found, m.sheets.room(m)) if len(m.sheets) else found

    def draw_home(self, u: np.ndarray) -> np.ndarray:
        """Home bank by market share from uniforms `u`; int16, shape of `u`."""
        edges = np.cumsum(self.market_share)
        return np.minimum(np.searchsorted(edges, u, side="right"), len(self) - 1).astype(np.int16)


# --- birth ------------------------------------------------------------------------------------------------------------


def create_banks(m) -> Banks:
    """Banks by rank: the large first, shares falling as 1 / rank; capital by share, a kind's officers by share inside the kind.

    Draws: BANK_BIRTH, one per bank (share of officers).
    """
    s = m.settings.banks
    banks = Banks(m, s.count)
    rank = np.arange(s.count)
    banks.kind[:] = np.where(rank < s.large, LARGE, np.where(rank >= s.count - s.micro_specialist, MICRO_SPECIALIST, RELATIONSHIP))
    share = 1.0 / (rank + 1.0)
    banks.market_share[:] = share / share.sum()
    banks.own_funds[:] = banks.capital[:] = (fen(s.capital_cny) * banks.market_share).astype(np.int64)
    intensity = banks.market_share * np.exp(.2 * normals(stream_key(m.world_seed, Stream.BANK_BIRTH), 0, s.count, 0))
    for kind, policy in enumerate(POLICY_OF_KIND):
        rows = np.flatnonzero(banks.kind == kind)
        equip(banks, rows, getattr(m.settings, policy), intensity[rows] / max(intensity[rows].sum(), 1e-12))
    return banks
