"""What channels of contagion cost: a day without failures beside the same day without channels, and a failure beside its day.

    python tests/performance/bench_channels.py                      1 M shops, 1 M consumers
    python tests/performance/bench_channels.py --merchants 100000
    python tests/performance/bench_channels.py --json

Bars (issue 9): the day with all channels costs at most 5% more than without; the failure of the shop that owes most costs at most
5% of its day.  The two markets live their days in turn, so that a noisy minute hits both.
"""

import argparse
import json
import resource
import statistics
import time

import numpy as np

import sim.day
from sim.contagion.channels import CHANNELS
from sim.markets import closures
from sim.model import Market

QUIET = {"distress.trouble_rate": 0.0, "distress.strategic_share": 0.0}
TRIED = [kind for kind in CHANNELS if kind not in ("fire_sale", "interbank")]  # those two need whole sheets of banks


def market_of(merchants: int, consumers: int, channels) -> Market:
    market = Market("baseline", seed=1, **{"consumers.count": consumers, "merchants.count": merchants, "weight": 1.0, "days": 400,
                                           "channels": [{"kind": kind} for kind in channels], **QUIET})
    market.run_days(3)
    return market


def seconds_of(work) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def failure_seconds(market, row: int) -> tuple[float, int, int]:
    """(CPU seconds, failures, rounds) of the failure of one shop and what follows from it, after the day's other work."""
    found = []

    def close_and_spread(m, spread=sim.day.spread_failures):
        found.append(seconds_of(lambda: (closures.close_shops(m, np.array([row])), spread(m))))

    usual, sim.day.spread_failures = sim.day.spread_failures, close_and_spread
    try:
        market.step()
    finally:
        sim.day.spread_failures = usual
    return found[0], market.contagion.n_failed(day=market.day - 1), market.contagion.round


def measure(merchants: int, consumers: int, repeats: int) -> dict:
    without, with_all = market_of(merchants, consumers, ()), market_of(merchants, consumers, TRIED)
    off, on = [], []
    for _ in range(repeats):
        off.append(seconds_of(without.step))
        on.append(seconds_of(with_all.step))
    events = []
    for rank in range(5):
        row = int(np.argsort(-with_all.merchants.payables * (with_all.merchants.status == 0), kind="stable")[rank])
        events.append(failure_seconds(with_all, row))
    day, event = statistics.median(on), statistics.median(seconds for seconds, _, _ in events[1:])  # the first compiles
    return {"merchants": merchants, "consumers": consumers,
            "seconds_a_day_without": statistics.median(off), "seconds_a_day_with": day,
            "more_a_day": statistics.median(a / b for a, b in zip(on, off)) - 1,
            "seconds_a_failure": event, "failure_over_day": event / day,
            "failures": [failures for _, failures, _ in events], "rounds": [rounds for _, _, rounds in events],
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, "residual_fen": with_all.ledger.residual()}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--merchants", type=int, default=1_000_000)
    options.add_argument("--consumers", type=int, default=None, help="default: as many as merchants")
    options.add_argument("--repeats", type=int, default=15)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = measure(chosen.merchants, chosen.consumers or chosen.merchants, chosen.repeats)
    if chosen.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{found['merchants']:,} shops, {found['consumers']:,} consumers: a day {found['seconds_a_day_without']:.3f} s without channels, "
          f"{found['seconds_a_day_with']:.3f} s with all, {found['more_a_day']:+.1%}; the failure of the shop that owes most "
          f"{found['seconds_a_failure']:.4f} s, {found['failure_over_day']:.1%} of the day ({found['failures']} failures in "
          f"{found['rounds']} rounds); peak {found['peak_mb']:,.0f} MB; books off by {found['residual_fen']} fen")


if __name__ == "__main__":
    main()
