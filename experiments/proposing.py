"""Which plans to try next: from the trials so far alone, so that a search that was cut off goes on as if it had not been.

Choice: in each round of six, four plans come from a tree-structured Parzen estimator, one is the best of the fitted surface and one its
most promising (mean + 1.5 sd).  Source: Bergstra et al. (2011), Optuna (Akiba et al. 2019); Srinivas et al. (2010) for the bound.
Alternative: one of the two alone.  Reason: the surface is quick where returns are smooth, the estimator does not mind where they are not.
"""

import warnings

import numpy as np

from experiments.levers import Plan, Space
from results.surface import Surface, noise_of

ROUND, FROM_SURFACE = 6, 2
BOLD = 1.5  # standard deviations
STEPS = (20, 5, 1)  # percents moved from one lever to another when climbing the surface
DRAWN = 600  # plans of which a climb starts from the best few
STARTS = 4


def first_plans(space: Space, trials: int, seed: int) -> list[tuple[str, Plan]]:
    """(by whom, plan): nothing, evenly, each lever alone; then by lot, at random shares of some of the levers, as many again."""
    plans = [("reference", space.nothing()), ("reference", space.evenly())]
    plans += [("alone", space.alone(k)) for k in range(len(space.levers)) if len(space.levers) > 1]
    rng = _lot(seed, 0)
    wanted = min(max(2 * len(space.levers) + 2, len(plans) + 2), trials)
    for _ in range(50 * wanted):
        if len(plans) >= wanted:
            break
        drawn = random_plan(space, rng)
        if drawn not in [plan for _, plan in plans]:
            plans.append(("lot", drawn))
    return plans


def random_plan(space: Space, rng) -> Plan:
    """Shares even on the simplex of a random half or more of the levers."""
    n = len(space.levers)
    some = rng.permutation(n)[:rng.integers(max((n + 1) // 2, 1), n + 1)]
    shares = np.zeros(n)
    shares[some] = rng.dirichlet(np.ones(len(some)))
    if space.may_keep:
        shares *= rng.uniform(.1, 1)
    return space.plan(shares, rng.uniform(size=len(space.sized)))


def next_plans(space: Space, trials: list[tuple[Plan, list[float]]], seed: int, wanted: int) -> list[tuple[str, Plan]]:
    """The next round, at most `wanted` plans; trials: (plan, values) in their order."""
    wanted = min(wanted, ROUND)
    plans = [("estimator", plan) for plan in _estimated(space, trials, seed, max(wanted - FROM_SURFACE, 1))]
    surface, tried = surface_of(space, trials), {plan for plan, _ in trials} | {plan for _, plan in plans}
    for by, bold in (("surface", 0.0), ("promising", BOLD)):
        if len(plans) < wanted:
            plan = climb(space, surface, [each for each, _ in trials], _lot(seed, len(trials)), bold, tried)
            plans.append((by, plan))
            tried.add(plan)
    return plans


def surface_of(space: Space, trials: list[tuple[Plan, list[float]]]) -> Surface:
    """The surface fitted to the means of trials."""
    noise = noise_of([values for _, values in trials])
    errors = [0.0 if plan.is_nothing else noise / np.sqrt(len(values)) for plan, values in trials]
    return Surface([space.coordinates(plan) for plan, _ in trials], [np.mean(values) for _, values in trials], errors)


def climb(space: Space, surface: Surface, tried: list[Plan], rng, bold: float, without=frozenset()) -> Plan:
    """The plan with the highest mean + bold x sd on the surface, found by moving percents from lever to lever; not one of `without`."""
    def worth(plans: list[Plan]) -> np.ndarray:
        mean, spread = surface.at([space.coordinates(plan) for plan in plans])
        return mean + bold * spread

    starts = list(dict.fromkeys([*tried, *(random_plan(space, rng) for _ in range(DRAWN))]))
    order = np.argsort(-worth(starts), kind="stable")[:STARTS]
    found: dict[Plan, float] = {}
    for here in (starts[k] for k in order):
        value = float(worth([here])[0])
        for step in STEPS:
            while True:
                around = [plan for plan in _neighbours(space, here, step) if plan != here]
                values = worth(around)
                k = int(np.argmax(values))
                found |= {plan: float(each) for plan, each in zip(around, values) if plan not in without}
                if not values[k] > value + 1e-9 * abs(surface.scale):
                    break
                here, value = around[k], float(values[k])
        if here not in without:
            found[here] = value
    return max(found, key=lambda plan: (found[plan], plan.shares))


def _neighbours(space: Space, plan: Plan, step: int) -> list[Plan]:
    """Plans with `step` percents moved between two levers, or to and from what is kept, and sizes a tenth of their range up or down."""
    positions = [space.levers[k].size.position(plan.sizes[k]) if plan.sizes[k] else .5 for k in space.sized]
    pots = [*plan.shares, 100 - sum(plan.shares)]
    last = len(pots) - 1
    found = []
    for giver, left in enumerate(pots):
        if left <= 0 or (giver == last and not space.may_keep and sum(plan.shares) == 100):
            continue
        for taker in range(len(pots)):
            if taker != giver and (taker != last or space.may_keep):
                moved = list(pots)
                moved[giver] -= min(step, left)
                moved[taker] += min(step, left)
                found.append(space.plan(np.array(moved[:-1]) / 100, positions))
    for number in range(len(positions)):
        for by in (-step / 100, step / 100):
            found.append(space.plan(np.array(plan.shares) / 100, [*positions[:number], positions[number] + by, *positions[number + 1:]]))
    return list(dict.fromkeys(found))


def _estimated(space: Space, trials, seed: int, wanted: int) -> list[Plan]:
    """Plans that Optuna's estimator asks for after these trials, new ones if it finds any."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    ranges = {name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in space.weights()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(seed=int(_lot(seed, len(trials)).integers(2**31)), multivariate=True, constant_liar=True,
                                             n_startup_trials=1)
        study = optuna.create_study(direction="maximize", sampler=sampler)  # in memory; the folder has its own
    for plan, values in trials:
        study.add_trial(optuna.trial.create_trial(params=space.weights_of(plan), distributions=ranges, value=float(np.mean(values))))
    tried, found = {plan for plan, _ in trials}, []
    for _ in range(4 * wanted):
        asked = study.ask(ranges)
        plan = space.of_weights(asked.params)
        if plan not in tried:
            tried.add(plan)
            found.append(plan)
        if len(found) == wanted:
            break
    rng = _lot(seed, 10_000 + len(trials))
    while len(found) < wanted:
        found.append(random_plan(space, rng))
    return found


def _lot(seed: int, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, number]))

