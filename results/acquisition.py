"""What a run keeps about winning and keeping customers: channels, funnel, cohorts, lifetime value, referral, surveys; tables by name."""

import pandas as pd
from scipy import stats

from agents.customer import FIRST_TACTIC
from agents.tactics.media import SEGMENTS
from results.channels import channel_table, monthly_table, segment_table
from results.funnel import day_retention_table, funnel_table, move_table, retention_table, step_table, survival_table
from results.journeys import FOCAL, Journeys
from results.lifetime_value import value_table
from results.promotions import promotion_table
from results.referrals import depth_table, referral_table

SURVEY_COLUMNS = ["date", "survey", "platform", "asked", "cost", "of", "found", "low", "high", "truth", "is_inside"]


def shows_marketing(scenario) -> bool:
    """True if platforms compete for customers, so that runs keep these tables and pages have a section on customers."""
    return scenario.customers.is_contested


class Lens:
    """An observer of `Market` that makes the tables on marketing; it draws and changes nothing."""

    def __init__(self):
        self.journeys, self.invitations = Journeys(), 0

    def __call__(self, m) -> None:
        self.journeys(m)
        self.invitations += int(m.word_of_mouth.n_invitations_today[FOCAL])

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by name; each function that makes one says what is in it."""
        seen = self.journeys
        if seen.market is None:
            return {}
        channels = channel_table(seen)
        return {"channels": channels, "channels_by_month": monthly_table(seen), "segments": segment_table(seen, SEGMENTS),
                "funnel": funnel_table(seen), "steps": step_table(seen), "moves": move_table(seen), "retention": retention_table(seen),
                "day_retention": day_retention_table(seen), "survival": survival_table(seen),
                "lifetime_value": value_table(seen, dict(zip(channels["source"], channels["cac"]))),
                "referral": referral_table(seen, self.invitations), "referral_depth": depth_table(seen),
                "promotions": promotion_table(seen.market, seen.names),
                "surveys": survey_table(seen.market.surveys, seen.names, seen.market.scenario)}


def survey_table(surveys: list[dict], names: list[str], scenario, confidence: float = .95) -> pd.DataFrame:
    """One row a survey and question (awareness, satisfaction): what was found, its interval, the truth, and whether it is inside."""
    reach, rows = float(stats.norm.ppf(.5 + confidence / 2)), []
    for each in surveys:
        date = (pd.Timestamp(scenario.start) + pd.Timedelta(each["day"], "D")).date()
        for question in ("awareness", "satisfaction"):
            found, error, truth = each[question], each[f"{question}_error"], each[f"true_{question}"]
            low, high = found - reach * error, found + reach * error
            rows.append({"date": date, "survey": names[FIRST_TACTIC + each["tactic"]], "platform": each["platform"], "asked": each["asked"],
                         "cost": each["cost_fen"] / 100 * scenario.weight, "of": question, "found": found, "low": low, "high": high,
                         "truth": truth, "is_inside": bool(low <= truth <= high)})
    return pd.DataFrame(rows, columns=SURVEY_COLUMNS)
