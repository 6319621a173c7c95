"""Clearing: what everybody pays when some cannot pay in full (Eisenberg-Noe, Rogers-Veraart).

    p_i = due_i                                          if e_i + sum_j (l_ji / due_j) p_j >= owed_i
        = max(0, alpha e_i + beta sum_j (l_ji / due_j) p_j - first_i)    otherwise

Choice: a node that can just pay in full (assets equal to what it owes, up to `tol` of what it owes) is not
in default.  Source: Rogers & Veraart (2013), section 2.  Alternative: a strict inequality.  Reason:
it makes the greatest clearing vector exist when default is costly.

Choice: the greatest vector by default.  Source: Eisenberg & Noe (2001), Theorem 1.  Alternative: the least.
Reason: all want it, and it is the state reached when nobody stops paying before they must.  The two differ
when default is costly, and in circles of debt without any cash (greatest: all is netted; least: nobody pays).
"""

from dataclasses import dataclass

import numpy as np

from sim.contagion.claims import read_claims
from sim.contagion.fictitious_default import greatest_payments
from sim.contagion.least_clearing import least_payments
from sim.contagion.rescue import Rescue, cheapest_rescue, threat_index
from sim.core.errors import UserError

__all__ = ["Clearing", "Rescue", "cheapest_rescue", "clear", "threat_index"]


@dataclass(frozen=True, eq=False)
class Clearing:
    """A cleared system; arrays of shape (n,), amounts in the caller's unit."""

    payments: np.ndarray  # on total liabilities; on those inside the network when external ones are senior
    equity: np.ndarray  # what is left to the owners; 0 in default
    defaulted: np.ndarray  # bool: cannot pay everything it owes
    rounds: list  # node ids by round of default; for the least vector one list, nobody fell in any order
    n_iterations: int  # sweeps and linear solves
    residual: float  # largest error of the clearing equation, as a share of what the node owes
    converged: bool  # residual and estimated distance to the solution are within `tol`


def clear(
    liabilities,
    external_assets,
    *,
    external_liabilities=None,
    seniority="pari_passu",
    alpha=1.0,
    beta=1.0,
    solution="greatest",
    tol=1e-12,
    max_rounds=10_000,
) -> Clearing:
    """The greatest or least clearing vector of a financial network.

    liabilities: (n, n), `liabilities[i, j]` is what i owes j, dense or scipy sparse.  external_assets: (n,); a negative
    one is a debt that comes before all others.  external_liabilities: (n,) owed outside; with seniority "pari_passu"
    they share pro rata with the network, with "senior" they are paid first.  alpha, beta: shares of external assets and
    of incoming payments that survive the owner's default.  max_rounds: limit on rounds, and on sweeps.

    The default rounds are those of the fictitious default algorithm: round 1 fails although all others pay in full.
    Without cash that leaks out of the defaulting part convergence may need thousands of sweeps; see `converged`.

    Raises: UserError on a wrong shape, sign or option.
    Source: Eisenberg & Noe (2001), section 3.1; Rogers & Veraart (2013), section 3;
    Elsinger (2009) for seniority.
    """
    claims = read_claims(liabilities, external_assets, external_liabilities, seniority, alpha, beta)
    if solution not in ("greatest", "least"):
        raise UserError(f"solution: is {solution!r}; it must be 'greatest' or 'least'")
    if not tol > 0.0:
        raise UserError(f"tol: is {tol}; it must be above 0")
    find = greatest_payments if solution == "greatest" else least_payments
    payments, inflow, defaulted, rounds, n_iterations, converged = find(claims, tol, max_rounds)
    residual = claims.residual(payments, inflow, defaulted)
    equity = np.where(defaulted, 0.0, np.maximum(claims.cash + inflow - claims.owed, 0.0))
    return Clearing(
        payments,
        equity,
        defaulted,
        rounds,
        n_iterations,
        residual,
        converged=bool(converged and residual <= max(tol, 1e-14)),
    )
