"""A P2P company: standard loans on a thin file, funded by nothing but the notes it sells."""

import numpy as np

from agents.lending.term_policy import TermPolicy, TermSettings, full_at
from sim.core.finance import fen
from sim.core.settings import setting
from sim.core.views import ThinFileView


class P2PSettings(TermSettings):
    """Terms of the P2P company and of its notes."""

    apr: float = setting(.26, unit="per year", ge=0, le=1, source="M28: investors got 22%; fee on top (assumption)")
    term_months: int = setting(6, unit="months", ge=1, le=120, source="M28: 5.73 months")
    loan_cny: float = setting(20_000, unit="CNY", ge=0, le=1e7, source="assumption: the standard loan")
    capital_cny: float = setting(2e7, unit="CNY", ge=0, le=1e13, source="assumption", real_scale=True)
    officers: float = setting(20.0, unit="officers, all lenders of the kind", ge=0, le=1e7, source="assumption", real_scale=True)
    cases_a_year: float = setting(1000.0, unit="applications an officer a year", gt=0, le=1e5, source="assumption: online, by call centre")
    reach: float = setting(.05, unit="share of merchants", ge=0, le=1, source="assumption",
                           meaning="Who knows the lender though it is not their bank")
    recover_after_days: int = setting(3600, unit="days past due", ge=1, le=3600, source="nothing is pledged",
                                      meaning="Until what was pledged is sold")
    pass_mark: float = setting(.4, unit="points", ge=0, le=1, source="assumption")
    least_age_days: int = setting(90, unit="days", ge=0, le=3650, source="assumption")
    note_apr: float = setting(.2198, unit="per year", ge=0, le=1, source="M28")
    investor_share: float = setting(.02, unit="share of registered consumers", ge=0, le=1, source="assumption",
                                    meaning="Who would buy notes")
    saved_share: float = setting(.5, unit="share of income less living costs", ge=0, le=1, source="assumption",
                                 meaning="What an investor puts into notes on payday")


class P2P(TermPolicy):
    """Certification and age."""

    kind = "p2p"
    sees = "thin_file"
    Settings = P2PSettings

    def points(self, features) -> np.ndarray:
        """.5 for certification, .5 for age (full at three years)."""
        return .5 * np.asarray(features["is_certified"], float) + .5 * full_at(features["age_days"], 1095)

    def size(self, view: ThinFileView) -> np.ndarray:
        """The standard loan."""
        return np.full(len(view.age_days), fen(self.settings.loan_cny))
