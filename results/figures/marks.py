"""A value with its interval, as figures of several ways or plans draw it."""

import numpy as np


def interval_mark(axes, value, low, high, y, mark: str, colour, filled: bool, size: float = 3.6) -> None:
    """A mark at `value` on line `y` and its interval as a bar; filled where the value is sure, open where it is not."""
    if np.isfinite(high - low):
        axes.plot([low, high], [y, y], color=colour, linewidth=2, alpha=.5, solid_capstyle="butt")
    axes.plot(value, y, mark, color=colour, markersize=size, markerfacecolor=colour if filled else "none", markeredgewidth=.9, zorder=3)
