"""Designs: which settings are varied, at which points, in how many worlds; read, checked and fixed before the first run.

    design = load_design("design.toml")        # or the same as a dict
    design.points                              # a DataFrame, one row a point

Common random numbers: replicate r of every point has the same seed, so points are compared world by world.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments import sampling
from experiments.code_version import code_version
from experiments.design_file import DesignFile, Factor
from experiments.design_runs import RunId, block_runs, fitting_block, n_blocks, run_id
from results.measures import MEASURES
from scenarios import dump, load
from scenarios.entries import entry, merge
from scenarios.files import default_tables, read_chain, validated
from scenarios.places import place_of
from scenarios.writing import as_data
from sim.core.errors import UserError, did_you_mean
from sim.core.random import derive_seed

NONE_SHIPPED = Path(__file__).parent / "designs"  # a folder of designs that come with Jishi, of which there are none yet
MOST_CHECKED = 200  # points checked one by one before the first run; of more, every factor's ends and the first and last


@dataclass(frozen=True, repr=False)
class Design:
    """A design with its points made.

    scenario: with the base settings applied.  overrides: one dict of settings by path a point.  measures: names kept.
    """

    file: DesignFile
    scenario: Any
    overrides: list[dict[str, Any]]
    measures: tuple[str, ...]
    runs_per_block: int

    def __repr__(self):
        return (f"<Design {self.name}: {len(self.overrides)} points of {', '.join(self.factors) or 'nothing varied'}, "
                f"{self.replicates} replicates, {self.n_runs:,} runs>")

    name = property(lambda self: self.file.name)
    replicates = property(lambda self: self.file.replicates)
    seed = property(lambda self: self.file.seed)
    n_points = property(lambda self: len(self.overrides))
    n_runs = property(lambda self: self.n_points * self.replicates)
    n_blocks = property(lambda self: n_blocks(self.n_runs, self.runs_per_block))

    @cached_property
    def factors(self) -> tuple[str, ...]:
        """Paths that are varied, in the order of the file."""
        return tuple(dict.fromkeys(path for point in self.overrides for path in point))

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row a point, one column a factor; a setting that a point leaves alone is missing there."""
        table = pd.DataFrame({path: [_cell(point.get(path)) for point in self.overrides] for path in self.factors},
                             index=pd.RangeIndex(self.n_points, name="point"))
        return table

    def runs(self, block: int) -> list[RunId]:
        """The runs of a block."""
        return [self.run(number) for number in block_runs(block, self.n_runs, self.runs_per_block)]

    def run(self, number: int) -> RunId:
        """Point and replicate of a run."""
        return run_id(number, self.n_points, self.replicates)

    @cached_property
    def content(self) -> dict[str, Any]:
        """What decides the numbers, as plain data; name, limits and smallest effect do not."""
        points = [{path: _cell(value) for path, value in point.items()} for point in self.overrides]
        return {"scenario": dump(self.scenario), "points": points, "replicates": self.replicates, "seed": self.seed,
                "measures": list(self.measures), "daily": self.file.daily, "runs_per_block": self.runs_per_block}

    @cached_property
    def hash(self) -> str:
        """Sixteen hex digits of the content and of the code; the folder of a sweep has the first eight in its name."""
        text = json.dumps({"content": self.content, "code": code_version()}, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_design(source: str | Path | Mapping[str, Any] | Design) -> Design:
    """A design from a TOML file, or from the same as a dict.

    Raises: UserError with a line for every mistake: of the file, of a factor's path, of a value the scenario refuses.
    """
    if isinstance(source, Design):
        return source
    where, near = ("design", None) if isinstance(source, Mapping) else (str(source), Path(source).parent)
    design = _read(source)
    scenario = load(_scenario_of(design.scenario, near), flat(design.base))
    lines = [f"{where}: {line}" for line in _problems(design)]
    if lines:
        raise UserError(*lines)
    root = entry(as_data(scenario), "")
    overrides = _points(design, root)
    _check_points(design, scenario, overrides, where)
    measures = tuple(name for name in MEASURES if not design.measures or name in design.measures)
    per_block = design.runs_per_block or fitting_block(scenario, len(overrides) * design.replicates)
    return Design(design, scenario, overrides, measures, per_block)


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as settings by path: {"a": {"b": 1}} is {"a.b": 1}."""
    found = {}
    for name, value in table.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found


def _read(source) -> DesignFile:
    mistakes = []
    if isinstance(source, Mapping):
        top = entry({"name": "design", **source}, "design")
    else:
        path = Path(source)
        if not path.is_file():
            raise UserError(f"no design file {path}{did_you_mean(path.name, [each.name for each in path.parent.glob('*.toml')])}")
        top = read_chain(path.resolve(), NONE_SHIPPED, mistakes)
        top.value.pop("based_on", None)
    return validated(merge(entry(default_tables(DesignFile), ""), top, mistakes), DesignFile, mistakes)


def _scenario_of(name: str, near: Path | None) -> str:
    """The scenario's name; a file is looked for beside the design."""
    return str(near / name) if near is not None and name.endswith(".toml") and (near / name).exists() else name


def _problems(design: DesignFile) -> list[str]:
    """What is wrong with a design apart from the values of settings."""
    lines = []
    kind, factors = design.sampling, design.factors
    if kind == "list":
        if not design.points:
            lines.append('points: missing; sampling = "list" needs a table [[points]] for each point')
        if factors:
            lines.append('factors: not for sampling = "list", whose points say everything')
    elif design.points:
        lines.append(f'points: only for sampling = "list", this is "{kind}"')
    if kind in ("latin_hypercube", "sobol") and not design.samples:
        lines.append(f'samples: missing; sampling = "{kind}" needs the number of points, such as samples = 64')
    if kind in ("grid", "list") and design.samples:
        lines.append(f'samples = {design.samples}: only for latin_hypercube and sobol, this is "{kind}"')
    if kind == "sobol" and design.samples and design.samples & (design.samples - 1):
        below = 2 ** int(math.log2(design.samples))
        lines.append(f"samples = {design.samples}: a Sobol' sequence needs a power of two, such as {below} or {2 * below}")
    if kind != "list" and not factors:
        lines.append("factors: missing; a table [[factors]] with path and values names what is varied")
    lines += [line for factor in factors for line in _factor_problems(factor)]
    paths = [factor.path for factor in factors]
    lines += [f"factors: {path} is there twice" for path in dict.fromkeys(paths) if paths.count(path) > 1]
    named = [*design.measures, *([design.smallest_effect.measure] if design.smallest_effect else [])]
    lines += [f"measures: no measure called '{name}'{did_you_mean(name, MEASURES)}" for name in named if name not in MEASURES]
    if design.smallest_effect and design.measures and design.smallest_effect.measure not in design.measures:
        lines.append(f"smallest_effect.measure = {design.smallest_effect.measure}: is not among the measures that are kept")
    return lines


def _factor_problems(factor: Factor) -> list[str]:
    has_range = factor.low is not None or factor.high is not None
    if bool(factor.values) == has_range:
        return [f"factors: {factor.path}: needs either values or low and high"]
    if not has_range:
        return []
    if factor.low is None or factor.high is None:
        return [f"factors: {factor.path}: {'low' if factor.low is None else 'high'} is missing"]
    if not factor.low < factor.high:
        return [f"factors: {factor.path}: low = {factor.low:g} must be less than high = {factor.high:g}"]
    if factor.scale == "log" and factor.low <= 0:
        return [f"factors: {factor.path}: low = {factor.low:g} must be more than 0 on a log scale"]
    return []


def _points(design: DesignFile, root) -> list[dict[str, Any]]:
    if design.sampling == "list":
        return [flat(point) for point in design.points]
    if design.sampling == "grid":
        values = {factor.path: _levels(factor, root) for factor in design.factors}
        if sampling.grid_size(values) > sampling.MOST_POINTS:
            raise UserError(f"factors: this grid has {sampling.grid_size(values):,} points; at most {sampling.MOST_POINTS:,} are allowed")
        return sampling.grid(values)
    make = sampling.latin_hypercube if design.sampling == "latin_hypercube" else sampling.sobol
    shares = make(design.samples, len(design.factors), derive_seed(design.seed, "design", 0))
    columns = [_values(factor, shares[:, number], root) for number, factor in enumerate(design.factors)]
    return [dict(zip([factor.path for factor in design.factors], row)) for row in zip(*columns)]


def _levels(factor: Factor, root) -> list:
    """What a factor takes on a grid; of whole numbers that fall together, one."""
    if factor.values:
        return list(factor.values)
    return list(dict.fromkeys(_values(factor, np.linspace(0, 1, factor.levels), root)))


def _values(factor: Factor, shares, root) -> list:
    """What a factor takes at these shares of its range, or of its list."""
    if factor.values:
        return [factor.values[int(share * len(factor.values))] for share in shares]
    values = sampling.between(shares, factor.low, factor.high, factor.scale)
    return [round(value) if _is_whole(factor.path, root) else float(value) for value in values]


def _is_whole(path: str, root) -> bool:
    """True if the setting takes whole numbers."""
    from scenarios.schema import Scenario

    shape = place_of(Scenario, root, tuple(path.split("."))).shape
    return shape is not None and shape.form == "value" and shape.of is int


def _check_points(design: DesignFile, scenario, overrides: list[dict[str, Any]], where: str) -> None:
    """Raises: UserError with the lines of every setting that the scenario refuses."""
    alone = {(path, repr(value)): {path: value} for path, value in _ends(design, overrides)}
    whole = overrides if len(overrides) <= MOST_CHECKED else [overrides[0], overrides[-1]]
    lines: dict[str, None] = {}
    for point in [*alone.values(), *whole]:
        if any(path in str(line) for line in lines for path in point):
            continue  # said already
        try:
            load(scenario, point)
        except UserError as wrong:
            lines |= {f"{where}: {line.removeprefix('override: ')}": None for line in wrong.lines}
    if lines:
        raise UserError(*lines)


def _ends(design: DesignFile, overrides):
    """Values to be tried alone: those listed, and the least and greatest of a range."""
    for factor in design.factors:
        if factor.values:
            yield from ((factor.path, value) for value in factor.values)
        else:
            taken = [point[factor.path] for point in overrides]
            yield from ((factor.path, value) for value in (min(taken), max(taken)))


def _cell(value):
    """A value as a table and JSON can hold it: numbers, texts and truth values as they are, anything else as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.item() if hasattr(value, "item") else value.isoformat() if hasattr(value, "isoformat") else json.dumps(value, default=str)
