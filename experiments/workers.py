"""Processes of this machine that do work: one that dies harms no other, Ctrl-C is the parent's, and none outlives it.

Choice: one pool of one process for each worker.  Alternative: one pool of many.
Reason: when a process of a pool dies, Python fails everything the pool was doing; here only what that one did is lost.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import closing, contextmanager, nullcontext
from multiprocessing import get_context, resource_tracker
from typing import Any

from sim.core.errors import WorkLost

LIBRARY_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def usual_workers(wanted: int | None = None) -> int:
    """`wanted`, or as many processes as there are processors, at most 8."""
    return wanted or max(1, min(os.cpu_count() or 1, 8))


def results_as_they_come(tasks: Sequence[tuple[Callable, tuple]], workers: int, pool: "Workers | None" = None) -> Iterator[tuple[int, Any]]:
    """(number of the task, result) of every (function, arguments), in the order in which they are finished.

    workers: processes; 1 works here, in order.  The numbers do not depend on it.  Whatever ends the work early, an
    error of a task or Ctrl-C, no worker outlives it.  pool: processes of the caller, who ends them.
    Raises: WorkLost if a worker dies; what a task raises.
    """
    if workers <= 1 or (len(tasks) <= 1 and pool is None):
        for number, (function, arguments) in enumerate(tasks):
            yield number, function(*arguments)
        return
    own = Workers(min(workers, len(tasks))) if pool is None else None
    pool, waiting, at_work = own or pool, list(enumerate(tasks))[::-1], {}

    def give():
        while waiting and len(at_work) < len(pool.slots):
            number, (function, arguments) = waiting.pop()
            at_work[pool.submit(function, *arguments)] = number

    n_open = len(tasks)
    try:
        while n_open:
            give()
            ended = [(at_work.pop(future), future) for future in wait(at_work, return_when=FIRST_COMPLETED).done]
            give()  # first new work, then what is finished
            for number, future in ended:
                yield number, _result_of(future, n_open)
                n_open -= 1
    finally:
        if own is not None:
            own.shutdown(wait=False, cancel_futures=True)


def all_results(tasks: Sequence[tuple[Callable, tuple]], workers: int, on_result: Callable[[int, Any], None] | None = None,
                progress: Callable[[str, float], None] | None = None, what: str = "runs") -> list:
    """Results of every (function, arguments), in the order of the tasks.

    on_result: called with number and result, progress: with `what` they are and the share that is done, as each is finished.  Else as
    `results_as_they_come`.
    """
    results: list = [None] * len(tasks)
    with closing(results_as_they_come(tasks, workers)) as done:
        for count, (number, result) in enumerate(done):
            results[number] = result
            if on_result:
                on_result(number, result)
            if progress:
                progress(what, (count + 1) / len(tasks))
    return results


def _result_of(future: Future, n_open: int) -> Any:
    try:
        return future.result()
    except BrokenExecutor:
        raise WorkLost(f"a worker process was ended from outside, most often for lack of memory; {n_open} of the runs were not finished. "
                       "Fewer --workers need less memory") from None


class Workers(Executor):
    """So many processes, each replaced when it dies; all of them end with their parent."""

    def __init__(self, count: int):
        self.slots = [Slot() for _ in range(count)]

    def submit(self, function, /, *arguments, **named) -> Future:
        """Call the function in a process that is free, or else in the one that was asked first."""
        slot = next((slot for slot in self.slots if slot.is_free), self.slots[0])
        self.slots.remove(slot)
        self.slots.append(slot)
        return slot.submit(function, *arguments, **named)

    def shutdown(self, wait=True, *, cancel_futures=False):
        """End the processes; those at work too, unless `wait`."""
        for slot in self.slots:
            slot.end(wait and not cancel_futures)


class Slot:
    """A process that does one thing after another, and a new one when it died."""

    def __init__(self):
        self.pool, self.leash, self.future = None, None, None

    @property
    def is_free(self) -> bool:
        return self.future is None or self.future.done()

    @property
    def is_dead(self) -> bool:
        """True if what it did last killed it."""
        last = self.future
        return last is not None and last.done() and not last.cancelled() and isinstance(last.exception(), BrokenExecutor)

    def submit(self, function, *arguments, **named) -> Future:
        if self.is_dead:
            self.end(wait=False)
        try:
            return self._given(function, *arguments, **named)
        except BrokenExecutor:  # it died while it had nothing to do
            self.end(wait=False)
            return self._given(function, *arguments, **named)

    def _given(self, function, *arguments, **named) -> Future:
        with _without_ctrl_c() if self.pool is None else nullcontext():
            if self.pool is None:
                context = get_context("spawn")
                end, self.leash = context.Pipe(duplex=False)
                self.pool = ProcessPoolExecutor(1, mp_context=context, initializer=_on_leash, initargs=(end,))
            self.future = self.pool.submit(function, *arguments, **named)  # the first call starts the process
        return self.future

    def end(self, wait: bool) -> None:
        """End the process, after what it is doing or at once."""
        if self.pool is None:
            return
        if wait:
            self.pool.shutdown(wait=True)
        self.leash.close()
        if not wait:
            self.pool.shutdown(wait=False, cancel_futures=True)
        self.pool = self.leash = self.future = None


@contextmanager
def _without_ctrl_c():
    """Hold Ctrl-C back while a worker starts, who inherits that: it is the parent that stops it.

    A blocked signal may still reach another thread of this process, so it is also kept for later by a handler.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # Python starts it with the first worker, and lets Ctrl-C through again
    pressed = []
    handler = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if pressed:
            signal.raise_signal(signal.SIGINT)


def _on_leash(end) -> None:
    """In a new worker: end when the other end of the pipe closes, as it does when the parent dies; leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in LIBRARY_THREADS:
        os.environ.setdefault(name, "1")

    def hold():
        try:
            end.recv()
        except (EOFError, OSError):
            pass
        os._exit(0)

    threading.Thread(target=hold, name="jishi-leash", daemon=True).start()
