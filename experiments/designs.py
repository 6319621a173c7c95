"""Designs: which settings are varied, at which points, in how many worlds; read, checked and fixed before the first run.

    design = load_design("design.toml")        # or the same as a dict
    design.points                              # a DataFrame, one row a point

Common random numbers: replicate r of every point has the same seed, so points are compared world by world.
"""

import hashlib
import json
import math
import re
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
from experiments.loading import loaded
from results.measures import MEASURES
from results.store import is_file, is_folder
from scenarios import dump
from scenarios.entries import entry, merge
from scenarios.files import default_tables, read_chain, validated
from scenarios.mistakes import clean
from scenarios.places import place_of
from scenarios.toml_text import toml_value
from scenarios.writing import as_data
from sim.core.errors import UserError, did_you_mean
from sim.core.random import derive_seed

NONE_SHIPPED = Path(__file__).parent / "designs"  # a folder of designs that come with Jishi, of which there are none yet
MOST_RUNS = 10_000_000
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
    where, file = ("design", None) if isinstance(source, Mapping) else (str(source), Path(source))
    design = _read(source)
    scenario = loaded(_scenario_of(design.scenario, file), Written(flat(design.base), where))
    root = entry(as_data(scenario), "")
    lines = [*_problems(design), *(line for factor in design.factors for line in _factor_problems(factor, root))]
    if lines:
        raise UserError(*(f"{where}: {line}" for line in lines))
    overrides = _points(design, root)
    n_runs = len(overrides) * design.replicates
    if n_runs > MOST_RUNS:
        raise UserError(f"{where}: {len(overrides):,} points x {design.replicates:,} replicates are {n_runs:,} runs; "
                        f"at most {MOST_RUNS:,} are allowed")
    _check_points(design, scenario, overrides, where)
    measures = tuple(name for name in MEASURES if not design.measures or name in design.measures)
    per_block = design.runs_per_block or fitting_block(scenario, n_runs)
    return Design(design, scenario, overrides, measures, per_block)


class Written(dict):
    """Settings by path that say where they were written: in a design, beside which its files are sought."""

    def __init__(self, settings: Mapping[str, Any], source: str):
        super().__init__(settings)
        self.source = source


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
        if not is_file(path):
            beside = path.parent.glob("*.toml") if is_folder(path.parent) else ()
            raise UserError(f"no design file {clean(str(path), 200)}{did_you_mean(path.name, [each.name for each in beside])}")
        try:
            top = read_chain(path.resolve(), NONE_SHIPPED, mistakes)
        except UserError as wrong:
            raise UserError(*(_of_designs(line) for line in wrong.lines)) from None
        top.value.pop("based_on", None)
        if top.get("name") == path.stem:
            top.value["name"] = entry(re.sub(r"[^\w.-]", "-", path.stem), str(path))
    return validated(merge(entry(default_tables(DesignFile), ""), top, mistakes), DesignFile, mistakes)


def _of_designs(line: str) -> str:
    """What is wrong with a file, said of a design, which extends designs and names its scenario otherwise."""
    name = 'a design names its scenario with scenario = "baseline"'
    for ours, said in ((f"is empty; {name} and what is varied under [[factors]]", r"is empty; a scenario needs.*"),
                       (f"no design of that name; {name}", r"no scenario called .*"), (r"no design file \1", r"no scenario file (.*)")):
        line = re.sub(said, ours, line)
    return line


def _scenario_of(name: str, file: Path | None) -> str:
    """The scenario's name; a file is looked for beside the design."""
    if file is None or not name.endswith(".toml") or not is_file(file.parent / name):
        return name
    if (file.parent / name).resolve() == file.resolve():
        raise UserError(f'{file}: scenario = "{name}": this is the design itself; name what it varies, such as scenario = "baseline"')
    return str(file.parent / name)


def _problems(design: DesignFile) -> list[str]:
    """What is wrong with a design apart from the values of settings."""
    lines = []
    kind, factors = design.sampling, design.factors
    if not re.fullmatch(r"[\w.-]+", design.name):
        lines.append(f'name = "{design.name}": must be of letters, digits, "-", "_" and "."; it names a folder')
    if kind == "list":
        if not design.points:
            lines.append('points: missing; sampling = "list" needs a table [[points]] for each point')
        said: dict[str, int] = {}
        for number, point in enumerate(design.points, 1):
            first = said.setdefault(repr(sorted(flat(point).items())), number)
            if first != number:
                lines.append(f"points: number {number} says the same as number {first}")
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
    paths = [factor.path for factor in factors]
    lines += [f"factors: {path} is there twice" for path in dict.fromkeys(paths) if paths.count(path) > 1]
    named = [*design.measures, *([design.smallest_effect.measure] if design.smallest_effect else [])]
    lines += [f"measures: no measure called '{name}'{did_you_mean(name, MEASURES)}" for name in named if name not in MEASURES]
    if design.smallest_effect and design.measures and design.smallest_effect.measure in {*MEASURES} - {*design.measures}:
        lines.append(f"smallest_effect.measure = {design.smallest_effect.measure}: is not among the measures that are kept")
    return lines


def _factor_problems(factor: Factor, root) -> list[str]:
    twice = [value for number, value in enumerate(factor.values) if value in factor.values[:number]]
    if twice:
        return [f"factors: {factor.path}: {toml_value(twice[0])} is there twice"]
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
    if (shape := _shape(factor.path, root)) is not None and (shape.form != "value" or shape.of not in (int, float)):
        return [f"factors: {factor.path}: is no number, so it has no range; name its values"]
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
    shape = _shape(path, root)
    return shape is not None and shape.form == "value" and shape.of is int


def _shape(path: str, root):
    """What the setting at a path takes; None if there is no such setting."""
    from scenarios.schema import Scenario

    return place_of(Scenario, root, tuple(path.split("."))).shape


def _check_points(design: DesignFile, scenario, overrides: list[dict[str, Any]], where: str) -> None:
    """Raises: UserError with the lines of every setting that the scenario refuses."""
    alone = {(path, repr(value)): {path: value} for path, value in _ends(design, overrides)}
    whole = overrides if len(overrides) <= MOST_CHECKED else [overrides[0], overrides[-1]]
    lines: dict[str, None] = {}
    for point in [*alone.values(), *whole]:
        if any(path in str(line) for line in lines for path in point):
            continue  # said already
        try:
            loaded(scenario, Written(point, where))
        except UserError as wrong:
            lines |= {line if line.startswith(where) else f"{where}: {line}": None for line in wrong.lines}
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
