"""Scores that banks decide term loans by: one that some have in common, an own one for each of the others, and what each gets wrong.

A score is the shop's standing as a model reads it, in standard deviations of quality:

    score = quality + error of the model's vintage, the same for all shops + noise of the model for the shop

Both errors stay until the model is fitted anew.  A bank knows how good its score is, not whether the vintage flatters: of shops with
such a score it expects P(bad in a year) = 1 - exp(-hazard x share that gives up), where hazard = rate exp(-slope w score - slope^2 w / 2)
and w = 1 / (1 + noise^2 + vintage error^2) is what a score is worth.

Choice: errors are drawn, of the same size for the common model and for each bank's own.  Source: Rajan, Seru and Vig (2015, from memory),
a model of defaults that fails for whole vintages; Kleinberg and Raghavan (2021) on a score in common.  Alternative: one card fitted to
the outcomes of all who use it, and one to those of each other bank.  Reason: cards of small banks rest on too few bad loans to err by a
known size, and a common error could not be set against independent ones of equal size.
"""

import numpy as np

from sim.core.random import Stream, normals_of, stream_key, uniforms_of
from sim.core.settings import Settings, setting


class CommonModelSettings(Settings):
    """Which banks have a score in common, and how well scores tell."""

    is_used: bool = setting(False, unit="yes/no", source="DESIGN 4.14",
                            meaning="Banks decide term loans by such scores; if not, each by its own card or points")
    bank_share: float = setting(0.0, unit="share of banks", ge=0, le=1, source="user", meaning="Banks that use the common score")
    is_one_error: bool = setting(True, unit="yes/no", source="DESIGN 4.14; if not: the counterfactual with independent errors",
                                 meaning="Banks with the common score err together; if not, each by itself and as much")
    own_noise: float = setting(1.2, unit="standard deviations of quality", ge=0, le=20,
                               source="as data.statement_noise; an AUC of .73 (L11: .72)", meaning="Error of a bank's own score for a shop")
    common_noise: float = setting(.6, unit="standard deviations of quality", ge=0, le=20,
                                  source="assumption: an AUC of .80, that of the closed loop here (L11)",
                                  meaning="Error of the common score for a shop")
    vintage_error: float = setting(.5, unit="standard deviations of quality", ge=0, le=20,
                                   source="assumption; Rajan, Seru and Vig (2015, from memory): where a model failed, near twice the "
                                          "predicted loans went bad; here 1.6 times at one standard deviation",
                                   meaning="Error of any score for all shops alike, until the next fit")
    refit_days: int = setting(365, unit="days", ge=1, le=3650, source="assumption: cards are made anew once a year",
                              meaning="After so many days every model is fitted anew, and errs otherwise")


def model_of_bank(m) -> np.ndarray:
    """The model each bank scores by, (n_banks,): 0 the common one, from 1 on own ones, then those of the counterfactual.

    The banks that use the common score at one share are among those at a larger one.  Draws: COMMON_MODEL_USERS, one per bank.
    """
    s, n = m.settings.common_model, len(m.banks)
    order = np.argsort(uniforms_of(stream_key(m.world_seed, Stream.COMMON_MODEL_USERS), np.arange(n), 0), kind="stable")
    users, model = order[:int(np.rint(s.bank_share * n))], 1 + np.arange(n)
    model[users] = 0 if s.is_one_error else 1 + n + users
    return model


def bad_prob(m, number: int, rows) -> np.ndarray | None:
    """Chance to go bad within a year of the merchants `rows`, as the lender `number` scores them; None where no such score is used.

    Reads: merchants.quality.  Draws: MODEL_ERROR, one per model; SCORE_NOISE, one per model and merchant; anew after each fit.
    """
    s, d = m.settings.common_model, m.settings.distress
    if not s.is_used or number >= len(m.banks):
        return None
    model, fit = int(model_of_bank(m)[number]), m.day // s.refit_days
    noise = s.own_noise if 1 <= model <= len(m.banks) else s.common_noise
    error = s.vintage_error * normals_of(stream_key(m.path_seed, Stream.MODEL_ERROR, fit), np.array([model]), 0)
    score = m.merchants.quality[rows] + error + noise * normals_of(stream_key(m.path_seed, Stream.SCORE_NOISE, fit), rows, model)
    worth = 1.0 / (1.0 + noise ** 2 + s.vintage_error ** 2)
    slope, gives_up = d.quality_slope, d.recover_days / (d.recover_days + d.give_up_days)
    hazard = d.trouble_rate * np.exp(-slope * worth * score - slope ** 2 * worth / 2)
    return 1.0 - np.exp(-gives_up * hazard)
