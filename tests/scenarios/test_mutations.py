"""Whatever is written in place of a setting: a valid scenario, or clean lines that name the file and the setting."""

import copy
import tempfile
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import files, load
from scenarios.files import SHIPPED, shipped_names
from scenarios.overrides import parse_set
from scenarios.schema import Scenario
from scenarios.toml_text import toml_document
from scenarios.writing import as_data
from sim.core.errors import UserError
from tests.scenarios.covering import fast_first
from tests.scenarios.sample import SampleScenario
from tests.scenarios.test_files import SHIPPED as SAMPLES

WORLDS = [(schema, folder, name) for schema, folder in ((SampleScenario, SAMPLES), (Scenario, SHIPPED))
          for name in shipped_names(folder)]
PARAMETERS = fast_first(WORLDS, lambda world: world[2] if world[0] is Scenario else "", lambda world: f"{world[0].__name__}-{world[2]}")
FULL = {world: as_data(load(world[2], schema=world[0], folder=world[1])) for world in WORLDS}
BAD = [-1, 0, 1, 7.5, 1e308, -1e-300, 2**62, 2**63, float("nan"), float("inf"), True, "", "x", "\x00\n", "名",
       [], [1], ["x"], [[]], [{}], {}, {"kind": "x"}, {"a": 1},
       date(2012, 1, 1), datetime(2012, 1, 1, 11, 11), time(11, 11)]
PARTS = 8

scalars = st.one_of(st.integers(), st.floats(), st.booleans(), st.text(max_size=5), st.dates(), st.sampled_from(BAD))
names = st.sampled_from(["kind", "name", "remove", "count", "coupon", "x"]) | st.text(max_size=4)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
                      max_leaves=6)
mutations = settings(max_examples=300, deadline=None)


def paths(data, path=()):
    """The path of every setting, table and list of plain data."""
    for name, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield path + (name,)
        if isinstance(value, dict | list):
            yield from paths(value, path + (name,))


def changed(data, path, value):
    """A copy of the data with another value at a path."""
    data = copy.deepcopy(data)
    inside = data
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return data


def new_paths(world):
    """The paths that no earlier world of the same schema has."""
    earlier = [other for other in WORLDS[: WORLDS.index(world)] if other[0] is world[0]]
    known = {path for other in earlier for path in paths(FULL[other])}
    return [path for path in paths(FULL[world]) if path not in known]


@pytest.fixture(scope="module", autouse=True)
def what_lies_below_is_read_once():
    """The shipped files and the defaults are the same below every text tried here: thousands of texts need not read them again."""
    read_file, make_entries, names_in = files.read_file, files.entry, files.shipped_names
    defaults = {schema: files.default_tables(schema) for schema in (SampleScenario, Scenario)}
    below = {id(data): make_entries(data, "") for data in defaults.values()}
    read_once = cache(read_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "default_tables", defaults.__getitem__)
        patch.setattr(files, "entry", lambda data, *place: below.get(id(data)) or make_entries(data, *place))
        patch.setattr(files, "read_file", lambda path, name: (read_once if path.parent in (SHIPPED, SAMPLES) else read_file)(path, name))
        patch.setattr(files, "shipped_names", cache(names_in))
        yield


def extending(world, data, section):
    """The text of a file that extends the world's scenario and holds one section of the data."""
    return toml_document({"extends": world[2], section: data[section]})


def read(world, text, file):
    """The scenario in a text, or the lines of the UserError; every line is clean and names the file."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    try:
        return load(file, schema=world[0], folder=world[1]), []
    except UserError as wrong:
        assert wrong.lines
        for line in wrong.lines:
            assert line.startswith((f"{file}:", "baseline.toml:")) and line.isprintable() and len(line) < 700
        return None, wrong.lines


def meets(world, path, value, file):
    """Put a value in place of a setting: a scenario or lines, at least one of which names the setting's section."""
    scenario, lines = read(world, extending(world, changed(FULL[world], path, value), path[0]), file)
    assert isinstance(scenario, world[0]) or any(path[0] in line for line in lines), (path, value, lines)


@pytest.mark.parametrize("part", [0, *(pytest.param(k, marks=pytest.mark.slow) for k in range(1, PARTS))])
@pytest.mark.parametrize("world", PARAMETERS)
def test_every_setting_meets_every_bad_value(world, part, tmp_path):
    """In eight parts: every eighth value at every eighth path, so that every sort of setting meets every value in each."""
    for number, path in enumerate(new_paths(world)):
        for value in BAD[(number + part) % PARTS::PARTS]:
            meets(world, path, value, tmp_path / "my.toml")


def n_reported(world, tried, file):
    """Of how many of the paths tried is the misspelling named in a line."""
    reported = 0
    for path in tried:
        if isinstance(path[-1], str):
            misspelt = changed(FULL[world], path[:-1] + (path[-1] + "x",), 1)
            section = path[0] if len(path) > 1 else path[0] + "x"
            _, lines = read(world, extending(world, misspelt, section), file)
            reported += any(path[-1] + "x" in line for line in lines)
    return reported


@pytest.mark.parametrize("schema", [SampleScenario, Scenario])
def test_every_misspelt_setting_is_reported_or_is_a_name_of_the_users_own(schema, tmp_path):
    worlds = [world for world in WORLDS if world[0] is schema]
    assert sum(n_reported(world, new_paths(world), tmp_path / "my.toml") for world in worlds) > len(FULL[worlds[0]]) / 2


@pytest.mark.slow
@pytest.mark.parametrize("world", PARAMETERS)
def test_every_misspelt_setting_of_every_world_is_reported_or_is_a_name_of_the_users_own(world, tmp_path):
    assert n_reported(world, paths(FULL[world]), tmp_path / "my.toml") > len(FULL[world]) / 2


@given(st.data())
@mutations
def test_any_value_in_place_of_any_setting_is_met_cleanly(data):
    world = data.draw(st.sampled_from(WORLDS))
    path = data.draw(st.sampled_from(list(paths(FULL[world]))))
    with tempfile.TemporaryDirectory() as folder:
        meets(world, path, data.draw(values), Path(folder) / "my.toml")


@given(st.data())
@mutations
def test_any_change_of_the_bytes_of_a_file_is_met_cleanly(data):
    world = data.draw(st.sampled_from(WORLDS))
    text = (world[1] / f"{world[2]}.toml").read_bytes()
    at = data.draw(st.integers(0, len(text)))
    signs = [b"[", b"]", b'"', b"'", b"\n", b"=", b".", b"[[", b"{", b"#", b"-"]
    new = data.draw(st.binary(max_size=3) | st.sampled_from(signs))
    with tempfile.TemporaryDirectory() as folder:
        read(world, text[:at] + new + text[at + data.draw(st.integers(0, 9)):], Path(folder) / "my.toml")


@given(st.binary(max_size=60))
@mutations
def test_any_bytes_are_met_cleanly(content):
    with tempfile.TemporaryDirectory() as folder:
        read(WORLDS[0], content, Path(folder) / "my.toml")


@given(st.data())
@mutations
def test_any_override_is_met_cleanly(data):
    world = data.draw(st.sampled_from(WORLDS))
    step = st.sampled_from(["consumers", "tactics", "platforms", "0", "coupon", "focal", "kind", "social", "networks"])
    path = data.draw(st.lists(step | names, min_size=1, max_size=4).map(".".join))
    known = [".".join(map(str, each)) for each in paths(FULL[world])]
    overrides = {path: data.draw(values), data.draw(st.sampled_from(known)): data.draw(values | st.none())}
    try:
        assert isinstance(load(world[2], overrides, schema=world[0], folder=world[1]), world[0])
    except UserError as wrong:
        assert all(line.isprintable() and len(line) < 700 for line in wrong.lines) and wrong.lines


@given(st.lists(st.text(max_size=12) | st.tuples(names, values.map(str)).map("=".join), max_size=3))
@mutations
def test_any_text_after_set_is_met_cleanly(texts):
    try:
        assert isinstance(parse_set(texts), dict)
    except UserError as wrong:
        assert all(line.isprintable() and line.startswith("--set") for line in wrong.lines) and wrong.lines
