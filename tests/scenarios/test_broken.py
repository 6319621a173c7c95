"""Hand-written broken files: each `broken/NAME.toml` is met with exactly the lines of `broken/NAME.expected`."""

from pathlib import Path

import pytest

from tests.scenarios.test_files import lines_of

BROKEN = Path(__file__).parent / "broken"


@pytest.mark.parametrize("name", sorted(path.stem for path in BROKEN.glob("*.toml")))
def test_a_broken_file_is_met_with_the_lines_beside_it(name, monkeypatch):
    monkeypatch.chdir(BROKEN)
    expected = (BROKEN / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    assert lines_of(f"{name}.toml") == expected


def test_every_broken_file_has_its_lines_and_there_are_at_least_forty():
    files, expected = ({path.stem for path in BROKEN.glob(f"*.{end}")} for end in ("toml", "expected"))
    assert files == expected
    assert len(files) >= 40
