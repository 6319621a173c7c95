"""The folder of a search for the best plan: what was asked, every run and trial that is finished; may be killed at any moment.

    manifest.json  scenario.toml                what was asked; the scenario that plans are added to
    runs.jsonl                                  a line a finished run
    trials.log                                  the trials, as Optuna's journal (optuna-dashboard reads it)
    trials.csv plans.csv margins.csv plan.toml  made at the end, with report.html and figures/
"""

import fcntl
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from results.parts import append_line, unequal
from results.store import write_json, write_whole
from sim.core.errors import UserError

MOST_DIFFERENCES = 5


class SearchFolder:
    """One search on disk; `with` it to work in it, which keeps others out."""

    def __init__(self, path: str | Path, asked: dict[str, Any], code: dict[str, str], scenario_text: str, more: dict[str, Any]):
        self.path, self.scenario_text, self._lock = Path(path), scenario_text, None
        self.manifest = {"kind": "optimise", "asked": asked, "code": code, "hash": hash_of(asked, code, scenario_text), **more}

    def __enter__(self):
        self.check_ours()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = open(self.path / ".lock", "w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.__exit__()
            raise UserError(f"{self.path}: another search is at work in this folder") from None
        except (OSError, ValueError) as error:
            self.__exit__()
            raise UserError(f"{self.path}: cannot write there ({getattr(error, 'strerror', None) or error})") from None
        if not (self.path / "manifest.json").exists():
            write_whole(self.path / "scenario.toml", lambda partial: partial.write_text(self.scenario_text, encoding="utf-8"))
            write_json(self.path / "manifest.json", self.manifest)
        return self

    def __exit__(self, *error):
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def check_ours(self) -> None:
        """Raises: UserError if the folder holds anything but this very search."""
        try:
            names = {each.name for each in self.path.iterdir()}
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise UserError(f"{self.path}: cannot write there ({getattr(error, 'strerror', None) or error})") from None
        if "manifest.json" in names:
            self._check_same()
        elif others := sorted(name for name in names - {"scenario.toml"} if not name.endswith(".part") and name[0] != "."):
            raise UserError(f"{self.path}: holds {others[0]} and no search; name a new folder with --out")

    def _check_same(self) -> None:
        try:
            kept = json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise UserError(f"{self.path}: manifest.json cannot be read ({error})") from None
        if not isinstance(kept, dict) or kept.get("kind") != "optimise":
            raise UserError(f"{self.path}: holds something else than a search; name a new folder with --out")
        if kept.get("hash") == self.manifest["hash"]:
            return
        lines = [*unequal(kept.get("asked", {}), self.manifest["asked"]), *unequal(kept.get("code", {}), self.manifest["code"], "code.")]
        try:
            there = tomllib.loads((self.path / "scenario.toml").read_text(encoding="utf-8"))
            lines += unequal(there, tomllib.loads(self.scenario_text))
        except (OSError, ValueError):
            lines.append("its scenario cannot be read")
        more = f", and {len(lines) - MOST_DIFFERENCES} more" if len(lines) > MOST_DIFFERENCES else ""
        raise UserError(f"{self.path}: holds another search, and the two are not mixed: {'; '.join(lines[:MOST_DIFFERENCES])}{more}; "
                        "name a new folder with --out")

    # --- runs ---------------------------------------------------------------------------------------------------------

    def runs(self) -> list[dict[str, Any]]:
        """Every finished run; a line that was cut off by a kill is left out."""
        found = []
        try:
            lines = (self.path / "runs.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def add_run(self, row: dict[str, Any]) -> None:
        """A finished run, on disk when this returns."""
        append_line(self.path / "runs.jsonl", row)

    # --- trials -------------------------------------------------------------------------------------------------------

    def study(self):
        """The trials as an Optuna study.  Raises: UserError if the journal cannot be read."""
        import optuna
        from optuna.storages.journal import JournalFileBackend, JournalStorage

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        path = self.path / "trials.log"
        if path.exists():  # what follows the last whole line was cut off by a kill
            content = path.read_bytes()
            whole = content[:content.rfind(b"\n") + 1]
            if whole != content:
                write_whole(path, lambda partial: partial.write_bytes(whole))
        try:
            storage = JournalStorage(JournalFileBackend(str(path), lock_obj=LockOfTheFolder()))
            return optuna.create_study(storage=storage, study_name="trials", direction="maximize", load_if_exists=True)
        except (OSError, ValueError, KeyError) as error:
            raise UserError(f"{path}: cannot be read ({error})") from None


class LockOfTheFolder:
    """Stands for the journal's own lock, which would outlive a kill; the folder's keeps others out already."""

    def acquire(self) -> bool:
        """Nothing to wait for."""
        return True

    def release(self) -> None:
        """Nothing to give back."""


def hash_of(asked: dict, code: dict, scenario_text: str) -> str:
    """12 hexadecimal digits of all that decides the numbers."""
    return hashlib.sha256(json.dumps([asked, code, scenario_text], sort_keys=True).encode()).hexdigest()[:12]
