"""The graph: rows in order, links once, counts kept incrementally, nothing moved by an isolated actor."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.errors import UserError
from sim.core.graph import Graph

PATH = Graph.from_edges(4, [2, 0, 1], [3, 1, 2])


def links(n):
    return st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40)


def test_rows_list_neighbours_in_ascending_order_however_the_links_were_given():
    assert [PATH.neighbours(i).tolist() for i in range(4)] == [[1], [0, 2], [1, 3], [2]]
    assert PATH.indptr.dtype == np.int64 and PATH.indices.dtype == np.int32
    assert PATH.degrees().tolist() == [1, 2, 2, 1] and PATH.n_edges == 3 and PATH.mean_degree == 1.5
    assert PATH.fingerprint() == Graph.from_edges(4, [1, 3, 2], [0, 2, 1]).fingerprint()
    assert "4 actors, 3 links" in repr(PATH)


def test_a_directed_graph_and_its_reverse_swap_sources_and_targets():
    graph = Graph.from_edges(3, [0, 0, 2], [2, 1, 1], [5.0, 7.0, 9.0], directed=True)
    assert graph.neighbours(0).tolist() == [1, 2] and graph.weights.tolist() == [7.0, 5.0, 9.0]
    assert graph.degrees().tolist() == [2, 0, 1] and graph.in_degrees().tolist() == [0, 2, 1]
    back = graph.reverse()
    assert back.neighbours(1).tolist() == [0, 2] and back.weights.tolist() == [7.0, 9.0, 5.0]
    assert back.reverse().fingerprint() == graph.fingerprint()
    assert graph.fingerprint() != back.fingerprint()


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [([0], [0], "actor 0 is linked to itself"), ([0, 1], [1, 0], "link 0 - 1 is there twice"),
     ([0], [4], r"target\[0\] is 4"),
     ([-1], [0], r"source\[0\] is -1"), ([0.5], [1], "must be integers"), ([0, 1], [1], "2 sources, 1 targets")],
)
def test_a_link_that_cannot_be_is_refused(source, target, said):
    with pytest.raises(ValueError, match=said):
        Graph.from_edges(4, source, target)


def test_merging_adds_up_repeated_links_and_drops_self_links():
    graph = Graph.from_edges(3, [0, 1, 2, 1], [1, 0, 2, 2], [1.0, 2.0, 4.0, 8.0], merge=True)
    assert graph.n_edges == 2
    assert graph.to_sparse().toarray().tolist() == [[0, 3, 0], [3, 0, 8], [0, 8, 0]]


def test_a_complete_graph_stores_nothing_and_everybody_is_a_neighbour():
    graph = Graph.all_linked(4).padded(6)
    assert graph.indices.size == 0 and graph.n_edges == 6
    assert graph.degrees().tolist() == [3, 3, 3, 3, 0, 0]
    assert graph.neighbours(1).tolist() == [0, 2, 3] and graph.neighbours(5).size == 0
    assert nx.utils.graphs_equal(graph.to_networkx(), nx.disjoint_union(nx.complete_graph(4), nx.empty_graph(2)))
    assert "complete" in repr(graph) and "2 isolated" in repr(graph)


@pytest.mark.parametrize("graph", [PATH, Graph.all_linked(4), Graph.from_edges(4, [0, 1], [1, 2], directed=True)])
def test_padding_moves_no_row(graph):
    padded = graph.padded(7)
    assert padded.n == 7 and padded.n_connected == 4 and padded.n_edges == graph.n_edges
    assert padded.mean_degree == graph.mean_degree
    for i in range(4):
        assert np.array_equal(padded.neighbours(i), graph.neighbours(i))
    assert not padded.degrees()[4:].any()
    assert padded.fingerprint() != graph.fingerprint() and graph.padded(4).fingerprint() == graph.fingerprint()


def test_an_empty_world_has_an_empty_graph():
    for n in (0, 1, 3):
        graph = Graph.from_edges(n, [], [])
        assert graph.n_edges == 0 and graph.degrees().tolist() == [0] * n
        assert graph.fingerprint() == Graph.empty(n).fingerprint()


@settings(deadline=None)  # the first example compiles kernels
@given(links(9), st.booleans())
def test_a_graph_of_any_links_is_the_one_networkx_makes(pairs, directed):
    theirs = (nx.DiGraph if directed else nx.Graph)()
    theirs.add_nodes_from(range(9))
    theirs.add_edges_from((a, b) for a, b in pairs if a != b)
    ours = Graph.from_edges(9, *np.array(pairs, np.int64).reshape(-1, 2).T, directed=directed, merge=True)
    assert nx.utils.graphs_equal(ours.to_networkx(), theirs)
    assert Graph.from_networkx(theirs).fingerprint() == ours.fingerprint()
    assert np.array_equal(ours.to_sparse().toarray(), nx.to_numpy_array(theirs, nodelist=range(9)))


@settings(deadline=None)  # the first example compiles kernels
@given(links(8), st.lists(st.sets(st.integers(0, 7)), max_size=5), st.booleans(), st.booleans())
def test_counts_kept_incrementally_equal_counts_from_scratch(pairs, days, directed, complete):
    graph = Graph.from_edges(8, *np.array(pairs, np.int64).reshape(-1, 2).T, directed=directed, merge=True)
    graph = (Graph.all_linked(8) if complete else graph).padded(9)
    state, counts = np.zeros(9, bool), np.zeros(9, np.int32)
    for changing in days:
        changed = np.array(sorted(changing), np.int64)
        graph.push_change(changed, np.where(state[changed], -1, 1), counts)
        state[changed] ^= True
    matrix = graph.to_sparse().toarray()
    assert np.array_equal(counts, state @ matrix)
    assert np.array_equal(counts, graph.count_neighbours(state))


def test_graphml_and_networkx_come_back_as_they_went(tmp_path):
    graph = Graph.from_edges(5, [0, 1, 3], [1, 2, 4], [0.1, 2.0, 1e9], directed=True)
    nx.write_graphml(graph.to_networkx(), tmp_path / "graph.graphml")
    assert Graph.from_graphml(tmp_path / "graph.graphml").fingerprint() == graph.fingerprint()
    assert Graph.from_networkx(graph.to_networkx()).fingerprint() == graph.fingerprint()
    named = Graph.from_networkx(nx.Graph([("Wei", "Li"), ("Li", "Chen")]))
    assert named.names == ("Wei", "Li", "Chen") and named.neighbours(1).tolist() == [0, 2]


def test_a_graph_file_that_is_none_is_the_users_mistake(tmp_path):
    broken, loop = tmp_path / "broken.graphml", tmp_path / "loop.graphml"
    broken.write_text("<graphml><node")
    nx.write_graphml(nx.Graph([("a", "a")]), loop)
    for path, said in ((tmp_path / "none", "no such file"), (broken, "not a GraphML file"), (loop, "linked to itself")):
        with pytest.raises(UserError, match=said) as error:
            Graph.from_graphml(path)
        assert str(path) in error.value.lines[0]
    with pytest.raises(UserError, match="weight is -1"):
        Graph.from_networkx(nx.Graph([(0, 1, {"weight": -1})]))
