"""Repeating a run from its own folder: the same scenario and seeds, and whether the numbers are the same."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from experiments.forking import fork
from experiments.incrementality import lift
from experiments.running import run
from results.store import digest_of, read_manifest, read_table, versions
from scenarios import load
from sim.core.errors import UserError


def repeat(folder: str | Path) -> dict:
    """Run again what the folder holds.

    Returns is_equal (every number of the daily table, bit for bit), different (measures that differ), and
    changed_versions (name: then, now).  Raises: UserError if the folder holds no whole run.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest.get("kind") == "compare":
        raise UserError(f"{folder}: holds a comparison; repeat takes the folder of a run, and jishi compare with --seed "
                        f"{manifest.get('seed')} --replicates {manifest.get('replicates')} and the scenarios there repeats this one")
    if manifest.get("kind") == "together":
        raise UserError(f"{folder}: holds a scenario taken apart; repeat takes the folder of a run, and the command at the end of "
                        "this one's page repeats it")
    if manifest.get("kind") == "optimise":
        raise UserError(f"{folder}: holds a search for the best plan; repeat takes the folder of a run, and the command at the end of the "
                        "search's page repeats it")
    numbers = {"fork": ("seed", "pairs"), "lift": ("seed", "replicates")}.get(manifest.get("kind"), ("seed", "replicate"))
    for name in numbers:
        if type(manifest.get(name)) is not int:
            raise UserError(f"{folder}: manifest.json does not say the {name}, so the run cannot be repeated")
    if manifest.get("scenario_sha256", digest_of(folder / "scenario.toml")) != digest_of(folder / "scenario.toml"):
        raise UserError(f"{folder}: scenario.toml is not the one that was run: its checksum is not the manifest's")
    kept, scenario = read_table(folder, "runs" if manifest.get("kind") == "lift" else "daily"), load(folder / "scenario.toml")
    if manifest.get("kind") == "lift":
        again, different = _lift_again(scenario, manifest, folder).runs, []
    elif manifest.get("kind") == "fork":
        result = fork(scenario, seed=manifest["seed"], pairs=manifest["pairs"], surface=False)
        again = result.past.daily if result.past is not None else result.with_tactics[0].daily
        effects_then, effects_now = read_table(folder, "effects"), result.effects
        different = [] if effects_then.equals(effects_now) else ["effects"]
    else:
        again, different = run(scenario, seed=manifest["seed"], replicate=manifest["replicate"]).daily, []
    different += [name for name in kept.columns if name != "date" and not _same(kept[name], again[name] if name in again else None)]
    now = versions()
    changed = {name: (then, now.get(name, "absent")) for name, then in manifest["versions"].items() if now.get(name) != then}
    return {"is_equal": not different, "different": different, "changed_versions": changed}


def _lift_again(scenario, manifest: dict, folder: Path):
    """The experiment of the manifest once more.  Raises: UserError if the manifest does not say what was asked."""
    try:
        asked = {name: manifest[name] for name in ("measure", "replicates", "seed", "curve", "holdout")}
        return lift(scenario, tuple(manifest["tactics"]), **asked)
    except (KeyError, TypeError):
        raise UserError(f"{folder}: manifest.json does not say what was measured, so it cannot be repeated") from None


def _same(a: pd.Series, b: pd.Series | None) -> bool:
    return b is not None and len(a) == len(b) and bool(((a == b) | (a.isna() & b.isna())).all())


def repeat_command(folder: Annotated[Path, typer.Argument(help="Folder of a finished run")]) -> None:
    """Run again from a run's own folder and check its numbers."""
    found = repeat(folder)
    for name, (then, now) in found["changed_versions"].items():
        print(f"version of {name}: {then} then, {now} now")
    if found["is_equal"]:
        print(f"{folder}: every number is the same")
        return
    print(f"{folder}: {len(found['different'])} columns differ: {', '.join(found['different'][:10])}")
    raise typer.Exit(1)
