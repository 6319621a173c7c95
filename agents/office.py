"""An office: people who look at cases one by one, with a queue in front of them.  Banks, financiers and the platform have one."""

import numpy as np

from sim.core.population import Population, column


class Offices(Population):
    """What everybody has who decides by hand."""

    officers = column(np.float64, "officers", "Simulated officers or client managers: real ones divided by the weight")
    cases_a_year = column(np.float64, "cases a year", "What one officer can see")
    capacity_carry = column(np.float64, "cases", "Part of a case that is done")
    load = column(np.float64, "relative", "Cases that came over what officers can see, smoothed over a month")
    applications_today = column(np.int32, "cases", "Decided by officers today")
    queue = column(np.int32, "cases", "Waiting at close")
