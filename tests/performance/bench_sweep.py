"""What a sweep costs beyond its runs: python -m tests.performance.bench_sweep [--runs 600] [--workers 2] [--days 60]

Packing: processor time of blocks against the same runs bare, taken in turns so that other load hits both alike.
Driver: its processor time per run.  Idle: the share of the workers' time, after the first block, in which none had work.
Memory: of the driver, at a quarter of the runs and at the end.
"""

import argparse
import pickle
import resource
import statistics
import tempfile
import time
from pathlib import Path

from experiments.blocks import do_block, live
from experiments.code_version import code_version
from experiments.designs import load_design
from experiments.sweeping import Work, manifest_of
from experiments.workers import Workers
from results.parts import SweepFolder
from scenarios import load


def design_of(runs: int, days: int, points: int = 20):
    shares = {"path": "goods.commission_share", "low": .01, "high": .2, "levels": points}
    return load_design({"name": "bench", "base": {"consumers.count": 1000, "merchants.count": 33, "days": days}, "factors": [shares],
                        "replicates": max(1, runs // points)})


def timed(function) -> float:
    began = time.process_time()
    function()
    return time.process_time() - began


def packing(design, rounds: int = 6) -> tuple[float, float]:
    """Seconds of processor per run, bare and in a block."""
    with tempfile.TemporaryDirectory() as folder:
        blocks = list(Work(design, SweepFolder(folder), None, None, False).missing(design.replicates))[: rounds + 1]

    def bare(block):
        scenarios = {point: load(pickle.loads(block.scenario), values) for point, values in block.overrides.items()}
        for each in block.runs:
            live(scenarios[each.point], block, each)

    do_block(blocks[0]), bare(blocks[0])
    times = [(timed(lambda block=block: bare(block)), timed(lambda block=block: do_block(block)), len(block.runs)) for block in blocks[1:]]
    return statistics.median(a / n for a, _, n in times), statistics.median(b / n for _, b, n in times)


def timed_block(block):
    """Worker side: the block's result and how long it took."""
    began = time.monotonic()
    return do_block(block), time.monotonic() - began


def sweep_it(design, workers: int) -> dict:
    """A whole sweep: driver's processor time per run, idle share, memory."""
    rss = []
    with tempfile.TemporaryDirectory() as folder:
        store = SweepFolder(Path(folder))
        store.open(manifest_of(design), "", design.points)
        work = Work(design, store, lambda what, share: rss.append((share, _rss_mb())), None, False)
        pool = Busy(workers)
        cpu = time.process_time()
        work.do(pool, workers)
        ended, cpu = time.monotonic(), time.process_time() - cpu
        pool.shutdown(wait=False, cancel_futures=True)
        size = sum(file.stat().st_size for file in store.data.glob("*"))
        n = len(store.runs())
    idle = 1 - sum(min(b, ended) - max(a, pool.first) for a, b in pool.spans if b > pool.first) / (workers * (ended - pool.first))
    return {"runs": n, "driver_ms_per_run": 1000 * cpu / n, "idle_share": idle, "bytes_per_run": size / n,
            "driver_mb_at_a_quarter": next(mb for share, mb in rss if share >= .25), "driver_mb_at_the_end": rss[-1][1]}


class Busy(Workers):
    """Workers that say when each block began and ended, by the worker's own measure of how long it took."""

    def __init__(self, count):
        super().__init__(count)
        self.spans, self.first = [], float("inf")

    def submit(self, function, /, *arguments, **named):
        from concurrent.futures import Future

        outer = Future()
        inner = super().submit(timed_block if function is do_block else function, *arguments, **named)

        def done(future):
            if future.exception():
                outer.set_exception(future.exception())
            elif function is do_block:
                result, seconds = future.result()
                now = time.monotonic()
                self.spans.append((now - seconds, now))
                self.first = min(self.first, now) if len(self.spans) >= len(self.slots) else self.first
                outer.set_result(result)
            else:
                outer.set_result(future.result())

        inner.add_done_callback(done)
        return outer


def _rss_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=600)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--days", type=int, default=60)
    given = options.parse_args()
    design = design_of(given.runs, given.days)
    code_version()
    bare, packed = packing(design)
    print(f"bare run {1000 * bare:.1f} ms, in a block of {design.runs_per_block} {1000 * packed:.1f} ms: packing {packed / bare - 1:+.1%}")
    found = sweep_it(design, given.workers)
    share = packed / bare - 1 + found["driver_ms_per_run"] / 1000 / bare / given.workers + found["idle_share"]
    print(", ".join(f"{name} {value:,.3f}" if value < 10 else f"{name} {value:,.1f}" for name, value in found.items()))
    print(f"overhead of {found['runs']:,} runs on {given.workers} workers: {share:.1%} (bar: 5%)")


if __name__ == "__main__":
    main()
