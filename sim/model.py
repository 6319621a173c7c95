"""The market as a Mesa model: builds the world from a scenario and lives it day by day.

    m = Market(load("baseline"), seed=1); m.step(); m.consumers.get("deposit"); m.consumers[7].deposit; m.banks
"""

import copy
import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace

import mesa
import numpy as np

from agents.abuse_ring import AbuseRings
from agents.bank import POLICY_OF_KIND, create_banks
from agents.bank_sheet import create_bank_sheets, deposits_at
from agents.consumer import REGISTERED, Consumer, create_consumers
from agents.credit_user import create_credit_users
from agents.customer import create_customers
from agents.deal_seeker import keenness
from agents.entrants import has_licence
from agents.guarantor import create_guarantors
from agents.lending import POLICIES
from agents.lending.learning import Learner
from agents.merchant import OPEN, Merchant, create_merchants
from agents.panic import Alarm, create_depositors
from agents.platform import FOCAL, create_lenders, create_platforms
from agents.products import PRODUCTS
from agents.strategies import STRATEGIES
from agents.tactics import TACTICS
from agents.term_lender import LenderGroup, create_financiers
from agents.word_of_mouth import WordOfMouth
from scenarios import load
from scenarios.scaling import scaled
from sim.contagion.booking import Contagion
from sim.contagion.channels import CHANNELS
from sim.core.errors import UserError
from sim.core.finance import Calendar
from sim.core.ledger import Ledger
from sim.core.random import Stream, derive_seed, stream_key
from sim.day import live_one_day
from sim.markets.agreements import OpenData
from sim.markets.conditions import Conditions
from sim.markets.credit import CreditMarket
from sim.markets.credit_payment import CreditPayment
from sim.markets.data_sharing import DataSharing
from sim.markets.goods import GoodsMarket
from sim.markets.interbank import InterbankLoans
from sim.markets.loans import SLOTS, Loans
from sim.markets.media import MediaMarket
from sim.markets.offers import Offers
from sim.markets.prices import Prices
from sim.markets.promotions import Promotions
from sim.markets.rescue import Rescue
from sim.markets.savings import Holdings, Savers, Savings
from sim.markets.service import ServiceDesk
from sim.markets.trade_credit import TradeCredit
from sim.networks import build_network
from sim.shocks import SHOCKS

CHECKPOINT_VERSION = 6
CLOCK = ("day", "steps", "path_seed", "n_closed_today")  # numbers of the market itself that a checkpoint keeps
MAY_DIFFER = {"name", "question", "title", "based_on", "days", "tactics", "strategies", "shocks", "channels", "targets",
              "experiment"}  # what a fork may change


class Market(mesa.Model):
    """One simulated market.

    scenario: a `Scenario`, or the name or file of one; `overrides` are settings by path.
    seed: of the experiment; world and path seeds derive from it and from `replicate`, so that scenarios share them.
    None, which Mesa's batch runs give, is the default seed: a run can always be repeated.
    threads: of kernels; numbers do not depend on it.  observers: called with the market after every close of a day.

    consumers, merchants, banks, platforms, lenders, loans: populations.  day: days lived, the number of the next day.
    ledger: the books.  running: False after the last day.  datacollector: Mesa's, asked after every day; replace it
    by your own before the first one.
    Raises: UserError for a mistake in the scenario or the overrides.
    """

    scenario = None  # an ordinary attribute: the newest Mesa has a property here, for scenarios of its own kind

    def __init__(self, scenario="baseline", *, seed: int | None = 1, replicate: int = 0, threads: int = 1,
                 observers: Iterable[Callable] = (), **overrides):
        seed = 1 if seed is None else seed
        super().__init__(rng=seed)
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
        self._clear_the_table()
        self.surveys: list[dict] = []
        self._eve = None  # the books of last night, if somebody asks today what would have been
        self.datacollector = mesa.DataCollector(model_reporters=REPORTERS)

    def _clear_the_table(self):
        """What one step of a day leaves for the next: nothing yet."""
        self.purchases, self.shoppers = (), np.zeros(0, np.int64)
        self.used_today = np.zeros(0, np.int64), np.zeros(0, np.bool_)
        self.rival_sales_today = np.zeros(0, np.int64), np.zeros(0, np.int64)  # rows of the customers, fen
        self.offers.open_day()

    # --- making the world ---------------------------------------------------------------------------------------------

    def _create_world(self):
        s = self.settings
        self.banks = create_banks(self)
        self.financiers = create_financiers(self)
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
        self.customers = create_customers(self)
        if not s.customers.is_contested:
            registered = np.flatnonzero(self.consumers.stage == REGISTERED)
            self.social.push_change(registered, 1, self.consumers.registered_neighbours)
        self.goods, self.credit, self.data_sharing = GoodsMarket(self), CreditMarket(), DataSharing()
        self.credit_users, self.guarantors = create_credit_users(self), create_guarantors(self)
        self.conditions, self.credit_payment = Conditions(), CreditPayment(self)
        self.media, self.service, self.word_of_mouth = MediaMarket(self), ServiceDesk(self), WordOfMouth(self)
        self.promotions, self.rings = Promotions(self), AbuseRings(self)
        if len(self.customers):
            self.promotions.keenness = keenness(self)
        self.products = [PRODUCTS[product.kind](product) for product in s.products]
        self.holdings = Holdings(self, len(self.products) * len(self.consumers))
        self.savers, self.savings = Savers(self, len(self.consumers) if self.products else 0), Savings(self)
        self.prices, self.offers = Prices(self), Offers()
        self.platform_lender = self._platform_lender(s)
        self.term_policies = [POLICIES[kind](getattr(s, kind)) for kind in
                              (*(POLICY_OF_KIND[kind] for kind in self.banks.kind), "supply_chain", "p2p")]
        self.payment_lender = POLICIES["credit_payment"](s.credit_payment_card)
        self.open_data = OpenData(self)
        self.tactics = [TACTICS[tactic.kind](tactic) for tactic in s.tactics]
        self.strategies = [STRATEGIES[strategy.kind](strategy) for strategy in s.strategies]
        self.shocks = [SHOCKS[shock.kind](shock) for shock in s.shocks]
        self.channels = [CHANNELS[kind](each) for kind in CHANNELS for each in s.channels if each.kind == kind]  # in the table's order
        self.contagion, self.trade_credit = Contagion(self), TradeCredit(self)
        has_circles = self.channel("guarantee_circle") is not None
        self.guarantees = self._network("guarantee", len(self.merchants), Stream.GUARANTEE_TIES, shops) if has_circles else None
        self.interbank_loans = InterbankLoans(self, deposits_at(self) if s.bank_sheets.is_kept else None)
        self.sheets, self.rescue = create_bank_sheets(self), Rescue(self)
        self.interbank_loans.owed_outside[:] = self.sheets.outside.sum() + self.sheets.securities.sum()
        self.interbank_loans.stock = max(float(self.sheets.units.sum()), 1.0)
        self.panic = Alarm(self)
        self.depositors = create_depositors(self)
        for population in (self.banks, self.platforms):
            population.register()

    def channel(self, kind: str):
        """The channel of contagion of a kind, or None."""
        return next((each for each in self.channels if each.kind == kind), None)

    def term_lender(self, number: int) -> tuple[LenderGroup, int]:
        """(the group of a lender of term loans, its row there); number: among all of them."""
        group = next(group for group in self.term_lenders if group.first <= number < group.first + len(group.lenders))
        return group, number - group.first

    def standing_of(self, platform: int):
        """How a platform stands with consumers: one of the fixed ones, or an entrant."""
        place = platform - self.settings.platforms.count
        return self.settings.standing.of(platform) if place < 0 else self.settings.entrants[place].standing

    def payments_at(self, platform: int) -> tuple[np.ndarray, np.ndarray]:
        """Consumers who paid at a platform today, and what, fen."""
        if platform == FOCAL:
            return self.goods.buyers_today, self.goods.paid_today
        rows, amount = self.rival_sales_today
        here = (rows // len(self.consumers) == platform) & (amount > 0)
        return rows[here] % len(self.consumers), amount[here]

    def may_take_payments(self, platform: int) -> bool:
        """True if the platform has a licence today."""
        return has_licence(self, platform)

    def _platform_lender(self, s):
        expert = POLICIES["platform_card"](s.platform_card)
        return expert if s.credit.policy == "platform_card" else POLICIES["learned_card"](s.learned_card, expert)

    def _learners(self):
        """Every policy that learns, in a fixed order."""
        return [policy for policy in (self.platform_lender, *self.term_policies, self.payment_lender) if isinstance(policy, Learner)]

    def _network(self, use, n, stream, attributes, n_connected=None):
        settings, key = getattr(self.settings.networks, use), stream_key(self.world_seed, stream)
        return build_network(settings, n, key, use=use, attributes=attributes, n_connected=n_connected)

    def _open_books(self):
        n_banks, n_platforms = len(self.banks), len(self.platforms)
        bank_issuer, platform_issuer = np.arange(n_banks), n_banks + np.arange(n_platforms)
        outside = n_banks + n_platforms
        entities = ["consumers", "merchants", "world", *(f"lender {i}" for i in range(len(self.lenders))),
                    *(f"bank {i}" for i in range(n_banks)), *(f"financier {i}" for i in range(len(self.financiers))),
                    *(f"platform {i}" for i in range(n_platforms)), "guarantor 0", *(f"product {i}" for i in range(len(self.products)))]
        first_product = "product 0" if self.products else "world"
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
            term_debt=claim("merchants.term_loan", s.term_loan, entity="merchants", is_debt=True),
            bank_loans=claim("banks.loans", self.banks.loans, entity="bank 0", per_row=True),
            lender_debt=claim("lenders.borrowed", self.lenders.borrowed, entity="lender 0", per_row=True, is_debt=True),
            bank_lender_claims=claim("banks.lender_claims", self.banks.lender_claims, entity="bank 0", per_row=True),
            financier_cash=money("financiers.cash", self.financiers.cash, issuer=np.zeros(len(self.financiers)), entity="financier 0",
                                 per_row=True),
            financier_loans=claim("financiers.loans", self.financiers.loans, entity="financier 0", per_row=True),
            note_debt=claim("financiers.notes", self.financiers.notes, entity="financier 0", per_row=True, is_debt=True),
            notes=claim("consumers.notes", c.notes, entity="consumers"),
            guarantor_cash=money("guarantors.cash", self.guarantors.cash, issuer=np.zeros(1), entity="guarantor 0"),
            guarantor_debt=claim("guarantors.borrowed", self.guarantors.borrowed, entity="guarantor 0", is_debt=True),
            guarantor_claims=claim("guarantors.claims", self.guarantors.claims, entity="guarantor 0"),
            payment_debt=claim("credit_users.balance", self.credit_users.balance, entity="consumers", is_debt=True),
            called_debt=claim("credit_users.called", self.credit_users.called, entity="consumers", is_debt=True),
            product_cash=money("products.cash", self.savings.cash, issuer=np.full(len(self.products), outside), entity=first_product,
                               per_row=True),
            product_debt=claim("products.owed", self.savings.owed, entity=first_product, per_row=True, is_debt=True),
            held=claim("consumers.held", self.holdings.held, entity="consumers"),
            outside=claim("sheets.outside", self.sheets.outside, entity="bank 0", per_row=True),
            securities=claim("sheets.securities", self.sheets.securities, entity="bank 0", per_row=True),
            interbank_claims=claim("sheets.claims", self.sheets.claims, entity="bank 0", per_row=True),
            interbank_debts=claim("sheets.debts", self.sheets.debts, entity="bank 0", per_row=True, is_debt=True),
            rescue_debt=claim("sheets.rescue_debt", self.sheets.rescue_debt, entity="bank 0", per_row=True, is_debt=True),
            owed_outside=claim("world.owed_to_banks", self.interbank_loans.owed_outside, entity="world", is_debt=True),
            owed_to_outside=claim("world.lent_to_banks", self.interbank_loans.owed_to_outside, entity="world"),
            currency=money("depositors.currency", self.depositors.currency, issuer=np.full(len(self.depositors), outside),
                           entity="consumers"),
            payment_claims=claim("credit_payment.bank_claims", self.credit_payment.bank_claims, entity="bank 0", per_row=True))
        self.term_lenders = (LenderGroup(self.banks, self.books.bank_own, self.books.bank_loans, 0),
                             LenderGroup(self.financiers, self.books.financier_cash, self.books.financier_loans, n_banks))
        if self.trade_credit.is_on:
            self.trade_credit.open_books(self)
        for channel in self.channels:
            channel.open_books(self)
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
            self.running, self.steps = False, self.day
            return
        self._eve = self.state() if any(each.needs_twins(self) for each in self.active(self.strategies)) else None
        live_one_day(self)
        for observe in self.observers:
            observe(self)
        self.datacollector.collect(self)
        self.day += 1
        self.running = self.day < self.days

    def run_days(self, n: int | None = None):
        """Live n days, or all that are left."""
        for _ in range(self.days - self.day if n is None else n):
            self.step()

    def lived_without(self, tactics: Iterable[int], days: int) -> "Market":
        """A twin of the market as it closed last night, `days` later (or on the last day): tactics of these numbers, and all strategies, do
        nothing in it.  For strategies that said so by `needs_twins`; each call costs the running of those days.
        """
        twin = Market(self.scenario.model_copy(update={"strategies": ()}), seed=self.seed, replicate=self.replicate, threads=self.threads)
        twin.restore(self._eve)
        for number in tactics:
            twin.tactics[number].is_silent = True
        twin.run_days(min(days, twin.days - twin.day))
        return twin

    @property
    def agent_types(self):
        """Types one may ask `agents_by_type` for."""
        return list(self.agents_by_type)

    @property
    def agents_by_type(self):
        """Mesa's registered agents by type, with the populations of consumers and merchants beside them."""
        return {**super().agents_by_type, Consumer: self.consumers, Merchant: self.merchants}

    # --- checkpoints --------------------------------------------------------------------------------------------------

    POPULATIONS = ("consumers", "merchants", "banks", "financiers", "platforms", "lenders", "loans", "credit_users", "guarantors",
                   "customers", "holdings", "savers", "sheets", "depositors")

    def state(self) -> dict:
        """All that changes, as plain arrays and numbers; together with the scenario it is the market.  Always a copy."""
        return copy.deepcopy(self._live_state())

    def _live_state(self) -> dict:
        return {"version": CHECKPOINT_VERSION, "seed": self.seed, "replicate": self.replicate,
                "scenario": self.scenario.model_dump(mode="json"), "clock": {name: getattr(self, name) for name in CLOCK},
                "luck": (self.random.getstate(), self.rng.bit_generator.state), "outside": self._outside,
                "learnt": [policy.state() for policy in self._learners()],
                "credit_payment": self.credit_payment.state(), "media": self.media.state(), "service": self.service.state(),
                "word_of_mouth": self.word_of_mouth.state(), "promotions": self.promotions.state(), "rings": self.rings.state(),
                "savings": self.savings.state(), "surveys": self.surveys, "open_data": self.open_data.state(),
                "prices": self.prices.state(), "strategies": [each.state() for each in self.strategies],
                "interbank_loans": self.interbank_loans.state(), "rescue": self.rescue.state(), "panic": self.panic.state(),
                "contagion": self.contagion.state(), "trade_credit": self.trade_credit.state(),
                "channels": [each.state() for each in self.channels],
                "ledger": self.ledger.state(), "credit": self.credit.state(), "goods": self.goods.state(),
                **{name: getattr(self, name).state() for name in self.POPULATIONS}}

    def restore(self, state: dict) -> None:
        """Become the market of `state`, which must come from the same seed and scenario; tactics, shocks and days may differ.

        A strategy, and what was spent on a price, a cut or a boost, is remembered where it is the same here; another one begins anew.

        Raises: UserError, one line for each thing that differs; this market is then what it was.
        """
        self._check_origin(state)
        for name, value in state["clock"].items():
            setattr(self, name, value)
        python_luck, numpy_luck = state["luck"]
        self.random.setstate(python_luck)
        self.rng.bit_generator.state = numpy_luck
        for name in self.POPULATIONS:
            getattr(self, name).restore(state[name])
        self._outside[...] = state["outside"]
        self.ledger.restore(state["ledger"])
        self.credit.restore(state["credit"])
        self.goods.restore(state["goods"])
        self.credit_payment.restore(state["credit_payment"])
        for policy, learnt in zip(self._learners(), state["learnt"]):
            policy.restore(learnt)
        self.media.restore(state["media"], self)
        self.service.restore(state["service"])
        self.word_of_mouth.restore(state["word_of_mouth"])
        self.promotions.restore(state["promotions"], self)
        self.rings.restore(state["rings"])
        self.savings.restore(state["savings"])
        self.prices.restore(state["prices"])
        self.open_data.restore(state["open_data"])
        self.contagion.restore(state["contagion"])
        for name in ("interbank_loans", "rescue", "panic", "trade_credit"):
            getattr(self, name).restore(state[name])
        for channel, kept in zip(self.channels, state["channels"]):
            channel.restore(kept)
        mine, there = self.scenario.model_dump(mode="json"), state["scenario"]
        for market in (self.savings, self.prices):
            market.forget({number for number in {*market.spent, *market.ended} if mine["tactics"][number: number + 1] !=
                           there["tactics"][number: number + 1]})
        for strategy, kept, own, other in zip(self.strategies, state["strategies"], mine["strategies"], there["strategies"]):
            if own == other:
                strategy.restore(kept)
        self.surveys = copy.deepcopy(state["surveys"])
        self._clear_the_table()
        self.running = self.day < self.days

    def _check_origin(self, state):
        mine = self._live_state()
        if state["version"] != CHECKPOINT_VERSION:
            raise UserError(f"checkpoint: of version {state['version']}; this Jishi reads version {CHECKPOINT_VERSION}")
        if (state["seed"], state["replicate"]) != (self.seed, self.replicate):
            raise UserError(f"checkpoint: of seed {state['seed']}, replicate {state['replicate']}; "
                            f"this market has seed {self.seed}, replicate {self.replicate}")
        lines = [f"checkpoint: {path} is {there} there and {here} here"
                       for path, there, here in _unequal(state["scenario"], mine["scenario"]) if path.split(".")[0] not in MAY_DIFFER]
        lines += [f"checkpoint: its tactic number {number + 1} advertises; here that is {_kind_of(self.tactics, number)}"
                  for number in state["media"]["plans"] if _kind_of(self.tactics, number) != "media"]
        lines += [f"checkpoint: its tactic number {number + 1} is a {kind}; here that is {_kind_of(self.tactics, number)}"
                  for number, kind in state["promotions"]["kinds"].items() if _kind_of(self.tactics, number) != kind]
        if (kinds := [each["kind"] for each in state["scenario"]["channels"]]) != [each.kind for each in self.scenario.channels]:
            lines.append(f"checkpoint: its channels are {', '.join(kinds) or 'none'}; those here must be the same, in the same order")
        for name in self.POPULATIONS:
            if state[name].keys() != mine[name].keys():
                unknown = ", ".join(sorted(state[name].keys() ^ mine[name].keys()))
                lines.append(f"checkpoint: made by another version of Jishi, in which the {name} had other columns ({unknown})")
        if lines:
            raise UserError(*lines)

    def save(self, path: str | Path) -> None:
        """Write a checkpoint; a file that is there is replaced only when the new one is whole."""
        path = Path(path)
        partial = path.with_name(path.name + ".part")
        try:
            with open(partial, "wb") as file:
                pickle.dump(self._live_state(), file, protocol=5)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def resume(self, path: str | Path) -> None:
        """Continue from a checkpoint of this scenario; only load files you trust, as with every pickle.

        Raises: UserError if there is no such file, if it is torn or foreign, or comes from another scenario or seed.
        """
        try:
            with open(path, "rb") as file:
                state = pickle.load(file)
        except OSError as error:
            raise UserError(f"{path}: {'no such file' if isinstance(error, FileNotFoundError) else error.strerror}") from None
        except Exception:  # noqa: BLE001 - a torn or foreign file may raise anything at all
            state = None
        if not isinstance(state, dict) or not CHECKPOINT_KEYS <= state.keys():
            raise UserError(f"{path}: not a whole checkpoint of Jishi; it was cut off, or is another kind of file")
        self.restore(state)


REPORTERS = {"date": lambda m: m.date.isoformat(), "sales": lambda m: m.goods.gmv_today,
             "lent": lambda m: int(m.credit.draws[:, 2].sum()), "loans": lambda m: int(m.lenders.loans.sum()),
             "open_shops": lambda m: int((m.merchants.status == OPEN).sum())}  # fen and shops; results.measures has the rest
CHECKPOINT_KEYS = {"version", "seed", "replicate", "scenario", "clock", "luck", "outside", "learnt",
                   "ledger", "credit", "credit_payment", "goods", "media", "service", "word_of_mouth", "promotions", "rings", "savings",
                   "surveys", "prices", "strategies", "open_data", "contagion", "channels", "interbank_loans", "rescue", "panic",
                   "trade_credit",
                   *Market.POPULATIONS}


def _kind_of(tactics, number: int) -> str:
    """The kind of one tactic, by number; "nothing" if there is none."""
    return tactics[number].kind if number < len(tactics) else "nothing"


def _unequal(a, b, path=""):
    """(path, value in a, value in b) of every setting that differs between two scenarios written as plain tables."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted({*a, *b}):
            yield from _unequal(a.get(name), b.get(name), f"{path}.{name}" if path else name)
    elif a != b:
        yield path, a, b
