"""Experiments: run a scenario, compare several, sweep many; each is imported when first used."""

from importlib import import_module

FUNCTIONS = {
    "run": "experiments.running",
    "compare": "experiments.comparing",
    "lift": "experiments.incrementality",
    "together": "experiments.combining",
    "contagion": "experiments.causing",
    "rescues": "experiments.rescuing",
    "optimise": "experiments.budgeting",
    "sweep": "experiments.sweeping",
    "validate": "experiments.validation",
    "stress": "experiments.stressing",
    "audit": "experiments.auditing",
    "repeat": "experiments.repeating",
    "export": "experiments.exporting",
}


def __getattr__(name: str):
    """`experiments.run` is the function of `experiments/running.py`, and so on."""
    if name not in FUNCTIONS:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    return getattr(import_module(FUNCTIONS[name]), name)


def __dir__():
    return sorted([*globals(), *FUNCTIONS])
