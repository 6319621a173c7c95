"""Graphs: who is linked to whom, as compressed sparse rows (CSR) that kernels can read.

Row i lists the neighbours of i in ascending order, each once, never i itself, so two graphs with the
same links have the same bits however they were made.  An undirected link stands in both rows.
In a directed graph row i holds the targets of i; `reverse()` holds its sources.
A complete graph stores no links: everybody below `n_connected` knows everybody else there.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.core.errors import UserError
from sim.core.kernels import kernel

NO_WEIGHTS = np.empty(0)


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """Links among actors 0..n-1; its arrays are shared with whoever reads them and must not be written.

    n: number of actors.  indptr: (n + 1,) int64, where each row starts.
    indices: int32 (int64 from 2^31 actors on), the neighbours.  weights: float64 beside `indices`, or None.
    directed: False if every link stands in both rows.  complete: True if no link is stored because all exist.
    n_connected: actors from this id on are isolated padding (default n).  names: the user's own ids, or None.
    """

    n: int
    indptr: np.ndarray
    indices: np.ndarray
    weights: np.ndarray | None = None
    directed: bool = False
    complete: bool = False
    n_connected: int = -1
    names: tuple[str, ...] | None = None

    def __post_init__(self):
        if self.n_connected < 0:
            object.__setattr__(self, "n_connected", self.n)

    # makers

    @classmethod
    def from_edges(cls, n: int, source, target, weight=None, *, directed: bool = False, merge: bool = False,
                   names=None) -> "Graph":
        """The graph of the links source[e] -> target[e] (undirected: give each pair once, in any order).

        `merge` drops self-links and adds up the weights of repeated links.
        Raises: ValueError on ids outside 0..n-1 and, unless `merge`, on self-links and repeated links.
        """
        source, target = _ids(n, source, "source"), _ids(n, target, "target")
        weight = NO_WEIGHTS if weight is None else np.ascontiguousarray(weight, np.float64)
        if source.shape != target.shape or (weight is not NO_WEIGHTS and weight.shape != source.shape):
            raise ValueError(f"from_edges: {source.size} sources, {target.size} targets, {weight.size} weights")
        has_weights = weight is not NO_WEIGHTS
        if merge and (loops := source == target).any():
            source, target = source[~loops], target[~loops]
            weight = weight[~loops] if has_weights else weight
        if directed:
            indptr, indices, weights = _sort_by_row(n, target, source, weight)
            indptr, indices, weights = _transpose(n, indptr, indices, weights)
        else:  # lower id first, so that both copies of a link add up their weights in the same order
            low, high = np.minimum(source, target), np.maximum(source, target)
            both_ways = (np.concatenate(pair) for pair in ((low, high), (high, low)))
            weight = np.concatenate((weight, weight))
            indptr, indices, weights = _transpose(n, *_sort_by_row(n, *both_ways, weight))
        if merge:
            indptr, indices, weights = _merge_repeated(indptr, indices, weights)
        else:
            _check_simple(indptr, indices)
        return cls(n, indptr, indices, weights if has_weights else None, directed,
                   names=None if names is None else tuple(names))

    @classmethod
    def empty(cls, n: int, *, directed: bool = False) -> "Graph":
        """n actors and no links."""
        return cls(n, np.zeros(n + 1, np.int64), np.empty(0, _index_type(n)), directed=directed)

    @classmethod
    def all_linked(cls, n: int, *, directed: bool = False) -> "Graph":
        """The complete graph of n actors, which stores no links."""
        return replace(cls.empty(n, directed=directed), complete=True)

    @classmethod
    def from_networkx(cls, graph, *, weight: str = "weight") -> "Graph":
        """From networkx: nodes 0..n-1 keep their numbers, others are numbered in order and kept as `names`.

        Links are weighted if every link has the attribute `weight`.
        Raises: UserError on self-links, parallel links and weights that are no number of 0 or more.
        """
        nodes = list(graph)
        numbered = all(type(node) is int for node in nodes) and sorted(nodes) == list(range(len(nodes)))
        row = {node: node if numbered else i for i, node in enumerate(nodes)}
        edges = list(graph.edges(data=True))
        source = np.array([row[a] for a, _, _ in edges], np.int64)
        target = np.array([row[b] for _, b, _ in edges], np.int64)
        weights = _networkx_weights(edges, weight)
        try:
            return cls.from_edges(len(nodes), source, target, weights, directed=graph.is_directed(),
                                  names=None if numbered else [str(node) for node in nodes])
        except ValueError as error:
            raise UserError(str(error)) from None

    @classmethod
    def from_graphml(cls, path) -> "Graph":
        """From a GraphML file; node ids that are the numbers 0..n-1 are kept, others become `names`.

        Raises: UserError if the file is missing or is no GraphML, and as `from_networkx`.
        """
        import networkx as nx

        path = Path(path)
        if not path.is_file():
            raise UserError(f"{path}: no such file")
        try:
            graph = nx.read_graphml(path)
        except (ValueError, SyntaxError, LookupError, AttributeError, TypeError, nx.NetworkXException) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise UserError(f"{path}: not a GraphML file ({reason})") from None
        if all(str(node).isdecimal() and str(int(node)) == str(node) for node in graph):
            graph = nx.relabel_nodes(graph, {node: int(node) for node in graph})
        try:
            return cls.from_networkx(graph)
        except UserError as error:
            raise UserError(*(f"{path}: {line}" for line in error.lines)) from None

    # looking

    @property
    def n_edges(self) -> int:
        """Number of links, an undirected one counted once."""
        entries = self.n_connected * (self.n_connected - 1) if self.complete else self.indices.size
        return entries if self.directed else entries // 2

    @property
    def mean_degree(self) -> float:
        """Mean number of neighbours (directed: of targets) of an actor that is not padding."""
        return self.n_edges * (1 if self.directed else 2) / max(self.n_connected, 1)

    def degrees(self) -> np.ndarray:
        """Number of neighbours of each actor (directed: of targets), shape (n,) int64."""
        if self.complete:
            return np.where(np.arange(self.n) < self.n_connected, max(self.n_connected - 1, 0), 0)
        return np.diff(self.indptr)

    def in_degrees(self) -> np.ndarray:
        """Number of sources of each actor, shape (n,) int64; the same as `degrees()` if undirected."""
        return np.bincount(self.indices, minlength=self.n) if self.directed and not self.complete else self.degrees()

    def neighbours(self, i: int) -> np.ndarray:
        """Neighbours of actor i (directed: its targets) in ascending order."""
        if not 0 <= i < self.n:
            raise IndexError(f"neighbours: no actor {i}; there are {self.n}")
        if self.complete:
            others = np.arange(self.n_connected if i < self.n_connected else 0, dtype=self.indices.dtype)
            return others[others != i]
        return self.indices[self.indptr[i] : self.indptr[i + 1]]

    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """(source, target) of every link; undirected ones once, lower id first."""
        if self.complete:
            source, target = np.nonzero(~np.eye(self.n_connected, dtype=bool))
        else:
            source, target = np.repeat(np.arange(self.n), np.diff(self.indptr)), self.indices
        keep = slice(None) if self.directed else source < target
        return source[keep], target[keep]

    def edge_weights(self) -> np.ndarray | None:
        """Weights in the order of `edges()`, or None."""
        if self.weights is None or self.directed:
            return self.weights
        return self.weights[np.repeat(np.arange(self.n), np.diff(self.indptr)) < self.indices]

    def fingerprint(self) -> str:
        """Sixteen hex digits that name the graph in reports: equal for equal links and weights."""
        digest = hashlib.sha256(f"{self.n} {self.n_connected} {self.directed} {self.complete}".encode())
        digest.update(self.indptr.astype("<i8", copy=False).tobytes())
        digest.update(self.indices.astype("<i4" if self.n < 2**31 else "<i8", copy=False).tobytes())
        if self.weights is not None:
            digest.update(self.weights.astype("<f8", copy=False).tobytes())
        return digest.hexdigest()[:16]

    def __repr__(self):
        kind = ("complete " if self.complete else "") + ("directed" if self.directed else "undirected")
        padding = f", {self.n - self.n_connected:,} isolated at the end" if self.n > self.n_connected else ""
        weighted = "" if self.weights is None else ", weighted"
        size = f"{self.n:,} actors, {self.n_edges:,} links, mean degree {self.mean_degree:.2f}"
        return f"Graph({kind}{weighted}, {size}{padding})"

    # turning into another

    def padded(self, n: int) -> "Graph":
        """The same links among n >= self.n actors; the added ones are isolated and move no other row."""
        if n < self.n:
            raise ValueError(f"padded: {n} actors are fewer than the {self.n} of the graph")
        indptr = np.concatenate((self.indptr, np.full(n - self.n, self.indptr[-1])))
        names = None if self.names is None else self.names + ("",) * (n - self.n)
        return replace(self, n=n, indptr=indptr, indices=self.indices.astype(_index_type(n), copy=False), names=names)

    def reverse(self) -> "Graph":
        """Every link turned round (the columns of the matrix, CSC); itself if undirected."""
        if not self.directed or self.complete:
            return self
        weights = NO_WEIGHTS if self.weights is None else self.weights
        indptr, indices, weights = _transpose(self.n, self.indptr, self.indices, weights)
        return replace(self, indptr=indptr, indices=indices, weights=None if self.weights is None else weights)

    def with_weights(self, weights) -> "Graph":
        """The same links with other weights, one per entry of `indices`."""
        weights = np.ascontiguousarray(weights, np.float64)
        if weights.shape != self.indices.shape:
            raise ValueError(f"with_weights: {weights.size} weights for {self.indices.size} entries")
        return replace(self, weights=weights)

    def to_networkx(self):
        """As a networkx Graph or DiGraph with nodes 0..n-1 and, if weighted, the attribute `weight`."""
        import networkx as nx

        graph = nx.DiGraph() if self.directed else nx.Graph()
        graph.add_nodes_from(range(self.n))
        source, target = (ids.tolist() for ids in self.edges())
        if self.weights is None:
            graph.add_edges_from(zip(source, target))
        else:
            graph.add_weighted_edges_from(zip(source, target, self.edge_weights().tolist()))
        return graph

    def to_sparse(self):
        """As a scipy CSR array of weights (1 where there are none), row = source."""
        from scipy.sparse import coo_array, csr_array

        if self.complete:
            pairs = np.nonzero(~np.eye(self.n_connected, dtype=bool))
            return coo_array((np.ones(pairs[0].size), pairs), (self.n, self.n)).tocsr()
        weights = np.ones(self.indices.size) if self.weights is None else self.weights
        return csr_array((weights, self.indices, self.indptr), shape=(self.n, self.n))

    # counting neighbours in a state

    def push_change(self, changed, delta, counts) -> None:
        """Add delta (+1 entered a state, -1 left it; one number or one per row) to the counts of the neighbours.

        `counts[j]` then stays the number of neighbours (directed: sources) of j in that state, at a cost of
        the links of those who changed instead of all links.
        """
        changed = np.asarray(changed)
        delta = np.broadcast_to(np.asarray(delta, counts.dtype), changed.shape)
        if self.complete:
            among = changed < self.n_connected
            counts[: self.n_connected] += delta[among].sum(dtype=counts.dtype)
            np.subtract.at(counts, changed[among], delta[among])
        else:
            push_change(self.indptr, self.indices, changed, np.ascontiguousarray(delta), counts)

    def count_neighbours(self, state) -> np.ndarray:
        """Number of neighbours (directed: sources) with `state` true, shape (n,) int32."""
        counts = np.zeros(self.n, np.int32)
        self.push_change(np.flatnonzero(state), 1, counts)
        return counts


@kernel
def push_change(indptr, indices, changed_rows, delta, counts):
    """counts_j += delta_c for every neighbour j of every changed row c."""
    for c in range(changed_rows.size):
        row = changed_rows[c]
        for e in range(indptr[row], indptr[row + 1]):
            counts[indices[e]] += delta[c]


def _index_type(n):
    return np.int32 if n < 2**31 else np.int64


def _ids(n, ids, what):
    ids = np.asarray(ids)
    if ids.size == 0:
        return np.empty(0, _index_type(n))
    if ids.dtype.kind not in "iu":
        raise ValueError(f"from_edges: {what} ids are {ids.dtype}; they must be integers")
    if ids.min() < 0 or ids.max() >= n:
        wrong = int(np.flatnonzero((ids < 0) | (ids >= n))[0])
        raise ValueError(f"from_edges: {what}[{wrong}] is {ids[wrong]}; ids are 0..{n - 1}")
    return np.ascontiguousarray(ids, _index_type(n))


def _check_simple(indptr, indices):
    i, j = _first_fault(indptr, indices)
    if i >= 0:
        fault = f"actor {i} is linked to itself" if i == j else f"link {i} - {j} is there twice"
        raise ValueError(f"from_edges: {fault}")


def _networkx_weights(edges, attribute):
    if not edges or not all(attribute in data for _, _, data in edges):
        return None
    weights = np.empty(len(edges))
    for e, (a, b, data) in enumerate(edges):
        value = data[attribute]
        if not isinstance(value, int | float | np.number) or not 0 <= value < np.inf:
            raise UserError(f"link {a} - {b}: {attribute} is {value!r}; weights are numbers of 0 or more")
        weights[e] = value
    return weights


@kernel
def _sort_by_row(n, row, column, weight):
    """Counting sort by row; the entries of a row keep their order."""
    indptr = np.zeros(n + 1, np.int64)
    for e in range(row.size):
        indptr[row[e] + 1] += 1
    for i in range(n):
        indptr[i + 1] += indptr[i]
    place = indptr[:-1].copy()
    indices = np.empty(row.size, column.dtype)
    weights = np.empty(weight.size)
    for e in range(row.size):
        at = place[row[e]]
        place[row[e]] += 1
        indices[at] = column[e]
        if weight.size > 0:
            weights[at] = weight[e]
    return indptr, indices, weights


@kernel
def _transpose(n, indptr, indices, weights):
    """Rows to columns; since rows are read in order, the new rows come out ascending."""
    new_indptr = np.zeros(n + 1, np.int64)
    for e in range(indices.size):
        new_indptr[indices[e] + 1] += 1
    for i in range(n):
        new_indptr[i + 1] += new_indptr[i]
    place = new_indptr[:-1].copy()
    new_indices = np.empty(indices.size, indices.dtype)
    new_weights = np.empty(weights.size)
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            at = place[indices[e]]
            place[indices[e]] += 1
            new_indices[at] = i
            if weights.size > 0:
                new_weights[at] = weights[e]
    return new_indptr, new_indices, new_weights


@kernel
def _merge_repeated(indptr, indices, weights):
    """Equal neighbours that follow each other become one; their weights are added in order."""
    kept = np.int64(0)
    new_indptr = np.zeros_like(indptr)
    indices, weights = indices.copy(), weights.copy()
    for i in range(indptr.size - 1):
        first = kept
        for e in range(indptr[i], indptr[i + 1]):
            if kept > first and indices[kept - 1] == indices[e]:
                if weights.size > 0:
                    weights[kept - 1] += weights[e]
            else:
                indices[kept] = indices[e]
                if weights.size > 0:
                    weights[kept] = weights[e]
                kept += 1
        new_indptr[i + 1] = kept
    return new_indptr, indices[:kept].copy(), weights[: min(kept, weights.size)].copy()


@kernel
def _first_fault(indptr, indices):
    """The first (row, neighbour) that is a self-link or stands twice, or (-1, -1)."""
    for i in range(indptr.size - 1):
        for e in range(indptr[i], indptr[i + 1]):
            if indices[e] == i or (e > indptr[i] and indices[e] == indices[e - 1]):
                return i, np.int64(indices[e])
    return np.int64(-1), np.int64(-1)
