"""The commands `jishi scenarios` and `jishi describe`."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.loading import loaded
from results.store import is_folder
from scenarios.describing import describe, listing
from scenarios.overrides import parse_set
from sim.core.errors import UserError


def scenarios_command(
    folder: Annotated[Path | None, typer.Argument(help="Also list the scenario files of this folder")] = None,
) -> None:
    """List the scenarios and the question each one answers."""
    if folder and not is_folder(folder):
        raise UserError(f"{folder}: no such folder of scenario files")
    found = listing() + (listing(folder) if folder else [])
    width = max((len(name) for name, _ in found), default=0)
    for name, question in found:
        typer.echo(f"{name:<{width}}  {question}".rstrip())


def describe_command(
    name: Annotated[str, typer.Argument(help="Name of a scenario, or path of a scenario file")],
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value, as consumers.count=10_000")] = None,
) -> None:
    """Say what a scenario asks, how it differs from what it extends, and what it tries."""
    typer.echo(describe(loaded(name, parse_set(changes or []))), nl=False)
