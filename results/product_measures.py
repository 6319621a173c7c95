"""Daily measures of payment shares, known where platforms compete, and of what consumers hold in products, known where there are any."""

import numpy as np

from results.measuring import cny, count, measure, of_customers, share

FOCAL = 0


def _of_products(*texts: str, kind: str = ""):
    """A measure that is only known where there is a product, or one of a kind."""
    return measure(*texts, where=lambda m: any(kind in ("", product.kind) for product in m.products))


# --- payment shares ---------------------------------------------------------------------------------------------------


def payments_today(m) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(platform, fen, whether on a phone) of every payment at a platform today, rivals' that failed at 0 fen."""
    at_rivals, paid_there = m.rival_sales_today
    n = len(m.consumers)
    who = np.concatenate((m.goods.buyers_today, at_rivals % n))
    platform = np.concatenate((np.full(len(m.goods.buyers_today), FOCAL), at_rivals // n))
    return platform, np.concatenate((m.goods.paid_today, paid_there)), m.consumers.is_mobile[who]


@of_customers("share", "Paid at the platform / paid at all platforms, by value (S27, M11)", "mean", "第三方支付份额")
def payment_share(m):
    platform, amount, _ = payments_today(m)
    return share(amount[platform == FOCAL].sum(), amount.sum())


@of_customers("share", "Paid on phones at the platform / paid on phones at all platforms, by value (S28, M11)", "mean", "移动支付份额")
def mobile_payment_share(m):
    platform, amount, on_phone = payments_today(m)
    return share(amount[on_phone & (platform == FOCAL)].sum(), amount[on_phone].sum())


@of_customers("share", "Paid on phones at the platform / paid at the platform, by value (M13)", "mean", "平台移动支付占比")
def mobile_share_of_payments(m):
    platform, amount, on_phone = payments_today(m)
    return share(amount[on_phone & (platform == FOCAL)].sum(), amount[platform == FOCAL].sum())


@_of_products("users", "Users of the wallet application on phones", "last", "钱包应用用户数", kind="wallet")
def wallet_users(m):
    return count(m, sum(len(m.holdings.members(number)) for number, product in enumerate(m.products) if product.kind == "wallet"))


# --- savings ----------------------------------------------------------------------------------------------------------


def _funds(m) -> list[int]:
    return [number for number, product in enumerate(m.products) if product.kind == "money_market_fund"]


def _n_fund_users(m) -> int:
    return int((m.holdings.joined_on.reshape(len(m.products), -1)[_funds(m)] >= 0).any(axis=0).sum())  # who has two is one user


@_of_products("CNY", "Held in money-market funds (M16)", "last", "货币基金规模", kind="money_market_fund")
def fund_assets(m):
    return cny(m, m.savings.owed[_funds(m)].sum())


@_of_products("users", "Consumers with a money-market fund (M15)", "last", "货币基金用户数", kind="money_market_fund")
def fund_users(m):
    return count(m, _n_fund_users(m))


@_of_products("CNY a user", "Held in money-market funds, for each of their users (M18)", "last", "货币基金户均余额",
              kind="money_market_fund")
def fund_balance_per_user(m):
    return share(m.savings.owed[_funds(m)].sum() / 100, _n_fund_users(m))


@_of_products("share", "What money-market funds pay a year, boosts left out; the first of them (M17)", "mean", "货币基金年化收益率",
              kind="money_market_fund")
def fund_yield(m):
    return m.products[_funds(m)[0]].expected_apr(m)


@_of_products("CNY", "Held in all products", "last", "产品持有额")
def product_assets(m):
    return cny(m, m.savings.owed.sum())


@_of_products("holders", "Consumers' products of all kinds, each counted", "last", "产品持有数")
def product_holders(m):
    return count(m, (m.holdings.joined_on >= 0).sum())


@_of_products("CNY a day", "Put into products (M19)", "sum", "申购额")
def subscriptions(m):
    return cny(m, m.savings.subscribed_today.sum())


@_of_products("CNY a day", "Paid out of products (M19)", "sum", "赎回额")
def redemptions(m):
    return cny(m, m.savings.redeemed_today.sum())


@_of_products("CNY", "Asked for and not yet paid out: notice runs, or too many want it", "last", "待赎回额")
def redemptions_waiting(m):
    holdings = m.holdings
    return cny(m, np.minimum(holdings.requested, holdings.held).sum())


@_of_products("CNY a day", "What products earned for holders, boosts included; below 0 they lost", "sum", "产品收益")
def product_returns(m):
    return cny(m, m.savings.returned_today.sum() + m.savings.boosted_today.sum())


@_of_products("CNY a day", "Extra points that platforms paid to holders", "sum", "加息支出")
def rate_boosts(m):
    return cny(m, m.savings.boosted_today.sum())
