"""What an actor may see, and what it may intend: the types that markets hand out and take back."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClosedLoopView:
    """What the platform sees of its own merchants; arrays of shape (n,), copies.

    sales_trend: fen a day.  age_days.  rating: 0-1.  is_certified, is_open: yes/no.  days_past_due: days.
    """

    sales_trend: np.ndarray
    age_days: np.ndarray
    rating: np.ndarray
    is_certified: np.ndarray
    is_open: np.ndarray
    days_past_due: np.ndarray


@dataclass(frozen=True)
class BankFileView:
    """What an applicant brings to a bank; arrays of shape (n,), copies.

    annual_sales: fen, as stated, with error.  age_days.  days_past_due: days, at this bank.
    """

    annual_sales: np.ndarray
    age_days: np.ndarray
    days_past_due: np.ndarray


@dataclass(frozen=True)
class CreditDecision:
    """A lender's answer; arrays of shape (n,).  score: 0-1, higher is safer."""

    is_approved: np.ndarray
    score: np.ndarray
