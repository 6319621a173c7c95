"""The folder of an experiment: lines that a kill cut off, and searches that race for one folder."""

import pytest

from results.owned_folder import append_line, whole_lines
from results.search_folder import SearchFolder
from sim.core.errors import UserError


def test_a_line_cut_off_inside_a_character_is_left_out_and_the_next_is_whole(tmp_path):
    path = tmp_path / "runs.jsonl"
    append_line(path, {"name": "first"})
    with open(path, "ab") as file:
        file.write('{"name": "\u8d37'.encode()[:-1])
    append_line(path, {"name": "\u8d37\u2028\u6b3e"})
    assert whole_lines(path) == [{"name": "first"}, {"name": "\u8d37\u2028\u6b3e"}]
    assert whole_lines(tmp_path / "none.jsonl") == []


def test_a_search_that_was_slower_does_not_mix_with_another(tmp_path, monkeypatch):
    first, second = (SearchFolder(tmp_path / "search", {"budget": budget}, {}, "days = 3\n", {}) for budget in (1, 2))
    monkeypatch.setattr(second, "is_there", lambda: False)  # it looked before the first had written
    with first:
        pass
    with pytest.raises(UserError, match="budget is 1 there and 2 here"), second:
        pass
    with first:  # and the lock was given back
        pass
