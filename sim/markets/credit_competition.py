"""Two lenders who see an applicant differently well compete for it by rates: the equilibrium, its profits, what borrowers pay.

An applicant is good with probability theta and repays 1 + r on a loan of 1, or bad and repays nothing.  Lender j tests it: a good
one always passes, a bad one fails with probability x_j, the lender's screening ability, independently of the other lender's test.
Who failed is refused; who passed is offered a rate of at most `cap`, or nothing; an applicant takes the lowest.  Money costs 0.

Derivation.  Let tau = (1 - theta) / theta, strong and weak lender have x_s >= x_w, and 1 - F_j(r) be the chance that lender j, after
a pass, does not undercut r.  Strong's profit from offering r to who passed its test, per applicant, is

    theta (1 - F_w) r - (1 - theta) (1 - x_s) (x_w + (1 - x_w) (1 - F_w))

since a bad one comes to it whenever the other refuses it or is dearer (the winner's curse); weak's is the same with s and w
exchanged.  In a mixed equilibrium each is indifferent on the common support [low, cap]; weak earns nothing.  Weak's zero profit
where it always wins gives low = tau (1 - x_w); there strong earns (1 - theta) (x_s - x_w), and everywhere else too.  Solving each
indifference gives the same function for both,

    1 - F(r) = tau x_s (1 - x_w) / (r - tau (1 - x_s) (1 - x_w)),      low <= r < cap.

What is left of it at the cap is strong's mass point there, and the chance that weak makes no offer though the test was passed.  An
applicant who is good pays the lower of two draws, and with k = tau x_s (1 - x_w), c = tau (1 - x_s) (1 - x_w) on average

    tau (1 - x_w) + k - k^2 / (cap - c).

It falls while the weak lender catches up and rises while the strong one pulls ahead: lowest where both see equally well.
Source: He, Huang and Zhou (2023, Journal of Financial Economics), bad-news signals; after Broecker (1990), Hauswald and Marquez (2003).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Duopoly:
    """The equilibrium of two lenders.

    good_share: of applicants, theta.  strong, weak: screening abilities, 0-1, strong >= weak.  cap: highest rate.
    Raises: ValueError if an ability, the share or the cap makes no sense, or the cap is too low for the weak lender to live.
    """

    good_share: float
    strong: float
    weak: float
    cap: float

    def __post_init__(self):
        if not 0 < self.good_share < 1:
            raise ValueError(f"good_share = {self.good_share:g}: must be above 0 and below 1")
        if not 0 <= self.weak <= self.strong <= 1:
            raise ValueError(f"weak = {self.weak:g}, strong = {self.strong:g}: abilities must rise from weak to strong within 0 to 1")
        if not self.lowest_rate < self.cap:
            raise ValueError(f"cap = {self.cap:g}: must be above {self.lowest_rate:g}, or the weak lender never offers")

    @property
    def bad_odds(self) -> float:
        """Bad applicants for each good one, tau."""
        return (1 - self.good_share) / self.good_share

    @property
    def lowest_rate(self) -> float:
        """The lower end of both lenders' offers: weak breaks even there if it wins everybody who passes."""
        return self.bad_odds * (1 - self.weak)

    @property
    def _k_and_c(self) -> tuple[float, float]:
        passes_both = self.bad_odds * (1 - self.strong) * (1 - self.weak)
        return self.lowest_rate - passes_both, passes_both

    def not_undercut(self, rate) -> np.ndarray:
        """1 - F(rate), the same for both below the cap: the chance that a lender whose test was passed does not offer less."""
        k, c = self._k_and_c
        rate = np.asarray(rate, float)
        return np.where(rate <= self.lowest_rate, 1.0, k / np.maximum(rate - c, k))

    @property
    def withdrawal(self) -> float:
        """The chance that weak makes no offer to who passed; strong offers the cap with the same chance."""
        return float(self.not_undercut(self.cap))

    def offers(self, u) -> np.ndarray:
        """Rates from uniforms `u`, by the inverse of F; inf where F says more than the cap (strong then offers the cap, weak nothing)."""
        k, c = self._k_and_c
        rate = c + k / np.maximum(np.asarray(u, float), 1e-300)
        return np.where(rate < self.cap, rate, np.inf)

    def profit(self, rate, of: str) -> np.ndarray:
        """Profit per applicant of lender `of`, "strong" or "weak", if it always offers `rate` <= cap and the other does as said."""
        own, other = (self.strong, self.weak) if of == "strong" else (self.weak, self.strong)
        stays = self.not_undercut(rate)
        if of == "weak":  # a tie at the cap with strong's mass point: weak, who offers there with chance 0, would win half of it
            stays = np.where(np.asarray(rate) >= self.cap, stays / 2, stays)
        loss = (1 - own) * (other + (1 - other) * stays)
        return self.good_share * (stays * rate - self.bad_odds * loss)

    @property
    def rent(self) -> float:
        """What strong earns per applicant; weak earns nothing."""
        return (1 - self.good_share) * (self.strong - self.weak)

    @property
    def good_rate(self) -> float:
        """Rate that a good applicant pays on average; it is always served."""
        k, c = self._k_and_c
        return self.lowest_rate + k - k * k / (self.cap - c)

    @property
    def bad_served(self) -> float:
        """Chance that a bad applicant gets a loan."""
        return 1 - self.strong * (1 - (1 - self.weak) * (1 - self.withdrawal))


def duopoly(good_share: float, first: float, second: float, cap: float) -> Duopoly:
    """The equilibrium of two lenders of these abilities, in any order."""
    return Duopoly(good_share, max(first, second), min(first, second), cap)
