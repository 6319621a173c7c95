"""The axis of a measure: in what its numbers are divided, how they are written, and what stands beside it."""

import numpy as np

from results.measures import MEASURES
from results.numbers import Writer, digits
from results.words import Words


def scale_of(say: Words, measure: str, values, by_day: bool = False) -> tuple[float, str]:
    """Divisor and unit for values of a measure, such as (1e6, "M CNY"); of a flow `by_day`, "M CNY a day"."""
    size = float(np.nanmax(np.abs(np.asarray(values, float)), initial=0.0))
    divisor, prefix, unit = Writer(say.lang).scale(say.unit(measure), size)
    unit = prefix + unit if say.lang == "zh" else f"{prefix} {unit}".strip()
    is_flow = by_day and measure in MEASURES and MEASURES[measure].unit.endswith(" a day")
    return divisor, say("a_day", unit=unit) if is_flow else unit


def value_axis(axes, say: Words, measure: str, unit: str) -> None:
    """The measure's short name and unit beside the axis, its numbers with commas if they are long; after the drawing."""
    axes.set_ylabel(label_of(say, measure, unit))
    written_out(axes.yaxis)


def written_out(axis) -> None:
    """Commas in an axis's numbers if they are long."""
    if np.abs(axis.get_view_interval()).max() >= 1e4:
        axis.set_major_formatter(lambda value, _: digits(value, 0))


def label_of(say: Words, measure: str, unit: str) -> str:
    """A measure's short name and the unit."""
    return f"{measure.replace('_', ' ') if say.lang == 'en' else say.measure(measure)}, {unit}"
