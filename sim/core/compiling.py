"""A notice while kernels compile, so that nobody takes a first run for a slow one.

Costs nothing when every kernel comes from the cache: numba calls us only when it compiles.
"""

import os
import sys
import time
from multiprocessing import parent_process

from numba.core import event


class CompileNotice(event.Listener):
    """On a terminal one line, rewritten and wiped when done; elsewhere one plain line; `JISHI_QUIET=1`: silence."""

    def __init__(self, out=None):
        self.out = out  # None: the error stream of the moment
        self.n_done = 0
        self.seconds = 0.0
        self.depth = 0  # a kernel that calls another compiles it on the way
        self.was_said = False

    def on_start(self, _):
        """A kernel begins to compile."""
        self.depth += 1
        if self.depth == 1:
            self.began = time.perf_counter()
        self.say()

    def on_end(self, _):
        """A kernel is compiled, or failed to."""
        self.depth -= 1
        self.n_done += 1
        if self.depth == 0:
            self.seconds += time.perf_counter() - self.began
        self.say()

    def text(self) -> str:
        """`compiling kernels: 12 done, 8 s (first run only)`, the time of all compilation so far."""
        running = time.perf_counter() - self.began if self.depth else 0.0
        return f"compiling kernels: {self.n_done} done, {self.seconds + running:.0f} s (first run only)"

    def say(self):
        """Show the line; workers of a pool leave it to their parent."""
        out = self.out or sys.stderr
        if out is None or os.environ.get("JISHI_QUIET") or parent_process() is not None:
            return
        if out.isatty():
            out.write("\r\x1b[K" + (self.text() if self.depth else ""))
            out.flush()
        elif not self.was_said:
            print("jishi: compiling kernels (first run only) ...", file=out, flush=True)
        self.was_said = True


NOTICE = CompileNotice()
event.register("numba:compile", NOTICE)
