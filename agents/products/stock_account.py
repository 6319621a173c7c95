"""A stock-trading account on the phone: returns are luck, trades cost a fee; with automation it trades more and asks less attention."""

from typing import Literal

from agents.products.product import Product, ProductSettings, luck_today
from sim.core.settings import setting


class StockAccountSettings(ProductSettings):
    """Mean, risk, trades and what each costs."""

    kind: Literal["stock_account"] = setting("stock_account", unit="name", source="PRODUCTS")
    mean_apr: float = setting(.10, unit="per year", ge=-1, le=5, source="assumption: the share market in the long run, before trading")
    risk: float = setting(.25, unit="standard deviation of a year's return", ge=0, le=5, source="assumption")
    trades_a_year: float = setting(6.0, unit="times what is held", ge=0, le=1000, source="assumption: turned over in two months")
    trade_fee: float = setting(.0008, unit="share of a trade", ge=0, le=.1, source="assumption: commission of 2013")
    is_automated: bool = setting(False, unit="yes/no", source="SOURCES 1.3", meaning="It trades by itself: more often, with less attention")
    automated_trades: float = setting(3.0, unit="factor", ge=1, le=100, source="assumption", meaning="Of trades, with automation")
    automated_keenness: float = setting(1.5, unit="factor", ge=0, le=100, source="assumption: attention is what it costs",
                                        meaning="Of take-up, with automation")
    trust_needed: float = setting(.6, unit="share", ge=0, le=1, source="assumption",
                                  meaning="Trust in the platform below which nobody takes it up; well below, holders leave")
    minimum_cny: float = setting(1000.0, unit="CNY", ge=0, le=1e9, source="assumption", meaning="Least that may be put in")
    notice_days: int = setting(1, unit="days", ge=0, le=3650, source="settlement of shares, T+1",
                               meaning="Between asking for money and getting it")
    adopt_alone: float = setting(.02, unit="per year", ge=0, le=365, source="assumption", meaning="Take-up of who has no friend with it")
    adopt_social: float = setting(.4, unit="per year, all friends hold it", ge=0, le=365, source="assumption")


class StockAccount(Product):
    """One market for all holders; the fee is what trading costs them."""

    kind = "stock_account"
    Settings = StockAccountSettings
    holds_money = True

    def __init__(self, settings):
        trades = settings.trades_a_year * (settings.automated_trades if settings.is_automated else 1.0)
        super().__init__(settings.model_copy(update={"fee_apr": settings.fee_apr + trades * settings.trade_fee}))

    def expected_apr(self, m) -> float:
        """The mean, less what trading costs."""
        return self.settings.mean_apr - self.settings.fee_apr

    def volatility(self, m) -> float:
        """Of a year."""
        return self.settings.risk

    def keenness(self, m) -> float:
        """Automation asks less attention."""
        return self.settings.automated_keenness if self.settings.is_automated else 1.0

    def return_today(self, m, number: int) -> float:
        """Mean and luck of a day; a day never takes more than half."""
        return max(self.expected_apr(m) / 365 + self.settings.risk / 365 ** .5 * luck_today(m, number), -.5)
