"""What every test may count on: no notices on the error stream, and a reason where a tool is missing."""

import os
import shutil
from importlib.util import find_spec

import pytest

os.environ.setdefault("JISHI_QUIET", "1")
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
