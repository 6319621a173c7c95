"""The search for the best plan: rounds of trials, a race among the best, and a last look on worlds that no choice has seen.

    found = search(space, evaluate, Effort(trials=60), seed=1)

Choice: who is best is decided on search worlds only, and how good it is measured on fresh ones only.  Source: the winner's curse (Capen,
Clapp and Campbell 1971; Andrews, Kitagawa and McCloskey 2024).  Alternative: intervals of the worlds that chose.  Reason: the best of
sixty noisy means is too high even if all plans are the same.
Choice: the race gives more worlds to the best few, in three steps.  Source: successive halving (Karnin, Koren and Somekh 2013).
Alternative: as many for all.  Reason: most plans are seen to be poor in three worlds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from experiments.levers import Plan, Space
from experiments.proposing import first_plans, next_plans

FRESH = 1_000_000  # replicates from here on are fresh: no search reaches them
STEP = 10  # percents of the budget, for what more money returns

Evaluate = Callable[[list[Plan], list[int]], np.ndarray]  # (plans, replicates) of the objective, less that of spending nothing


@dataclass(frozen=True)
class Effort:
    """How much to try: trials; replicates of a trial; (replicates, plans) of each step of the race; fresh replicates."""

    trials: int = 60
    replicates: int = 3
    race: tuple[tuple[int, int], ...] = ((8, 10), (20, 4))
    fresh: int = 30

    @classmethod
    def of(cls, trials: int, fresh: int) -> "Effort":
        """With a race that grows with the trials: the sixth part of them for 8 replicates, at most 4 for 20."""
        return cls(trials, race=((8, max(trials // 6, 3)), (20, max(min(trials // 12, 4), 2))), fresh=fresh)

    def n_runs(self, n_levers: int) -> int:
        """Runs in all, those without a plan included, at most."""
        steps = [(self.replicates, self.trials), *self.race]
        raced = sum((more - fewer) * plans for (fewer, _), (more, plans) in zip(steps, steps[1:]))
        last = steps[-1][0]
        return (self.trials - 1) * self.replicates + raced + last + self.fresh * (min(self.race[-1][1], self.trials) + 2 + n_levers)


@dataclass
class Trial:
    """A plan that was tried: round, by whom it was proposed, and its values on search replicates 0, 1, ..., more if it was raced."""

    number: int
    round: int
    by: str
    plan: Plan
    values: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float:
        """Over its search replicates."""
        return float(np.mean(self.values))


@dataclass
class Found:
    """What a search found.

    trials: in their order.  ranking: numbers of the trials that ran the last step of the race, the best first.
    fresh: by plan, values on the fresh replicates: of the best, the others of the last step, evenly and nothing.
    margins: by lever, values of the best plan with STEP percents of the budget more for it, less those of the best; fresh replicates.
    """

    trials: list[Trial]
    ranking: list[int]
    fresh: dict[Plan, np.ndarray]
    margins: dict[str, np.ndarray]

    @property
    def best(self) -> Plan:
        """The first of the ranking."""
        return self.trials[self.ranking[0]].plan


def search(space: Space, evaluate: Evaluate, effort: Effort, *, seed: int = 1, kept: list[Trial] = (),
           on_trial: Callable[[Trial], None] | None = None, tell: Callable[[str], None] = lambda what: None) -> Found:
    """Find the best plan of a space.

    evaluate: gives the same for the same plan and replicate, always.  kept: trials of an earlier search with the same arguments that was
    cut off; they are not tried again.  on_trial: called with every new trial.  tell: called with what is being done.
    """
    trials: list[Trial] = []
    kept, number = list(kept), 0
    while len(trials) < effort.trials:
        tell("trials")
        mine = [each for each in kept if each.round == number]
        if kept and (kept[-1].round > number or len(kept) >= effort.trials):  # a whole round: what it was is known
            trials += mine
        else:
            plans = _propose(space, trials, effort, seed)
            ahead = plans[len(mine):]
            values = evaluate([plan for _, plan in ahead], list(range(effort.replicates)))
            trials += mine
            for (by, plan), row in zip(ahead, values):
                trials.append(Trial(len(trials), number, by, plan, [float(each) for each in row]))
                if on_trial:
                    on_trial(trials[-1])
        number += 1
    tell("race")
    ranking = _race(trials, evaluate, effort)
    tell("fresh worlds")
    replicates = [FRESH + number for number in range(effort.fresh)]
    last = list(dict.fromkeys([trials[number].plan for number in ranking] + [space.evenly(), space.nothing()]))
    fresh = dict(zip(last, evaluate(last, replicates)))
    best = trials[ranking[0]].plan
    tell("one step more")
    more = {lever: with_more(space, best, k) for k, lever in enumerate(space.names)}
    values = evaluate(list(more.values()), replicates)
    return Found(trials, ranking, fresh, {lever: row - fresh[best] for lever, row in zip(more, values)})


def _propose(space: Space, trials: list[Trial], effort: Effort, seed: int) -> list[tuple[str, Plan]]:
    if not trials:
        return first_plans(space, effort.trials, seed)
    return next_plans(space, [(each.plan, each.values) for each in trials], seed, effort.trials - len(trials))


def _race(trials: list[Trial], evaluate: Evaluate, effort: Effort) -> list[int]:
    """More replicates for the best few, step by step; the numbers of those that ran the last one, the best first."""
    first: dict[Plan, Trial] = {}
    for each in trials:
        first.setdefault(each.plan, each)  # the same plan twice runs once
    left = list(first.values())
    for replicates, plans in effort.race:
        left = sorted(left, key=lambda each: (-each.mean, each.number))[:plans]
        more = list(range(len(left[0].values), replicates))  # all that are left have run the same
        if more:
            for each, row in zip(left, evaluate([each.plan for each in left], more)):
                each.values = [*each.values, *(float(value) for value in row)]
    return [each.number for each in sorted(left, key=lambda each: (-each.mean, each.number))]


def with_more(space: Space, plan: Plan, number: int) -> Plan:
    """STEP percents of the budget more for one lever, over the budget; if it had nothing, at the middle of its sizes."""
    shares = tuple(share + STEP * (k == number) for k, share in enumerate(plan.shares))
    return Plan(shares, tuple(space.levers[k].size.value(.5) if size is None and space.levers[k].size and shares[k] else size
                              for k, size in enumerate(plan.sizes)))
