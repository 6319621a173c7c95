"""What every test may count on: no notices on the error stream, and a reason where a tool is missing."""

import os
import shutil
import sys
from importlib.util import find_spec

import pytest

os.environ.setdefault("JISHI_QUIET", "1")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as ./test does: many a test starts a process, and each would compile every module again
sys.dont_write_bytecode = False
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NEEDS = {
    "browser": (lambda: any(map(shutil.which, BROWSERS)), "no chromium here; ./test --with-browser installs it"),
    "cluster": (lambda: find_spec("distributed"), "the `cluster` extra is not installed"),
}


def pytest_collection_modifyitems(items):
    for name, (is_here, reason) in NEEDS.items():
        if not is_here():
            for item in items:
                if item.get_closest_marker(name):
                    item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def undrawn(monkeypatch):
    """Figures are made and not drawn, for tests that only read the words of a page."""
    monkeypatch.setattr("matplotlib.figure.Figure.draw_without_rendering", lambda figure: None)
    monkeypatch.setattr("results.figures.picture.svg_of", lambda figure, name, alt: f'<svg id="{name}"></svg>')


@pytest.fixture
def no_pdf(monkeypatch):
    """Figures are written as PNG and CSV; their PDF, whose fonts take the longest, are empty files."""
    from matplotlib.figure import Figure

    write = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda figure, file, **named: file.touch() if named["format"] == "pdf" else write(
        figure, file, **named))
