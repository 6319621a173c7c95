"""The folder of a search for the best plan: what was asked, every run and trial that is finished; may be killed at any moment.

    manifest.json  scenario.toml                what was asked; the scenario that plans are added to
    runs.jsonl                                  a line a finished run
    trials.log                                  the trials, as Optuna's journal (optuna-dashboard reads it)
    trials.csv plans.csv margins.csv plan.toml  made at the end, with report.html and figures/
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from results.owned_folder import OwnedFolder, append_line, whole_lines
from results.store import write_json, write_whole
from sim.core.errors import UserError


class SearchFolder(OwnedFolder):
    """One search on disk; `with` it to work in it, which keeps others out."""

    what, kind = "search", "optimise"
    beside = frozenset({"scenario.toml"})

    def __init__(self, path: str | Path, asked: dict[str, Any], code: dict[str, str], scenario_text: str, more: dict[str, Any]):
        super().__init__(path)
        self.scenario_text = scenario_text
        self.manifest = {"kind": self.kind, "asked": asked, "code": code, "hash": hash_of(asked, code, scenario_text), **more}

    def __enter__(self):
        if self.is_there():  # another's folder is refused before anything is written into it
            self.check_same(self.manifest, self.scenario_text)
        self.take()
        try:
            if (self.path / "manifest.json").exists():  # another may have been quicker
                self.check_same(self.manifest, self.scenario_text)
            else:
                write_whole(self.path / "scenario.toml", lambda partial: partial.write_text(self.scenario_text, encoding="utf-8"))
                write_json(self.path / "manifest.json", self.manifest)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error):
        self.close()

    # --- runs ---------------------------------------------------------------------------------------------------------

    def runs(self) -> list[dict[str, Any]]:
        """Every finished run; a line that was cut off by a kill is left out."""
        return whole_lines(self.path / "runs.jsonl")

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
