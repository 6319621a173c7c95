"""The look of figures: sizes, type, colours; and how one is saved so that others can check and reuse it.

Choice: Okabe-Ito colours, 89 and 183 mm, 7-point sans serif, no frame.  Source: Okabe and Ito (2008); widths of Nature.
Alternative: matplotlib's own style.  Reason: figures must be readable in print, on a phone and by the colour-blind.
"""

import io
import re
import warnings
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib import font_manager
from matplotlib.figure import Figure

from results.store import write_whole

SINGLE, DOUBLE = 89 / 25.4, 183 / 25.4  # inches: one and two columns of a journal
INK, MUTED, FAINT = "#1f2328", "#5f6670", "#d5d9de"
WITH, WITHOUT, ACCENT, GOOD = "#0072b2", "#7d838c", "#d55e00", "#009e73"
PALETTE = (WITH, ACCENT, GOOD, "#cc79a7", "#e69f00", "#56b4e9")
# What a page in dark mode must recolour; colours of cells and their numbers stay.
PAGE_COLOURS = {INK: "--ink", MUTED: "--muted", FAINT: "--faint", WITH: "--with", WITHOUT: "--without", ACCENT: "--accent", GOOD: "--good"}
LATIN = ("Arial", "Helvetica", "Liberation Sans", "DejaVu Sans")
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
)


@cache
def _installed() -> frozenset[str]:
    return frozenset(font_manager.get_font_names())


def fonts() -> list[str]:
    """The first Latin font that is installed; after it, for what it lacks, the first Chinese one, if there is any."""
    return [found for names in (LATIN, CHINESE) if (found := next((name for name in names if name in _installed()), None))]


def figure_language(lang: str) -> str:
    """The language figures can be labelled in: `lang` if a font for it is installed, else English."""
    return "zh" if lang == "zh" and any(name in _installed() for name in CHINESE) else "en"


def settings() -> dict:
    """Matplotlib's settings of the style."""
    return {
        "font.family": fonts(),
        "font.size": 7,
        "text.color": INK,
        "axes.unicode_minus": True,
        "axes.labelsize": 7,
        "axes.labelcolor": INK,
        "axes.edgecolor": MUTED,
        "axes.linewidth": .5,
        "axes.titlesize": 7.5,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": FAINT,
        "grid.linewidth": .4,
        "xtick.labelsize": 6.5,
        "ytick.labelsize": 6.5,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.major.width": .5,
        "ytick.major.width": .5,
        "xtick.major.size": 2.5,
        "ytick.major.size": 0,
        "lines.linewidth": 1.2,
        "lines.solid_capstyle": "round",
        "legend.frameon": False,
        "legend.fontsize": 6.5,
        "pdf.fonttype": 42,
        "ps.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "jishi",
        "figure.constrained_layout.use": True,
    }


@contextmanager
def style():
    """The style, while something is drawn or written.

    A name in letters that no installed font has, of a scenario perhaps, is drawn as boxes; nobody is warned of it.
    """
    with matplotlib.rc_context(settings()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+")
        yield


def in_style(draw):
    """Decorator of figure functions: whatever they draw, they draw in the style."""

    @wraps(draw)
    def styled(*arguments, **named):
        with style():
            picture = draw(*arguments, **named)
            if picture is not None:  # lay out once; every file is then written from the same layout
                picture.figure.draw_without_rendering()
                picture.figure.set_layout_engine("none")
            return picture

    return styled


def canvas(width: float = SINGLE, height: float = 2.3, rows: int = 1, columns: int = 1, **named):
    """A figure and its axes; no window is opened and no global state kept."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **named)


def save(figure: Figure, table: pd.DataFrame, folder: str | Path, name: str) -> None:
    """Write `name`.png (300 dpi), `name`.pdf (fonts embedded) and `name`.csv, the numbers behind them."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with style():
        write_whole(
            folder / f"{name}.png",
            lambda partial: figure.savefig(partial, format="png", dpi=300, facecolor="white", metadata={"Software": None}),
        )
        write_whole(
            folder / f"{name}.pdf",
            lambda partial: figure.savefig(
                partial, format="pdf", facecolor="white", metadata={"CreationDate": None, "Producer": None, "Creator": None}
            ),
        )
    write_whole(folder / f"{name}.csv", lambda partial: table.to_csv(partial, index=False))


def svg_of(figure: Figure, name: str, alt: str) -> str:
    """The figure as an <svg> element for a page: no outside reference, ids of its own, colours the page can darken."""
    text = io.StringIO()
    with style():
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.S)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\1{name}-", svg)
    for colour, variable in PAGE_COLOURS.items():
        svg = svg.replace(colour, f"var({variable})")
    svg = re.sub(r'<svg([^>]*?) width="[\d.]+pt"', r"<svg\1", svg, count=1)
    svg = re.sub(r'<svg([^>]*?) height="[\d.]+pt"', r"<svg\1", svg, count=1)
    return svg.replace("<svg", f'<svg role="img" aria-label="{_attribute(alt)}"', 1)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
