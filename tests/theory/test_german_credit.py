"""Our scorecard on real borrowers: the German credit data, beside a plain logistic regression."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from agents.lending.discrimination import auc
from agents.lending.scorecard import ScorecardSettings, fit_scorecard

FILE = Path(__file__).parents[1] / "data" / "german_credit.data"
NUMBERS = [1, 4, 7, 10, 12, 15, 17]  # columns that hold numbers; the others hold codes
CODES = [k for k in range(20) if k not in NUMBERS]


@pytest.fixture(scope="module")
def borrowers():
    """Table of text (1000, 20) and who was bad (1000,)."""
    rows = np.array([line.split("\t") for line in FILE.read_text().splitlines() if line.strip()])
    return rows[:, :20], rows[:, 20] == "2"


def test_the_data_are_the_published_ones(borrowers):
    table, is_bad = borrowers
    assert table.shape == (1000, 20) and is_bad.sum() == 300
    assert len(np.unique(table[:, 3])) == 10 and table[:, 4].astype(int).sum() == 3_271_258  # purposes; DM lent


def test_out_of_sample_the_scorecard_ranks_as_well_as_a_plain_logistic_regression(borrowers):
    """Mean AUC of five times ten stratified folds; its standard error over the 50 folds is about .005."""
    table, is_bad = borrowers
    features = {f"a{k + 1}": table[:, k].astype(int) if k in NUMBERS else table[:, k] for k in range(20)}
    numbers = np.column_stack([table[:, k].astype(float) for k in NUMBERS])
    mixed = np.column_stack([numbers.astype(object), table[:, CODES].astype(object)])
    n_numbers = len(NUMBERS)
    plain = make_pipeline(make_column_transformer((StandardScaler(), list(range(n_numbers))),
                                                  (OneHotEncoder(handle_unknown="ignore"), list(range(n_numbers, 20)))),
                          LogisticRegression(max_iter=1000))
    ours, theirs = [], []
    for train, test in RepeatedStratifiedKFold(n_splits=10, n_repeats=5, random_state=1).split(table, is_bad):
        card = fit_scorecard({name: column[train] for name, column in features.items()}, is_bad[train], settings=ScorecardSettings())
        ours.append(auc(card.probability({name: column[test] for name, column in features.items()}), is_bad[test]))
        with threadpool_limits(1):
            plain.fit(mixed[train], is_bad[train])
        theirs.append(auc(plain.predict_proba(mixed[test])[:, 1], is_bad[test]))
    assert np.mean(ours) >= .75
    assert np.mean(ours) >= np.mean(theirs) - .01
