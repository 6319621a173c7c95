"""Populations: tables of columns whose rows become Mesa agents when somebody looks at them.

A population declares its columns once, with dtype, unit and meaning, and speaks the protocol of Mesa's
AgentSet.  Kernels work on the columns; `consumers[7].deposit` is a view of row 7 that stores nothing.

Choice: columns first, rows made on demand.  Source: DESIGN 2; measured 9 us and 400 bytes a Mesa object.
Alternative: subclass Mesa's (Abstract)AgentSet.  Reason: that class is private or absent before Mesa 3.5,
and a set of objects cannot hold ten million consumers.
"""

import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import mesa
import numpy as np

from sim.core.errors import did_you_mean

DO_LIMIT = 10_000  # rows; above it a Python method per row takes longer than a day of the whole market


@dataclass(frozen=True)
class Column:
    """One property of every row: its dtype, unit and meaning, stated once."""

    dtype: type
    unit: str
    meaning: str
    default: float = 0
    width: int = 0  # 0: shape (n,); w > 0: shape (n, w)

    def allocate(self, n_rows: int) -> np.ndarray:
        """A fresh array for `n_rows` rows, filled with the default."""
        shape = (n_rows, self.width) if self.width else n_rows
        if self.default == 0:
            return np.zeros(shape, self.dtype)
        return np.full(shape, self.default, self.dtype)


def column(dtype: type, unit: str, meaning: str, *, default: float = 0, width: int = 0) -> Column:
    """Declare a column in the body of a `Population`; `unit` is a word such as "fen", "day" or "share"."""
    return Column(dtype, unit, meaning, default, width)


class _Unheld:
    """A dictionary key that finds a model's entry without holding the model."""

    def __init__(self, model):
        self._model, self._hash = weakref.ref(model), hash(model)

    def __hash__(self):
        return self._hash

    def __eq__(self, other):
        return other is self or other is self._model()


def _let_mesa_forget(model) -> None:
    """Mesa 3.3 counts agents in a table of the class that keeps every model for good, and with it the whole world.

    The count stays, under a key that does not hold the model.  Mesa 3.5 counts in the model and has no such table.
    """
    counts = getattr(mesa.Agent, "_ids", None)
    if counts is not None and model in counts:
        counts[_Unheld(model)] = counts.pop(model)


class Row(mesa.Agent):
    """A view of one row of a population: reads and writes go to the columns; nothing is registered.

    `unique_id` is the row.  Two views of the same row are equal.
    """

    def __init__(self, population: "Population", row: int):  # deliberately without Agent.__init__: it would register
        self.__dict__.update(population=population, model=population.model, unique_id=int(row), row=int(row), pos=None)

    def __getattr__(self, name):
        population = self.__dict__.get("population")
        if population is not None and name in population.columns:
            return getattr(population, name)[self.row]
        raise AttributeError(f"{type(self).__name__} has no column '{name}'"
                             + did_you_mean(name, population.columns if population is not None else ()))

    def __setattr__(self, name, value):
        population = self.__dict__["population"]
        if name in population.columns:
            getattr(population, name)[self.row] = value
        elif name in self.__dict__ or name.startswith("_"):
            self.__dict__[name] = value
        else:
            raise AttributeError(f"{type(self).__name__} has no column '{name}'" + did_you_mean(name, population.columns))

    def __eq__(self, other):
        return isinstance(other, Row) and self.population is other.population and self.row == other.row

    def __hash__(self):
        return hash((id(self.population), self.row))

    def __repr__(self):
        return f"<{type(self).__name__} {self.row}>"


class Rows:
    """The AgentSet protocol over some rows of a population; `Population` is all of them, `Selection` a part."""

    population: "Population"

    @property
    def index(self) -> np.ndarray:
        """Row numbers, ascending unless sorted or shuffled; shape (len(self),)."""
        raise AttributeError("index is given by Population and Selection")

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[Row]:
        return (self.population.view(row) for row in self.index)

    def __contains__(self, agent) -> bool:
        return isinstance(agent, Row) and agent.population is self.population and bool(np.any(self.index == agent.row))

    def __getitem__(self, item):
        chosen = self.index[item]
        if np.ndim(chosen) == 0:
            return self.population.view(int(chosen))
        return [self.population.view(row) for row in chosen]

    def get(self, attr_names, handle_missing: str = "error", default_value=None):
        """Values of one column, shape (len(self),), or of several as a list of rows; always a copy."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'")
        if isinstance(attr_names, str):
            return self._values(attr_names, handle_missing, default_value)
        return [list(row) for row in zip(*(self._values(name, handle_missing, default_value) for name in attr_names))]

    def _values(self, name, handle_missing, default_value) -> np.ndarray:
        if name == "unique_id":
            registered = self.population._registered
            return np.array([registered[row].unique_id for row in self.index]) if registered else self.index.copy()
        if name in self.population.columns:
            return getattr(self.population, name)[self.index]
        if handle_missing == "default":
            return np.full(len(self), default_value)
        raise AttributeError(f"{self.population.name} have no column '{name}'" + did_you_mean(name, self.population.columns))

    def set(self, attr_name: str, value):
        """Set one column on these rows to a value or to an array of shape (len(self),)."""
        self._values(attr_name, "error", None)
        getattr(self.population, attr_name)[self.index] = value
        return self

    def agg(self, attribute: str, func: Callable | Iterable[Callable]):
        """Apply one function, or each of several, to the values of a column."""
        values = self.get(attribute)
        return func(values) if callable(func) else [f(values) for f in func]

    def count(self, predicate: Callable | np.ndarray | None = None) -> int:
        """How many rows satisfy a predicate on agents or a mask of shape (len(self),)."""
        return len(self) if predicate is None else len(self.select(predicate))

    def select(self, filter_func=None, at_most: float = float("inf"), inplace: bool = False, agent_type=None) -> "Selection":
        """Rows that satisfy `filter_func`, a predicate on agents or a boolean mask of shape (len(self),)."""
        if inplace:
            raise ValueError(f"select: a part of the {self.population.name} is a new selection; use the returned one")
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        chosen = self.index
        if agent_type is not None and not issubclass(self.population.row_type, agent_type):
            chosen = chosen[:0]
        if isinstance(filter_func, np.ndarray):
            chosen = chosen[filter_func]
        elif filter_func is not None:
            chosen = np.array([row for row in chosen if filter_func(self.population.view(row))], dtype=np.int64)
        return Selection(self.population, chosen[: None if at_most == float("inf") else int(at_most)])

    def map(self, method, *args, **kwargs) -> list:
        """Results of a method (by name) or function on every agent."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def do(self, method, *args, **kwargs):
        """Call a method on every agent; on more than 10 000 rows it refuses and names the kernel route."""
        if len(self) > DO_LIMIT:
            raise ValueError(f"do: {len(self):,} {self.population.name} are too many for one Python call each (limit {DO_LIMIT:,}); "
                             f"work on the columns instead, as in `m.{self.population.name}.{next(iter(self.population.columns))}`")
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method, *args, **kwargs):
        """`do` in a random order drawn from the model's own generator."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def shuffle(self, inplace: bool = False) -> "Selection":
        """The same rows in a random order drawn from the model's own generator."""
        order = list(range(len(self)))
        self.population.model.random.shuffle(order)
        return Selection(self.population, self.index[order])

    def sort(self, key: Callable | str, ascending: bool = False, inplace: bool = False) -> "Selection":
        """The same rows ordered by a column or by a function of the agent; ties keep the lower row first."""
        values = self.get(key) if isinstance(key, str) else np.array([key(agent) for agent in self])
        order = np.argsort(values if ascending else -np.asarray(values, dtype=float), kind="stable")
        return Selection(self.population, self.index[order])

    def groupby(self, by: Callable | str) -> "Groups":
        """Groups of rows by a column or by a function of the agent."""
        keys = self.get(by) if isinstance(by, str) else np.array([by(agent) for agent in self])
        return Groups({key.item() if hasattr(key, "item") else key: Selection(self.population, self.index[keys == key])
                       for key in np.unique(keys)})

    def to_list(self) -> list[Row]:
        """All agents of these rows, as views held by the list."""
        return list(self)


class Groups(dict):
    """Result of `groupby`: group name to `Selection`, with Mesa's `map`, `agg`, `count` and `do`."""

    def __iter__(self):
        return iter(self.items())

    @property
    def groups(self) -> dict:
        """Group name to selection."""
        return dict(self.items())

    def map(self, method, *args, **kwargs) -> dict:
        """Result of a function of the group, or of one of its methods by name, for every group."""
        return {key: getattr(group, method)(*args, **kwargs) if isinstance(method, str) else method(group, *args, **kwargs)
                for key, group in self.items()}

    def do(self, method, *args, **kwargs) -> "Groups":
        """`map` for its effects."""
        self.map(method, *args, **kwargs)
        return self

    def count(self) -> dict:
        """Rows in each group."""
        return {key: len(group) for key, group in self.items()}

    def agg(self, attr_name: str, func: Callable) -> dict:
        """A function of a column's values in each group."""
        return {key: group.agg(attr_name, func) for key, group in self.items()}


class Selection(Rows):
    """Some rows of a population."""

    def __init__(self, population: "Population", index: np.ndarray):
        self.population = population
        self._index = np.asarray(index, dtype=np.int64)

    @property
    def index(self) -> np.ndarray:
        return self._index

    def __repr__(self):
        return f"<{len(self):,} of {len(self.population):,} {self.population.name}>"


class Population(Rows):
    """A table of columns; subclasses declare them with `column(...)` and name the type of their rows.

    name: plural word used in messages ("consumers").  row_type: the Mesa agent a row becomes.
    """

    name = "agents"
    row_type: type[Row] = Row
    columns: dict[str, Column] = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Column)}
        cls.columns = {**cls.columns, **own}

    def __init__(self, model, n_rows: int):
        self.model = model
        self.population = self
        self.n_rows = int(n_rows)
        self._all = np.arange(self.n_rows)
        self._registered: list[Row] = []
        for name, declared in self.columns.items():
            setattr(self, name, declared.allocate(self.n_rows))

    @property
    def index(self) -> np.ndarray:
        return self._all

    def __len__(self) -> int:
        return self.n_rows

    def __contains__(self, agent) -> bool:
        return isinstance(agent, Row) and agent.population is self

    def view(self, row: int) -> Row:
        """The agent of one row."""
        return self._registered[row] if self._registered else self.row_type(self, row)

    def register(self) -> None:
        """Make every row an ordinary, registered Mesa agent, held for good; for the few banks and platforms only."""
        agents = [self.row_type(self, row) for row in range(self.n_rows)]
        for agent in agents:
            mesa.Agent.__init__(agent, self.model)
        self._registered = agents
        _let_mesa_forget(self.model)

    def state(self) -> dict[str, np.ndarray]:
        """Every column, by name: what a checkpoint keeps."""
        return {name: getattr(self, name) for name in self.columns}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Copy a checkpoint's columns into this population's own arrays, which accounts and kernels point to."""
        for name in self.columns:
            getattr(self, name)[...] = state[name]

    def nbytes(self) -> int:
        """Memory of all columns, bytes."""
        return sum(array.nbytes for array in self.state().values())

    def __repr__(self):
        return f"<{self.n_rows:,} {self.name}, {len(self.columns)} columns>"
