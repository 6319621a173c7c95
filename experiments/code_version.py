"""Which code made a number: a hash of every source that can move one, and the packages below it."""

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("sim", "agents", "scenarios")
FILES = ("results/measures.py", "results/clients.py", "results/recorder.py", "results/part_file.py", "experiments/running.py",
         "experiments/blocks.py", "experiments/design_runs.py")
PACKAGES = ("numpy", "numba", "scipy", "networkx", "scikit-learn", "pyarrow")


@cache
def code_version() -> dict[str, str]:
    """`sources`: 12 hex digits over the Python files that decide a run's row; the packages' versions beside it."""
    digest = hashlib.sha256()
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))] + [ROOT / name for name in FILES]
    for file in files:
        digest.update(file.relative_to(ROOT).as_posix().encode())
        digest.update(file.read_bytes())
    return {"sources": digest.hexdigest()[:12], "python": ".".join(platform.python_version_tuple()[:2]),
            **{name: version(name) for name in PACKAGES}}
