"""What every network kind promises: simple graphs, the degree as set, the same bits for the same key."""

import numpy as np
import pytest
from pydantic import TypeAdapter

from sim.core.errors import UserError
from sim.core.graph import Graph
from sim.core.random import Stream, stream_key
from sim.networks import DIRECTED_USES, NETWORKS, build_network, kinds_for, network_settings

KEY, OTHER_KEY = stream_key(7, Stream.SOCIAL_TIES), stream_key(8, Stream.SOCIAL_TIES)
N = 2000
ATTRIBUTES = {"region": np.arange(N + 1) % 9, "sector": np.arange(N + 1) % 5, "size": 1.0 + np.arange(N + 1) % 97}
WITH_DEGREE = [name for name, kind in NETWORKS.items() if "mean_degree" in kind.settings.model_fields]
CASES = [(name, use) for name, kind in NETWORKS.items() for use in kind.uses]


@pytest.fixture
def settings_of(tmp_path):
    """Settings of a kind; `edges` reads a ring of N actors from a file."""
    file = tmp_path / "ring.csv"
    file.write_text("source,target\n" + "".join(f"{i},{(i + 1) % N}\n" for i in range(N)))
    return lambda name, **values: NETWORKS[name].settings(**({"file": str(file)} if name == "edges" else {}), **values)


def build(settings, use, key=KEY, n=N, n_connected=None):
    return build_network(settings, n, key, use=use, attributes=ATTRIBUTES, n_connected=n_connected)


def rows_of(graph):
    return np.repeat(np.arange(graph.n), np.diff(graph.indptr))


@pytest.mark.parametrize(("name", "use"), CASES)
def test_links_are_simple_sorted_and_go_both_ways_unless_directed(name, use, settings_of):
    graph = build(settings_of(name), use)
    rows = rows_of(graph)
    assert graph.n == N and graph.directed == DIRECTED_USES[use] and graph.n_edges > 0
    assert not np.any(rows == graph.indices), "self-link"
    link = rows * N + graph.indices
    assert np.all(np.diff(link) > 0), "repeated or unsorted"
    if not graph.directed:
        assert np.array_equal(np.sort(graph.indices.astype(np.int64) * N + rows), link)
    if graph.weights is not None:
        assert np.all(graph.weights > 0) and np.all(np.isfinite(graph.weights))


@pytest.mark.parametrize(("name", "use"), CASES)
def test_weights_are_shares_of_purchases_and_of_claims(name, use, settings_of):
    graph = build(settings_of(name), use)
    if use in ("social", "guarantee"):
        assert graph.weights is None
    elif use == "supply":
        assert np.allclose(graph.to_sparse().sum(axis=0), graph.in_degrees() > 0)
        back = graph.reverse()
        assert np.allclose(back.to_sparse().sum(axis=1), back.degrees() > 0)
    else:
        assert np.allclose(graph.to_sparse().sum(axis=1), graph.degrees() > 0)


def test_weights_of_a_users_file_become_shares_in_proportion(tmp_path):
    (tmp_path / "links.csv").write_text("source,target,weight\n0,2,30\n1,2,10\n0,1,0\n")
    settings = NETWORKS["edges"].settings(file=str(tmp_path / "links.csv"))
    assert build(settings, "supply", n=3).to_sparse().toarray().tolist() == [[0, 1, 0.75], [0, 0, 0.25], [0, 0, 0]]
    assert build(settings, "interbank", n=3).to_sparse().toarray().tolist() == [[0, 0, 1], [0, 0, 1], [0, 0, 0]]
    assert sorted(build(settings, "social", n=3).edge_weights()) == [0, 10, 30]  # as they are
    (tmp_path / "links.csv").write_text("source,target,weight\n0,2,1.7e308\n1,2,1.7e308\n")
    assert build(settings, "supply", n=3).weights.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", [name for name, kind in NETWORKS.items() if kind.mean_degree is not None])
@pytest.mark.parametrize("degree", [2.0, 3.7, 8.0])
def test_the_mean_degree_is_as_set(name, degree, settings_of):
    kind = NETWORKS[name]
    settings = settings_of(name, **({"mean_degree": degree} if name in WITH_DEGREE else {}))
    expected = kind.mean_degree(N, settings)
    graph = build(settings, kind.uses[0])
    assert graph.mean_degree == pytest.approx(expected, rel=0.05 if name == "guarantee_circles" else 0.001)
    if name in WITH_DEGREE:
        assert expected == degree


@pytest.mark.parametrize(("name", "use"), CASES)
def test_the_same_key_gives_the_same_bits_and_another_key_another_network(name, use, settings_of):
    settings = settings_of(name)
    graph = build(settings, use)
    assert graph.fingerprint() == build(settings, use).fingerprint()
    if name not in ("complete", "edges"):  # which draw nothing
        assert graph.fingerprint() != build(settings, use, OTHER_KEY).fingerprint()


@pytest.mark.parametrize(("name", "use"), CASES)
def test_one_more_isolated_actor_moves_no_other_row(name, use, settings_of):
    settings = settings_of(name)
    graph, more = build(settings, use), build(settings, use, n=N + 1, n_connected=N)
    assert more.n == N + 1 and more.n_connected == N and more.degrees()[N] == 0
    assert np.array_equal(more.indptr[: N + 1], graph.indptr) and np.array_equal(more.indices, graph.indices)
    assert (more.weights is None and graph.weights is None) or np.array_equal(more.weights, graph.weights)
    assert np.array_equal(more.degrees()[:N], graph.degrees())


@pytest.mark.parametrize("name", WITH_DEGREE)
@pytest.mark.parametrize("degree", [1.0, 2.0, 4.0, 8.0, 23.0])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 9, 24])
def test_a_tiny_world_has_a_valid_network_or_says_why_not(name, n, degree):
    kind = NETWORKS[name]
    settings = kind.settings(mean_degree=degree)
    try:
        graph = build_network(settings, n, KEY, use=kind.uses[0], attributes={"region": np.arange(n) % 2})
    except UserError as error:
        assert error.lines[0].startswith((f"networks.{kind.uses[0]}.mean_degree:", f"networks.{kind.uses[0]}.tiers:"))
        assert name in ("supply_tiers", "small_world") or degree > n - 1
    else:
        source, target = graph.edges()
        assert graph.fingerprint() == Graph.from_edges(n, source, target, graph.edge_weights(),
                                                       directed=graph.directed).fingerprint()


@pytest.mark.parametrize("name", NETWORKS)
def test_every_setting_has_a_unit_and_a_source(name):
    for field in NETWORKS[name].settings.model_fields.values():
        assert field.json_schema_extra["unit"] and field.json_schema_extra["source"]


@pytest.mark.parametrize("use", DIRECTED_USES)
def test_a_scenario_chooses_a_kind_by_name(use, settings_of):
    assert len(kinds_for(use)) >= 4 and "edges" in kinds_for(use)
    reader = TypeAdapter(network_settings(use))
    for name in kinds_for(use):
        read = reader.validate_python({"kind": name} | ({"file": "links.csv"} if name == "edges" else {}))
        assert type(read) is NETWORKS[name].settings
    unfit = next(name for name in NETWORKS if use not in NETWORKS[name].uses)
    with pytest.raises(ValueError, match="kind"):
        reader.validate_python({"kind": unfit})
    with pytest.raises(UserError, match=rf"networks.{use}.kind: '{unfit}' does not serve {use}; known kinds: "):
        build(settings_of(unfit), use)


def test_a_group_that_the_world_does_not_know_is_named():
    with pytest.raises(UserError) as error:
        build(NETWORKS["blocks"].settings(attribute="regoin"), "social")
    assert str(error.value) == ("networks.social.attribute: the actors have no 'regoin'; known: region, sector, size "
                                "- did you mean 'region'?")
    with pytest.raises(UserError, match="networks.guarantee.within: the actors have no 'town'"):
        build(NETWORKS["guarantee_circles"].settings(within="town"), "guarantee")


def test_a_core_that_does_not_fit_its_links_says_which_would():
    with pytest.raises(UserError, match="interbank.mean_degree: 4 does not fit 20 fully linked core banks of 24; 15.8"):
        build(NETWORKS["core_periphery"].settings(core_banks=20), "interbank", n=24)
    with pytest.raises(UserError, match="core_banks: 30 core banks of 24 banks; at most 24"):
        build(NETWORKS["core_periphery"].settings(core_banks=30), "interbank", n=24)
