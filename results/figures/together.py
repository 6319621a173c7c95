"""The figure of what parts of a scenario contribute: alone, and when all the others are on."""

import textwrap

import numpy as np
import pandas as pd

from results.effects import is_sure
from results.figures.marks import interval_mark
from results.figures.picture import Picture
from results.figures.scales import written_out
from results.numbers import Writer
from results.style import ACCENT, DOUBLE, FAINT, INK, WITH, canvas, in_style
from results.words import Words

MOST_PANELS = 6
MARKS = (("alone", "o", WITH, .15), ("last", "s", ACCENT, -.15))


@in_style
def parts(tables: dict[str, pd.DataFrame], say: Words) -> Picture:
    """One panel a measure, one line a part and one for all; tables: `results.together.together_table` by measure."""
    names = [name for name, table in tables.items() if table[["alone", "last"]].fillna(0).to_numpy().any()][:MOST_PANELS]
    names = names or list(tables)[:1]
    columns = min(len(names), 3)
    lines = -(-len(names) // columns)
    n_rows = len(next(iter(tables.values()))) - 1
    figure, panels = canvas(DOUBLE, lines * (.95 + .26 * n_rows) + .2, lines, columns, squeeze=False, sharey=True)
    for axes, name in zip(panels.flat, names):
        _panel(axes, tables[name], name, say)
    for axes in panels.flat[len(names):]:
        axes.set_visible(False)
    marks = [panels.flat[0].plot([], [], mark, color=colour, markersize=3.8)[0] for _, mark, colour, _ in MARKS]
    figure.legend(marks, [say(f"together_{way}") for way, *_ in MARKS], loc="outside upper left", ncols=2, handletextpad=.2)
    whole = pd.concat([table.assign(measure=name) for name, table in tables.items()], ignore_index=True)
    return Picture("parts", figure, whole, say("together_figure"), True)


def wrapped(text: str, width: int) -> str:
    """A title on two lines at most."""
    lines = textwrap.wrap(text, width)
    return "\n".join(lines[:2]) + ("…" if len(lines) > 2 else "")


def _panel(axes, table: pd.DataFrame, name: str, say: Words) -> None:
    rows = table[table["row"] != "surplus"]
    columns = [f"{way}{end}" for way, *_ in MARKS for end in ("", "_low", "_high")]
    size = float(np.nanmax(np.abs(rows[columns].to_numpy(float)), initial=0.0))
    divisor, prefix, unit = Writer(say.lang).scale(say.unit(name), size, is_difference=True)
    for at, row in enumerate(rows.itertuples()):
        y = len(rows) - 1 - at
        if row.row == "all":
            axes.axhline(y + .5, color=FAINT, linewidth=.8)
        for way, mark, colour, offset in MARKS:
            value, low, high = (getattr(row, f"{way}{end}") / divisor for end in ("", "_low", "_high"))
            if np.isnan(value):
                continue
            interval_mark(axes, value, low, high, y + offset, mark, colour, is_sure(low, high))
    axes.axvline(0, color=INK, linewidth=.6)
    if not rows[columns].fillna(0).to_numpy().any():
        axes.set_xlim(-1, 1)
    axes.set_yticks(np.arange(len(rows))[::-1], [say("together_all") if row == "all" else row for row in rows["row"]])
    axes.set_ylim(-.5, len(rows) - .5)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_title(wrapped(say.measure(name), 17 if say.lang == "zh" else 34))
    axes.set_xlabel(f"{prefix}{unit}" if say.lang == "zh" else f"{prefix} {unit}".strip())
    axes.locator_params(axis="x", nbins=4)
    written_out(axes.xaxis)
