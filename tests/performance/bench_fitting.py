"""What fitting scorecards costs: the share of a run's CPU time that lenders who learn spend on it, at 100 000 consumers.

    python tests/performance/bench_fitting.py            credit-baseline with 100 k consumers, 2 143 merchants, 850 days
    python tests/performance/bench_fitting.py --busy     the same with the shops of 280 k consumers and three times as much trouble
    python tests/performance/bench_fitting.py --json

Fitting is all that `LearningCard.update` does: the regression, and scoring what was seen again for AUC and PSI.  Loading
scikit-learn, about a second once in a process, is no fitting and is done before, as kernels are compiled before.
"""

import argparse
import json
import time
from importlib import import_module

from agents.lending import learning
from sim.model import Market

SCENARIO = {"consumers.count": 100_000, "merchants.count": 2_143}
BUSY = {"consumers.count": 100_000, "merchants.count": 6_000, "distress.trouble_rate": .25}
MOST = .10  # of the CPU time of a run


class Clock:
    """Adds up the CPU seconds and the calls of a function that it stands in for."""

    def __init__(self, function):
        self.function, self.seconds, self.calls, self.useful = function, 0.0, 0, 0

    def timed(self):
        """The function, with the clock running while it does."""
        def call(*arguments, **named):
            started = time.process_time()
            result = self.function(*arguments, **named)
            self.seconds += time.process_time() - started
            self.calls, self.useful = self.calls + 1, self.useful + (result is not None)
            return result
        return call


def measure(changes: dict, days: int | None = None) -> dict:
    """CPU seconds of a run of the scenario, and of them those spent on fitting; the first days, which compile, are not counted."""
    import_module("sklearn.linear_model")
    market = Market("credit-baseline", seed=1, **changes)
    update, fit = Clock(learning.LearningCard.update), Clock(learning.fit_scorecard)
    kept = learning.LearningCard.update, learning.fit_scorecard
    learning.LearningCard.update, learning.fit_scorecard = update.timed(), fit.timed()
    try:
        market.run_days(5)
        started = time.process_time()
        market.run_days((days or market.days) - 5)
        seconds = time.process_time() - started
    finally:
        learning.LearningCard.update, learning.fit_scorecard = kept
    return {"consumers": len(market.consumers), "merchants": len(market.merchants), "days": market.day, "cpu_seconds": seconds,
            "attempts": update.useful, "fitting_seconds": update.seconds, "of_it_regression_seconds": fit.seconds,
            "fitting_share": update.seconds / seconds, "cases_seen": len(market.platform_lender.learning.experience)}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--busy", action="store_true", help="more shops, more trouble, more cards")
    options.add_argument("--days", type=int, default=None)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = measure(BUSY if chosen.busy else SCENARIO, chosen.days)
    if chosen.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{found['consumers']:,} consumers, {found['merchants']:,} merchants, {found['days']} days: "
          f"{found['cpu_seconds']:.1f} CPU-seconds; {found['attempts']} cards tried on {found['cases_seen']:,} cases took "
          f"{found['fitting_seconds']:.2f} s, {100 * found['fitting_share']:.1f}% (at most {100 * MOST:.0f}%)")


if __name__ == "__main__":
    main()
