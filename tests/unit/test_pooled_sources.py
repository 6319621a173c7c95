"""What several sharers' data tell together, on made-up shops of which the truth is known."""

import numpy as np
import pytest

from experiments.sharing_outcomes import together
from results.pooled_sources import BASE, SOURCES, Sources


class MadeUp:
    """Looks as `Screening` keeps them: every source has the quality of the shop with an error of its own."""

    def __init__(self, n=6000):
        luck = np.random.default_rng(7)
        quality = luck.normal(size=n)
        self.is_bad = luck.random(n) < 1 / (1 + np.exp(2.5 + 1.2 * quality))
        noise = {BASE: 6.0, "bank_file": 1.2, "limited": 1.2, "order_history": 1.5, "visited_file": 1.2, "closed_loop": .6}
        regimes = {source: {"seen": quality + noise[source] * luck.normal(size=n)} for source in (BASE, *SOURCES)}
        regimes[BASE]["age_days"] = luck.integers(0, 2000, n)
        self.look = {"rows": np.arange(n), "regimes": regimes}

    def _whole(self, what):
        yield self.look, self.is_bad


@pytest.fixture(scope="module")
def data():
    return Sources(MadeUp())


def test_two_files_tell_more_than_the_better_of_them_and_noise_tells_nothing(data):
    better = max(data.auc("bank_file"), data.auc("limited"))
    assert data.auc("bank_file", "limited") > better + .02
    assert abs(data.auc("bank_file", "limited", noise=("limited",)) - data.auc("bank_file")) < .01


def test_overlapping_data_add_less_and_less_and_disjoint_data_do_not(data):
    many, apart = np.diff(data.by_number()), np.diff(data.by_number_apart())
    assert (many > 0).all() and many[-1] < .5 * many[0]
    assert apart[-1] > .5 * apart[0]


def test_each_sharer_adds_unless_its_rows_are_scrambled_and_all_numbers_are_there(data):
    found = together(data)
    assert min(data.last_gains()) > .005 and max(data.last_gains(scrambled=True)) < .003
    assert found["shuffled_bank_to_loop_thin_less_thick"] == pytest.approx(0.0, abs=.02)
    assert np.isfinite(list(found.values())).all()
