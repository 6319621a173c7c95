"""Where blocks are done: processes of this machine, or a Dask cluster; both are `concurrent.futures.Executor`s."""

from concurrent.futures import Executor, Future
from contextlib import contextmanager
from urllib.parse import urlsplit

from experiments.workers import Workers
from sim.core.errors import UserError

PROTOCOLS = ("tcp", "tls", "ws", "wss", "ucx", "inproc")
CLUSTER_ANSWERS_IN = "20s"  # a scheduler that is busy may need as long


class Cluster(Executor):
    """The workers of a Dask scheduler; takes nothing any more once the scheduler is lost."""

    def __init__(self, client):
        self.client, self.executor = client, client.get_executor(pure=False, retries=0)

    def submit(self, function, /, *arguments, **named) -> Future:
        """Send the call to a worker.  Raises: ConnectionError if there is no scheduler any more."""
        if self.client.status != "running":
            raise ConnectionError("the scheduler is gone")
        return self.executor.submit(function, *arguments, **named)


def check_address(cluster: str) -> None:
    """Raises: UserError if this cannot be the address of a Dask scheduler."""
    try:
        parts = urlsplit(cluster)
        is_one = parts.scheme in PROTOCOLS and bool(parts.hostname) and parts.port
    except ValueError:
        is_one = False
    if not is_one:
        raise UserError(f"--cluster {cluster}: must be the address of a Dask scheduler, such as tcp://host:8786")


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
        client = Client(cluster, timeout=CLUSTER_ANSWERS_IN, set_as_default=False)
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
