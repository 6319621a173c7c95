"""Write constraints.txt: the exact packages that pip resolves under each supported Python.

    python scripts/pin.py PYTHON3.11 PYTHON3.12 PYTHON3.13

Packages that all agree on stand once; the others stand with a marker.  No address of an index is kept.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# The exact packages Jishi is tested with, for Python {first} to {last} (markers where they differ).
# Made by scripts/pin.py; edit the ranges in pyproject.toml instead, then make it again.
"""


def requirements() -> list[str]:
    """What pyproject.toml asks for, with the extras written out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for group in project["optional-dependencies"].values() for line in group]
    return project["dependencies"] + [line for line in extras if not line.startswith("jishi[")]


def resolve(python: str) -> tuple[str, dict[str, str]]:
    """The version of `python` ("3.12") and what pip would install there, name -> version."""
    version = subprocess.check_output(
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], text=True).strip()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
                        "--only-binary", ":all:", "--report", str(report), *requirements()], check=True)
        installs = json.loads(report.read_text())["install"]
    packages = {item["metadata"]["name"]: item["metadata"]["version"] for item in installs}
    return version, {re.sub(r"[-_.]+", "-", name).lower(): pin for name, pin in packages.items()}


def lines(resolved: dict[str, dict[str, str]]) -> list[str]:
    """`name==version` lines, sorted; the oldest and newest Python's pins also serve those beyond them."""
    versions = sorted(resolved, key=lambda version: int(version.split(".")[1]))
    out = []
    for name in sorted({name for packages in resolved.values() for name in packages}):
        start = 0
        for stop in range(1, len(versions) + 1):
            pin = resolved[versions[start]].get(name)
            if stop < len(versions) and resolved[versions[stop]].get(name) == pin:
                continue
            markers = [f'python_version >= "{versions[start]}"'] if start > 0 else []
            markers += [f'python_version < "{versions[stop]}"'] if stop < len(versions) else []
            if pin:
                out.append(f"{name}=={pin}" + (f"; {' and '.join(markers)}" if markers else ""))
            start = stop
    return out


def main():
    """Resolve under every Python given and write the file."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    resolved = dict(resolve(python) for python in sys.argv[1:])
    versions = sorted(resolved, key=lambda version: int(version.split(".")[1]))
    text = HEAD.format(first=versions[0], last=versions[-1]) + "\n".join(lines(resolved)) + "\n"
    (ROOT / "constraints.txt").write_text(text)


if __name__ == "__main__":
    main()
