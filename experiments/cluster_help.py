"""How to start a cluster for `jishi sweep --cluster`: the commands, to be copied."""

from typing import Annotated

import typer

HELP = """\
A sweep runs on the processors of this machine unless told otherwise:

    jishi sweep design.toml --workers 8

For more machines, start a Dask scheduler and its workers, then name the scheduler.  Each machine needs the same Jishi,
the same Python and the same packages (a worker that has others refuses and says what differs):

    pip install 'jishi[cluster]'

One laptop (three terminals; to try it out):

    dask scheduler --host 127.0.0.1 --port {port}
    dask worker tcp://127.0.0.1:{port} --nworkers {workers} --nthreads 1
    jishi sweep design.toml --cluster tcp://127.0.0.1:{port}

Several hosts (a scheduler has no password: keep it inside a network you trust, or use its TLS options):

    dask scheduler --port {port}                                             # on the host called {host}
    dask worker tcp://{host}:{port} --nworkers {workers} --nthreads 1        # on every other one
    jishi sweep design.toml --cluster tcp://{host}:{port}                    # anywhere; only here results are written

Slurm (one script; the scheduler and the sweep run on the first node):

    #!/bin/bash
    #SBATCH --nodes=4 --ntasks-per-node=1 --cpus-per-task={workers} --time=08:00:00
    host=$(hostname)
    dask scheduler --port {port} &
    srun dask worker tcp://$host:{port} --nworkers $SLURM_CPUS_PER_TASK --nthreads 1 --death-timeout 60 &
    sleep 20
    jishi sweep design.toml --cluster tcp://$host:{port}

One thread a worker: a run is limited in time by ending its worker, and in memory by the worker's own limit.
A sweep that was stopped, or lost its scheduler, goes on when the same command is given again, on any workers.
A run that kills its worker is tried by Dask on other workers too; `DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0`
in the scheduler's environment spares them that.
"""


def cluster_help(host: str = "host1", port: int = 8786, workers: int = 8) -> str:
    """The commands, with the names and numbers filled in."""
    return HELP.format(host=host, port=port, workers=workers)


def cluster_help_command(
    host: Annotated[str, typer.Option(help="Host of the scheduler")] = "host1",
    port: Annotated[int, typer.Option(help="Its port", min=1, max=65_535)] = 8786,
    workers: Annotated[int, typer.Option(help="Workers of each machine", min=1)] = 8,
) -> None:
    """Print the commands that start a cluster: one laptop, several hosts, Slurm."""
    print(cluster_help(host, port, workers), end="")
