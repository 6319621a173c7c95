"""Everything a scenario can set: its header and one section for each part of the world.

Settings live in the files they steer; here they are only composed.
"""

from types import SimpleNamespace

from pydantic import model_validator

from agents.abuse_ring import AbuseSettings
from agents.bank import BankSettings
from agents.bank_sheet import BankSheetSettings
from agents.brushing import BrushingSettings
from agents.consumer import ConsumerSettings
from agents.credit_user import CreditUserSettings
from agents.customer import CustomerSettings
from agents.deal_seeker import DealSettings
from agents.distress import DistressSettings
from agents.entrants import EntrantSettings
from agents.guarantor import GuaranteeSettings
from agents.lending.credit_payment import CreditPaymentCardSettings
from agents.lending.joining import JoiningSettings
from agents.lending.large_bank import LargeBankSettings
from agents.lending.learned_card import LearnedCardSettings
from agents.lending.micro_specialist import MicroSpecialistSettings
from agents.lending.p2p import P2PSettings
from agents.lending.platform_card import PlatformCardSettings
from agents.lending.pricing import OfferSettings
from agents.lending.relationship_bank import RelationshipBankSettings
from agents.lending.supply_chain import SupplyChainSettings
from agents.loyalty import LoyaltySettings
from agents.merchant import MerchantSettings
from agents.owner import OwnerSettings
from agents.panic import PanicSettings
from agents.platform import PlatformSettings
from agents.products import PRODUCTS
from agents.saver import SaverSettings
from agents.standing import StandingSettings
from agents.strategies import STRATEGIES
from agents.tactics import TACTICS
from agents.tactics.channels import CHANNELS
from agents.word_of_mouth import WordOfMouthSettings
from scenarios.experiment import ExperimentSettings
from scenarios.header import Header
from scenarios.plugins import plugin, plugins
from scenarios.scaling import MOST_CNY, money_at_real_scale
from scenarios.target import Target
from sim.contagion.channels import CHANNELS as CONTAGION_CHANNELS
from sim.core.errors import did_you_mean
from sim.core.settings import Settings
from sim.markets.agreements import AgreementSettings, OpenDataSettings, bank_named
from sim.markets.common_scores import CommonModelSettings
from sim.markets.credit import CreditSettings
from sim.markets.credit_payment import CreditPaymentSettings
from sim.markets.data_sharing import DataSettings
from sim.markets.goods import GoodsSettings
from sim.markets.joint_loans import JointLoanSettings
from sim.markets.loans import LoanSettings
from sim.markets.media import MediaSettings
from sim.markets.officers import OfficerSettings
from sim.markets.payments import PaymentSettings
from sim.markets.prices import PriceSettings
from sim.markets.rescue import RescueSettings
from sim.markets.resolution import ResolutionSettings
from sim.markets.service import ServiceSettings
from sim.networks import NETWORKS, kinds_for
from sim.shocks import SHOCKS

MOST_TACTICS = 120
NEED_CUSTOMERS = ("media", "referral", "survey", "sign_up_bonus", "first_use_rebate", "coupon", "personal_offer", "loyalty", "red_packet",
                  "rate_boost", "price", "fee_cut", "breach", "advertising_rules", "fund_yield_falls")  # do nothing elsewhere


def _kinds(use: str) -> dict:
    return {name: SimpleNamespace(Settings=NETWORKS[name].settings) for name in kinds_for(use)}


def _default(kind: str):
    return NETWORKS[kind].settings()


class NetworkSettings(Settings):
    """Who knows, supplies and lends to whom."""

    social: plugin(_kinds("social"), "social network") = _default("small_world")
    supply: plugin(_kinds("supply"), "supply network") = _default("supply")
    interbank: plugin(_kinds("interbank"), "interbank network") = _default("core_periphery")
    guarantee: plugin(_kinds("guarantee"), "guarantee network") = _default("guarantee_circles")


class Scenario(Header):
    """One world and what is tried in it; frozen and validated."""

    consumers: ConsumerSettings = ConsumerSettings()
    merchants: MerchantSettings = MerchantSettings()
    owners: OwnerSettings = OwnerSettings()
    distress: DistressSettings = DistressSettings()
    brushing: BrushingSettings = BrushingSettings()
    banks: BankSettings = BankSettings()
    platforms: PlatformSettings = PlatformSettings()
    customers: CustomerSettings = CustomerSettings()
    standing: StandingSettings = StandingSettings()
    media: MediaSettings = MediaSettings()
    loyalty: LoyaltySettings = LoyaltySettings()
    word_of_mouth: WordOfMouthSettings = WordOfMouthSettings()
    service: ServiceSettings = ServiceSettings()
    deals: DealSettings = DealSettings()
    abuse: AbuseSettings = AbuseSettings()
    savers: SaverSettings = SaverSettings()
    prices: PriceSettings = PriceSettings()
    goods: GoodsSettings = GoodsSettings()
    payments: PaymentSettings = PaymentSettings()
    credit: CreditSettings = CreditSettings()
    loans: LoanSettings = LoanSettings()
    platform_card: PlatformCardSettings = PlatformCardSettings()
    learned_card: LearnedCardSettings = LearnedCardSettings()
    officers: OfficerSettings = OfficerSettings()
    large_bank: LargeBankSettings = LargeBankSettings()
    relationship_bank: RelationshipBankSettings = RelationshipBankSettings()
    micro_specialist: MicroSpecialistSettings = MicroSpecialistSettings()
    supply_chain: SupplyChainSettings = SupplyChainSettings()
    p2p: P2PSettings = P2PSettings()
    credit_payment: CreditPaymentSettings = CreditPaymentSettings()
    credit_users: CreditUserSettings = CreditUserSettings()
    guarantee: GuaranteeSettings = GuaranteeSettings()
    credit_payment_card: CreditPaymentCardSettings = CreditPaymentCardSettings()
    data: DataSettings = DataSettings()
    common_model: CommonModelSettings = CommonModelSettings()
    offers: OfferSettings = OfferSettings()
    joint_loans: JointLoanSettings = JointLoanSettings()
    open_data: OpenDataSettings = OpenDataSettings()
    joining: JoiningSettings = JoiningSettings()
    bank_sheets: BankSheetSettings = BankSheetSettings()
    panic: PanicSettings = PanicSettings()
    resolution: ResolutionSettings = ResolutionSettings()
    rescue: RescueSettings = RescueSettings()
    networks: NetworkSettings = NetworkSettings()
    products: plugins(PRODUCTS, "product") = ()
    tactics: plugins(TACTICS, "tactic") = ()
    entrants: tuple[EntrantSettings, ...] = ()
    agreements: tuple[AgreementSettings, ...] = ()
    strategies: plugins(STRATEGIES, "strategy") = ()
    shocks: plugins(SHOCKS, "shock") = ()
    channels: plugins(CONTAGION_CHANNELS, "channel") = ()
    targets: tuple[Target, ...] = ()
    experiment: ExperimentSettings = ExperimentSettings()

    @model_validator(mode="after")
    def _customers_are_competed_for(self):
        if len(self.tactics) > MOST_TACTICS:
            raise ValueError(f"tactics: {len(self.tactics)} of them; at most {MOST_TACTICS}, since customers remember them by number")
        n_platforms = self.platforms.count + len(self.entrants)
        for where, plug_ins in (("products", self.products), ("tactics", self.tactics), ("strategies", self.strategies),
                                ("shocks", self.shocks)):
            for each in plug_ins:
                path = f"{where}.{each.name or each.kind}"
                if (each.kind in NEED_CUSTOMERS or where in ("products", "strategies")) and not self.customers.is_contested:
                    raise ValueError(f"{path}: a {each.kind} acts where platforms compete for customers; set customers.is_contested = true")
                if getattr(each, "platform", 0) >= n_platforms:
                    raise ValueError(f"{path}.platform = {each.platform}: there are {n_platforms} platforms, numbered from 0")
                if each.kind in ("rate_boost", "fund_yield_falls") and each.product >= len(self.products):
                    raise ValueError(f"{path}.product = {each.product}: there are {len(self.products)} products, numbered from 0")
                if each.kind in ("rate_boost", "fund_yield_falls"):
                    self._has_a_yield(path, each)
                if where == "shocks":
                    self._strikes_who_is_there(path, each)
                for channel in getattr(each, "banned", ()):
                    if channel not in CHANNELS:
                        raise ValueError(f"{path}.banned: no channel '{channel}'; known channels: {', '.join(CHANNELS)}"
                                         f"{did_you_mean(channel, CHANNELS)}")
        return self

    def _strikes_who_is_there(self, path: str, each):
        """Raises: ValueError if a shock names a bank or product there is not, or strikes banks that have no sheets."""
        if each.kind == "bank_failure" and each.bank >= self.banks.count:
            raise ValueError(f"{path}.bank = {each.bank}: there are {self.banks.count} banks, numbered from 0")
        if each.kind == "platform_loss" and each.product >= len(self.products):
            raise ValueError(f"{path}.product = {each.product}: there are {len(self.products)} products, numbered from 0")
        strength = {"bank_failure": "size", "interbank_freeze": "size", "capital_rule": "points"}.get(each.kind)
        if strength and getattr(each, strength) > 0 and not self.bank_sheets.is_kept:
            raise ValueError(f"{path}.{strength} = {getattr(each, strength):g}: strikes banks, which have no sheets here; "
                             "set bank_sheets.is_kept = true")

    def _has_a_yield(self, path: str, each):
        """Raises: ValueError unless the product holds money, for a boost, or is a fund, for a yield that falls."""
        product, falls = self.products[each.product], each.kind == "fund_yield_falls"
        if falls and product.kind != "money_market_fund" or not PRODUCTS[product.kind].holds_money:
            wanted = "a money_market_fund" if falls else "a product that holds money"
            raise ValueError(f"{path}.product = {each.product}: that is {product.kind}; a {each.kind} needs {wanted}")

    @model_validator(mode="after")
    def _a_channel_is_there_once(self):
        kinds = [each.kind for each in self.channels]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise ValueError(f"channels.{kind}: {kinds.count(kind)} channels of this kind; each kind once")
            if kind in ("fire_sale", "interbank") and not self.bank_sheets.is_kept:
                raise ValueError(f"channels.{kind}: a channel between banks, which have no sheets here; set bank_sheets.is_kept = true")
        return self

    @model_validator(mode="after")
    def _products_differ_in_name(self):
        names = [each.name or each.kind for each in self.products]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"products.{name}: {names.count(name)} products have this name; give each a name of its own")
        return self

    @model_validator(mode="after")
    def _agreements_differ_in_name_and_know_their_banks(self):
        names = [each.name or each.kind for each in self.agreements]
        for name, each in zip(names, self.agreements):
            if names.count(name) > 1 and not each.name:  # what is named twice is refused where files are read
                raise ValueError(f"agreements.{name}: {names.count(name)} agreements have this name; give each a name of its own")
            for lender in each.lenders:
                if (bank_named(lender) or 0) >= self.banks.count:
                    raise ValueError(f"agreements.{name}.lenders: no '{lender}'; the {self.banks.count} banks are numbered from 0 to "
                                     f"{self.banks.count - 1}")
        return self

    @model_validator(mode="after")
    def _entrants_find_a_market(self):
        if self.entrants and not self.customers.is_contested:
            raise ValueError(f"entrants.{self.entrants[0].name or self.entrants[0].kind}: an entrant needs platforms that compete for "
                             "customers; set customers.is_contested = true")
        if self.platforms.count + len(self.entrants) > 20:
            raise ValueError(f"entrants: {len(self.entrants)} beside {self.platforms.count} platforms; at most 20 in all")
        for each in self.entrants:
            if each.opens < self.start:
                raise ValueError(f"entrants.{each.name or each.kind}.opens = {each.opens} (date): must be on or after the first "
                                 f"simulated day, {self.start}")
        return self

    @model_validator(mode="after")
    def _a_lever_has_one_hand(self):
        held: dict[tuple[int, str], str] = {}
        for each in self.strategies:
            lever, name = (each.platform, STRATEGIES[each.kind].lever), each.name or each.kind
            if lever in held:
                raise ValueError(f"strategies.{name}: platform {lever[0]} manages its {lever[1]} by {held[lever]} already; "
                                 "one strategy for each platform and lever")
            held[lever] = name
            n_platforms = self.platforms.count + len(self.entrants)
            if getattr(each, "rival", 0) >= n_platforms or getattr(each, "rival", -1) == each.platform:
                raise ValueError(f"strategies.{name}.rival = {each.rival}: must be another of the {n_platforms} platforms, "
                                 "numbered from 0")
        return self

    @model_validator(mode="after")
    def _targets_lie_ahead(self):
        for each in self.targets:
            if each.by is not None and each.by < self.start:
                raise ValueError(f"targets.{each.name}.by = {each.by} (date): must be on or after the first simulated day, {self.start}")
        return self

    @model_validator(mode="after")
    def _money_fits_the_books(self):
        for path, amount in money_at_real_scale(self):
            if amount / self.weight > MOST_CNY:
                raise ValueError(f"{path} = {amount:g} CNY is {amount / self.weight:g} CNY in a world of weight {self.weight:g}; "
                                 f"the books hold at most {MOST_CNY:g} CNY: lower the amount or raise the weight")
        return self
