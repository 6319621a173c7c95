"""A picture of a report: the figure, the numbers behind it, and what it shows in words."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from results.style import save, svg_of


@dataclass(frozen=True)
class Picture:
    """name: of its files.  alt: what it shows, for who cannot see it.  is_wide: two columns of a journal."""

    name: str
    figure: Figure
    table: pd.DataFrame
    alt: str
    is_wide: bool = False

    def save(self, folder: Path) -> None:
        """PNG, PDF and CSV."""
        save(self.figure, self.table, folder, self.name)

    @property
    def svg(self) -> str:
        """For a page."""
        return svg_of(self.figure, self.name.replace("_", "-"), self.alt)
