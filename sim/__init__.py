"""Jishi, the simulated market: what is nobody's decision lives here, the decisions live in `agents`."""

from importlib.util import find_spec
from pathlib import Path

__version__ = "0.1.0"


def check_neighbour(spec) -> None:
    """Raise ImportError unless `spec` is of our own `agents`: a popular package has the same name."""
    home = Path(__file__).resolve().parents[1]
    found = Path(spec.origin).resolve() if spec and spec.origin else None
    if found != home / "agents" / "__init__.py":
        where = f"another package of that name was found at {found.parent}" if found else "it was not found"
        raise ImportError(f"Jishi needs its own `agents` package in {home}, but {where}; "
                          "use an environment without that other package, for example the one that ./run makes")


check_neighbour(find_spec("agents"))
