"""Fictitious default: the greatest clearing vector, one round of failures after the other.

Only the part of the network between defaulting nodes is ever iterated; solvent nodes pay in full, so what
they send is a constant.  Work per sweep is the number of links inside the defaulting set.
Source: Eisenberg & Noe (2001), section 3.1; Rogers & Veraart (2013), section 3.1 (greatest clearing vector algorithm).
"""

import numpy as np

from sim.contagion.claims import Claims
from sim.contagion.matrix import column_sums
from sim.contagion.monotone_system import System, solve
from sim.core.kernels import kernel


def greatest_payments(claims: Claims, tol: float, max_rounds: int):
    """(payments, defaulted, rounds, n_iterations, converged) of the greatest clearing vector."""
    payments = claims.due.copy()
    inflow = claims.full_inflow.copy()
    defaulted = np.zeros(claims.n, dtype=bool)
    rounds, n_iterations, converged = [], 0, True
    failing = np.flatnonzero(claims.is_short(inflow, tol))
    while failing.size:
        if len(rounds) >= max_rounds or n_iterations >= max_rounds:
            return payments, defaulted, rounds, n_iterations, False
        rounds.append(failing.tolist())
        defaulted[failing] = True
        payers = np.flatnonzero(defaulted & (claims.due > 0))
        system = _between_defaulters(claims, payers)
        paid, iterations, converged = solve(system, payments[payers], tol, max_rounds - n_iterations)
        n_iterations += iterations
        _send_change(*claims.rows, payers, (paid - payments[payers]) / claims.due[payers], inflow)
        payments[payers] = paid
        failing = np.flatnonzero(~defaulted & claims.is_short(inflow, tol))
    if rounds and payers.size:
        payments[payers], iterations, polished = _polish(claims, payers, defaulted, payments, system, tol, max_rounds)
        n_iterations += iterations
        converged = converged and polished
    return payments, defaulted, rounds, n_iterations, converged


def _between_defaulters(claims: Claims, payers: np.ndarray) -> System:
    """The linear system of what `payers`, all in default, pay while everybody else pays in full."""
    position = np.full(claims.n, -1, dtype=np.int32)
    position[payers] = np.arange(payers.size, dtype=np.int32)
    start, source, weight, inside = _restrict(*claims.rows, payers, position, claims.beta / claims.due[payers])
    constant = (
        claims.alpha * claims.cash[payers] - claims.first[payers] + claims.beta * (claims.full_inflow[payers] - inside)
    )
    return System(start, source, weight, constant, claims.due[payers])


def _polish(claims: Claims, payers, defaulted, payments, system: System, tol, max_rounds):
    """Once more with the constant part summed afresh: differences of large sums lose the last digits."""
    solvent = column_sums(*claims.rows, (~defaulted).astype(np.float64))
    constant = claims.alpha * claims.cash[payers] - claims.first[payers] + claims.beta * solvent[payers]
    return solve(system._replace(constant=constant), payments[payers], tol, max_rounds)


@kernel
def _restrict(start, column, data, members, position, weight_of_row):
    """Links between members, by receiver: (start, source, weight = l_ij weight_i, sum of l_ij by receiver)."""
    m = members.size
    to = np.zeros(m + 1, dtype=np.int64)
    for a in range(m):
        i = members[a]
        for k in range(start[i], start[i + 1]):
            b = position[column[k]]
            if b >= 0:
                to[b + 1] += 1
    for b in range(m):
        to[b + 1] += to[b]
    place = to[:-1].copy()
    source = np.empty(to[m], dtype=np.int32)
    weight = np.empty(to[m])
    inside = np.zeros(m)
    for a in range(m):
        i = members[a]
        for k in range(start[i], start[i + 1]):
            b = position[column[k]]
            if b >= 0:
                q = place[b]
                source[q] = a
                weight[q] = data[k] * weight_of_row[a]
                inside[b] += data[k]
                place[b] = q + 1
    return to, source, weight, inside


@kernel
def _send_change(start, column, data, members, change, inflow):
    """inflow_j += change_i l_ij for every member i."""
    for a in range(members.size):
        i = members[a]
        if change[a] != 0.0:
            for k in range(start[i], start[i + 1]):
                inflow[column[k]] += change[a] * data[k]
