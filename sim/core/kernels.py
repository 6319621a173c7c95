"""Kernels: functions on arrays, compiled once and kept in a cache that its own sources name.

Choice: one decorator, `@kernel`, for everything compiled.  Source: numba manual, "caching".
Alternative: `njit(parallel=True)`.  Reason: it compiles several times slower, spins at barriers and
is not needed: fixed blocks of rows run on threads (`run_in_blocks`) with the same bits for any count.
"""

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np

import sim.core.compiling  # noqa: F401 - says on the error stream that kernels compile
from sim.core.kernel_sources import kernel_sources

KEEP_CACHES = 4
BLOCK = 65_536  # rows; fixed, so that sums over blocks do not depend on the number of threads


def sources_hash() -> str:
    """Twelve hex digits that change when any source that may hold or be called by a kernel changes."""
    digest = hashlib.sha256(f"{numba.__version__} {np.__version__}".encode())
    for path, content in kernel_sources().items():
        digest.update(path.encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def cache_folder() -> Path:
    """Folder of compiled kernels; `JISHI_CACHE` moves it, its name is the hash of the sources.

    numba's own cache misses edits in files that a kernel calls, so the folder is new when anything changed.
    """
    home = os.environ.get("JISHI_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "jishi" / f"kernels-{sources_hash()}"


def _use_cache_folder() -> Path | None:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
    except OSError:  # a read-only home: compile into memory and go on
        return None
    numba.config.CACHE_DIR = str(folder)
    caches = sorted(folder.parent.glob("kernels-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for stale in caches[KEEP_CACHES:]:
        shutil.rmtree(stale, ignore_errors=True)
    return folder


CACHE = _use_cache_folder()


def kernel(function):
    """Compile `function` with the project's fixed options: cached, without the GIL, IEEE arithmetic in order."""
    return numba.njit(cache=CACHE is not None, nogil=True, fastmath=False, error_model="numpy")(function)


def run_in_blocks(work, n_rows: int, threads: int = 1) -> list:
    """Call `work(start, stop)` for fixed blocks of rows; results in block order whatever the threads.

    `work` must write only to rows start..stop and may return anything; it should spend its time in kernels.
    """
    blocks = [(start, min(start + BLOCK, n_rows)) for start in range(0, n_rows, BLOCK)]
    if threads <= 1 or len(blocks) <= 1:
        return [work(*block) for block in blocks]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda block: work(*block), blocks))
