"""The contagion tutorial: its code runs from top to bottom and prints what the page says it prints."""

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorials" / "contagion.md"
BLOCK = re.compile(r"```python\n(.*?)```(?:\n```text\n(.*?)```)?", re.S)


def test_the_contagion_tutorial_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) >= 10
    for code, said in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(PAGE), "exec"), names)
        assert printed.getvalue() == said, f"{code}\nprints\n{printed.getvalue()}\nand the page says\n{said}"
    assert (tmp_path / "robust_yet_fragile.png").stat().st_size > 10_000
    assert (PAGE.parent / "robust_yet_fragile.png").stat().st_size > 10_000
