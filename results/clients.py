"""Facts about clients of the platform's lenders, as DESIGN 4.7 defines them: ratios of sums over clients.

A client drew in the last 12 months and was observed (its shop open) all the time.
"""

import numpy as np
import pandas as pd

CLIENTS = 200_000  # S12: the slice's clients stand for so many


def client_facts(clients: pd.DataFrame) -> dict[str, float]:
    """From `Recorder.clients()`: name to value; years are 365 days.  Empty if fewer than 300 days were observed."""
    days = clients.attrs.get("days", 0)
    if days < 300:
        return {}
    is_client = (clients["draws"] > 0) & (clients["open_days"] == days)
    c, year = clients[is_client], 365.0 / days
    n = len(c)
    if n == 0:
        return {"clients_simulated": 0.0}
    total = c.sum()
    closed = clients.attrs["loans_closed"]
    return {
        "clients_simulated": float(n),
        "debt_days_per_client_year": total["debt_days"] / n * year,
        "interest_over_line": total["interest_fen"] / (total["line_fen_days"] / days) * year if total["line_fen_days"] else np.nan,
        "interest_over_peak": total["interest_fen"] / total["peak_fen"] * year,
        "mean_draw_cny": total["drawn_fen"] / total["draws"] / 100.0,
        "draws_per_client_year": total["draws"] / n * year,
        "loans_a_day_per_200k_clients": clients["draws"].sum() / days * CLIENTS / n,
        "draw_life_days": clients.attrs["loan_days"] / closed if closed else np.nan,
        "line_used_in_debt": total["balance_fen_days"] / total["line_in_debt_fen_days"] if total["line_in_debt_fen_days"] else np.nan,
        "mean_line_cny": total["line_fen_days"] / days / n / 100.0,
        "book_cny_per_200k_clients": clients["balance_fen_days"].sum() / days / 100.0 * CLIENTS / n,
    }
