"""Entrants: platforms that open later than the others; before that nobody can know of them or use them.

Numbers follow those of the fixed platforms.  A kind is a preset of entrants.toml; what a scenario says itself wins.  Whom it
brings from its other business is registered on the first day, and proves who she is once there is a licence.

Choice: what an entrant does to others runs through choice, registration and talk alone.  Source: SOURCES 1.7.  Alternative: a share it
takes over time.  Reason: then its friction, its brand and its money could not matter.
"""

import datetime
import tomllib
from pathlib import Path

import numpy as np
from pydantic import field_validator, model_validator

from agents.customer import AT_START, AWARE, CHURNED, CLOSED, CONSIDERING, REGISTERED, UNAWARE
from agents.standing import Standing
from sim.core.errors import did_you_mean
from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.random import Stream, stream_key, uniforms
from sim.core.settings import Settings, setting

PRESETS = tomllib.loads(Path(__file__).with_name("entrants.toml").read_text(encoding="utf-8"))


class EntrantSettings(Settings):
    """One entrant: its kind, when it opens, what it starts with; what is not given is the kind's."""

    kind: str = setting(unit="name", source="SOURCES 1.7", meaning=f"A preset of agents/entrants.toml: {', '.join(PRESETS)}")
    name: str = setting("", unit="text", source="user", meaning="Name used in reports and overrides; the kind if empty")
    opens: datetime.date = setting(unit="date", source="user", meaning="First day on which anybody can know of it")
    licence: datetime.date | None = setting(None, unit="date", source="user",
                                            meaning="First day on which it may take payments; not given: licence_days after it opens")
    licence_days: int = setting(0, unit="days", ge=0, le=3650, source="agents/entrants.toml", meaning="From opening to licence")
    own_funds_cny: float = setting(1e9, unit="CNY", ge=0, le=1e14, source="agents/entrants.toml", real_scale=True,
                                   meaning="Capital paid in on the day it opens")
    running_cost_cny: float = setting(0.0, unit="CNY a year", ge=0, le=1e12, source="agents/entrants.toml", real_scale=True,
                                      meaning="Staff and technology, beside service and advertising")
    brought_share: float = setting(0.0, unit="share of consumers", ge=0, le=1, source="agents/entrants.toml",
                                   meaning="Users of its other business, registered when it opens")
    closes_without_funds: bool = setting(False, unit="yes/no", source="agents/entrants.toml",
                                         meaning="It closes for good when its own money is gone; else its owner pays")
    standing: Standing = Standing(users_share=0.0)

    @model_validator(mode="before")
    @classmethod
    def _as_its_kind(cls, data):
        if not isinstance(data, dict):
            return data
        data = {name: _date(value) if name in ("opens", "licence") else value for name, value in data.items()}
        if not isinstance(data.get("kind"), str) or data["kind"] not in PRESETS:
            return data
        preset, said = PRESETS[data["kind"]], data.get("standing", {})
        usual = preset.get("licence_days", 0)
        if data.get("licence") is not None and data.get("licence_days", usual) != usual:
            raise ValueError("licence and licence_days are both given; one of them says when it may take payments")
        return {**preset, **data, "standing": {**preset["standing"], **said} if isinstance(said, dict) else said}

    @field_validator("kind")
    @classmethod
    def _kind_exists(cls, kind: str) -> str:
        if kind not in PRESETS:
            raise ValueError(f"no entrant of kind '{kind}'; known kinds: {', '.join(PRESETS)}{did_you_mean(kind, PRESETS)}")
        return kind

    @model_validator(mode="after")
    def _licence_follows(self):
        if self.licence is not None and self.licence < self.opens:
            raise ValueError(f"licence {self.licence} is before it opens, {self.opens}")
        if self.standing.users_share > 0:
            raise ValueError(f"standing.users_share = {self.standing.users_share:g}: an entrant has none yet; brought_share brings some")
        return self

    def licensed_on(self) -> datetime.date:
        """First day on which it may take payments."""
        return self.licence or self.opens + datetime.timedelta(days=self.licence_days)


def _date(value):
    """A date written as text, as scenarios are checked; anything else is left for the check."""
    try:
        return datetime.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


# --- steps ------------------------------------------------------------------------------------------------------------


def enter_and_leave(m):
    """Entrants open on their day with capital, customers and a name, get their licence, pay their running costs, and close without money.

    Who left a platform that closed, and who knew of it, cannot come back.
    Reads: m.settings.entrants, platforms.own_funds.  Writes: platforms.is_open, own_funds; customers.stage, since, reason, goodwill,
    registered_on, user_neighbours, complaint_on, heard_good, heard_bad; service.n_waiting (and the media plans of who closes).
    Draws: ENTRANT_KNOWN, two per consumer and entrant.
    """
    if len(m.customers) == 0:
        return
    for place, entrant in enumerate(m.settings.entrants):
        platform = m.settings.platforms.count + place
        if m.date == entrant.opens:
            _open(m, platform, entrant)
        if not m.platforms.is_open[platform]:
            continue
        rows = m.customers.of(platform)
        if m.date == entrant.licensed_on():
            waiting = np.flatnonzero(m.customers.stage[rows] == REGISTERED) + rows.start
            m.customers.enter(waiting, REGISTERED, AT_START)  # they are asked to prove who they are now
        year, days = fen(entrant.running_cost_cny), (m.date - entrant.opens).days
        m.ledger.pay(m.books.platform_own, platform, m.books.world, 0, year * (days + 1) // 365 - year * days // 365,
                     purpose=Purpose.OPERATING_COSTS)
        if entrant.closes_without_funds and m.platforms.own_funds[platform] <= 0:
            _close(m, platform)


def has_licence(m, platform: int) -> bool:
    """True if the platform may take payments today; the fixed ones always may."""
    place = platform - m.settings.platforms.count
    return place < 0 or m.date >= m.settings.entrants[place].licensed_on()


def opened_on(m, platform: int) -> int:
    """Day of the run on which a platform opens; 0 for the fixed ones."""
    place = platform - m.settings.platforms.count
    return 0 if place < 0 else m.calendar.day_of(m.settings.entrants[place].opens)


def _open(m, platform: int, entrant: EntrantSettings):
    """Capital comes in, some know it and consider it, some are brought along.  Draws: ENTRANT_KNOWN, two per consumer and entrant."""
    customers, rows, count = m.customers, m.customers.of(platform), m.settings.consumers.count
    m.platforms.is_open[platform] = True
    m.ledger.pay(m.books.world, 0, m.books.platform_own, platform, fen(entrant.own_funds_cny), purpose=Purpose.CAPITAL)
    key = stream_key(m.path_seed, Stream.ENTRANT_KNOWN)
    u, v = uniforms(key, 0, count, 2 * platform), uniforms(key, 0, count, 2 * platform + 1)
    standing = entrant.standing
    brought, known = u < entrant.brought_share, u < max(standing.aware_share, entrant.brought_share)
    considers = known & ~brought & (v < standing.considering_share)
    for who, stage in ((known & ~brought & ~considers, AWARE), (considers, CONSIDERING), (brought, REGISTERED)):
        customers.enter(np.flatnonzero(who) + rows.start, stage, AT_START)
    customers.goodwill[rows.start: rows.start + count][known] = 1.0
    users = np.flatnonzero(brought)
    customers.registered_on[users + rows.start] = m.day
    m.social.push_change(users, 1, customers.user_neighbours[rows])


def _close(m, platform: int):
    """Users leave, nobody knows it any more; advertisements, what is said of it and complaints end with it."""
    customers, rows = m.customers, m.customers.of(platform)
    m.platforms.is_open[platform] = False
    stage = customers.stage[rows]
    customers.enter(np.flatnonzero((stage >= REGISTERED) & (stage != CHURNED)) + rows.start, CHURNED, CLOSED)
    customers.enter(np.flatnonzero((stage == AWARE) | (stage == CONSIDERING)) + rows.start, UNAWARE, CLOSED)
    customers.complaint_on[rows] = -1
    customers.heard_good[rows] = customers.heard_bad[rows] = 0
    m.service.n_waiting[platform] = 0
    for plan in m.media.plans.values():
        if plan.platform == platform:
            plan.posted, plan.stock = -1, 0
            plan.adstock[:] = 0
