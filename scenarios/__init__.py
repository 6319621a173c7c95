"""Scenarios: what a user can set, read from TOML files, checked, scaled, described."""

from scenarios.files import load
from scenarios.writing import dump

__all__ = ["dump", "load"]
