"""Where blocks are done: processes of this machine, or a Dask cluster; both are `concurrent.futures.Executor`s.

Choice: one pool of one process for each worker.  Alternative: one pool of many.
Reason: when a process of a pool dies, Python fails everything the pool was doing; here only the block that died is.
"""

import os
import signal
import threading
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from sim.core.errors import UserError

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


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

    def submit(self, function, *arguments, **named) -> Future:
        if self.pool is not None and self.future is not None and self.future.done() and not self.future.cancelled() \
                and isinstance(self.future.exception(), BrokenExecutor):
            self.end(wait=False)
        try:
            self._start()
            self.future = self.pool.submit(function, *arguments, **named)
        except BrokenExecutor:  # it died while it had nothing to do
            self.end(wait=False)
            self._start()
            self.future = self.pool.submit(function, *arguments, **named)
        return self.future

    def _start(self) -> None:
        if self.pool is None:
            context = get_context("spawn")
            end, self.leash = context.Pipe(duplex=False)
            self.pool = ProcessPoolExecutor(1, mp_context=context, initializer=on_leash, initargs=(end,))

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


class Cluster(Executor):
    """The workers of a Dask scheduler; takes nothing any more once the scheduler is lost."""

    def __init__(self, client):
        self.client, self.executor = client, client.get_executor(pure=False, retries=0)

    def submit(self, function, /, *arguments, **named) -> Future:
        """Send the call to a worker.  Raises: ConnectionError if there is no scheduler any more."""
        if self.client.status != "running":
            raise ConnectionError("the scheduler is gone")
        return self.executor.submit(function, *arguments, **named)


def on_leash(end) -> None:
    """In a new worker: end when the other end of the pipe closes, as it does when the parent dies; leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in THREADS:
        os.environ.setdefault(name, "1")

    def hold():
        try:
            end.recv()
        except (EOFError, OSError):
            pass
        os._exit(0)

    threading.Thread(target=hold, name="jishi-leash", daemon=True).start()


@contextmanager
def workers_of(workers: int, cluster: str | None):
    """(executor, how many things it is given at once) for this machine or a cluster.

    cluster: address of a Dask scheduler, such as tcp://host:8786.  Raises: UserError if it cannot be reached.
    """
    if cluster is None:
        pool = Workers(workers)
        try:
            yield pool, workers
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--cluster: needs the extra `cluster`: pip install 'jishi[cluster]'") from None
    try:
        client = Client(cluster, timeout="20s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UserError(f"--cluster {cluster}: no Dask scheduler answers there ({_first_line(error)}); jishi cluster-help") from None
    try:
        count = sum(client.ncores().values())
        if not count:
            raise UserError(f"--cluster {cluster}: the scheduler has no workers; jishi cluster-help says how to start some")
        yield Cluster(client), 2 * count
    finally:
        client.close(timeout=10)


def _first_line(error) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
