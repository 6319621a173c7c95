"""Populations: columns are declared once, own their memory, and keep it when a checkpoint is put back."""

import numpy as np

from sim.core.population import Population, column


class Sheep(Population):
    name = "sheep"
    wool = column(np.int64, "gram", "Wool on the back", default=7)
    spots = column(np.int8, "spots", "Spots by side", width=2)


class Lambs(Sheep):
    name = "lambs"
    milk = column(np.float32, "share", "Milk left", default=.5)


class Meadow:
    random = None


def test_columns_have_their_type_shape_and_default():
    sheep = Sheep(Meadow(), 3)
    assert sheep.wool.dtype == np.int64 and list(sheep.wool) == [7, 7, 7]
    assert sheep.spots.shape == (3, 2) and not sheep.spots.any()
    assert list(sheep.state()) == ["wool", "spots"] and sheep.nbytes() == 3 * 8 + 6


def test_a_narrower_population_adds_columns_and_leaves_the_wider_alone():
    assert list(Lambs.columns) == ["wool", "spots", "milk"] and list(Sheep.columns) == ["wool", "spots"]


def test_two_flocks_share_no_memory():
    one, other = Sheep(Meadow(), 3), Sheep(Meadow(), 3)
    one.wool[0] = 1
    assert other.wool[0] == 7


def test_restoring_keeps_the_arrays_that_accounts_and_kernels_hold():
    sheep, other = Sheep(Meadow(), 3), Sheep(Meadow(), 3)
    other.wool[:] = [1, 2, 3]
    held = sheep.wool
    sheep.restore(other.state())
    assert sheep.wool is held and list(held) == [1, 2, 3]
    other.wool[0] = 99
    assert held[0] == 1


def test_a_flock_of_nobody_is_a_flock():
    none = Sheep(Meadow(), 0)
    assert len(none) == 0 and list(none) == [] and none.agg("wool", np.sum) == 0 and none.count() == 0
    assert none.groupby("wool").count() == {}


def test_a_row_of_a_wide_column_is_an_array():
    sheep = Sheep(Meadow(), 3)
    sheep[1].spots = [4, 5]
    assert list(sheep.spots[1]) == [4, 5] and list(sheep[1].spots) == [4, 5]


def test_what_a_flock_says_of_itself():
    assert repr(Sheep(Meadow(), 3)) == "<3 sheep, 2 columns>"
    assert repr(Sheep(Meadow(), 3).select(at_most=2)) == "<2 of 3 sheep>"
