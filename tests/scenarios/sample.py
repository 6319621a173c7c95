"""A small schema that uses everything a real one may: sections, plug-ins, lists, maps, money, real-scale settings."""

from datetime import date
from typing import Literal

from pydantic import model_validator

from scenarios.header import Header
from scenarios.plugins import plugin, plugins
from sim.core.settings import Settings, setting


class ConsumerSettings(Settings):
    count: int = setting(1000, ge=1, le=10_000_000, unit="persons", source="assumption", meaning="Simulated consumers")
    price_sensitivity: float = setting(2.0, ge=0, unit="utility per log price", source="assumption")
    young_share: float = setting(0.7, ge=0, le=1, unit="share", source="assumption")
    segments: dict[str, float] = setting({"students": 0.3, "others": 0.7}, unit="share", source="assumption")


class MerchantSettings(Settings):
    count: int = setting(33, ge=1, unit="merchants", source="assumption")
    is_open: bool = setting(True, unit="yes or no", source="assumption")
    order_days: tuple[float, ...] = setting((7.0, 14.0), unit="days", source="assumption", min_length=1)


class PlatformSettings(Settings):
    name: str = setting(unit="text", source="the user")
    fee: float = setting(0.02, ge=0, le=1, unit="share of sales", source="assumption")
    capital_cny: float = setting(600e6, ge=0, unit="CNY", source="S23", real_scale=True)
    venue: Literal["marketplace", "business", "offline"] = setting("marketplace", unit="kind", source="assumption")


class CreditSettings(Settings):
    officers: int = setting(300, ge=0, unit="persons", source="S15", real_scale=True)
    pools_cny: tuple[int, ...] = setting((1_000_000, 3), unit="CNY", source="assumption", real_scale=True)
    daily_rate: float = setting(0.0005, gt=0, lt=0.01, unit="per day", source="S07", calibrated=True)
    term_days: int | None = setting(None, ge=1, unit="days", source="assumption")


class WindowSettings(Settings):
    kind: str = setting(unit="name", source="the table of plug-ins")
    name: str = setting("", unit="text", source="the user")
    start: date | None = setting(None, unit="date", source="the user")
    end: date | None = setting(None, unit="date", source="the user")

    @model_validator(mode="after")
    def _in_order(self):
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"the end {self.end} lies before the start {self.start}")
        return self


class RatePromotion:
    class Settings(WindowSettings):
        depth: float = setting(0.25, ge=0, le=1, unit="share of the rate", source="S01")
        pool_cny: float = setting(100e6, ge=0, unit="CNY", source="S02", real_scale=True)


class Coupon:
    class Settings(WindowSettings):
        value_cny: float = setting(5.0, ge=0, unit="CNY", source="assumption")
        audience: tuple[str, ...] = setting((), unit="segments", source="assumption")


class SmallWorld:
    class Settings(Settings):
        kind: str = setting("small_world", unit="name", source="the table of plug-ins")
        degree: int = setting(8, ge=2, unit="ties per person", source="assumption")
        rewire_prob: float = setting(0.1, ge=0, le=1, unit="probability", source="Watts and Strogatz 1998")


class ScaleFree:
    class Settings(Settings):
        kind: str = setting("scale_free", unit="name", source="the table of plug-ins")
        degree: int = setting(8, ge=2, unit="ties per person", source="assumption")
        exponent: float = setting(2.5, gt=2, unit="", source="Barabasi and Albert 1999")


TACTICS = {"rate_promotion": RatePromotion, "coupon": Coupon}
SOCIAL = {"small_world": SmallWorld, "scale_free": ScaleFree}


class NetworkSettings(Settings):
    social: plugin(SOCIAL, "social network") = SmallWorld.Settings(degree=6)


class ExperimentSettings(Settings):
    fork: date = setting(unit="date", source="the user")
    burn_in_days: int = setting(90, ge=0, unit="days", source="assumption")


class SampleScenario(Header):
    """A scenario with a section of each form."""

    consumers: ConsumerSettings = ConsumerSettings()
    merchants: MerchantSettings = MerchantSettings(count=40)
    platforms: tuple[PlatformSettings, ...] = (PlatformSettings(name="focal"), PlatformSettings(name="rival", fee=0.03))
    credit: CreditSettings = CreditSettings()
    networks: NetworkSettings = NetworkSettings()
    tactics: plugins(TACTICS, "tactic") = ()
    experiment: ExperimentSettings | None = None
