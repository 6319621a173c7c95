"""Lenses: observers that keep tables about one part of the market, beside the days of the recorder; adding one is a line here."""

from results import acquisition, contagion, lending, open_data, savings

LENSES = {"lending": (lending.shows_lending, lending.Lens), "marketing": (acquisition.shows_marketing, acquisition.Lens),
          "savings": (savings.shows_savings, savings.Lens), "open_data": (open_data.shows_open_data, open_data.Lens),
          "contagion": (contagion.shows_contagion, contagion.Lens)}


def lenses_for(scenario) -> dict:
    """The lenses under which a run of this scenario is looked at, by the name of the tables they give."""
    return {name: lens() for name, (shows, lens) in LENSES.items() if shows(scenario)}
