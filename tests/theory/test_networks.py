"""Networks have the statistics their authors derived, measured by networkx on small instances."""

import networkx as nx
import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from sim.core.graph import Graph
from sim.core.random import Stream, stream_key
from sim.networks import NETWORKS, build_network


def build(name, n, seed=1, use=None, attributes=None, **settings):
    kind = NETWORKS[name]
    key = stream_key(seed, Stream.SOCIAL_TIES)
    return build_network(kind.settings(**settings), n, key, use=use or kind.uses[0], attributes=attributes)


def tail_exponent(degrees, above):
    """Exponent of the density and its standard error, by maximum likelihood (Clauset, Shalizi and Newman 2009, 3.7)."""
    tail = degrees[degrees >= above]
    exponent = 1 + tail.size / np.log(tail / (above - 0.5)).sum()
    return exponent, (exponent - 1) / np.sqrt(tail.size)


@pytest.mark.parametrize("rewiring", [0.0, 0.01, 0.1, 1.0])
def test_a_small_world_has_the_clustering_and_the_paths_of_watts_and_strogatz(rewiring):
    n, degree, seeds = 600, 10, range(12)
    ours = [build("small_world", n, seed, mean_degree=degree, rewiring=rewiring).to_networkx() for seed in seeds]
    theirs = [nx.watts_strogatz_graph(n, degree, rewiring, seed=seed) for seed in seeds]
    for statistic in (nx.average_clustering, mean_path):
        our_values, their_values = ([statistic(graph) for graph in graphs] for graphs in (ours, theirs))
        error = np.sqrt((np.var(our_values, ddof=1) + np.var(their_values, ddof=1)) / len(seeds))
        assert np.mean(our_values) == pytest.approx(np.mean(their_values), abs=4 * error + 1e-9)
    if rewiring == 0:  # the ring lattice exactly: 3 (k - 2) / (4 (k - 1))
        assert nx.average_clustering(ours[0]) == pytest.approx(3 * (degree - 2) / (4 * (degree - 1)))


@pytest.mark.parametrize("rewiring", [0.01, 0.3])
def test_as_many_ties_of_a_small_world_leave_the_ring_as_set(rewiring):
    n = 100_000
    source, target = build("small_world", n, mean_degree=8, rewiring=rewiring).edges()
    apart = np.minimum(target - source, n - (target - source))
    assert np.count_nonzero(apart > 4) == pytest.approx(4 * n * rewiring, abs=4 * np.sqrt(4 * n * rewiring))


def mean_path(graph):
    """Mean shortest path, by scipy, which is much faster than networkx."""
    distance = shortest_path(nx.to_scipy_sparse_array(graph), unweighted=True)
    return distance.sum() / (distance.size - len(distance))


def test_a_small_world_is_short_long_before_it_stops_being_clustered():
    graphs = (build("small_world", 1000, mean_degree=10, rewiring=rewiring) for rewiring in (0, 0.01))
    lattice, world = (graph.to_networkx() for graph in graphs)
    assert mean_path(world) < 0.5 * mean_path(lattice)
    assert nx.average_clustering(world) > 0.9 * nx.average_clustering(lattice)


def test_degrees_of_a_scale_free_network_follow_the_law_of_barabasi_and_albert():
    m, n = 4, 200_000
    degrees = build("scale_free", n, mean_degree=2 * m).degrees()
    assert degrees.min() >= m
    for k in range(m, 12):  # exact: 2 m (m + 1) / (k (k + 1) (k + 2)), Bollobás et al. (2001)
        share = 2 * m * (m + 1) / (k * (k + 1) * (k + 2))
        assert np.mean(degrees == k) == pytest.approx(share, abs=5 * np.sqrt(share / n))
    # beyond k the exact law has local exponent 3 - 3/k + ..., so the fit starts where that is small
    exponent, error = tail_exponent(degrees, above=40)
    assert exponent == pytest.approx(3.0, abs=4 * error + 0.08)


def test_degrees_of_a_scale_free_network_are_those_of_networkx():
    ours = np.sort(np.concatenate([build("scale_free", 3000, seed, mean_degree=6).degrees() for seed in range(5)]))
    theirs = np.sort([d for seed in range(5) for _, d in nx.barabasi_albert_graph(3000, 3, seed=seed).degree()])
    at_most = [np.searchsorted(degrees, np.arange(3, 200), "right") for degrees in (ours, theirs)]
    distance = np.abs(at_most[0] - at_most[1]).max() / ours.size
    assert distance < 1.95 * np.sqrt(2 / ours.size)  # Kolmogorov-Smirnov at 0.1%


@pytest.mark.parametrize("exponent", [3.5, 5.0])
def test_a_larger_tail_exponent_makes_a_thinner_tail(exponent):
    degrees = build("scale_free", 300_000, mean_degree=8, tail_exponent=exponent).degrees()
    fitted, error = tail_exponent(degrees, above=50)
    assert fitted == pytest.approx(exponent, rel=0.12, abs=4 * error)


def test_hubs_of_a_scale_free_network_have_any_id():
    degrees = build("scale_free", 20_000, mean_degree=8).degrees()
    assert abs(np.corrcoef(np.arange(20_000), degrees)[0, 1]) < 4 / np.sqrt(20_000)


@pytest.mark.parametrize("homophily", [0.0, 0.3, 0.8])
def test_assortativity_of_blocks_is_the_homophily_that_was_set(homophily):
    group = np.repeat([0, 1, 2], [1200, 600, 200])
    graph = build("blocks", 2000, attributes={"region": group}, homophily=homophily).to_networkx()
    nx.set_node_attributes(graph, dict(enumerate(group.tolist())), "group")
    measured = nx.attribute_assortativity_coefficient(graph, "group")
    assert measured == pytest.approx(homophily, abs=4 / np.sqrt(graph.number_of_edges()))
    share = np.bincount(group) / group.size
    modularity = nx.community.modularity(graph, [set(np.flatnonzero(group == g).tolist()) for g in range(3)])
    assert modularity == pytest.approx(homophily * (1 - (share**2).sum()), abs=0.03)
    degrees = np.array([degree for _, degree in graph.degree()])
    for g in range(3):  # homophily favours no group
        mine = degrees[group == g]
        assert mine.mean() == pytest.approx(8.0, abs=4 * np.sqrt(8 / mine.size))


def test_blocks_of_names_are_blocks_of_codes():
    words = np.array(["north", "south", "west"])[np.arange(900) % 3]
    by_word, by_code = (build("blocks", 900, attributes={"region": group}) for group in (words, np.arange(900) % 3))
    assert by_word.fingerprint() == by_code.fingerprint()


@pytest.mark.parametrize("use", ["social", "interbank"])
def test_a_random_graph_has_binomial_degrees_and_no_clustering(use):
    graph = build("erdos_renyi", 5000, use=use, mean_degree=6.0)
    degrees = graph.degrees()
    assert degrees.var() == pytest.approx(6.0, abs=4 * 6.0 * np.sqrt(2 / 5000))
    assert nx.transitivity(graph.to_networkx().to_undirected()) < 0.01
    if graph.directed:
        assert np.corrcoef(degrees, graph.in_degrees())[0, 1] == pytest.approx(0, abs=4 / np.sqrt(5000))


def test_every_set_of_links_of_a_random_graph_is_equally_likely():
    seen = [build("erdos_renyi", 4, seed, use="social", mean_degree=1.0).fingerprint() for seed in range(3000)]
    _, counts = np.unique(seen, return_counts=True)
    assert counts.size == 15  # two of six pairs
    chi_squared = ((counts - 200) ** 2 / 200).sum()
    assert chi_squared < 36.1  # 14 degrees of freedom, 0.1%


def test_core_banks_deal_with_each_other_and_the_others_only_with_them():
    sizes = np.random.default_rng(1).pareto(1.0, 200)
    graph = build("core_periphery", 200, attributes={"size": sizes}, mean_degree=5, core_banks=12)
    core = np.zeros(200, bool)
    core[np.argsort(-sizes)[:12]] = True
    matrix = graph.to_sparse().toarray() > 0
    assert matrix[np.ix_(core, core)].sum() == 12 * 11
    assert matrix[np.ix_(~core, ~core)].sum() == 0
    assert graph.degrees()[core].mean() > 10 * graph.degrees()[~core].mean()


def test_both_degrees_of_a_directed_scale_free_network_have_heavy_tails():
    kinds = ("scale_free_directed", "erdos_renyi")
    graph, null = (build(name, 20_000, use="interbank", mean_degree=4) for name in kinds)
    for degrees, random in ((graph.degrees(), null.degrees()), (graph.in_degrees(), null.in_degrees())):
        assert degrees.max() > 5 * random.max()
        assert 1.8 < tail_exponent(degrees, above=20)[0] < 3.5  # Bollobás et al. (2003): 2 to 3 or a little more
    assert nx.number_weakly_connected_components(graph.to_networkx()) == 1


def test_large_merchants_have_more_suppliers_and_many_more_customers():
    size = np.random.default_rng(2).pareto(1.1, 20_000) + 1
    graph = build("supply", 20_000, attributes={"size": size})
    customers, suppliers = graph.degrees(), graph.in_degrees()
    top = np.argsort(-size)[:200]
    assert suppliers.min() >= 1
    assert suppliers[top].mean() > 3 * suppliers.mean() and customers[top].mean() > 10 * customers.mean()
    assert np.median(customers) < 0.6 * customers.mean()  # skewed
    slope = np.polyfit(np.log(size[top]), np.log(customers[top]), 1)[0]
    assert slope == pytest.approx(0.8, abs=0.15)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_suppliers_come_from_the_own_sector_as_often_as_set(share):
    sector = np.random.default_rng(3).integers(0, 8, 5000)
    graph = build("supply", 5000, attributes={"sector": sector, "size": np.ones(5000)}, sector_share=share)
    source, target = graph.edges()
    expected = share + (1 - share) / 8
    assert np.mean(sector[source] == sector[target]) == pytest.approx(expected, abs=0.02)


def test_goods_move_down_the_tiers_and_never_in_a_circle():
    graph = build("supply_tiers", 4000, tiers=4, widening=2.0, skipping_share=0.0, mean_degree=3.0)
    ours = graph.to_networkx()
    assert nx.is_directed_acyclic_graph(ours)
    assert nx.dag_longest_path_length(ours, weight="hops") == 3
    makers = np.count_nonzero(graph.in_degrees() == 0)
    assert makers == round(4000 / (1 + 2 + 4 + 8))
    generations = {i: g for g, tier in enumerate(nx.topological_generations(ours)) for i in tier}
    assert all(generations[b] - generations[a] == 1 for a, b in ours.edges)


def test_pareto_degrees_have_the_tails_that_were_set():
    graph = build("supply_pareto", 200_000, suppliers_tail=1.6, customers_tail=1.4)
    for degrees, tail in ((graph.in_degrees(), 1.6), (graph.degrees(), 1.4)):
        exponent, error = tail_exponent(degrees, above=40)
        assert exponent - 1 == pytest.approx(tail, abs=4 * error + 0.15)


def test_guarantee_circles_are_full_groups_with_a_few_bridges():
    apart = build("guarantee_circles", 6000, bridges_per_circle=0.0).to_networkx()
    circles = [circle for circle in nx.connected_components(apart) if len(circle) > 1]
    sizes = np.array([len(circle) for circle in circles])
    assert sizes.max() == 7 and np.count_nonzero(sizes < 3) <= 1  # the rest at the end of the line
    assert abs(sizes.mean() - 5.0) < 4 * np.sqrt(2.0 / sizes.size)
    assert nx.transitivity(apart) == 1.0
    bridged = build("guarantee_circles", 6000, bridges_per_circle=1.5).to_networkx()
    assert max(len(c) for c in nx.connected_components(bridged)) > 20 * 7
    assert set(apart.edges) <= set(bridged.edges)


def test_guarantee_circles_stay_within_a_region():
    region = np.arange(3000) % 11
    graph = build("guarantee_circles", 3000, attributes={"region": region}, within="region", bridges_per_circle=0.0)
    source, target = graph.edges()
    assert source.size > 500 and np.all(region[source] == region[target])


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "edges"])
def test_every_network_goes_to_networkx_and_graphml_and_back(name, tmp_path):
    graph = build(name, 60, attributes={"region": np.arange(60) % 3})
    theirs = graph.to_networkx()
    assert theirs.number_of_edges() == graph.n_edges and theirs.is_directed() == graph.directed
    nx.write_graphml(theirs, tmp_path / "graph.graphml")
    for back in (Graph.from_networkx(theirs), Graph.from_graphml(tmp_path / "graph.graphml")):
        if graph.complete:
            assert back.n_edges == graph.n_edges and not back.complete
        else:
            assert back.fingerprint() == graph.fingerprint()
