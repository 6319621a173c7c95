"""The market as a Mesa model: builds the world from a scenario and lives it day by day.

    m = Market(load("baseline"), seed=1); m.step(); m.consumers.get("deposit"); m.consumers[7].deposit; m.banks
"""

import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace

import mesa
import numpy as np

from agents.bank import Bank, create_banks
from agents.consumer import REGISTERED, Consumer, create_consumers
from agents.lending import POLICIES
from agents.merchant import Merchant, create_merchants
from agents.platform import FOCAL, create_lenders, create_platforms
from agents.tactics import TACTICS
from scenarios import load
from scenarios.scaling import scaled
from sim.core.errors import UserError
from sim.core.finance import Calendar
from sim.core.ledger import Ledger
from sim.core.random import Stream, derive_seed, stream_key
from sim.day import live_one_day
from sim.markets.credit import CreditMarket
from sim.markets.data_sharing import DataSharing
from sim.markets.goods import GoodsMarket
from sim.markets.loans import SLOTS, Loans
from sim.networks import build_network
from sim.shocks import SHOCKS

CHECKPOINT_VERSION = 1


class Market(mesa.Model):
    """One simulated market.

    scenario: a `Scenario`, or the name or file of one; `overrides` are settings by path.
    seed: of the experiment; world and path seeds derive from it and from `replicate`, so that scenarios share them.
    threads: of kernels; numbers do not depend on it.  observers: called with the market after every close of a day.

    consumers, merchants, banks, platforms, lenders, loans: populations.  day: days lived, the number of the next day.
    ledger: the books.  running: False after the last day.
    Raises: UserError for a mistake in the scenario or the overrides.
    """

    def __init__(self, scenario="baseline", *, seed: int = 1, replicate: int = 0, threads: int = 1,
                 observers: Iterable[Callable] = (), **overrides):
        super().__init__(seed=seed)
        self.scenario = load(scenario, overrides) if overrides or not hasattr(scenario, "consumers") else scenario
        self.settings = scaled(self.scenario)
        self.seed, self.replicate, self.threads = seed, replicate, threads
        self.world_seed = derive_seed(seed, "world", replicate)
        self.path_seed = derive_seed(seed, "path", replicate)
        self.observers = list(observers)
        self.calendar = Calendar(self.scenario.start)
        self.days = self.scenario.days
        self.day = 0
        self._create_world()
        self._open_books()
        self.n_closed_today = 0
        self.purchases = ()

    # --- making the world ---------------------------------------------------------------------------------------------

    def _create_world(self):
        s = self.settings
        self.banks = create_banks(self)
        self.platforms = create_platforms(self)
        self.lenders = create_lenders(self)
        self.consumers = create_consumers(self)
        self.merchants = create_merchants(self)
        self.loans = Loans(self, len(self.merchants) * SLOTS)
        people = {"region": self.consumers.region, "segment": self.consumers.segment}
        shops = {"region": self.merchants.region, "sector": self.merchants.sector, "size": self.merchants.size}
        self.social = self._network("social", len(self.consumers), Stream.SOCIAL_TIES, people, n_connected=s.consumers.count)
        self.supply = self._network("supply", len(self.merchants), Stream.SUPPLY_TIES, shops)
        self.interbank = self._network("interbank", len(self.banks), Stream.INTERBANK_TIES, {})
        registered = np.flatnonzero(self.consumers.stage == REGISTERED)
        self.social.push_change(registered, 1, self.consumers.registered_neighbours)
        self.goods, self.credit, self.data_sharing = GoodsMarket(self), CreditMarket(), DataSharing()
        self.platform_lender = POLICIES["platform_card"](s.platform_card)
        self.bank_lender = POLICIES["bank_card"](s.bank_card)
        self.tactics = [TACTICS[tactic.kind](tactic) for tactic in s.tactics]
        self.shocks = [SHOCKS[shock.kind](shock) for shock in s.shocks]
        for population in (self.banks, self.platforms):
            population.register()

    def _network(self, use, n, stream, attributes, n_connected=None):
        settings, key = getattr(self.settings.networks, use), stream_key(self.world_seed, stream)
        return build_network(settings, n, key, use=use, attributes=attributes, n_connected=n_connected)

    def _open_books(self):
        n_banks, n_platforms = len(self.banks), len(self.platforms)
        bank_issuer, platform_issuer = np.arange(n_banks), n_banks + np.arange(n_platforms)
        outside = n_banks + n_platforms
        entities = ["consumers", "merchants", "world", *(f"lender {i}" for i in range(len(self.lenders))),
                    *(f"bank {i}" for i in range(n_banks)), *(f"platform {i}" for i in range(n_platforms))]
        self.ledger = Ledger(entities, outside + 1)
        self._outside = np.zeros(1, np.int64)
        money, claim, c, s = self.ledger.open_account, self.ledger.open_claim, self.consumers, self.merchants
        at_platform = np.int16(n_banks + FOCAL)
        self.books = SimpleNamespace(
            world=money("world", self._outside, issuer=[outside], entity="world", may_overdraw=True),
            deposit=money("consumers.deposit", c.deposit, issuer=c.home_bank, entity="consumers"),
            wallet=money("consumers.wallet", c.wallet, issuer=np.full(len(c), at_platform), entity="consumers"),
            cash=money("merchants.cash", s.cash, issuer=s.home_bank, entity="merchants"),
            escrow=money("merchants.escrow", s.escrow, issuer=np.full(len(s), at_platform), entity="merchants"),
            bank_own=money("banks.own_funds", self.banks.own_funds, issuer=bank_issuer, entity="bank 0", per_row=True, may_overdraw=True),
            platform_own=money("platforms.own_funds", self.platforms.own_funds, issuer=platform_issuer, entity="platform 0",
                               per_row=True, may_overdraw=True),
            lender_cash=money("lenders.cash", self.lenders.cash, issuer=np.zeros(len(self.lenders)), entity="lender 0", per_row=True),
            loan_debt=claim("loans.outstanding", self.loans.outstanding, entity="merchants", is_debt=True),
            loan_claim=claim("lenders.loans", self.lenders.loans, entity="lender 0", per_row=True),
            bank_debt=claim("merchants.bank_loan", s.bank_loan, entity="merchants", is_debt=True),
            bank_loans=claim("banks.loans", self.banks.loans, entity="bank 0", per_row=True),
            lender_debt=claim("lenders.borrowed", self.lenders.borrowed, entity="lender 0", per_row=True, is_debt=True),
            bank_lender_claims=claim("banks.lender_claims", self.banks.lender_claims, entity="bank 0", per_row=True))
        self.ledger.start()

    # --- living -------------------------------------------------------------------------------------------------------

    @property
    def date(self):
        """The date of the day being lived (between days: of the next day)."""
        return self.calendar.date(self.day)

    def active(self, plug_ins):
        """The plug-ins whose window includes today."""
        return [plug_in for plug_in in plug_ins if plug_in.is_active(self)]

    def step(self):
        """Live one day; the observers look after its close.  Does nothing after the last day."""
        if self.day >= self.days:
            self.running = False
            return
        live_one_day(self)
        for observe in self.observers:
            observe(self)
        self.day += 1
        self.running = self.day < self.days

    def run_days(self, n: int | None = None):
        """Live n days, or all that are left."""
        for _ in range(self.days - self.day if n is None else n):
            self.step()

    @property
    def agents_by_type(self):
        """Mesa's registered agents by type, with the populations of consumers and merchants beside them."""
        return {**super().agents_by_type, Consumer: self.consumers, Merchant: self.merchants}

    # --- checkpoints --------------------------------------------------------------------------------------------------

    def state(self) -> dict:
        """All that changes, as plain arrays and numbers; together with scenario and seeds it is the market."""
        return {"version": CHECKPOINT_VERSION, "day": self.day, "steps": self.steps, "seed": self.seed, "replicate": self.replicate,
                "path_seed": self.path_seed, "outside": self._outside, "ledger": self.ledger.state(),
                "promotion_log": list(self.credit.promotion_log),
                **{name: getattr(self, name).state() for name in self.POPULATIONS}}

    POPULATIONS = ("consumers", "merchants", "banks", "platforms", "lenders", "loans")

    def restore(self, state: dict) -> None:
        """Become the market of `state`, which must come from the same scenario (tactics and shocks apart) and seed."""
        if state["version"] != CHECKPOINT_VERSION or (state["seed"], state["replicate"]) != (self.seed, self.replicate):
            raise UserError(f"checkpoint: of seed {state['seed']}, replicate {state['replicate']}, version {state['version']}; "
                            f"this market has seed {self.seed}, replicate {self.replicate}, version {CHECKPOINT_VERSION}")
        self.day, self.steps, self.path_seed = state["day"], state["steps"], state["path_seed"]
        for name in self.POPULATIONS:
            getattr(self, name).restore(state[name])
        self._outside[...] = state["outside"]
        self.ledger.restore(state["ledger"])
        self.credit.promotion_log = list(state["promotion_log"])
        self.running = self.day < self.days

    def save(self, path: str | Path) -> None:
        """Write a checkpoint; a file that is there is replaced only when the new one is whole."""
        path = Path(path)
        partial = path.with_name(path.name + ".part")
        with open(partial, "wb") as file:
            pickle.dump({"scenario": self.scenario.model_dump(mode="json"), "state": self.state()}, file, protocol=5)
        partial.replace(path)

    def resume(self, path: str | Path) -> None:
        """Continue from a checkpoint of this scenario; only load files you trust, as with every pickle."""
        with open(path, "rb") as file:
            self.restore(pickle.load(file)["state"])
