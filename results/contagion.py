"""Contagion of a run under a lens: who failed and who lost, by day and layer, what rescues cost, and the banks before and after."""

import networkx
import numpy as np
import pandas as pd

from results.measuring import cny

MOST_DRAWN = 60  # banks; more make no picture


def shows_contagion(scenario) -> bool:
    """True if there are channels in the scenario."""
    return len(scenario.channels) > 0


class Lens:
    """An observer.  `tables()`, at the scale of the real market but for numbers of houses:

    losses: a row for each day, layer, channel and round, CNY.  failures: for each day, layer and round.  rescues: for each rescue and
    payer, CNY on the last day.  runs: for each kind of claim and day on which somebody ran or waited.  nodes, links: banks on the first and
    the last day (none where banks have no whole sheets, or are too many to draw).
    """

    def __init__(self):
        self.losses, self.failures, self.runs, self.rescues = [], [], [], []
        self.nodes, self.links, self.first = [], [], True

    def __call__(self, m) -> None:
        book, date = m.contagion, m.date
        self.losses += [{"day": day, "date": date, "layer": layer, "channel": channel, "round": round, "lost": cny(m, fen)}
                        for (day, layer, channel, round), fen in book.losses_on(m.day)]
        scale = {"merchants": m.scenario.weight}
        self.failures += [{"day": day, "date": date, "layer": layer, "round": round, "failed": n * scale.get(layer, 1.0)}
                          for (day, layer, round), n in book.failures_on(m.day)]
        for house in m.panic.houses:
            left, paid, waits = (int(each[house.number]) for each in (m.panic.left_today, m.panic.paid_today, m.panic.waiting))
            if left or paid or waits:
                self.runs.append({"day": m.day, "date": date, "claim": house.name, "ran": left * m.scenario.weight, "paid": cny(m, paid),
                                  "waiting": cny(m, waits)})
        if self.first or m.day + 1 == m.days:
            self._look_at_banks(m, "before" if self.first else "after")
            self.rescues = [{"rescue": what, "payer": payer, "cost": cny(m, fen)} for (what, payer), fen in m.rescue.spent.items()]
        self.first = False

    def _look_at_banks(self, m, when: str) -> None:
        if not 0 < len(m.sheets) <= MOST_DRAWN:
            return
        s, loans = m.sheets, m.interbank_loans
        assets, equity = s.assets(m), s.equity(m)
        self.nodes += [{"when": when, "bank": bank, "assets": cny(m, assets[bank]), "equity": cny(m, equity[bank]),
                        "failed": bool(s.failed_on[bank] >= 0)} for bank in range(len(s))]
        self.links += [{"when": when, "lender": int(i), "borrower": int(j), "owed": cny(m, fen)}
                       for i, j, fen in zip(loans.lender, loans.borrower, loans.owed) if fen > 0]

    def tables(self) -> dict[str, pd.DataFrame]:
        """By name."""
        columns = {"losses": ["day", "date", "layer", "channel", "round", "lost"], "failures": ["day", "date", "layer", "round", "failed"],
                   "runs": ["day", "date", "claim", "ran", "paid", "waiting"], "rescues": ["rescue", "payer", "cost"],
                   "nodes": ["when", "bank", "assets", "equity", "failed"], "links": ["when", "lender", "borrower", "owed"]}
        return {name: pd.DataFrame(getattr(self, name), columns=head) for name, head in columns.items()}


def places(nodes: pd.DataFrame, links: pd.DataFrame) -> np.ndarray:
    """Where each bank is drawn, (n_banks, 2): lenders near borrowers, the same before and after, the same on every machine."""
    before = links[links["when"] == "before"]
    graph = networkx.Graph()
    graph.add_nodes_from(range(int(nodes["bank"].max()) + 1))
    graph.add_edges_from(zip(before["lender"], before["borrower"]))
    spots = networkx.kamada_kawai_layout(graph) if graph.number_of_edges() else networkx.circular_layout(graph)
    return np.array([spots[bank] for bank in sorted(spots)])
