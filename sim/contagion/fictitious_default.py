"""Fictitious default: the greatest clearing vector, one round of failures after the other.

Solvent nodes pay in full, so only what nodes in default pay is ever computed: exactly (sparse LU) when they are few,
else by Gauss-Seidel sweeps that send each change on to the creditors.  Sweeps fall from above, so whoever is short on
the way is short in the end; a round needs no more digits than it takes to say who is not.
Source: Eisenberg & Noe (2001), section 3.1; Rogers & Veraart (2013), section 3.
"""

import numpy as np

from sim.contagion.claims import Claims
from sim.contagion.matrix import column_sums
from sim.contagion.monotone_system import System, krylov, solve_exactly
from sim.core.kernels import kernel

DIRECT_BELOW = 300  # nodes in default: solved by LU
LU_BELOW = 1_000  # LU if sweeps crawl; above, fill-in costs more than a Krylov solve
PATIENCE = 200  # sweeps before another method is tried
STAGE = 1e-9  # precision of a round, as a share of what is due, unless somebody is in doubt
SMALL = 10_000  # nodes: below, all are looked at in every round
WIDENINGS = 3  # times that the weak may turn out to be more
MOST_WEAK = 0.7  # share of nodes: above, there is nothing to be saved
SAFETY = 10.0  # the distance to the limit is an estimate


def greatest_payments(claims: Claims, tol: float, max_rounds: int):
    """(payments, inflow, defaulted, rounds, n_iterations, converged) of the greatest clearing vector."""
    return _among_the_weak(claims, tol, max_rounds) or _among_all(claims, tol, max_rounds)


def _among_all(claims: Claims, tol: float, max_rounds: int):
    state = _State(claims, tol, max_rounds)
    state.run()
    if state.rounds:
        state.refresh()
    rounds = [failing.tolist() for failing in state.rounds]
    return state.payments, state.inflow, state.defaulted, rounds, state.n_iterations, state.converged


def _among_the_weak(claims: Claims, tol: float, max_rounds: int):
    """The same answer with the work done on the few that may fail; None if that does not pay.

    The weak would fail if they lost twice what the first round costs them, and four times what it costs the average
    creditor.  Everybody else is taken to pay in full, which is checked in the end; who does not is added, and all is
    done again.
    """
    if claims.n < SMALL:
        return None
    weak = _weak(claims, tol)
    for _ in range(WIDENINGS):
        if weak.size > MOST_WEAK * claims.n:
            return None
        state = _State(claims.among(weak), tol, max_rounds)
        state.run()
        whole = _State(claims, tol, max_rounds)
        whole.payments[weak], whole.defaulted[weak] = state.payments, state.defaulted
        whole.n_iterations, whole.converged = state.n_iterations, state.converged
        whole.refresh()
        if whole.short().size == 0:
            rounds = [weak[failing].tolist() for failing in state.rounds]
            return whole.payments, whole.inflow, whole.defaulted, rounds, whole.n_iterations, whole.converged
        lost = claims.full_inflow - whole.inflow
        weak = np.union1d(weak, np.flatnonzero(claims.is_short(whole.inflow - 0.5 * lost, tol)))
    return None


def _weak(claims: Claims, tol: float) -> np.ndarray:
    first = np.flatnonzero(claims.is_short(claims.full_inflow, tol))
    unpaid = claims.due[first] - claims.after_default(claims.full_inflow)[first]
    inflow = claims.full_inflow.copy()
    change = np.divide(-unpaid, claims.due[first], out=np.zeros(first.size), where=unpaid > 0)
    _send(*claims.rows, first, change, inflow)
    average = unpaid.sum() / max(claims.due.sum(), 1e-300)
    feared = inflow - (claims.full_inflow - inflow) - 4.0 * average * claims.full_inflow
    return np.flatnonzero(claims.is_short(feared, tol))


class _State:
    """Payments and inflows while rounds go by; inflows always are those of the payments."""

    def __init__(self, claims: Claims, tol: float, max_rounds: int):
        self.claims, self.max_rounds = claims, max_rounds
        self.goal = max(tol / 50.0, 1e-15)
        self.owed, self.slack = claims.owed, claims.slack(tol)
        self.in_default = claims.alpha * claims.cash - claims.first  # what it pays without any inflow
        self.payments, self.inflow = claims.due.copy(), claims.full_inflow.copy()
        self.defaulted = np.zeros(claims.n, dtype=bool)
        self.rounds, self.n_iterations, self.converged = [], 0, True

    def run(self):
        """Round after round, until nobody else fails."""
        failing = self.short()
        while failing.size:
            if len(self.rounds) >= self.max_rounds or self.n_iterations >= self.max_rounds:
                self.converged = False
                break
            self.rounds.append(failing)
            self.defaulted[failing] = True
            failing = self.settle()

    def short(self) -> np.ndarray:
        """Ids of those not yet in default who cannot pay in full, ascending."""
        return self._short_by(0.0)

    def in_doubt(self, precision: float) -> bool:
        """Could somebody still turn out to be short if payments are only known to `precision`?"""
        return self._short_by(SAFETY * precision).size > self.short().size

    def _short_by(self, doubt: float) -> np.ndarray:
        claims = self.claims
        return _short(self.owed, claims.cash, self.inflow, self.slack, claims.full_inflow, self.defaulted, doubt)

    def settle(self) -> np.ndarray:
        """Payments of those in default, then who fails because of them."""
        payers = np.flatnonzero(self.defaulted & (self.claims.due > 0))
        if payers.size < DIRECT_BELOW and self._solve(payers, solve_exactly):
            failing = self.short()
            if failing.size == 0:
                self._solve(payers, solve_exactly, afresh=True)
                failing = self.short()
            return failing
        if self.goal < STAGE and self._sweep(payers, STAGE):
            failing = self.short()
            if failing.size and not self.in_doubt(STAGE):
                return failing
        self.converged = self._sweep(payers, self.goal)
        return self.short()

    def refresh(self):
        """Inflows summed anew, since changes leave rounding behind, and payments once more if that shows."""
        self.inflow = self.claims.inflow(self.payments)
        if self.claims.residual(self.payments, self.inflow, self.defaulted) > 10 * self.goal:
            self._sweep(np.flatnonzero(self.defaulted & (self.claims.due > 0)), self.goal)
            self.inflow = self.claims.inflow(self.payments)

    def _sweep(self, payers, precision) -> bool:
        for patience in (PATIENCE, self.max_rounds):
            limit = min(patience, self.max_rounds - self.n_iterations)
            claims = self.claims
            sweeps, reached = _sweep_until(*claims.rows, payers, self.in_default, claims.beta, claims.due,
                                           self.payments, self.inflow, precision, limit)  # fmt: skip
            self.n_iterations += sweeps
            if reached or self.n_iterations >= self.max_rounds:
                return reached
            self._solve(payers, solve_exactly if payers.size < LU_BELOW else krylov)
        return False

    def _solve(self, payers, method, *, afresh=False) -> bool:
        """Let `method` find the payments of `payers`; False if it cannot.  afresh: with sums that lost no digits."""
        system = _between(self.claims, payers, self.in_default, afresh)
        found = method(system, self.payments[payers])
        if found is None:
            return False
        self.n_iterations += 1
        found = np.minimum(found, self.claims.due[payers])
        change = (found - self.payments[payers]) / self.claims.due[payers]
        self.payments[payers] = found
        _send(*self.claims.rows, payers, change, self.inflow)
        return True


def _between(claims: Claims, payers: np.ndarray, in_default: np.ndarray, afresh: bool) -> System:
    """The linear system of what `payers` pay while everybody else pays in full."""
    position = np.full(claims.n, -1, dtype=np.int32)
    position[payers] = np.arange(payers.size, dtype=np.int32)
    start, source, weight, inside = _restrict(*claims.rows, payers, position, claims.beta / claims.due[payers])
    if afresh:
        from_others = column_sums(*claims.rows, (position < 0).astype(np.float64))[payers]
    else:
        from_others = claims.full_inflow[payers] - inside
    return System(start, source, weight, in_default[payers] + claims.beta * from_others, claims.due[payers])


@kernel
def _short(owed, cash, inflow, slack, full_inflow, defaulted, doubt):
    """Ids with owed - cash - inflow > slack - doubt * full_inflow, not in default."""
    out = np.empty(owed.size, dtype=np.int64)
    count = 0
    for i in range(owed.size):
        if not defaulted[i] and owed[i] - (cash[i] + inflow[i]) > slack[i] - doubt * full_inflow[i]:
            out[count] = i
            count += 1
    return out[:count].copy()


@kernel
def _sweep_until(start, column, data, payers, in_default, beta, due, payments, inflow, goal, max_sweeps):
    """p_i <- max(0, in_default_i + beta inflow_i), the change sent on at once; until step * r / (1 - r) <= goal."""
    before = np.inf
    ignored = 1e-2 * goal  # too small to be sent on: a sweep costs what has changed
    for sweep in range(max_sweeps):
        step = 0.0
        for a in range(payers.size):
            i = payers[a]
            paid = min(max(in_default[i] + beta * inflow[i], 0.0), due[i])
            change = (paid - payments[i]) / due[i]
            size = abs(change)
            if size > ignored:
                payments[i] = paid
                for k in range(start[i], start[i + 1]):
                    inflow[column[k]] += change * data[k]
                if size > step:
                    step = size
        ratio = step / before if before < np.inf else 1.0
        if step <= 1e-16 or (step <= goal and ratio < 1.0 and step * ratio / (1.0 - ratio) <= goal):
            return sweep + 1, True
        before = step
    return max_sweeps, False


@kernel
def _send(start, column, data, members, change, inflow):
    """inflow_j += change_i l_ij for every member i."""
    for a in range(members.size):
        i = members[a]
        if change[a] != 0.0:
            for k in range(start[i], start[i + 1]):
                inflow[column[k]] += change[a] * data[k]


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
