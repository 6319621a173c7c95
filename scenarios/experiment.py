"""How a scenario is compared: when paths fork, how many pairs, and against what."""

from datetime import date

from sim.core.settings import Settings, setting


class ExperimentSettings(Settings):
    """Paired paths: with and without the scenario's tactics and shocks, on common random numbers."""

    fork: date | None = setting(None, unit="date", source="user",
                                meaning="First day on which paths differ; everything before is run once. Not set: the first day")
    parts: tuple[str, ...] = setting((), unit="texts", source="user", meaning="For jishi together, 'name: path=value, path=value': what "
                                     "switches each part of the scenario off")
    pairs: int = setting(5, unit="pairs", ge=1, le=100_000, source="user", meaning="Paired paths of a plain run")
