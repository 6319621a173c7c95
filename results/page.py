"""What a page is made of, and how it becomes one self-contained HTML file."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from results.figures.picture import Picture
from results.store import write_whole
from results.style import figure_language
from results.words import Words

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Cell:
    """Text of a cell; `kind`: text, number, heading, muted or drawing (an inline SVG); `tint`: -1 to 1, below and above 0."""

    text: str
    kind: str = "text"
    note: str = ""
    tint: float | None = None
    span: int = 1


@dataclass(frozen=True)
class Table:
    """A table in groups of rows; `head`: (text, kind) of each column."""

    caption: str
    head: list[tuple[str, str]]
    groups: list[tuple[str, list[list[Cell]]]]


@dataclass(frozen=True)
class Tile:
    """A key number of the first screen; `note`: its interval or range."""

    name: str
    value: str
    note: str
    is_muted: bool = False


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it: paragraphs, bullets, pictures with captions, tables.

    data: tables to write as CSV beside the figures, by name.
    """

    id: str
    heading: str
    paragraphs: list[str] = field(default_factory=list)
    bullets: list[str] = field(default_factory=list)
    pictures: list[tuple[Picture, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    command: str = ""
    notes: list[str] = field(default_factory=list)
    data: dict[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A whole report; `answers`: sentences, the first one large; `pictures`: beside them, on the first screen."""

    title: str
    meta: list[str]
    question: str
    answers: list[str]
    tiles: list[Tile]
    changes: list[str]
    sections: list[Section]
    pictures: list[tuple[Picture, str]] = field(default_factory=list)


@cache
def _environment():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)


def write_page(page: Page, folder: Path, lang: str) -> Path:
    """Write report.html and the figures beside it; returns the page."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [picture for part in (page, *page.sections) for picture, _ in part.pictures]
    for picture in pictures:
        picture.save(folder / "figures")
    for section in page.sections:
        for name, table in section.data.items():
            write_whole(folder / "figures" / f"{name}.csv", lambda partial, table=table: table.to_csv(partial))
    text = render(page, lang)
    write_whole(folder / "report.html", lambda partial: partial.write_text(text, encoding="utf-8"))
    return folder / "report.html"


def render(page: Page, lang: str) -> str:
    """The HTML of a page: style inside, figures as SVG inside, nothing loaded from elsewhere."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    say = Words(lang)
    notes = [say("note_figures"), say("figures_beside")] + ([] if figure_language(lang) == lang else [say("figures_in_english")])
    fields: dict[str, Any] = {"page": page, "say": say, "notes": notes, "lang": "zh-Hans" if lang == "zh" else "en", "style": style}
    return _environment().get_template("report.html.j2").render(**fields)


def whisker(difference: float, low: float, high: float) -> str:
    """A small drawing of an interval against 0, each on its own scale; for a cell of kind "drawing"."""
    reach = 1.06 * max(abs(low), abs(high), abs(difference))

    def x(value):
        return f"{50 + 48 * value / reach:.1f}" if reach else "50"

    colour = "var(--with)" if low > 0 else "var(--accent)" if high < 0 else "var(--without)"
    return (
        '<svg class="whisker" viewBox="0 0 100 14" aria-hidden="true">'
        '<line x1="50" x2="50" y1="0" y2="14" stroke="var(--muted)" stroke-width="1"/>'
        f'<line x1="{x(low)}" x2="{x(high)}" y1="7" y2="7" stroke="{colour}" stroke-width="3"/>'
        f'<circle cx="{x(difference)}" cy="7" r="3.4" fill="{colour}"/></svg>'
    )


def sparkline(values) -> str:
    """The course of a series as a small drawing; missing days are left out."""
    points = [(k, float(value)) for k, value in enumerate(values) if value == value and abs(value) != float("inf")]
    if len(points) < 2:
        return ""
    low, high = min(v for _, v in points), max(v for _, v in points)
    last = max(len(values) - 1, 1)
    step = max(1, len(points) // 180)
    path = " ".join(f"{196 * k / last + 2:.1f},{(26 - 22 * (v - low) / (high - low)) if high > low else 15:.1f}" for k, v in points[::step])
    return (
        f'<svg class="spark" viewBox="0 0 200 30" aria-hidden="true"><polyline points="{path}" fill="none" stroke="var(--with)" '
        'stroke-width="1.5" stroke-linejoin="round"/></svg>'
    )
