"""Run folders: what a run leaves on disk, written so that a kill at any moment leaves whole files or none."""

import datetime
import hashlib
import json
import os
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from sim.core.errors import UserError

TABLES = ("daily", "flows", "draws", "clients", "effects", "targets", "lift", "curves", "touches", "runs")
LENSES = ("lending", "marketing", "savings", "open_data", "contagion")  # what a run may keep beside its days; before table names
PACKAGES = ("mesa", "numpy", "numba", "scipy", "pandas", "pyarrow", "pydantic", "networkx", "scikit-learn")


def versions() -> dict[str, str]:
    """Versions of what the numbers of a run depend on."""
    from sim import __version__

    return {"jishi": __version__, "python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def git_state() -> dict[str, str | bool] | None:
    """Commit of the source and whether it was changed; None outside a checkout."""
    root = Path(__file__).resolve().parents[1]

    def git(*words):
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True).stdout.strip()

    try:
        if not (root / ".git").exists():
            return None
        return {"commit": git("rev-parse", "HEAD"), "is_changed": bool(git("status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return None


def new_folder(name: str, out: str | Path | None = None) -> Path:
    """A fresh folder: `out`, or results/runs/<name>-<time> in the working directory.

    Raises: UserError if it cannot be made, or `out` is there and not empty.
    """
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = Path(out) if out else Path("results") / "runs" / f"{name}-{stamp}"
    if out and is_folder(folder) and any(_listed(folder)):
        raise UserError(f"--out {folder}: the folder is not empty; name a new one")
    count = 1
    while not out and folder.exists():
        count += 1
        folder = folder.with_name(f"{name}-{stamp}-{count}")
    return writable_folder(folder, "--out" if out else "")


def writable_folder(folder: str | Path, option: str = "--out") -> Path:
    """The folder, made if it is not there and tried with a file, so that no long work ends in a refusal.

    Raises: UserError if it cannot be written.
    """
    folder, trial = Path(folder), Path(folder) / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"yes")
        trial.unlink()
        return folder
    except (OSError, ValueError) as error:
        hint = "" if option else "; --out names another folder"
        raise UserError(f"{option} {_shown(folder)}: cannot write there ({_reason(error)}){hint}".strip()) from None


def is_folder(path: str | Path) -> bool:
    """True if there is a folder of that name; False for names that no system takes."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def is_file(path: str | Path) -> bool:
    """True if there is a file of that name; False for names that no system takes."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def _listed(folder: Path):
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise UserError(f"--out {_shown(folder)}: cannot be read ({_reason(error)})") from None


def _shown(path) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in str(path)[:300])


def write_whole(path: Path, write) -> None:
    """Call `write(partial)` and rename; a reader finds the old file or the whole new one, and no part is left behind.

    Raises: UserError if the disk is full or the folder cannot be written.
    """
    partial = path.with_name(path.name + ".part")
    try:
        write(partial)
        with open(partial, "rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        with suppress(OSError):  # the folder may have become read-only
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise UserError(f"{path}: cannot be written ({_reason(error)})") from None
        raise


def write_json(path: Path, data) -> None:
    """Write JSON with sorted keys, whole or not at all; infinite and missing numbers become null."""
    write_whole(path, lambda partial: partial.write_text(json.dumps(_plain(data), indent=1, sort_keys=True, ensure_ascii=False) + "\n",
                                                         encoding="utf-8"))


def _plain(data):
    """Dates as text; NaN and infinity as None, which JSON has and they are not."""
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if isinstance(data, float) and not abs(data) < float("inf"):
        return None
    if isinstance(data, datetime.date):
        return data.isoformat()
    return data.item() if hasattr(data, "item") else data


def write_table(folder: Path, name: str, table: pd.DataFrame, csv: bool = False) -> None:
    """`name`.parquet, and `name`.csv beside it if asked."""
    table = table.copy(deep=False)
    table.attrs = {}
    write_whole(folder / f"{name}.parquet", lambda partial: table.to_parquet(partial, compression="zstd"))
    if csv:
        write_whole(folder / f"{name}.csv", lambda partial: table.to_csv(partial))


def write_scenario(folder: Path, scenario, name: str = "scenario") -> None:
    """The scenario, resolved and whole, as `name`.toml."""
    from scenarios import dump

    text = dump(scenario)
    write_whole(folder / f"{name}.toml", lambda partial: partial.write_text(text, encoding="utf-8"))


def write_run(folder: Path, run) -> None:
    """A run's scenario, tables, summary and manifest; the manifest comes last and says the folder is whole."""
    write_scenario(folder, run.scenario)
    for name in TABLES:
        table = getattr(run, name, None)
        if table is not None and len(table.columns) and name != "targets":
            write_table(folder, name, table, csv=name in ("daily", "effects"))
    write_targets(folder, getattr(run, "targets", None))
    write_lenses(folder, run, 1)
    write_json(folder / "summary.json", run.summary)
    write_json(folder / "manifest.json", {**run.manifest, "scenario_sha256": digest_of(folder / "scenario.toml")})


def write_lenses(folder: Path, result, keys: int) -> None:
    """The tables a run or a comparison keeps through each lens, `keys` of whose first columns name the row."""
    for lens in LENSES:
        for name, table in getattr(result, lens, {}).items():
            write_table(folder, f"{lens}_{name}", table.set_index(list(table.columns[:keys])), csv=True)


def write_targets(folder: Path, targets: pd.DataFrame | None) -> None:
    """How far targets are (`results.targets.target_table`), as Parquet and CSV; nothing if there are none."""
    if targets is not None and len(targets):
        write_table(folder, "targets", targets.set_index("scenario"), csv=True)


def digest_of(file: Path) -> str:
    """SHA-256 of a file, hexadecimal; empty if it cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def read_manifest(folder: str | Path) -> dict:
    """The manifest of a run folder.  Raises: UserError if the folder holds no whole run."""
    folder = Path(folder)
    if not is_folder(folder):
        raise UserError(f"{_shown(folder)}: no such folder; runs are in results/runs unless --out named another")
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{folder}: no manifest.json, so this is no finished run") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{folder}: manifest.json cannot be read ({_reason(error)})") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("versions"), dict):
        raise UserError(f"{folder}: manifest.json is not one that Jishi wrote")
    return manifest


def tables_in(folder: str | Path) -> list[str]:
    """Names of the tables of a run folder: the usual ones first, then those of each lens."""
    here = {path.stem for path in Path(folder).glob("*.parquet")}
    kept = tuple(f"{lens}_" for lens in LENSES)
    return [*(name for name in TABLES if name in here), *sorted(name for name in here if name.startswith(kept))]


def read_table(folder: str | Path, name: str) -> pd.DataFrame:
    """One table of a run folder.  Raises: UserError if it is missing or torn."""
    path = Path(folder) / f"{name}.parquet"
    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        raise UserError(f"{path}: no such table; tables there: {', '.join(tables_in(folder))}") from None
    except Exception as error:  # noqa: BLE001 - a torn file may raise anything at all
        raise UserError(f"{path}: cannot be read, it is torn or no table ({_reason(error)})") from None


def _reason(error: Exception) -> str:
    """What the system says, on one line, without the path that is said already."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    text = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]
    return "".join(letter for letter in text[:200] if letter.isprintable())
