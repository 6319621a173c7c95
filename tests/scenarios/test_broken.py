"""Hand-written broken files: each `NAME.toml` is met with exactly the lines of `NAME.expected` beside it.

`broken` holds files for the real market; `broken_stand_in` what its schema has no example of (a list of sections, a
setting without default in a section, a choice of words), read with the small schema of `sample.py`.
Lists that grow with the shipped plug-ins and scenarios are written {tactics}, {shocks}, {social}, {shipped}.
"""

from pathlib import Path

import pytest

from agents.tactics import TACTICS
from scenarios import load
from scenarios.files import in_words, shipped_names
from sim.core.errors import UserError
from sim.networks import kinds_for
from sim.shocks import SHOCKS
from tests.scenarios.test_files import lines_of as lines_of_stand_in

HERE = Path(__file__).parent
BROKEN, STAND_IN = HERE / "broken", HERE / "broken_stand_in"
GROWING = {"tactics": sorted(TACTICS), "shocks": sorted(SHOCKS), "social": sorted(kinds_for("social")),
           "shipped": [in_words(shipped_names())]}


def names(folder):
    return sorted(path.stem for path in folder.glob("*.toml"))


def expected(path):
    text = path.with_suffix(".expected").read_text(encoding="utf-8")
    for name, words in GROWING.items():
        text = text.replace(f"{{{name}}}", ", ".join(words))
    return text.splitlines()


@pytest.mark.parametrize("name", names(BROKEN))
def test_a_broken_file_is_met_with_the_lines_beside_it(name, monkeypatch):
    monkeypatch.chdir(BROKEN)
    with pytest.raises(UserError) as wrong:
        load(f"{name}.toml")
    assert wrong.value.lines == expected(BROKEN / f"{name}.toml")


@pytest.mark.parametrize("name", names(STAND_IN))
def test_a_broken_file_of_the_stand_in_is_met_with_the_lines_beside_it(name, monkeypatch):
    monkeypatch.chdir(STAND_IN)
    assert lines_of_stand_in(f"{name}.toml") == expected(STAND_IN / f"{name}.toml")


def test_every_broken_file_has_its_lines_and_there_are_at_least_forty():
    for folder, least in ((BROKEN, 40), (STAND_IN, 1)):
        files, lines = ({path.stem for path in folder.glob(f"*.{end}")} for end in ("toml", "expected"))
        assert files == lines and len(files) >= least
