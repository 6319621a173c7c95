"""A fresh folder on a poor machine: `./run` says in one sentence what is missing."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_FOUND = "jishi: Python 3.11 or newer is needed and was not found"
WHAT_TO_DO = "; install it or set JISHI_PYTHON to its path."
REAL = os.path.realpath(sys._base_executable)


@pytest.fixture
def fresh(tmp_path):
    """A copy of what set-up needs, in a folder with a space in its name, without an environment."""
    folder = tmp_path / "fresh copy"
    folder.mkdir()
    for name in ("run", "test", "pyproject.toml", "constraints.txt", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    return folder


def program(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n" + text + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def tools(tmp_path, **programs):
    """A PATH with what the shell needs and no Python, except the ones given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "env", "dirname", "cat", "cksum", "id"):
        (folder / name).symlink_to(shutil.which(name))
    for name, text in programs.items():
        program(folder / name.replace("_", "."), text)
    return str(folder)


def sentence(folder, **environment):
    """What `./run` complains of: it must fail, print nothing and end with one line."""
    clean = {key: value for key, value in os.environ.items() if key not in ("JISHI_PYTHON", "PYTHONPATH")}
    result = subprocess.run(["bash", str(folder / "run"), "--version"], capture_output=True, text=True,
                            stdin=subprocess.DEVNULL, env=clean | environment)
    assert result.returncode == 1 and result.stdout == "", result
    assert "Traceback" not in result.stderr
    return result.stderr.splitlines()[-1]


def test_no_python_at_all(fresh, tmp_path):
    assert sentence(fresh, PATH=tools(tmp_path)) == NOT_FOUND + WHAT_TO_DO


def test_a_python_too_old_is_named(fresh, tmp_path):
    old = 'case "$2" in *exit*) exit 1;; *) echo 3.9;; esac'
    said = sentence(fresh, PATH=tools(tmp_path, python3=old))
    assert said == f"{NOT_FOUND} (only 3.9 at {tmp_path / 'bin' / 'python3'}){WHAT_TO_DO}"


def test_a_shim_that_does_not_run_is_passed_over(fresh, tmp_path):
    said = sentence(fresh, PATH=tools(tmp_path, python3_11="echo no such version >&2; exit 127"))
    assert said == NOT_FOUND + WHAT_TO_DO


def test_a_wrong_jishi_python_is_named(fresh):
    said = sentence(fresh, JISHI_PYTHON="/no/such/python")
    assert said == "jishi: JISHI_PYTHON=/no/such/python is not a Python 3.11 or newer that runs."


def test_a_python_without_ensurepip_says_what_to_install(fresh, tmp_path):
    without = ("import sys, runpy; sys.modules['ensurepip'] = None; sys.argv = sys.argv[1:]; "
               "runpy.run_path(sys.argv[0], run_name='__main__')")
    wrapper = program(tmp_path / "python", f'[ "$1" = -I ] || exec "{REAL}" "$@"\nshift\n'
                                           f'exec "{REAL}" -I -c "{without}" "$@"')
    said = sentence(fresh, JISHI_PYTHON=str(wrapper))
    assert "cannot make virtual environments (module ensurepip is missing)" in said
    assert said.endswith("apt-get install python3-venv.")


def test_a_folder_that_cannot_be_written_to(fresh):
    (fresh / ".venv.lock").mkdir()  # stands for a read-only disk: the superuser may write anywhere else
    said = sentence(fresh, JISHI_PYTHON=REAL)
    assert said.startswith(f"jishi: cannot write to {fresh} (") and "copy the project to a folder" in said


def test_an_environment_of_somebody_else_is_not_touched(fresh):
    (fresh / ".venv").mkdir()
    (fresh / ".venv" / "precious").touch()
    assert "was not made by Jishi; remove or rename it." in sentence(fresh, JISHI_PYTHON=REAL)
    assert (fresh / ".venv" / "precious").exists()


@pytest.mark.slow
def test_no_network_is_said_and_the_next_start_begins_again(fresh):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "",
               "PIP_NO_CACHE_DIR": "1", "JISHI_PYTHON": REAL}
    for _ in range(2):
        said = sentence(fresh, **nowhere)
        assert said.startswith("jishi: the package index could not be reached; check the network")
        assert (fresh / ".venv" / "install.log").exists() and not (fresh / ".venv" / "stamp").exists()
