"""Media: a platform buys attention through one channel, day by day, for an audience.

The channel is a preset of channels.toml; what a scenario sets itself wins.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import field_validator, model_validator

from agents.customer import ACTIVE, CHURNED, DORMANT, FIRST_USE, REGISTERED, RETURNING
from agents.standing import fit_of
from agents.tactics.channels import CHANNELS
from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.errors import did_you_mean
from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import setting

SEGMENTS = ("students", "young_professionals", "middle_income", "small_city_rural", "affluent")
CUSTOMER_KINDS = {"new", "active", "returning", "dormant", "churned"}  # audiences that are others every day
AUDIENCES = ("everyone", "new", "active", "returning", "dormant", "churned", "women", "men", *SEGMENTS)
OVERRIDES = ("cpm_cny", "cpc_cny", "creative", "wear_out", "weekly_cap", "targeting", "fee_share", "click_prob", "credibility",
             "partner_share")
HEARD = {"pushed": OVERRIDES, "followed": ("creative", "wear_out", "weekly_cap", "targeting", "click_prob", "credibility", "partner_share"),
         "bid for": ("cpc_cny", "creative", "wear_out", "partner_share"), "ranked": ("partner_share",),
         "own name": ("cpc_cny", "partner_share")}  # what each way of being seen can do with them


def _as_channel(meaning: str, unit: str, **bounds):
    return setting(None, unit=unit, source="user", meaning=f"{meaning}; not given: as the channel", **bounds)


class MediaTacticSettings(TacticSettings):
    """Which channel, how much, when, for whom, and what is different from the channel's preset."""

    kind: Literal["media"] = setting("media", unit="name", source="TACTICS")
    channel: str = setting(unit="name", source="SOURCES 1.2", meaning="A channel of agents/tactics/channels.toml")
    platform: int = setting(0, unit="platform", ge=0, le=19, source="user", meaning="Who advertises; 0 is the focal platform")
    budget_cny: float = setting(0.0, unit="CNY", ge=0, le=1e12, source="user", real_scale=True, meaning="For the whole window")
    flighting: Literal["even", "burst", "pulse"] = setting(
        "even", unit="name", source="SOURCES 1.2", meaning="even: every day; burst: half in the first fifth; pulse: every other fortnight")
    audience: tuple[str, ...] = setting(("everyone",), unit="names", source="SOURCES 1.1", min_length=1,
                                        meaning="everyone; new, active, returning, dormant, churned customers; women, men; a segment. "
                                                "Several: who belongs to one of the kinds of customer and to one of the groups")
    region: int = setting(-1, unit="region number", ge=-1, le=7, source="user", meaning="-1 is everywhere")
    holdout_share: float = setting(0.0, unit="share of the audience", ge=0, lt=1, source="user",
                                   meaning="Drawn by lot and never shown it: an experiment inside the world")
    cpm_cny: float | None = _as_channel("CNY a thousand exposures", "CNY", ge=0, le=1e6)
    cpc_cny: float | None = _as_channel("CNY a click", "CNY", ge=0, le=1e5)
    creative: float | None = _as_channel("Strength of the creative", "factor", ge=0, le=20)
    wear_out: float | None = _as_channel("Exposures a head that halve the response; 0 never", "exposures", ge=0, le=1e6)
    weekly_cap: float | None = _as_channel("Frequency cap; 0 none", "exposures a week", ge=0, le=1000)
    targeting: float | None = _as_channel("How much of it finds those whom the brand fits; costs privacy", "share", ge=0, le=1)
    fee_share: float | None = _as_channel("Of the budget, a fee", "share", ge=0, lt=1)
    click_prob: float | None = _as_channel("Clicks an exposure", "probability", ge=0, le=1)
    credibility: float | None = _as_channel("Good experiences an exposure is worth", "experiences", ge=0, le=100)
    partner_share: float | None = _as_channel("Of the commission on who came by it, to the partner", "share", ge=0, le=1)

    @field_validator("channel")
    @classmethod
    def _channel_exists(cls, channel: str) -> str:
        if channel not in CHANNELS:
            raise ValueError(f"no channel '{channel}'; known channels: {', '.join(CHANNELS)}{did_you_mean(channel, CHANNELS)}")
        return channel

    @field_validator("audience")
    @classmethod
    def _audiences_exist(cls, audience: tuple[str, ...]) -> tuple[str, ...]:
        for name in audience:
            if name not in AUDIENCES:
                raise ValueError(f"no audience '{name}'; known audiences: {', '.join(AUDIENCES)}{did_you_mean(name, AUDIENCES)}")
        return audience

    @model_validator(mode="after")
    def _says_what_its_channel_hears(self):
        way = CHANNELS[self.channel].way
        for name in OVERRIDES:
            if getattr(self, name) is not None and name not in HEARD[way]:
                raise ValueError(f"{name} = {getattr(self, name):g} does nothing on {self.channel}, which is {way}; "
                                 f"what it takes: {', '.join(HEARD[way]) or 'none of these'}")
        if way == "own name" and (self.audience != ("everyone",) or self.region >= 0):
            raise ValueError(f"audience and region do nothing on {self.channel}: who types the name is shown it")
        if self.partner_share and self.platform > 0:
            raise ValueError("partner_share is paid by the focal platform only (platform = 0)")
        return self

    @model_validator(mode="after")
    def _is_paid_for(self):
        channel = self.as_channel()
        if channel.way in ("bid for", "own name") and channel.cpc_cny < .01:
            raise ValueError(f"cpc_cny = {channel.cpc_cny:g}: clicks on {self.channel} would be free; at least 0.01")
        if channel.way == "pushed" and channel.cpm_cny > 0 and self.cpc_cny is not None:
            raise ValueError(f"cpc_cny is not heard while cpm_cny is {channel.cpm_cny:g}; set cpm_cny = 0 to pay for clicks")
        if channel.way == "pushed" and channel.cpm_cny == 0 and (channel.cpc_cny < .01 or channel.click_prob == 0):
            raise ValueError(f"exposures of {self.channel} would be free: set cpm_cny, or cpc_cny where there are clicks")
        return self

    def as_channel(self):
        """The channel with what this tactic says of it."""
        changes = {name: getattr(self, name) for name in OVERRIDES if getattr(self, name) is not None}
        return replace(CHANNELS[self.channel], **changes)


class Media(Tactic):
    """Posts a flight of advertisements every day of its window; the market for attention shows them tomorrow."""

    kind = "media"
    Settings = MediaTacticSettings

    def __init__(self, settings: MediaTacticSettings):
        super().__init__(settings)
        channel = settings.as_channel()
        self._has_posted = False  # a market that took up a checkpoint weighs the audience anew: its settings may be others
        self.channel = replace(channel, privacy_cost=channel.privacy_cost * channel.targeting)
        days = ((settings.end or settings.start) - settings.start).days + 1
        plan = np.array([_emphasis(settings.flighting, day, days) for day in range(days)])
        self.part_of_rest = plan / np.maximum(plan[::-1].cumsum()[::-1], 1e-12)  # of what is left of the budget, by day of the window

    def act(self, m) -> None:
        """Writes: m.media.plans.  The budget is what is left of the own one, with what a strategy moved; nothing while it is banned."""
        s, number = self.settings, m.tactics.index(self)
        if len(m.customers) == 0 or s.channel in m.media.banned_today or s.platform in m.media.silent_today or \
                s.platform >= len(m.platforms) or not m.platforms.is_open[s.platform] or m.media.budget(m, number) == 0:
            return
        left = m.media.budget(m, number) - (m.media.plans[number].spent if number in m.media.plans else 0)
        spend = min(int(left * self.part_of_rest[(m.date - s.start).days]), left)
        if spend > 0:
            is_new = not self._has_posted or bool(CUSTOMER_KINDS & set(s.audience))
            m.media.post(m, number, spend, left, self.weights(m) if is_new else None)
            self._has_posted = True

    def weights(self, m) -> np.ndarray:
        """Relative exposure of each consumer, (n_consumers,) float32: habit, device, audience, targeting; the held out have none.

        Targeting moves exposures from those whom the brand does not fit to those whom it does.
        """
        c, s, channel = m.consumers, self.settings, self.channel
        weight = np.array(channel.habit, np.float32)[c.segment]
        if channel.mobile_factor != 1.0:
            weight = weight * np.where(c.is_mobile, np.float32(channel.mobile_factor), np.float32(1.0))
        if channel.targeting > 0:
            likes = np.exp(2.0 * channel.targeting * fit_of(m)[s.platform])
            weight = weight * likes.astype(np.float32)[c.segment]
        weight = np.where(in_audience(m, s.platform, s.audience), weight, np.float32(0.0))
        if s.region >= 0:
            weight[c.region != s.region] = 0
        if s.holdout_share > 0:
            weight[held_out(m, m.tactics.index(self))] = 0
        return weight


def held_out(m, number: int) -> np.ndarray:
    """Whom the tactic of this number never shows anything, by lot, (n_consumers,).  Draws: HOLD_OUT, one per consumer and tactic."""
    return uniforms(stream_key(m.path_seed, Stream.HOLD_OUT), 0, len(m.consumers), number) < m.tactics[number].settings.holdout_share


def in_audience(m, platform: int, names) -> np.ndarray:
    """Who belongs to an audience, (n_consumers,): to one of the kinds of customer named, and to one of the groups named."""
    c, stage = m.consumers, m.customers.stage[m.customers.of(platform)]
    kinds = {"new": stage < REGISTERED, "active": (stage == FIRST_USE) | (stage == ACTIVE), "returning": stage == RETURNING,
             "dormant": stage == DORMANT, "churned": stage == CHURNED}
    groups = {"women": c.is_woman, "men": ~c.is_woman, **{name: c.segment == k for k, name in enumerate(SEGMENTS)}}
    inside = np.ones(len(c), bool)
    for table in (kinds, groups):
        named = [table[name] for name in names if name in table]
        if named:
            inside &= np.any(named, axis=0)
    return inside


def _emphasis(flighting: str, day: int, days: int) -> float:
    """Relative spending of a day of the window."""
    if flighting == "burst":
        first = max(days // 5, 1)
        return .5 / first if day < first else .5 / max(days - first, 1)
    if flighting == "pulse":
        return 1.0 if (day // 14) % 2 == 0 else 0.0
    return 1.0
