"""What a worker does: the runs of a block one after another, each within its limits, back as the bytes of one part.

Choice: a worker returns a finished part, about 6 kB a run of 60 days and all measures.  Alternative: it returns rows.
Reason: packing is work, the driver has only one processor, and bytes need no understanding on their way to disk.
"""

import pickle
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from experiments.code_version import code_version
from experiments.design_runs import RunId
from experiments.run_limits import Watch, memory_limit
from results.clients import client_facts
from results.measures import MEASURES
from results.part_file import encode, over_days
from results.recorder import ClientSums
from scenarios import load
from sim.core.errors import UserError
from sim.model import Market

YEAR = 300  # days from which facts about clients are known


@dataclass(frozen=True)
class Block:
    """What a worker must know: `runs` of block `number`, and the settings of each point among them."""

    number: int
    runs: list[RunId]
    overrides: dict[int, dict[str, Any]]
    scenario: bytes
    design: str
    code: dict[str, str]
    seed: int
    measures: tuple[str, ...]
    daily: bool
    seconds: float
    memory_mb: float | None


class Done(NamedTuple):
    """What comes back: the part (None if every run failed), the runs in it, and (run, what was raised) for the others."""

    part: bytes | None
    runs: list[int]
    failures: list[tuple[int, str]]


class Rows:
    """An observer that keeps some measures of every day."""

    def __init__(self, measures: tuple[str, ...]):
        self.values = [MEASURES[name].value for name in measures]
        self.rows: list[list[float]] = []

    def __call__(self, m) -> None:
        self.rows.append([float(value(m)) for value in self.values])


class Clients:
    """An observer of merchants, for the facts about clients."""

    def __init__(self):
        self.sums = None

    def __call__(self, m) -> None:
        if self.sums is None:
            self.sums = ClientSums(len(m.merchants))
        self.sums.add(m)


def do_block(block: Block) -> Done:
    """Run the runs of a block; a run that raises is left out and said, the others go on."""
    check_code(block.code)
    days, facts, failures = {}, {}, []
    for each in block.runs:
        try:
            with Watch(block.seconds), memory_limit(block.memory_mb):
                days[each.run], facts[each.run] = live(scenario_of(block.scenario, *_frozen(block.overrides[each.point])), block, each)
        except Exception as error:  # noqa: BLE001 - whatever a run raises is its own failure
            facts.pop(each.run, None)
            failures.append((each.run, described(error)))
    if not facts:
        return Done(None, [], failures)
    return Done(encode(_columns(days, block), block.number, block.design, facts), sorted(facts), failures)


def live(scenario, block: Block, each: RunId) -> tuple[np.ndarray, dict[str, float]]:
    """One run: (days, measures), or one row if days are not kept; and the facts about clients of a run of a year."""
    rows, clients = Rows(block.measures), Clients()
    observers = [rows, clients] if scenario.days >= YEAR else [rows]
    Market(scenario, seed=block.seed, replicate=each.replicate, observers=observers).run_days()
    values = np.array(rows.rows, float).reshape(scenario.days, len(block.measures))
    facts = client_facts(clients.sums.table()) if clients.sums else {}
    if not block.daily:
        values = np.array([[over_days(values[:, i], MEASURES[name].over_days) for i, name in enumerate(block.measures)]])
    return values, {name: float(value) for name, value in facts.items() if np.isfinite(value)}


def _columns(days: dict[int, np.ndarray], block: Block) -> dict[str, np.ndarray]:
    kept = sorted(days)
    lengths = [len(days[run]) for run in kept]
    values = np.concatenate([days[run] for run in kept])
    return {"run": np.repeat(kept, lengths), "day": np.concatenate([np.arange(length) for length in lengths]),
            **{name: values[:, i] for i, name in enumerate(block.measures)}}


def check_code(wanted: dict[str, str]) -> None:
    """Raises: UserError if this worker would compute with other code or packages than the driver."""
    mine = code_version()
    other = [f"{name} is {mine.get(name)} here and {value} there" for name, value in wanted.items() if mine.get(name) != value]
    if other:
        import socket

        raise WrongCode(f"the worker on {socket.gethostname()} has other code than the one who asks: {'; '.join(other)}")


class WrongCode(UserError):
    """A worker that would give other numbers."""


@lru_cache(maxsize=512)
def scenario_of(pickled: bytes, *overrides: tuple[str, Any]):
    """The scenario of a point; read once for the runs of a block that share it."""
    return load(_base(pickled), {path: pickle.loads(value) for path, value in overrides}) if overrides else _base(pickled)


@lru_cache(maxsize=4)
def _base(pickled: bytes):
    return pickle.loads(pickled)


def _frozen(overrides: dict[str, Any]) -> tuple:
    """Overrides as something a cache can look up, lists included."""
    return tuple((path, pickle.dumps(value, protocol=5)) for path, value in overrides.items())


def described(error: Exception) -> str:
    """What was raised, on one line."""
    if isinstance(error, MemoryError):
        return f"used more memory than its limit ({str(error) or 'MemoryError'})"
    text = " ".join(str(error).split())
    return text if isinstance(error, UserError) else f"{type(error).__name__}: {text}" if text else type(error).__name__


def answer() -> str:
    """Nothing but a sign of life, to tell a run that kills from workers that cannot work."""
    time.sleep(0)
    return threading.current_thread().name
