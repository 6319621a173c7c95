"""Limits of one run: a run that takes too long ends its process; one that takes too much memory gets a MemoryError.

Choice: from inside the process, by a thread and by the system's limit.  Alternative: the driver looks on.
Reason: the driver may be on another host.  Both stop a run in the middle of a kernel, which holds no lock of Python's.
"""

import os
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from sim.core.compiling import NOTICE

TOO_LONG = 71  # exit code


class Watch:
    """A context in which no more than `seconds` may pass, time for the compilation of kernels apart; else the process ends."""

    def __init__(self, seconds: float):
        self.seconds = seconds

    def __enter__(self):
        began, compiled = time.monotonic(), NOTICE.seconds
        self._over = threading.Event()

        def look():
            left = self.seconds
            while not self._over.wait(min(max(left, .02), 5.0)):
                compiling = NOTICE.seconds - compiled + (time.perf_counter() - NOTICE.began if NOTICE.depth else 0.0)
                left = self.seconds - (time.monotonic() - began - compiling)
                if left <= 0:
                    os._exit(TOO_LONG)

        self._thread = threading.Thread(target=look, name="jishi-watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._over.set()


@contextmanager
def memory_limit(memory_mb: float | None):
    """A context that may add so much to the address space of the process; where the system has no such limit, none."""
    used = _address_space()
    if memory_mb is None or used is None:
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = int(used + memory_mb * 1e6)
    if before[1] != resource.RLIM_INFINITY:
        limit = min(limit, before[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _address_space() -> int | None:
    """Bytes of address space in use; None where the system does not say (it is Linux that does)."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None
