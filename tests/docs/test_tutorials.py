"""Tutorials: their files are written, their code is run from top to bottom, and it prints what they say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

TUTORIALS = Path(__file__).resolve().parents[2] / "docs" / "tutorials"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
OWN_TEST = {"contagion.md"}  # test_tutorial_contagion.py runs it, and asks for every line it prints
LONG = {"where-does-the-next-million-go.md"}  # a whole search


@pytest.mark.parametrize("tutorial", [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in
                                      sorted({each.name for each in TUTORIALS.glob("*.md")} - OWN_TEST)])
def test_a_tutorial_does_what_it_says(tutorial, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names, printed = {"__name__": "tutorial"}, None
    for kind, content in FENCE.findall((TUTORIALS / tutorial).read_text()):
        if kind == "toml":
            Path(re.match(r"# (\S+)\n", content).group(1)).write_text(content)
        elif kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(content, tutorial, "exec"), names)
            printed = out.getvalue()
        elif kind == "output":
            assert printed == content
    assert printed is not None
