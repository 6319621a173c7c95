"""How fast a day is: consumer-days per CPU-second of the full baseline day, beside a reference loop in the same run.

    python tests/performance/bench_day.py                 1 M consumers, 33 k merchants, 24 banks, 3 platforms
    python tests/performance/bench_day.py --growth        time per consumer-day at 100 k, 1 M and 10 M consumers
    python tests/performance/bench_day.py --json

The reference adds up five million counter-based draws in one compiled loop: its CPU time says how fast the machine
is at this moment, so that the ratio can be compared between machines and noisy hours.
"""

import argparse
import json
import resource
import statistics
import time

from sim.core.kernels import kernel
from sim.core.random import Stream, stream_key, uniform
from sim.model import Market

REFERENCE_DRAWS = 5_000_000


@kernel
def _add_draws(key, n):
    total = 0.0
    for i in range(n):
        total += uniform(key, i, 0)
    return total


def reference_seconds() -> float:
    """CPU seconds of the reference loop."""
    key = stream_key(1, Stream.CONSUMER_SHOPS, 0)
    _add_draws(key, 10)
    started = time.process_time()
    _add_draws(key, REFERENCE_DRAWS)
    return time.process_time() - started


def measure(consumers: int, days: int, repeats: int, merchants_per_consumer: float = 1 / 30) -> dict:
    """Medians over `repeats` stretches of `days` days, each beside its own reference."""
    market = Market("baseline", seed=1, **{"consumers.count": consumers, "merchants.count": int(consumers * merchants_per_consumer),
                                           "weight": 1.0, "days": 5 + days * repeats})
    market.run_days(5)
    stretches = []
    for _ in range(repeats):
        reference = reference_seconds()
        started = time.process_time()
        market.run_days(days)
        seconds = time.process_time() - started
        stretches.append((seconds, seconds / days / reference))
    seconds = statistics.median(stretch[0] for stretch in stretches)
    return {"consumers": consumers, "merchants": len(market.merchants), "days": days, "repeats": repeats,
            "seconds_a_day": seconds / days, "million_consumer_days_per_cpu_second": consumers * days / seconds / 1e6,
            "nanoseconds_per_consumer_day": seconds / days / consumers * 1e9,
            "day_over_reference": statistics.median(stretch[1] for stretch in stretches),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, "residual_fen": market.ledger.residual()}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--growth", action="store_true", help="100 k, 1 M and 10 M consumers")
    options.add_argument("--json", action="store_true")
    options.add_argument("--repeats", type=int, default=5)
    chosen = options.parse_args()
    sizes = (100_000, 1_000_000, 10_000_000) if chosen.growth else (1_000_000,)
    rows = [measure(size, max(2, min(20, 10_000_000 // size)), chosen.repeats) for size in sizes]
    if chosen.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        print(f"{row['consumers']:>11,} consumers, {row['merchants']:,} merchants: "
              f"{row['million_consumer_days_per_cpu_second']:.1f} M consumer-days per CPU-second, "
              f"{row['nanoseconds_per_consumer_day']:.0f} ns each; a day is {row['day_over_reference']:.1f} x the reference loop; "
              f"peak {row['peak_mb']:,.0f} MB; books off by {row['residual_fen']} fen")


if __name__ == "__main__":
    main()
