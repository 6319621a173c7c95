"""Work on several processes: results as they come, and a clear end if a worker is lost or the user stops."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process, resource_tracker
from threading import Thread, current_thread, main_thread
from typing import Any

from sim.core.errors import WorkLost


def usual_workers(wanted: int | None = None) -> int:
    """`wanted`, or as many processes as there are processors, at most 8."""
    return wanted or max(1, min(os.cpu_count() or 1, 8))


def results_as_they_come(tasks: Sequence[tuple[Callable, tuple]], workers: int) -> Iterator[tuple[int, Any]]:
    """(number of the task, result) of every (function, arguments), in the order in which they are finished.

    workers: processes; 1 works here, in order.  The numbers do not depend on it.  Whatever ends the work early, an
    error of a task or Ctrl-C, no worker outlives it.
    Raises: WorkLost if a worker dies; what a task raises.
    """
    if workers <= 1 or len(tasks) <= 1:
        for number, (function, arguments) in enumerate(tasks):
            yield number, function(*arguments)
        return
    pool = ProcessPoolExecutor(min(workers, len(tasks)), mp_context=get_context("spawn"), initializer=_follow_the_parent)
    is_done = False
    try:
        with _without_ctrl_c():
            futures = {pool.submit(function, *arguments): number for number, (function, arguments) in enumerate(tasks)}
        for count, each in enumerate(as_completed(futures)):
            yield futures[each], _result_of(each, len(tasks) - count)
        is_done = True
    finally:
        if not is_done:
            _end(pool)
        pool.shutdown()


def _result_of(future, n_open: int) -> Any:
    try:
        return future.result()
    except BrokenProcessPool:
        raise WorkLost(f"a worker process was ended from outside, most often for lack of memory; {n_open} of the runs were not finished. "
                       "Fewer --workers need less memory") from None


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers at once, whatever they are doing."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


@contextmanager
def _without_ctrl_c():
    """Hold Ctrl-C back while workers start, who inherit that: it is the parent that stops them.

    A blocked signal may still reach another thread of this process, so it is also kept for later by a handler.
    """
    if current_thread() is not main_thread() or not hasattr(signal, "pthread_sigmask"):
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


def _follow_the_parent() -> None:
    """A worker leaves Ctrl-C to its parent, and ends when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent_process().join()
    os._exit(1)
