"""Who may see what about whom: the only door through which a lender learns anything."""

import numpy as np

from sim.core.kernels import kernel
from sim.core.random import Stream, normal, stream_key
from sim.core.settings import Settings, setting
from sim.core.views import BankFileView, ClosedLoopView


class DataSettings(Settings):
    """How good the data are."""

    bank_file_noise: float = setting(.5, unit="standard deviation of log sales", ge=0, le=3,
                                     source="D16: noise that yields AUC near .72; assumption until issue-wide calibration")


class DataSharing:
    """Hands out views; a lender never holds the population itself."""

    def closed_loop(self, m, rows) -> ClosedLoopView:
        """The platform's view of the merchants `rows`."""
        shops = m.merchants
        return ClosedLoopView(shops.sales_trend[rows].copy(), m.day - shops.opened_on[rows], shops.rating[rows].astype(float),
                              shops.is_certified[rows].copy(), shops.status[rows] == 0, shops.days_past_due[rows].copy())

    def bank_file(self, m, rows) -> BankFileView:
        """What the merchants `rows` tell a bank: sales with error.  Draws: LENDER_NOISE, one per merchant and application."""
        shops = m.merchants
        key = stream_key(m.path_seed, Stream.LENDER_NOISE, m.day)
        error = _noise(key, rows, m.settings.data.bank_file_noise)
        return BankFileView((shops.sales_trend[rows] * 365 * error), m.day - shops.opened_on[rows], shops.days_past_due[rows].copy())


@kernel
def _noise(key, rows, spread):
    """exp(spread z - spread^2 / 2)."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        out[k] = np.exp(spread * normal(key, rows[k], 0) - spread * spread / 2)
    return out
