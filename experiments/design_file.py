"""What a design file says: a scenario, what is varied and how, how often, what is kept, and what a run may use.

    scenario = "baseline"
    replicates = 20
    [base]
    consumers.count = 1_000
    [[factors]]
    path = "goods.commission_share"
    values = [0.01, 0.02, 0.05]
"""

from typing import Any, Literal

from sim.core.settings import Settings, setting


class Factor(Settings):
    """One setting that is varied: `values`, or a range from `low` to `high`."""

    path: str = setting(unit="path of a setting", source="user", min_length=1)
    values: tuple[Any, ...] = setting((), unit="values of that setting", source="user", meaning="What it takes; alone, or a range")
    low: float | None = setting(None, unit="as the setting", source="user", meaning="Lowest value of a range")
    high: float | None = setting(None, unit="as the setting", source="user", meaning="Highest value of a range")
    levels: int = setting(5, unit="values", source="user", ge=2, le=1_000, meaning="Values that a grid takes of a range, ends included")
    scale: Literal["linear", "log"] = setting("linear", unit="scale", source="user", meaning="How a range is divided")


class Limits(Settings):
    """What one run may use before it is stopped and recorded as failed."""

    seconds: float = setting(3600.0, unit="seconds", source="user", gt=0, meaning="Of one run; compilation of kernels apart")
    memory_mb: float | None = setting(None, unit="MB", source="user", gt=0, meaning="That a run may add to its process. Not set: no limit")


class SmallestEffect(Settings):
    """The smallest difference between two points that matters to the user; the power hint is about it."""

    measure: str = setting(unit="measure", source="user")
    size: float = setting(unit="as the measure", source="user", gt=0)


class DesignFile(Settings):
    """A design as it is written."""

    name: str = setting(unit="text", source="user", min_length=1, max_length=100,
                        meaning="Of its folder: letters, digits, '-', '_' and '.'; the name of the file if left out")
    question: str = setting("", unit="text", source="user", max_length=300, meaning="What the sweep is to answer")
    scenario: str = setting("baseline", unit="scenario", source="user", meaning="Name of a scenario, or path of its file")
    base: dict[str, Any] = setting({}, unit="settings by path", source="user", meaning="Changes to the scenario that hold for every run")
    sampling: Literal["grid", "latin_hypercube", "sobol", "list"] = setting(
        "grid", unit="kind of design", source="user", meaning="How factors make points")
    factors: tuple[Factor, ...] = setting((), unit="factors", source="user")
    samples: int | None = setting(None, unit="points", source="user", ge=1, le=1_000_000, meaning="Points of a latin hypercube or sobol")
    points: tuple[dict[str, Any], ...] = setting((), unit="points", source="user", meaning="Of a list: changes by path, one table a point")
    replicates: int = setting(10, unit="replicates", source="user", ge=1, le=1_000_000,
                              meaning="Worlds each point is run in, the same for all points; the most, if stopped earlier")
    seed: int = setting(1, unit="seed", source="user", ge=0)
    measures: tuple[str, ...] = setting((), unit="measures", source="user", meaning="What is kept; none named: all")
    daily: bool = setting(True, unit="true or false", source="user", meaning="Keep every day; false: one row a run")
    limits: Limits = Limits()
    smallest_effect: SmallestEffect | None = setting(None, unit="table", source="user")
    runs_per_block: int | None = setting(None, unit="runs", source="user", ge=1, le=10_000,
                                         meaning="Runs that travel together; not set: about four seconds of work")
