"""Stopping a sweep early: as soon as every point's mean is known well enough.

Choice: fixed-width intervals at few looks, 10, 15, 25, 40 ... replicates.  Source: Chow and Robbins (1965), by whom the
interval's coverage holds as the width goes to 0.  Alternative: stop when a difference is significant.
Reason: that stops at lucky moments; a width knows nothing of the sign.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from experiments.design_runs import ROUND
from experiments.designs import Design
from results.effects import relative_half_width
from results.measures import MEASURES
from results.part_file import over_days
from sim.core.errors import UserError, did_you_mean

FIRST_LOOK, GROWTH = 10, 1.5


class Until(NamedTuple):
    """Every point's 95% interval of `measure` is within `share` of its mean."""

    measure: str
    share: float

    def values_of(self, table: pa.Table) -> dict[int, float]:
        """The measure's number of every run in a part."""
        runs, values = table["run"].to_numpy(), table[self.measure].to_numpy()
        return {int(run): over_days(values[runs == run], MEASURES[self.measure].over_days) for run in np.unique(runs)}

    def is_reached(self, values: dict[int, float], design: Design, replicates: int) -> bool:
        """Looks at the first `replicates` of every point, whatever else is done already."""
        by_point: dict[int, list[float]] = {point: [] for point in range(design.n_points)}
        for number, value in sorted(values.items()):
            each = design.run(number)
            if each.replicate < replicates:
                by_point[each.point].append(value)
        return all(relative_half_width(each) <= self.share for each in by_point.values())


def looks(replicates: int) -> Iterator[int]:
    """Numbers of replicates at which one looks: whole rounds, the last is all of them."""
    look = FIRST_LOOK
    while look < replicates:
        yield look
        look = ROUND * int(np.ceil(look * GROWTH / ROUND))
    yield replicates


def parse_until(text: str, design: Design) -> Until:
    """`ci=0.02`, about the measure of the smallest effect, or `measure=0.02`.  Raises: UserError if it is neither."""
    name, equals, value = (part.strip() for part in str(text).partition("="))
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not equals or not 0 < share < 1:
        raise UserError(f"--until {text}: must be ci=share or measure=share, such as ci=0.02")
    if name == "ci":
        if design.file.smallest_effect is None and len(design.measures) != 1:
            raise UserError("--until ci: of which measure? name it, as in --until gmv=0.02, or give the design a smallest_effect")
        name = design.file.smallest_effect.measure if design.file.smallest_effect else design.measures[0]
    if name not in design.measures:
        raise UserError(f"--until {name}: no measure of that name is kept{did_you_mean(name, design.measures)}")
    return Until(name, share)
