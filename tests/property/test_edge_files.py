"""A user's file of links becomes a valid graph or lines that say what is wrong where; never a traceback."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.errors import UserError
from sim.core.graph import Graph
from sim.core.random import Stream, stream_key
from sim.networks import NETWORKS, build_network
from sim.networks.edges import read_edges, read_ids

EVERY_FILE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ENTRIES = st.one_of(st.integers(-2, 12).map(str), st.sampled_from(
    ["", " ", "0", "1", " 2 ", "3.0", "+4", "-1", "1.5", "nan", "inf", "-inf", "1e3", "0x1f", "9" * 40, "Wei", "Li",
     "真", '"', '"a"', "a,b", "a;b", "\t", "NULL", "True", "2013-01-01", "\x00", "-0", "٣"]), st.text(max_size=4))


@pytest.fixture
def write(tmp_path):
    def make(content, name="links.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
    return make


def faults_of(call):
    """The lines a user sees, without the folder."""
    with pytest.raises(UserError) as error:
        call()
    return [line[line.index("links"):] if "links" in line else line for line in error.value.lines]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("", ["links.csv: the file is empty"]),
        ("source,target\n", ["links.csv: there are no rows"]),
        ("source,target\n,\n\n", ["links.csv: there are no rows"]),
        ("from,target\n0,1\n", ["links.csv: no column 'source' (source); columns: from, target"]),
        ("sorce,trget\n0,1\n", [
            "links.csv: no column 'source' (source); columns: sorce, trget - did you mean 'sorce'?",
            "links.csv: no column 'target' (target); columns: sorce, trget - did you mean 'trget'?"]),
        ("source,source,target\n0,1,2\n", ["links.csv: column 'source' is there 2 times"]),
        ("source,target\n0,5\n-1,1\n", ["links.csv, row 3: column 'source': unknown id -1; ids are whole numbers 0..4",
                                        "links.csv, row 2: column 'target': unknown id 5; ids are whole numbers 0..4"]),
        ("source,target\n1,2\n0,5\n", ["links.csv, row 3: column 'target': unknown id 5; ids are whole numbers 0..4"]),
        ("source,target\n5,1\n1,2\n", ["links.csv, row 2: column 'source': unknown id 5; ids are whole numbers 0..4",
                                       "links.csv: ids are 1..5; they must start at 0"]),
        ("source,target\n\n0,Wei\n1.5,1\n", [
            "links.csv, row 4: column 'source': '1.5' is not a whole number; ids are whole numbers 0..4",
            "links.csv, row 3: column 'target': 'Wei' is not a whole number; ids are whole numbers 0..4"]),
        ("source,target\n0,\n", ["links.csv, row 2: column 'target' is empty; ids are whole numbers 0..4"]),
        ("source,target\n2,2\n", ["links.csv, row 2: 2 is linked to itself; links join two actors"]),
        ("source,target\n0,1\n2,3\n1,0\n", [
            "links.csv, row 4: link 1 - 0 is there already in row 2; each link once, in either direction"]),
        ("source,target,weight\n0,1,-3\n1,2,much\n2,3,\n3,4,nan\n", [
            "links.csv, row 2: column 'weight': weight '-3'; weights are numbers of 0 or more",
            "links.csv, row 3: column 'weight': weight 'much'; weights are numbers of 0 or more",
            "links.csv, row 4: column 'weight': weight is missing; weights are numbers of 0 or more",
            "links.csv, row 5: column 'weight': weight 'nan'; weights are numbers of 0 or more"]),
        ("source,target\n0,1,2\n2\n", ["links.csv, row 2: 3 columns; the header has 2",
                                       "links.csv, row 3: 1 columns; the header has 2"]),
        (b"source,target\n0,\xff\xfe\n", ["links.csv: not UTF-8 text; save it as 'CSV UTF-8'"]),
        (b"\xff\xfe,target\n0,1\n", ["links.csv: not UTF-8 text; save it as 'CSV UTF-8'"]),
    ],
)
def test_each_mistake_in_a_file_has_its_line(content, lines, write):
    path = write(content)
    assert faults_of(lambda: read_edges(path, 5)) == lines


def test_all_sorts_of_mistakes_are_reported_at_once_and_many_of_a_sort_are_counted(write):
    path = write("source,target,weight\n" + "0,0,1\n" * 9 + "7,1,x\n")
    lines = faults_of(lambda: read_edges(path, 5))
    assert sum("is linked to itself" in line for line in lines) == 5
    assert "links.csv: 4 more rows with a self-link" in lines
    assert any("unknown id 7" in line for line in lines) and any("weight 'x'" in line for line in lines)


def test_a_file_that_is_not_there_or_not_a_table_says_so(tmp_path, write):
    assert faults_of(lambda: read_edges(tmp_path / "links.csv", 5)) == ["links.csv: no such file"]
    assert "unknown kind of file '.xlsx'; known: .csv" in faults_of(lambda: read_edges(write("x", "links.xlsx"), 5))[0]
    assert "not a readable Parquet file" in faults_of(lambda: read_edges(write("x", "links.parquet"), 5))[0]
    (tmp_path / "links.txt").mkdir()
    assert faults_of(lambda: read_edges(tmp_path / "links.txt", 5)) == ["links.txt: is a folder, not a file"]


def test_tables_of_any_usual_form_are_the_same_graph(tmp_path, write):
    expected = Graph.from_edges(5, [0, 2, 3], [1, 4, 0], [1.0, 2.5, 0.0]).fingerprint()
    frame = pd.DataFrame({"source": [0, 2, 3], "target": [1, 4, 0], "weight": [1.0, 2.5, 0.0]})
    frame["note"] = ["a", None, "c"]
    frame.to_parquet(tmp_path / "links.parquet")
    frame.astype({"source": "float64", "target": "str", "weight": "str"}).to_parquet(tmp_path / "text.parquet")
    frame.astype({"source": "category", "target": "uint8", "weight": "float32"}).to_parquet(tmp_path / "small.parquet")
    paths = [tmp_path / name for name in ("links.parquet", "text.parquet", "small.parquet")]
    texts = ["source,target,weight\n0,1,1\n2,4,2.5\n3,0,0\n",
             "\ufefftarget;source;weight\r\n1;0;1.0\r\n4;2;2.5\r\n0;3;0\r\n",
             "weight\tsource\ttarget\n1e0\t 0\t1.0\n+2.5\t2 \t4\n0\t3\t00\n",
             '"source","target","weight"\n\n"0","1","1"\n2,4,2.5\n,,\n0,3,0\n']
    paths += [write(text, f"{i}.csv") for i, text in enumerate(texts)]
    assert {read_edges(path, 5).fingerprint() for path in paths} == {expected}


def test_names_stand_for_actors_in_the_order_of_the_ids_file(write):
    names = write("name,city\nWei,Hangzhou\n李,Wuhan\nChen,Wuhan\n", "names.csv")
    links = write("supplier,customer,amount\nWei,李,10\nChen,李,20\n")
    chosen = NETWORKS["edges"].settings(file=str(links), source="supplier", target="customer", weight="amount",
                                        ids_file=str(names), ids_column="name")
    graph = build_network(chosen, 5, stream_key(1, Stream.SUPPLY_TIES), use="supply", n_connected=4)
    assert graph.directed and graph.n == 5 and graph.names[:3] == ("Wei", "李", "Chen")
    assert graph.neighbours(0).tolist() == [1] and graph.neighbours(2).tolist() == [1]
    assert np.allclose(graph.weights, [1 / 3, 2 / 3])
    wrong = write("source,target\nWei,Chem\nWei,Wei\n")
    assert faults_of(lambda: read_edges(wrong, 5, ids=read_ids(names, 5, column="name"))) == [
        ("links.csv, row 2: column 'target': unknown id 'Chem'; ids are the 3 names of the ids file "
         "- did you mean 'Chen'?"),
        "links.csv, row 3: 'Wei' is linked to itself; links join two actors"]


def test_names_must_be_there_once_each_and_fit_the_world(write):
    path = write("id\nWei\nLi\nWei\n", "links-ids.csv")
    assert faults_of(lambda: read_ids(path, 2)) == [
        "links-ids.csv, row 4: column 'id': 'Wei' is there already in row 2",
        "links-ids.csv: names 3 actors; the world has 2"]
    path = write("id,x\nWei,1\n,2\n", "links-ids.csv")
    assert faults_of(lambda: read_ids(path, 2)) == [
        "links-ids.csv, row 3: column 'id' is empty; every actor has a name"]


def test_a_graphml_file_is_a_network_too(tmp_path):
    nx.write_graphml(nx.DiGraph([("Wei", "Li")]), tmp_path / "links.graphml")
    (tmp_path / "names.csv").write_text("id\nChen\nLi\nWei\n")
    chosen = NETWORKS["edges"].settings(file=str(tmp_path / "links.graphml"), ids_file=str(tmp_path / "names.csv"))
    key = stream_key(1, Stream.SUPPLY_TIES)
    assert build_network(chosen, 3, key, use="supply").neighbours(2).tolist() == [1]
    said = faults_of(lambda: build_network(chosen, 3, key, use="social"))[0]
    assert "links are directed; this network needs undirected" in said
    unnamed = chosen.model_copy(update={"ids_file": ""})
    assert "give ids_file" in faults_of(lambda: build_network(unnamed, 3, key, use="supply"))[0]


def test_links_of_the_users_file_carry_the_path_of_the_setting(write):
    chosen = NETWORKS["edges"].settings(file=str(write("source,target\n0,9\n")))
    with pytest.raises(UserError) as error:
        build_network(chosen, 3, stream_key(1, Stream.SUPPLY_TIES), use="supply")
    assert error.value.lines[0].startswith("networks.supply: ")
    assert error.value.lines[0].endswith("links.csv, row 2: column 'target': unknown id 9; ids are whole numbers 0..2")


def is_valid_or_refused(call, n):
    """True if the file was taken; what comes out then is a simple graph of n actors."""
    try:
        graph = call()
    except UserError as error:
        assert error.lines and all(line.strip() and "\n" not in line for line in error.lines)
        return False
    assert graph.n == n
    again = Graph.from_edges(n, *graph.edges(), graph.edge_weights(), directed=graph.directed)
    assert again.fingerprint() == graph.fingerprint()
    assert graph.weights is None or (np.isfinite(graph.weights).all() and (graph.weights >= 0).all())
    return True


@EVERY_FILE
@given(st.lists(st.tuples(ENTRIES, ENTRIES, ENTRIES), max_size=8), st.booleans(), st.booleans())
def test_any_entries_are_taken_or_refused_in_lines(write, rows, directed, named):
    path = write("source,target,weight\n" + "".join(",".join(row) + "\n" for row in rows).replace("\ud800", ""))
    ids = ["Wei", "Li", "真", "0"] if named else None
    is_valid_or_refused(lambda: read_edges(path, 10, directed=directed, ids=ids), 10)


@EVERY_FILE
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12), st.booleans())
def test_exactly_the_files_of_simple_links_are_taken(write, pairs, directed):
    path = write("source,target\n" + "".join(f"{a},{b}\n" for a, b in pairs))
    links = pairs if directed else [tuple(sorted(pair)) for pair in pairs]
    is_simple = len(set(links)) == len(links) and all(a != b for a, b in links)
    assert is_valid_or_refused(lambda: read_edges(path, 10, directed=directed), 10) == is_simple


@EVERY_FILE
@given(st.binary(max_size=60), st.sampled_from([".csv", ".parquet", ".graphml", ".tsv"]), st.booleans())
def test_any_bytes_are_taken_or_refused_in_lines(write, content, suffix, has_header):
    path = write((b"source,target\n" if has_header else b"") + content, "links" + suffix)
    chosen = NETWORKS["edges"].settings(file=str(path))
    is_valid_or_refused(lambda: build_network(chosen, 4, stream_key(1, Stream.SOCIAL_TIES), use="social"), 4)
    try:
        read_ids(path, 4, column="source")
    except UserError:
        pass


@EVERY_FILE
@given(st.data())
def test_any_parquet_columns_are_taken_or_refused_in_lines(tmp_path, data):
    kinds = [st.integers(-2, 12), st.floats(), st.text(max_size=3), st.booleans(), st.dates(), st.none(),
             st.binary(max_size=2), st.lists(st.integers(), max_size=2), st.decimals(0, 9, places=1),
             st.integers(2**63, 2**64 - 1), st.floats(width=16),
             st.dictionaries(st.sampled_from("ab"), st.integers(0, 2), min_size=1)]
    n_rows = data.draw(st.integers(0, 6))
    frame = {}
    for name in ("source", "target", "weight"):
        entry = data.draw(st.sampled_from(kinds))
        frame[name] = data.draw(st.lists(st.one_of(st.none(), entry), min_size=n_rows, max_size=n_rows))
    try:
        pd.DataFrame(frame).to_parquet(tmp_path / "links.parquet")
    except (ValueError, TypeError, OverflowError, NotImplementedError):
        return  # a column Parquet cannot hold
    ids = data.draw(st.sampled_from([None, ["a", "b", "0", "1"]]))
    is_valid_or_refused(lambda: read_edges(tmp_path / "links.parquet", 10, ids=ids), 10)


@EVERY_FILE
@given(st.data())
def test_a_damaged_parquet_file_is_taken_or_refused_in_lines(tmp_path, data):
    pd.DataFrame({"source": [0, 1, 2], "target": [1, 2, 3]}).to_parquet(tmp_path / "links.parquet")
    content = bytearray((tmp_path / "links.parquet").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "links.parquet").write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
    is_valid_or_refused(lambda: read_edges(tmp_path / "links.parquet", 4), 4)
