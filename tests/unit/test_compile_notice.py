"""A first run says that it compiles; every later one is silent."""

import io
import os
import re
import subprocess
import sys

import pytest
from numba import njit

from sim.core.compiling import CompileNotice, event
from sim.core.kernel_sources import PACKAGES, ROOT, kernel_sources

DRAW = "import numpy as np; from sim.core.random import uniform, stream_key; uniform(stream_key(1, 1), 0, 0)"


class Terminal(io.StringIO):
    """A stream that takes itself for a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def compile_a_kernel(monkeypatch):
    """Compile two kernels, one calling the other, and return what a stream was told."""
    monkeypatch.delenv("JISHI_QUIET", raising=False)

    def compile_and_listen(out):
        notice = CompileNotice(out)
        event.register("numba:compile", notice)
        try:
            inner = njit(lambda x: x + 1)
            njit(lambda x: inner(x) + 1)(1)
        finally:
            event.unregister("numba:compile", notice)
        return out.getvalue()

    return compile_and_listen


def test_a_terminal_sees_one_line_rewritten_and_wiped(compile_a_kernel):
    told = compile_a_kernel(Terminal()).split("\r\x1b[K")
    assert re.fullmatch(r"compiling kernels: 1 done, \d+ s \(first run only\)", told[-2])
    assert told[-1] == "" and "\n" not in "".join(told)


def test_a_log_sees_one_plain_line(compile_a_kernel):
    assert compile_a_kernel(io.StringIO()) == "jishi: compiling kernels (first run only) ...\n"


def test_quiet_is_quiet(compile_a_kernel, monkeypatch):
    monkeypatch.setenv("JISHI_QUIET", "1")
    assert compile_a_kernel(Terminal()) == ""


def test_only_the_first_run_compiles(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "JISHI_QUIET"}
    environment["JISHI_CACHE"] = str(tmp_path)
    first, second = (subprocess.run([sys.executable, "-c", DRAW], capture_output=True, text=True, check=True,
                                    env=environment).stderr for _ in range(2))
    assert first == "jishi: compiling kernels (first run only) ...\n"
    assert second == ""


def test_the_cache_of_kernels_knows_every_file_that_holds_one_or_is_imported_by_one_and_no_page():
    found = set(kernel_sources())
    holders = {file.relative_to(ROOT).as_posix() for package in PACKAGES for file in (ROOT / package).rglob("*.py")
               if re.search(r"^@kernel", file.read_text(), re.MULTILINE)}
    assert holders <= found and len(holders) > 30
    assert {"sim/core/random.py", "sim/core/settings.py", "agents/owner.py", "sim/markets/closures.py"} <= found
    assert not found & {"results/report.py", "experiments/running.py", "sim/model.py", "sim/day.py"}


def test_every_compiled_function_is_a_kernel():
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            assert not re.search(r"@(numba\.)?(njit|jit|vectorize|guvectorize)\b", file.read_text()), file
