"""Survival of customers who have not all left: a published example, its limits, and that nobody who stays is counted as gone."""

import numpy as np
import pytest

from results.survival import kaplan_meier, survival_at

# Remission of 21 patients on 6-MP, weeks (Freireich and others 1963, in Klein and Moeschberger 2003, table 1.1 and example 4.1).
LEFT = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_THERE = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def test_a_published_example_is_met():
    table = kaplan_meier(LEFT + STILL_THERE, [True] * len(LEFT) + [False] * len(STILL_THERE)).iloc[1:]
    assert table["day"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert table["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6] and table["left"].tolist() == [3, 1, 1, 1, 1, 1, 1]
    assert table["survival"].round(3).tolist() == [.857, .807, .753, .690, .627, .538, .448]
    assert table["error"].round(3).tolist() == [.076, .087, .096, .107, .114, .128, .135]
    assert ((table["low"] < table["survival"]) & (table["survival"] < table["high"])).all()


def test_without_anybody_who_is_still_there_it_is_the_share_of_who_has_not_left():
    days = np.array([1, 2, 2, 5])
    table = kaplan_meier(days, np.ones(4, bool))
    assert table["survival"].tolist() == pytest.approx([1, .75, .25, 0]) and table["low"].iloc[-1] == 0


def test_who_stays_for_good_is_never_gone():
    table = kaplan_meier([3, 9, 27], [False] * 3)
    assert table["survival"].tolist() == [1.0] and survival_at(table, 100) == (1.0, 1.0, 1.0)
    assert len(kaplan_meier([], [])) == 1


def test_the_share_at_a_day_is_that_after_the_last_who_left_by_then():
    table = kaplan_meier([2, 4, 9, 9], [True, True, False, False])
    assert survival_at(table, 3)[0] == .75 and survival_at(table, 4)[0] == .5
