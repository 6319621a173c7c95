"""Facts about a rate promotion: when the pool was gone, who won, how much, and what it cost."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.core.finance import fen

LEAST_WINNERS = 75  # simulated; below it the rush has too few events to be a number (DESIGN 2)


@dataclass(frozen=True)
class Rush:
    """What one path's draws say about a promotion.

    sold_out_minutes: from the start to the draw that left less than the smallest draw; infinity if never.
    winners: distinct merchants, at real scale.  lent_cny: at real scale.  mean_loan_cny, largest_loan_cny: of one loan.
    minutes, lent_share: the sell-out curve, one entry a draw.  n_simulated: simulated winners.
    """

    sold_out_minutes: float
    winners: float
    lent_cny: float
    mean_loan_cny: float
    largest_loan_cny: float
    minutes: np.ndarray
    lent_share: np.ndarray
    n_simulated: int

    @property
    def has_enough_events(self) -> bool:
        """False if there were too few winners to speak of minutes."""
        return self.n_simulated >= LEAST_WINNERS


def promotion_of(scenario):
    """The scenario's first rate promotion, or None."""
    return next((tactic for tactic in scenario.tactics if tactic.kind == "rate_promotion"), None)


def rush_of(draws: pd.DataFrame, scenario) -> Rush:
    """The rush in a table of draws (`Recorder.draws()`) under the scenario's rate promotion.

    The pool counts as gone when less than the smallest draw is left of it; minutes run on over the days of the window.
    """
    tactic = promotion_of(scenario)
    won = draws[draws["promoted"] == 1]
    pool = fen(tactic.pool_cny / scenario.weight)
    smallest = max(fen(scenario.credit.smallest_draw_cny), 10_000)
    if len(won) == 0:
        return Rush(np.inf, 0.0, 0.0, np.nan, np.nan, np.zeros(0), np.zeros(0), 0)
    minute = (won["day"] - won["day"].min()).to_numpy() * 1440 + won["minute"].to_numpy() - tactic.start_minute
    order = np.argsort(minute, kind="stable")
    lent = np.cumsum(won["fen"].to_numpy()[order])
    left_after = pool - lent
    gone = np.flatnonzero(left_after < smallest)
    distinct = won["merchant"].nunique()
    return Rush(float(minute[order][gone[0]]) if len(gone) else np.inf, distinct * scenario.weight, lent[-1] / 100 * scenario.weight,
                won["fen"].mean() / 100, won["fen"].max() / 100, minute[order].astype(float), lent / pool, int(distinct))
