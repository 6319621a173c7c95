"""Figures of a stress test: who fails through whom, and how failures grow with the loss; each with its numbers as CSV."""

from pathlib import Path

import numpy as np
import pandas as pd

MOST_NODES = 60  # drawn; the others are in the tables
WIDTH, HEIGHT = 7.2, 5.4  # inches
STATES = {"fails from the shock": "#8c2d2d", "fails through the network": "#dd7a2f", "loses a quarter of its equity or more": "#ecc765",
          "stands": "#9fb6c6"}  # fmt: skip


def states(outcome) -> np.ndarray:
    """One of `STATES` for each bank, shape (n,)."""
    names = list(STATES)
    state = np.where(outcome.loss_share >= 0.25, names[2], names[3])
    state = np.where(outcome.defaulted, names[1], state)
    return np.where(outcome.by_shock, names[0], state)


def draw_network(stress, outcome, folder: Path) -> tuple:
    """Write network.png, .pdf, .svg and the nodes and links behind them; (svg text, number of banks drawn)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.collections import LineCollection, PolyCollection

    banks, claims = stress.banks, stress.exposures[outcome.network]
    size = banks.interbank_assets + banks.interbank_liabilities + banks.external_assets
    # the largest third whatever their state, then those who fail through others, then the other failures
    size_order = np.argsort(-size, kind="stable")
    rest = size_order[MOST_NODES // 3:]
    urgency = np.where(outcome.by_shock, 1, np.where(outcome.defaulted, 0, 2))[rest]
    drawn = np.sort(np.concatenate([size_order[: MOST_NODES // 3], rest[np.argsort(urgency, kind="stable")]])[:MOST_NODES])
    part = claims[drawn][:, drawn].tocoo()
    heavy = part.data >= np.sort(part.data)[-min(part.data.size, 6 * drawn.size)] if part.data.size else part.data > 0
    place = _spring(part, drawn.size) if drawn.size <= 25 else _rings(part, size[drawn])
    state = states(outcome)[drawn]
    nodes = pd.DataFrame({"bank": [banks.names[i] for i in drawn], "x": place[:, 0], "y": place[:, 1], "state": state,
                          "size": size[drawn], "equity_lost_share": outcome.loss_share[drawn]})
    links = pd.DataFrame({"lender": [banks.names[drawn[i]] for i in part.row[heavy]],
                          "borrower": [banks.names[drawn[j]] for j in part.col[heavy]], "amount": part.data[heavy]})
    nodes.to_csv(folder / "network_nodes.csv", index=False)
    links.to_csv(folder / "network_links.csv", index=False)

    with plt.rc_context(_style()):
        figure = plt.figure(figsize=(WIDTH, HEIGHT))
        axes = figure.add_axes((0.02, 0.13, 0.96, 0.86))
        area = 60 + (700 if drawn.size <= 25 else 240) * nodes["size"].to_numpy() / max(nodes["size"].max(), 1e-300)
        low, high = place.min(axis=0), place.max(axis=0)
        room = 0.1 * np.maximum(high - low, 1e-9) + (high - low < 1e-9)
        axes.set_xlim(low[0] - room[0], high[0] + room[0])
        axes.set_ylim(low[1] - room[1], high[1] + room[1])
        lines, heads = _arrows(place, np.sqrt(area) / 2, part.col[heavy], part.row[heavy], (high - low + 2 * room) /
                               (72 * np.array([0.96 * WIDTH, 0.86 * HEIGHT])))  # fmt: skip
        widths = 0.4 + 2.2 * part.data[heavy] / max(part.data.max(initial=0.0), 1e-300)
        axes.add_collection(LineCollection(lines, linewidths=widths, colors="#8a98a3", alpha=0.55, zorder=1))
        axes.add_collection(PolyCollection(heads, facecolors="#8a98a3", edgecolors="none", alpha=0.75, zorder=1))
        for name, colour in STATES.items():
            chosen = (state == name).nonzero()[0]
            axes.scatter(*place[chosen].T, s=area[chosen], color=colour, edgecolor="white", linewidth=1.2, zorder=2,
                         label=f"{name} ({int((states(outcome) == name).sum())})")
        if drawn.size <= 40:
            for a in range(drawn.size):
                axes.annotate(nodes["bank"][a], place[a], xytext=(0, -np.sqrt(area[a]) / 2 - 2), textcoords="offset points",
                              ha="center", va="top", fontsize=7.5, color="#22303a", zorder=3)
        axes.set_axis_off()
        legend = axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncol=2, frameon=False, fontsize=8.5)
        for handle in legend.legend_handles:
            handle.set_sizes([60])
        return _save(figure, folder / "network"), drawn.size


def _spring(part, n) -> np.ndarray:
    """Places of a small network, (n, 2): linked banks near each other."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(zip(part.row.tolist(), part.col.tolist()))
    place = nx.spring_layout(graph, seed=3, k=1.6 / np.sqrt(max(n, 1)), iterations=60)
    return np.array([place[a] for a in range(n)])


def _rings(part, size) -> np.ndarray:
    """Places of a large one, (n, 2): the largest third on an inner ring, each other bank outside, near its partners."""
    n = size.size
    inner = np.argsort(-size, kind="stable")[: n // 3]
    outer = np.setdiff1d(np.arange(n), inner)
    place = np.zeros((n, 2))
    place[inner] = 0.5 * _circle(np.linspace(0.0, 2 * np.pi, inner.size, endpoint=False))
    amount = np.zeros((n, n))
    np.add.at(amount, (part.row, part.col), part.data)
    pull = (amount + amount.T)[outer][:, inner] @ place[inner]
    order = outer[np.lexsort((outer, np.arctan2(pull[:, 1], pull[:, 0])))]
    place[order] = _circle(np.linspace(-np.pi, np.pi, order.size, endpoint=False))
    return place


def _circle(angle) -> np.ndarray:
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _arrows(place, radius, tail, head, unit):
    """(curves, triangles) from node to node in data units; `unit`: data units per point, (2,); `radius` in points."""
    lines, heads = [], []
    for a, b in zip(tail, head):
        begin, end = place[a] / unit, place[b] / unit  # in points, where circles are circles
        along = end - begin
        length = max(float(np.hypot(*along)), 1e-9)
        middle = (begin + end) / 2 + 0.08 * np.array([along[1], -along[0]])
        first, last = (radius[a] + 1.5) / length, 1.0 - (radius[b] + 1.5) / length
        t = np.linspace(min(first, 0.5), max(last, 0.5), 14)[:, None]
        curve = (1 - t) ** 2 * begin + 2 * t * (1 - t) * middle + t**2 * end
        forward = curve[-1] - curve[-2]
        forward = 5.0 * forward / max(float(np.hypot(*forward)), 1e-9)
        side = 0.4 * np.array([forward[1], -forward[0]])
        heads.append(np.array([curve[-1], curve[-1] - forward + side, curve[-1] - forward - side]) * unit)
        lines.append(curve * unit)
    return lines, heads


def draw_curve(stress, folder: Path) -> str:
    """Write failures.png, .pdf, .svg and .csv; the svg text."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    curve = stress.curve
    curve.to_csv(folder / "failures.csv", index=False)
    n = len(stress.banks.names)
    with plt.rc_context(_style()):
        figure, axes = plt.subplots(figsize=(WIDTH, 3.0), layout="constrained")
        x, total, alone = 100 * curve["loss"], 100 * curve["failures"] / n, 100 * curve["by_shock"] / n
        axes.fill_between(x, 0, alone, color=STATES["fails from the shock"], alpha=0.85, lw=0, label="from the shock itself")
        axes.fill_between(x, alone, total, color=STATES["fails through the network"], alpha=0.85, lw=0, label="through the network")
        axes.plot(x, total, color="#22303a", lw=1.4)
        axes.axvline(100 * stress.loss, color="#22303a", lw=0.9, ls=(0, (4, 3)))
        left = stress.loss > 0.8
        axes.annotate("this test", (100 * stress.loss, 1.0), xycoords=("data", "axes fraction"), xytext=(-4 if left else 4, -3),
                      textcoords="offset points", va="top", ha="right" if left else "left", fontsize=8, color="#22303a")
        axes.set_xlabel("share of external assets lost, %")
        axes.set_ylabel("banks that fail, %")
        axes.set_xlim(0, 100)
        axes.set_ylim(0, max(5.0, 1.08 * total.max()))
        axes.legend(frameon=False, fontsize=8.5, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncol=2)
        return _save(figure, folder / "failures")


def _save(figure, stem: Path) -> str:
    import io

    from matplotlib import pyplot as plt

    # fixed dates and ids: the same test writes the same bytes
    figure.savefig(stem.with_suffix(".png"), dpi=150, metadata={"Software": None})
    figure.savefig(stem.with_suffix(".pdf"), metadata={"CreationDate": None, "Creator": None, "Producer": None})
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    svg = text.getvalue()
    stem.with_suffix(".svg").write_text(svg)
    return svg[svg.index("<svg"):]


def _style() -> dict:
    return {"font.family": "sans-serif", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
            "axes.edgecolor": "#5b6b76", "axes.labelcolor": "#22303a", "xtick.color": "#5b6b76", "ytick.color": "#5b6b76",
            "svg.hashsalt": "jishi", "svg.fonttype": "path"}
