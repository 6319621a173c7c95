"""Worked contagion cases from `data/`: read once, exact fractions turned into floats."""

import gzip
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).parent / "data"


def load(name: str) -> dict:
    """The JSON file `name`, gzip or not."""
    path = DATA / name
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return json.loads(text)


def cases(name: str, prefix: str = "") -> list:
    """Pytest parameters, one for each case of the file whose id starts with `prefix`."""
    return [pytest.param(case, id=case["id"]) for case in load(name)["cases"] if case["id"].startswith(prefix)]


def number(value) -> float:
    """A number or an exact fraction in a string, as float."""
    return float(Fraction(value))


def array(values):
    """Nested lists of numbers and fractions as a float array; None stays None."""
    if values is None:
        return None
    return np.array([[number(v) for v in row] if isinstance(row, list) else number(row) for row in values])
