"""A survey: a platform asks a sample of consumers what they know and how satisfied they are; the answer has an error and a cost."""

from typing import Literal

import numpy as np

from agents.customer import AWARE, CHURNED, REGISTERED
from agents.tactics.tactic import Tactic, TacticSettings
from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.core.random import Stream, normals_of, stream_key, uniforms
from sim.core.settings import setting


class SurveySettings(TacticSettings):
    """How many, how often, at what price."""

    kind: Literal["survey"] = setting("survey", unit="name", source="TACTICS")
    platform: int = setting(0, unit="platform", ge=0, le=19, source="user")
    budget_cny: float = setting(1e6, unit="CNY", ge=0, le=1e12, source="user", real_scale=True)
    sample: float = setting(1000.0, unit="persons asked", ge=0, le=1e9, source="user", meaning="A simulated answer stands for one answer")
    every_days: int = setting(30, unit="days", ge=1, le=3650, source="user")
    cost_cny: float = setting(30.0, unit="CNY an answer", ge=0, le=10_000, source="assumption: panel prices of 2013")
    answer_error: float = setting(.10, unit="standard deviation of an answer", ge=0, le=1, source="assumption",
                                  meaning="Of satisfaction as stated")


class Survey(Tactic):
    """Asks, pays, and keeps what it found beside the truth in `m.surveys`."""

    kind = "survey"
    Settings = SurveySettings

    def act(self, m) -> None:
        """Reads: customers.stage, satisfaction.  Writes: m.surveys, platforms.own_funds.

        Draws: SURVEY_SAMPLE, two per consumer and survey.

        An entry: day, tactic, platform, asked, awareness and its error, satisfaction of users and its error, the truth of both.
        """
        s, number, count = self.settings, m.tactics.index(self), m.settings.consumers.count
        is_there = len(m.customers) > 0 and s.platform < len(m.platforms) and m.platforms.is_open[s.platform]
        if not is_there or (m.date - s.start).days % s.every_days:
            return
        price = fen(s.cost_cny) / m.scenario.weight  # real answers are fewer per simulated head than real consumers
        left = fen(s.budget_cny) - sum(each["cost_fen"] for each in m.surveys if each["tactic"] == number)
        asked = int(min(s.sample, count, left / price if price > 0 else s.sample))
        if asked < 1:
            return
        key = stream_key(m.path_seed, Stream.SURVEY_SAMPLE, m.day)
        ids = np.sort(np.argsort(uniforms(key, 0, count, 4 * number), kind="stable")[:asked])
        stage = m.customers.stage[m.customers.of(s.platform)]
        satisfaction = m.customers.satisfaction[m.customers.of(s.platform)]
        is_user = (stage >= REGISTERED) & (stage != CHURNED)
        users = ids[is_user[ids]]
        stated = np.clip(satisfaction[users] + s.answer_error * normals_of(key, users, 2 * number + 1), 0, 1)
        knows = float((stage[ids] >= AWARE).mean())
        cost = int(asked * price)
        m.ledger.pay(m.books.platform_own, s.platform, m.books.world, 0, cost, purpose=Purpose.SURVEY)
        m.surveys.append({
            "day": m.day, "tactic": number, "platform": s.platform, "asked": asked, "cost_fen": cost,
            "awareness": knows, "awareness_error": (knows * (1 - knows) / asked) ** .5,
            "satisfaction": float(stated.mean()) if len(users) else np.nan,
            "satisfaction_error": float(stated.std() / max(len(users), 1) ** .5) if len(users) else np.nan,
            "true_awareness": float((stage[:count] >= AWARE).mean()),
            "true_satisfaction": float(satisfaction[:count][is_user[:count]].mean()) if is_user.any() else np.nan})
