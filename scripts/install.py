"""Make the project's environment: python install.py VENV STAMP.

Plain Python 3.11, started by scripts/bootstrap.sh.  One process installs at a time; the stamp is written last,
so an installation that was cut short is seen and made again.  Everything pip says goes to VENV/install.log.

Choice: byte code is made by importing once what Jishi imports.  Alternative: `compileall` of every package.
Reason: the same quick starts for half the time (11 s against 23 s x 2 cores); most modules are never imported.
"""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NO_NETWORK = re.compile("connection broken|network is unreachable|max retries exceeded|NewConnectionError|"
                        "NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|ConnectionError", re.IGNORECASE)
IMPORT_ONCE = """
import mesa, networkx, numba, pandas, pyarrow.parquet, pydantic, scipy.optimize, scipy.sparse.csgraph, scipy.stats
import distributed, jinja2, matplotlib.pyplot, optuna, rich.progress, rich.table, SALib, sklearn.linear_model, typer
numba.njit(lambda x: x + 1)(1)
"""


def fail(sentence: str):
    """End with one clear sentence."""
    sys.exit(f"jishi: {sentence}")


class Progress:
    """One line on a terminal, rewritten; elsewhere one line for each step."""

    def __init__(self):
        self.start = time.monotonic()
        self.live = sys.stderr.isatty()
        self.text = ""

    def seconds(self) -> str:
        """Time since the start."""
        return f"{time.monotonic() - self.start:.0f} s"

    def say(self, text: str):
        """Show what is being done now."""
        if self.live:
            print(f"\r\x1b[Kjishi: {text} ... {self.seconds()}", end="", file=sys.stderr, flush=True)

    def step(self, text: str):
        """Begin a step, or go on with it."""
        if not self.live and text != self.text:
            print(f"jishi: {text} ...", file=sys.stderr, flush=True)
        self.text = text
        self.say(text)

    def done(self, text: str):
        """Replace the line by the last word."""
        print("\r\x1b[K" * self.live + f"jishi: {text} ({self.seconds()})", file=sys.stderr, flush=True)


def call(progress: Progress, text: str, command: list, log: Path) -> bool:
    """Run `command` into the log, showing that time passes; True if it succeeded."""
    progress.step(text)
    with log.open("a") as out:
        print("\n$", *command, file=out, flush=True)
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   close_fds=False)  # a pip that outlives us still holds the lock
        try:
            while True:
                try:
                    return process.wait(timeout=1) == 0
                except subprocess.TimeoutExpired:
                    progress.say(text)
        except BaseException:  # Ctrl-C: leave nobody writing into the environment
            process.kill()
            process.wait()
            raise


@contextlib.contextmanager
def locked(venv: Path, progress: Progress):
    """Only one ./run or ./test installs; the others wait, then find the work done."""
    try:
        lock = open(f"{venv}.lock", "w")
    except OSError as error:
        fail(f"cannot write to {venv.parent} ({error.strerror}); copy the project to a folder that you may write to.")
    with lock:
        os.set_inheritable(lock.fileno(), True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            progress.step("waiting for another ./run or ./test to finish installing")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_empty(venv: Path):
    """An empty virtual environment without pip's newest version: the bundled one will do."""
    base = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    try:
        import ensurepip  # noqa: F401
        import venv as _  # noqa: F401
    except ImportError as error:
        fail(f"{base} cannot make virtual environments (module {error.name} is missing); "
             f"on Debian or Ubuntu: apt-get install python3-venv.")
    if venv.exists():
        shutil.rmtree(venv)
    venv.mkdir()
    (venv / "made-by-jishi").touch()
    made = subprocess.run([base, "-I", "-m", "venv", str(venv)], capture_output=True, text=True)
    if made.returncode:
        reason = (made.stderr or made.stdout).strip().splitlines()[-1:] or ["no reason given"]
        fail(f"{base} could not make {venv}: {reason[0]}")


def explain(log: Path, start: int) -> str:
    """Why pip failed, in one sentence."""
    text = log.read_text(errors="replace")[start:]
    if NO_NETWORK.search(text):
        return (f"the package index could not be reached; check the network or pip's settings and start again "
                f"(what pip said: {log}).")
    errors = [line for line in text.splitlines() if line.startswith("ERROR:")] or ["no reason given"]
    return f"installing the packages failed: {errors[-1].removeprefix('ERROR: ')} (what pip said: {log})."


def install(venv: Path, progress: Progress):
    """Packages at the pinned versions, then the project itself in place, then byte code for all of it."""
    python, log = str(venv / "bin" / "python"), venv / "install.log"
    start = log.stat().st_size if log.exists() else 0
    pip = [python, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2", "install",
           "--no-compile", "--prefer-binary", "--constraint", "constraints.txt"]
    if not (call(progress, "installing packages", [*pip, "setuptools"], log)
            and call(progress, "installing packages", [*pip, "--no-build-isolation", "--editable", ".[dev]"], log)):
        fail(explain(log, start))
    if not call(progress, "compiling packages", [python, "-c", IMPORT_ONCE], log):
        fail(f"the packages were installed but cannot be imported (why: {log}).")


def main():
    """Make or mend the environment named on the command line."""
    venv, stamp = Path(sys.argv[1]), sys.argv[2]
    stamp_file = venv / "stamp"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    progress = Progress()
    with locked(venv, progress):
        was = stamp_file.read_text().splitlines() if stamp_file.exists() else []
        if was[:1] == [stamp] and (venv / "bin" / "python").exists():
            return
        version = ".".join(map(str, sys.version_info[:3]))
        origin = f"Python {version} for {ROOT}"  # an environment knows its interpreter and its folder by name
        stamp_file.unlink(missing_ok=True)
        if was[1:] != [origin] or not (venv / "bin" / "python").exists():
            progress.step(f"making {venv.name} with Python {version}")
            make_empty(venv)
        install(venv, progress)
        stamp_file.write_text(f"{stamp}\n{origin}\n")
        progress.done(f"{venv.name} is ready")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\njishi: stopped; the next start begins again.")
    except OSError as problem:
        fail(f"cannot make the environment: {problem.strerror or problem}: {problem.filename or sys.argv[1]}")
