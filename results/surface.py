"""The response surface: a smooth function fitted to noisy values of plans, with how sure it is of itself.

Choice: a Gaussian process over the roots of spending, one length a coordinate, the noise of each value known.  Source: Rasmussen and
Williams (2006), 2.2 and 5.4; roots because returns fall about so (Little 1979).  Alternative: a quadratic.  Reason: a quadratic bends
down where a channel only saturates, and says nothing of where it was not looked.
"""

import warnings
from functools import cache

import numpy as np

SHORTEST, LONGEST = .25, 8.0  # length of a coordinate whose range is 0 to 1


class Surface:
    """Fitted once; `at` plans it gives the mean and its standard deviation, noise left out.

    coordinates: (plans, dimensions).  values: a mean each.  errors: standard errors of the means.
    """

    def __init__(self, coordinates, values, errors):
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel

        x, y, errors = np.asarray(coordinates, float), np.asarray(values, float), np.asarray(errors, float)
        self.middle, self.scale = float(y.mean()), float(y.std()) or 1.0
        kernel = ConstantKernel(2.0, (.1, 50.0)) * RBF(np.ones(x.shape[1]), (SHORTEST, LONGEST))
        self.process = GaussianProcessRegressor(kernel, alpha=np.maximum(errors / self.scale, .01) ** 2, n_restarts_optimizer=1,
                                                random_state=1)
        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: the coordinate hardly matters
            self.process.fit(x, (y - self.middle) / self.scale)

    def at(self, coordinates) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation at each."""
        with one_thread():
            mean, spread = self.process.predict(np.atleast_2d(coordinates), return_std=True)
        return self.middle + self.scale * mean, self.scale * spread

    def less(self, coordinates, best) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each less the one at `best`."""
        points = np.vstack([np.atleast_2d(best), np.atleast_2d(coordinates)])
        with one_thread():
            mean, together = self.process.predict(points, return_cov=True)
        spread = np.sqrt(np.maximum(np.diag(together)[1:] + together[0, 0] - 2 * together[0, 1:], 0.0))
        return self.scale * (mean[1:] - mean[0]), self.scale * spread

    @property
    def lengths(self) -> np.ndarray:
        """Of each coordinate: within how much of it the function changes; LONGEST if it hardly does."""
        return np.asarray(self.process.kernel_.k2.length_scale, float).reshape(-1)


def one_thread():
    """A context in which libraries use one thread, so that any machine gives the same bits."""
    return _libraries().limit(limits=1)


@cache
def _libraries():
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()  # it looks for them once, which takes as long as a hundred predictions


def noise_of(values: list) -> float:
    """Standard deviation of one value of a plan, pooled over plans; 0 if no plan has two.

    A plan that always gives the same, as spending nothing does, is left out.
    """
    spreads = [(np.var(each, ddof=1), len(each) - 1) for each in (np.asarray(every, float) for every in values)
               if len(each) > 1 and np.ptp(each) > 0]
    freedom = sum(degrees for _, degrees in spreads)
    return float(np.sqrt(sum(variance * degrees for variance, degrees in spreads) / freedom)) if freedom else 0.0
