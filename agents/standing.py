"""How a platform stands with consumers: who uses it at the start, what its brand says, how easily and safely it works.

Number 0 is the focal platform, 1 the strong rival; any further one is like `others`.
"""

import numpy as np

from sim.core.settings import Settings, setting


class Standing(Settings):
    """One platform as consumers find it."""

    users_share: float = setting(.05, unit="share of consumers", ge=0, le=1, source="K02: half of the million aimed at",
                                 meaning="Use it on the first day")
    aware_share: float = setting(.25, unit="share of consumers", ge=0, le=1, source="K01: half of the awareness aimed at",
                                 meaning="Know of it on the first day, users included")
    considering_share: float = setting(.30, unit="share of those who know it", ge=0, le=1, source="L36: 2.2 of 6.7", calibrated=True)
    innovative: float = setting(.5, unit="score", ge=0, le=1, source="SOURCES 1.2: brand positioning")
    convenient: float = setting(.5, unit="score", ge=0, le=1, source="SOURCES 1.2: brand positioning")
    professional: float = setting(.5, unit="score", ge=0, le=1, source="SOURCES 1.2: brand positioning")
    personalised: float = setting(.0, unit="score", ge=0, le=1, source="SOURCES 1.2: personalised products",
                                  meaning="Fits better, and is resented by who cares for privacy")
    friction: float = setting(.5, unit="score", ge=0, le=1, source="assumption",
                              meaning="Of registration, verification and paying; 0 is none")
    mobile_friction: float = setting(.0, unit="score", ge=0, le=5, source="user",
                                     meaning="More of it for who pays on a phone; a wallet application takes it off")
    security: float = setting(.5, unit="score", ge=0, le=1, source="assumption",
                              meaning="Investment in security: a breach finds less to take")
    payment_success: float = setting(.97, unit="probability", ge=0, le=1, source="assumption: as payments.wallet_success",
                                     meaning="A payment works; the focal platform's payments are those of the market for goods")
    service_staff: float = setting(60.0, unit="persons", ge=0, le=1e6,
                                   source="assumption: keeps up with the complaints of half a million users",
                                   real_scale=True)
    service_hours: float = setting(12.0, unit="hours a day", ge=0, le=24, source="K09 aims at 24")
    service_days: float = setting(6.0, unit="days a week", ge=0, le=7, source="K09 aims at every day")
    fee: float = setting(0.0, unit="share of a payment", gt=-.5, le=.5, source="assumption: consumers paid nothing in 2013",
                         meaning="Paid by the consumer, as it usually is; below 0 a subsidy. Strategies may change it")
    credit_perk: float = setting(0.0, unit="utility", ge=0, le=20, source="user",
                                 meaning="What the platform's consumer credit is worth to who is short of cash")


class StandingSettings(Settings):
    """The platforms of the market for customers."""

    focal: Standing = Standing()
    rival: Standing = Standing(users_share=.40, aware_share=.85, considering_share=.70, professional=.6, service_staff=600.0,
                               service_hours=24.0, service_days=7.0)
    others: Standing = Standing(users_share=.10, aware_share=.45, considering_share=.40, service_staff=120.0)

    def of(self, platform: int) -> Standing:
        """The standing of one platform, by number."""
        return (self.focal, self.rival, self.others)[min(platform, 2)]


def standings(m) -> list[Standing]:
    """The standing of every platform of the market."""
    return [m.standing_of(platform) for platform in range(len(m.platforms))]


def fit_of(m) -> np.ndarray:
    """What a segment likes of a brand beyond a middling one, -1 to 1, shape (n_platforms, n_segments).

    fit = sum over scores of weight (score - 1/2) x 2, plus personalisation less what it costs in privacy.
    """
    segments = m.settings.consumers.segments.in_order()
    weights = np.array([(each.innovative_weight, each.convenient_weight, max(1 - each.innovative_weight - each.convenient_weight, 0.0))
                        for each in segments])
    concern = np.array([each.privacy_concern for each in segments])
    scores = np.array([(each.innovative, each.convenient, each.professional) for each in standings(m)])
    personalised = np.array([each.personalised for each in standings(m)])
    return 2.0 * (scores - .5) @ weights.T + personalised[:, None] * (1.0 - .5 * concern[None, :])
