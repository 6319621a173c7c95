"""How long a network of a million actors takes: CPU seconds, links and memory of every kind, beside a reference loop.

    python tests/performance/bench_networks.py [--actors 1000000] [--degree 8]

`build`: the second call, when kernels are compiled; `first`: with compilation (or reading the kernel cache).
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def reference_seconds() -> float:
    """CPU seconds of a plain Python loop of five million additions, to compare machines."""
    start, total = time.process_time(), 0
    for i in range(5_000_000):
        total += i
    return time.process_time() - start


def peak_mb() -> float:
    """Most memory this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(name: str, n: int, degree: float) -> str:
    """One line of the table, measured in this process."""
    import numpy as np

    from sim.core.random import Stream, stream_key
    from sim.networks import NETWORKS, build_network

    kind, options, folder = NETWORKS[name], {}, tempfile.TemporaryDirectory()
    if "mean_degree" in kind.settings.model_fields:
        options["mean_degree"] = degree
    if name == "edges":
        random_graph = NETWORKS["erdos_renyi"].settings(mean_degree=degree)
        graph = build_network(random_graph, n, stream_key(1, Stream.SUPPLY_TIES), use="social")
        options["file"] = str(Path(folder.name) / "links.csv")
        with open(options["file"], "w") as file:
            file.write("source,target\n")
            np.savetxt(file, np.stack(graph.edges(), axis=1), fmt="%d", delimiter=",")
    attributes = {"region": np.arange(n) % 31, "sector": np.arange(n) % 12}
    settings, seconds, before = kind.settings(**options), [], peak_mb()
    for seed in (1, 2):
        start = time.process_time()
        key = stream_key(seed, Stream.SUPPLY_TIES)
        graph = build_network(settings, n, key, use=kind.uses[0], attributes=attributes)
        seconds.append(time.process_time() - start)
    arrays = (graph.indptr, graph.indices, graph.weights)
    held = sum(array.nbytes for array in arrays if array is not None) / 2**20
    return (f"{name:20} {seconds[1]:8.2f} {seconds[0]:8.2f} {graph.n_edges:16,} {graph.mean_degree:10.2f} {held:8.0f} "
            f"{peak_mb() - before:8.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--actors", type=int, default=1_000_000)
    parser.add_argument("--degree", type=float, default=8.0)
    parser.add_argument("--only", help="measure this kind in this process")
    chosen = parser.parse_args()
    if chosen.only:
        print(measure(chosen.only, chosen.actors, chosen.degree))
        return
    from sim.networks import NETWORKS

    print(f"{chosen.actors:,} actors, degree {chosen.degree:g}; reference loop {reference_seconds():.2f} CPU s")
    print(f"{'kind':20} {'build s':>8} {'first s':>8} {'links':>16} {'degree':>10} {'held MB':>8} {'peak MB':>8}")
    size = ["--actors", str(chosen.actors), "--degree", str(chosen.degree)]
    for name in NETWORKS:  # a process each, so that one kind's memory is not another's
        command = [sys.executable, __file__, *size, "--only", name]
        print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip(), flush=True)


if __name__ == "__main__":
    main()
