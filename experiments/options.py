"""Options that several commands take: each is said, and checked, once."""

from typing import Annotated

import typer

from results.words import known_language

Language = Annotated[str, typer.Option(help="Language of labels in the report: en or zh", callback=known_language)]
Workers = Annotated[int | None, typer.Option(help="Processes; default: the processors, at most 8", min=1, max=256)]
