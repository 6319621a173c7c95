"""The runs of a design and the blocks they travel in: numbers that depend on nothing but the design.

Choice: replicates come in rounds of five; inside a round, point by point.  Alternatives: all replicates of a point first,
or all points of a replicate first.  Reason: after every round all points are equally well known, so one may stop there,
and a worker reads each point's scenario once for five runs.
"""

from typing import NamedTuple

ROUND = 5
SECONDS_PER_BLOCK = 4.0
MOST_RUNS_PER_BLOCK = 64
LEAST_BLOCKS = 32
SECONDS_PER_DAY, SECONDS_PER_CONSUMER_DAY, SECONDS_PER_MERCHANT_DAY, SECONDS_PER_WORLD = 3.0e-3, 1.0e-7, 1.5e-6, .02


class RunId(NamedTuple):
    """Run `run` is replicate `replicate` of point `point`."""

    run: int
    point: int
    replicate: int


def run_id(run: int, n_points: int, replicates: int) -> RunId:
    """Point and replicate of a run's number."""
    rounds, inside = divmod(run, n_points * ROUND)
    length = min(ROUND, replicates - rounds * ROUND)
    return RunId(run, inside // length, rounds * ROUND + inside % length)


def run_number(point: int, replicate: int, n_points: int, replicates: int) -> int:
    """The number of a point's replicate."""
    rounds, inside = divmod(replicate, ROUND)
    return rounds * n_points * ROUND + point * min(ROUND, replicates - rounds * ROUND) + inside


def block_runs(block: int, n_runs: int, runs_per_block: int) -> range:
    """Numbers of the runs of a block."""
    return range(block * runs_per_block, min((block + 1) * runs_per_block, n_runs))


def n_blocks(n_runs: int, runs_per_block: int) -> int:
    """How many blocks hold all runs."""
    return -(-n_runs // runs_per_block)


def estimated_seconds(scenario) -> float:
    """Seconds of one run, from the size of its world alone; never measured, so that blocks are the same everywhere."""
    per_day = (SECONDS_PER_DAY + scenario.consumers.count * SECONDS_PER_CONSUMER_DAY
               + scenario.merchants.count * SECONDS_PER_MERCHANT_DAY)
    return SECONDS_PER_WORLD + scenario.days * per_day


def fitting_block(scenario, n_runs: int) -> int:
    """Runs of a block: about four seconds of work, and at least 32 blocks where there are as many runs."""
    wanted = round(SECONDS_PER_BLOCK / estimated_seconds(scenario))
    return max(1, min(wanted, MOST_RUNS_PER_BLOCK, n_runs // LEAST_BLOCKS))
