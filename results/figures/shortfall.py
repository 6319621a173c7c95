"""The figure of scores in common: change of mean loss and of expected shortfall by the share of banks that use one score."""

import pandas as pd

from results.figures.picture import Picture
from results.style import ACCENT, DOUBLE, INK, WITH, canvas, in_style

LINES = (("common", ACCENT, "errors in common"), ("independent", WITH, "independent errors"))


@in_style
def by_share(table: pd.DataFrame) -> Picture:
    """Three panels from a table of `experiments.common_model.shortfall_table`: shortfall and mean in a downturn, shortfall without one."""
    figure, panels = canvas(DOUBLE, 2.3, columns=3)
    for axes, (hit, what, title) in zip(panels, ((True, "shortfall", "Expected shortfall, downturn"), (True, "mean", "Mean, downturn"),
                                                 (False, "shortfall", "Expected shortfall, no downturn"))):
        for arm, colour, label in LINES:
            part = table[(table["downturn"] == hit) & (table["arm"] == arm)].sort_values("share")
            axes.fill_between(part["share"], part[f"{what}_change_low"], part[f"{what}_change_high"], color=colour, alpha=.18, linewidth=0)
            axes.plot(part["share"], part[f"{what}_change"], color=colour, label=label, linewidth=1.2)
        axes.axhline(0, color=INK, linewidth=.6)
        axes.set(title=title, xlabel="share of banks with the common score", xticks=(0, .5, 1))
    panels[0].set_ylabel("change, % of what was lent")
    panels[0].legend(loc="upper left")
    return Picture("common_model", figure, table, "Change of loan losses against banks with a score each, by the share of banks that use "
                   "one score, with 95% intervals; with errors in common and independent", is_wide=True)
