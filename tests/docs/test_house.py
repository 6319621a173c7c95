"""The house rules: what no file may hold, what every file opens with, and who may import whom."""

import ast
import random
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from setuptools import find_packages

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "agents", "scenarios", "experiments", "results")
HERE = "tests/docs/test_house.py"
FORBIDDEN = {
    "a path of somebody's machine": re.compile(r"/(?:root|work|opt|home/\w+|Users/\w+)/"),
    "the host of a package registry": re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org", re.I),
    "a note to oneself": re.compile(r"\b(?:TODO|FIXME|XXX)\b"),
}


def files_in_git() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[str]:
    """Every module of the five packages, as `sim.core.random`."""
    files = (file.relative_to(ROOT).with_suffix("") for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return sorted(".".join(file.parts).removesuffix(".__init__") for file in files)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    found = []
    for name in files_in_git():
        content = (ROOT / name).read_bytes()
        if name != HERE and b"\0" not in content:
            lines = content.decode(errors="replace").splitlines()
            found += [f"{name}:{n}: {line.strip()[:100]}" for n, line in enumerate(lines, 1)
                      if FORBIDDEN[what].search(line)]
    assert not found, "\n".join(found)


def test_every_python_file_says_first_what_it_is_about():
    silent = [name for name in files_in_git() if name.endswith(".py") and not (
        ast.get_docstring(ast.parse((ROOT / name).read_text())) or "").strip()]
    assert silent == []


def test_every_folder_of_a_package_is_a_package():
    folders = {file.parent for package in PACKAGES for file in (ROOT / package).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_imports_go_down_only():
    result = subprocess.run([sys.executable, "-c", "from importlinter.cli import lint_imports_command; "
                             "lint_imports_command()"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


IMPORTS = """import sys
from importlib import import_module
orders, given, packages = eval(sys.stdin.read())
for order, names in orders.items():
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]  # each order begins with none of ours
    for name in names:
        import_module(name)
    print(order, [name for name in given if not callable(getattr(import_module("experiments"), name))])
"""


def test_functions_keep_their_names_whatever_was_imported_first():
    """A module called like a function would hide it: `experiments.run` is the function after any imports."""
    given = [name for name, module in __import__("experiments").FUNCTIONS.items() if find_spec(module)]
    if not given:
        pytest.skip("no experiment is there yet")
    names = [name for name in modules() if not name.endswith("__main__")]
    orders = {"as they stand": names, "backwards": names[::-1], "shuffled": random.Random(1).sample(names, len(names))}
    result = subprocess.run([sys.executable, "-c", IMPORTS], input=repr((orders, given, PACKAGES)), cwd=ROOT, capture_output=True,
                            text=True)
    assert (result.returncode, result.stdout) == (0, "".join(f"{order} []\n" for order in orders)), result.stderr


def test_the_tests_are_not_installed():
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]
    packages = find_packages(str(ROOT), include=found["include"], exclude=found["exclude"])
    assert {name.partition(".")[0] for name in packages} == set(PACKAGES)
    assert {name for name in modules() if (ROOT / name.replace(".", "/")).is_dir()} == set(packages)
