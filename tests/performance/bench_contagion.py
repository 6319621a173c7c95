"""How fast contagion is: clearing, DebtRank and cascades on fixed networks, a plain scipy sweep beside each.

    python tests/performance/bench_contagion.py            # a table
    python tests/performance/bench_contagion.py --json     # the same as JSON
    python tests/performance/bench_contagion.py --nodes 100000 --kinds erdos_renyi

Times are of the second call (the first compiles), after the matrix is built; memory is the peak of the process while
it runs, in a process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sim.contagion.clearing import clear
from sim.contagion.debtrank import debtrank
from sim.contagion.furfine import CascadeNetwork
from sim.contagion.instances import NETWORKS, balance_sheets
from sim.core.random import Stream, stream_key, uniforms

SEED, MEAN_DEGREE = 20, 10.0
CASCADE_CAPITAL = {"erdos_renyi": 2.4, "scale_free": 2.0, "core_periphery": 2.0}  # just below a global cascade
DEBTRANK_CAPITAL, DEBTRANK_SHOCKED = 16.0, 0.2
LOSS = {"erdos_renyi": 0.1, "scale_free": 0.1, "core_periphery": 0.1}  # largest loss of external assets


def shocked_system(kind, n):
    """(liabilities, external assets after a loss drawn for each bank, external liabilities)."""
    liabilities = NETWORKS[kind](n, MEAN_DEGREE, SEED)
    sheets = balance_sheets(liabilities, SEED, outside_share=0.5, equity_ratio=0.04)
    loss = LOSS[kind] * uniforms(stream_key(SEED, Stream.WORLD_SHOCK), 0, n, 0)
    return liabilities, sheets.external_assets * (1.0 - loss), sheets.external_liabilities, sheets.equity


def best_of(repeats, work):
    """(shortest wall seconds, shortest processor seconds, result) of `repeats` calls after one that compiles."""
    work()
    wall, processor = [], []
    for _ in range(repeats):
        begin, begin_processor = time.perf_counter(), time.process_time()
        result = work()
        wall.append(time.perf_counter() - begin)
        processor.append(time.process_time() - begin_processor)
    return min(wall), min(processor), result


def scipy_clearing(liabilities, assets, outside, tol):
    """The reference: p <- min(due, e + L' (p / due)) over everybody until the largest relative step is below `tol`."""
    due = np.asarray(liabilities.sum(axis=1)).ravel() + outside
    incoming = liabilities.T.tocsr()
    paid, sweeps = due.copy(), 0
    while True:
        after = np.minimum(due, assets + incoming @ np.divide(paid, due, out=np.ones_like(due), where=due > 0))
        step = np.max(np.abs(after - paid) / np.maximum(due, 1e-300))
        paid, sweeps = after, sweeps + 1
        if step <= tol:
            return paid, sweeps


def scipy_debtrank(leverage, shock, tol):
    """The reference: h <- min(1, shock + L h) over everybody."""
    h, sweeps = shock.copy(), 0
    while True:
        after = np.minimum(1.0, shock + leverage @ h)
        step = np.abs(after - h).max()
        h, sweeps = after, sweeps + 1
        if step <= tol:
            return h, sweeps


def bench_clearing(kind, n):
    liabilities, assets, outside, _ = shocked_system(kind, n)
    built = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    seconds, processor, found = best_of(3, lambda: clear(liabilities, assets, external_liabilities=outside))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    begin = time.perf_counter()
    reference, sweeps = scipy_clearing(liabilities, assets, outside, 1e-12)
    plain = time.perf_counter() - begin
    due = np.asarray(liabilities.sum(axis=1)).ravel() + outside
    return {
        "seconds": seconds,
        "processor_seconds": processor,
        "scipy_seconds": plain,
        "scipy_sweeps": sweeps,
        "defaulted_share": found.defaulted.mean(),
        "rounds": len(found.rounds),
        "iterations": found.n_iterations,
        "residual": found.residual,
        "converged": found.converged,
        "links": liabilities.nnz,
        "peak_gb": peak,
        "built_gb": built,
        "largest_difference": float(np.max(np.abs(found.payments - reference) / np.maximum(due, 1e-300))),
    }


def bench_debtrank(kind, n):
    liabilities, _, _, equity = shocked_system(kind, n)
    exposures = liabilities.T.tocsr()
    equity = np.maximum(DEBTRANK_CAPITAL * equity, 1e-9)
    shock = np.where(uniforms(stream_key(SEED, Stream.SHOCK_TARGET), 0, n, 0) < DEBTRANK_SHOCKED, 1.0, 0.0)
    seconds, processor, found = best_of(3, lambda: debtrank(exposures, equity, shock, keep_trajectory=False))
    leverage = sparse.diags_array(1.0 / equity) @ exposures
    begin = time.perf_counter()
    reference, sweeps = scipy_debtrank(leverage.tocsr(), shock, 1e-12)
    plain = time.perf_counter() - begin
    residual = np.abs(np.minimum(1.0, shock + leverage @ found.loss_share) - found.loss_share).max()
    return {
        "seconds": seconds,
        "processor_seconds": processor,
        "scipy_seconds": plain,
        "scipy_sweeps": sweeps,
        "defaulted_share": float((found.loss_share >= 1.0).mean()),
        "residual": float(residual),
        "converged": found.converged,
        "additional_stress": found.additional_stress,
        "largest_difference": float(np.abs(found.loss_share - reference).max()),
    }


def bench_cascade(kind, n, failures=5000):
    liabilities, _, _, equity = shocked_system(kind, n)
    exposures = liabilities.T.tocsr()
    begin = time.perf_counter()
    network = CascadeNetwork(exposures, CASCADE_CAPITAL[kind] * equity)
    prepared = time.perf_counter() - begin
    seeds = (uniforms(stream_key(SEED, Stream.SHOCK_TARGET), 0, failures, 1) * n).astype(int)
    network.size(int(seeds[0]))
    reached, spent = [], []
    for seed in seeds.tolist():
        begin = time.perf_counter()
        reached.append(network.size(seed))
        spent.append(time.perf_counter() - begin)
    reached, spent = np.array(reached), np.array(spent)
    large = reached >= 100
    per_node = 1e6 * spent[large] / reached[large]
    largest = int(seeds[np.argmax(reached)])
    limit, failed, columns = network.limit, np.zeros(n), liabilities.T.tocsr()
    failed[largest], sweeps = 1.0, 0
    begin = time.perf_counter()
    while True:
        loss = columns @ failed
        after = np.where((loss >= limit) & (loss > 0), 1.0, failed)
        sweeps += 1
        if (after == failed).all():
            break
        failed = after
    plain = time.perf_counter() - begin
    return {
        "prepare_seconds": prepared,
        "failures": failures,
        "failures_reaching_100": int(large.sum()),
        "median_reached": float(np.median(reached[large])) if large.any() else 0.0,
        "most_reached": int(reached.max()),
        "us_per_node_reached": float(1e6 * spent[large].sum() / reached[large].sum()) if large.any() else None,
        "us_per_node_p95": float(np.percentile(per_node, 95)) if large.any() else None,
        "ms_p95": float(np.percentile(1e3 * spent[large], 95)) if large.any() else None,
        "same_as_scipy": bool(failed.sum() == reached.max()),
        "scipy_us_per_node": float(1e6 * plain / failed.sum()),
        "scipy_sweeps": sweeps,
    }


def bench_stress(kind, n):
    """The whole command but its start-up: read an edge list, all methods, rescue, ranking, figures, page."""
    import contextlib
    import io
    import tempfile

    import pandas as pd

    from experiments.stressing import METHODS, stress_command

    n = min(n, 5000)
    liabilities = NETWORKS[kind](n, MEAN_DEGREE, SEED)
    sheets = balance_sheets(liabilities, SEED)
    links = liabilities.tocoo()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        edges = pd.DataFrame({"lender": links.col, "borrower": links.row, "amount": links.data})
        edges.to_csv(folder / "edges.csv", index=False)
        sheet = pd.DataFrame({"id": np.arange(n), "external_assets": sheets.external_assets, "equity": sheets.equity})
        sheet.to_csv(folder / "banks.csv", index=False)
        times = []
        for methods in ("eisenberg_noe,debtrank,furfine", "all", "all"):
            begin = time.perf_counter()
            with contextlib.redirect_stdout(io.StringIO()):
                stress_command(folder / "edges.csv", folder / "banks.csv", loss=0.05, methods=methods, out=folder / "out")
            times.append(time.perf_counter() - begin)
    return {"banks": n, "links": int(liabilities.nnz), "methods": len(METHODS), "seconds_first": times[0], "seconds_all_methods": times[2]}


BENCHES = {"clearing": bench_clearing, "debtrank": bench_debtrank, "cascade": bench_cascade, "stress": bench_stress}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="+", default=["erdos_renyi", "scale_free"], choices=list(NETWORKS))
    parser.add_argument("--only", choices=list(BENCHES))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--here", action="store_true", help="in this process (one kind, one bench)")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(BENCHES[options.only](options.kinds[0], options.nodes)))
        return
    rows = []
    for bench in [options.only] if options.only else list(BENCHES):
        for kind in options.kinds:
            command = [
                sys.executable,
                __file__,
                "--here",
                "--only",
                bench,
                "--kinds",
                kind,
                "--nodes",
                str(options.nodes),
            ]
            answer = subprocess.run(command, capture_output=True, text=True, check=True)
            rows.append({"bench": bench, "network": kind, "nodes": options.nodes} | json.loads(answer.stdout))
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        print(f"{row['bench']} · {row['network']} · {row['nodes']:,} nodes")
        for key, value in row.items():
            if key not in ("bench", "network", "nodes"):
                print(f"    {key:24} {value:.6g}" if isinstance(value, float) else f"    {key:24} {value}")


if __name__ == "__main__":
    main()
