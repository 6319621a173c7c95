"""Every setting of a TOML file is found on the line where it is written."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.lines import key_lines
from scenarios.toml_text import toml_document

HARD = '''# [x]
a = """x
[y] 'q' "" z
""""
b.c = [ # [
 1, "]",
 { d = 1 },
]
[t."q.r"]
x='it'
y = 'C:\\'
z = \'\'\' a
 [[ " \'\'\'\'
[[l]]
n = 1
[[l.m]]
k = 2
[l.s]
u = "a # b" # "
[[l]]
n = 2
[end]
e=1'''

names = st.text("ab.# \"'[=é", max_size=4)
values = st.one_of(st.integers(-9, 9), st.booleans(), st.text("a[]{}#'\"\\\n=", max_size=6),
                   st.lists(st.integers(0, 3), max_size=3), st.floats(allow_nan=False, allow_infinity=False))
tables = st.recursive(
    st.dictionaries(names, values, max_size=4),
    lambda inner: st.dictionaries(names, inner | values | st.lists(inner, min_size=1, max_size=3), max_size=4),
    max_leaves=12)


def keys(data, path=()):
    """The path of every setting and table."""
    for name, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield path + (name,)
        if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            yield from keys(value, path + (name,))


def test_strings_brackets_and_comments_do_not_lead_astray():
    lines = key_lines(HARD)
    assert {".".join(map(str, path)): line for path, line in lines.items()} == {
        "a": 2, "b": 5, "b.c": 5, "t": 9, "t.q.r": 9, "t.q.r.x": 10, "t.q.r.y": 11, "t.q.r.z": 12, "l": 14, "l.0": 14,
        "l.0.n": 15, "l.0.m": 16, "l.0.m.0": 16, "l.0.m.0.k": 17, "l.0.s": 18, "l.0.s.u": 19, "l.1": 20, "l.1.n": 21,
        "end": 22, "end.e": 23}


def test_windows_line_ends_count_once():
    assert key_lines("a = 1\r\n\r\nb = 2\r\n") == {("a",): 1, ("b",): 3}


@given(tables)
@settings(max_examples=200, deadline=None)
def test_any_table_is_written_as_toml_read_back_and_located(data):
    text = toml_document(data)
    assert tomllib.loads(text) == data
    lines = key_lines(text)
    for path in keys(data):
        assert path in lines
