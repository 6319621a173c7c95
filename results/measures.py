"""Measures: what a day of the market looks like in numbers, each with unit and meaning, at the scale of the real market.

A measure only reads.  Adding one is one function under `@measure`; those of the focal platform's customers are in
`results/customer_measures.py`, of competition in `results/competition_measures.py`.
"""

import numpy as np

from agents.yearly_sales import YEAR_DAYS, sales_of_a_year
from results.measuring import MEASURES, cny, count, measure, share
from sim.core.finance import fen
from sim.core.ledger import Purpose
from sim.markets.loans import NONE

LEAST_BAD_LOANS = 30  # simulated; fewer make no NPL ratio (DESIGN 2)
PAST_DUE_IS_BAD_DAYS = 90  # S09: loans over 90 days past due


def daily_values(m) -> dict[str, float]:
    """All measures of the day just closed."""
    return {name: float(each.value(m)) for name, each in MEASURES.items()}


# --- shopping and payment ---------------------------------------------------------------------------------------------


@measure("CNY a day", "Sales of the marketplace", "sum", "成交额")
def gmv(m):
    return cny(m, m.goods.gmv_today)


@measure("purchases a day", "Purchases that were paid", "sum", "成交笔数")
def purchases(m):
    return count(m, m.goods.n_purchases_today)


@measure("purchases a day", "Purchases lost because no payment went through", "sum", "支付失败损失笔数")
def lost_to_payment(m):
    return count(m, m.goods.lost_to_payment_today)


@measure("purchases a day", "Purchases lost because the shelf was empty", "sum", "缺货损失笔数")
def lost_to_stock(m):
    return count(m, m.goods.lost_to_stock_today)


@measure("share", "Bank-card payments on phones that succeed (S26)", "mean", "手机银行支付成功率")
def phone_card_success_rate(m):
    return share(m.goods.phone_card_successes_today, m.goods.phone_card_attempts_today)


@measure("share", "Consumers with a wallet", "last", "钱包用户占比")
def registered_share(m):
    return float((m.consumers.stage >= 3).mean())


@measure("share", "Mean satisfaction of consumers with the marketplace", "last", "满意度")
def satisfaction(m):
    return float(m.consumers.satisfaction.mean())


@measure("share", "Purchases that were paid / purchases that came to paying", "mean", "支付成功率")
def payment_success_rate(m):
    return share(m.goods.n_purchases_today, m.goods.n_purchases_today + m.goods.lost_to_payment_today)


# --- credit payment of consumers --------------------------------------------------------------------------------------


@measure("consumers", "Consumers with a line of the credit payment", "last", "信用支付用户数")
def credit_payment_users(m):
    return count(m, (m.credit_users.line > 0).sum())


@measure("CNY", "Lines of the credit payment", "last", "信用支付授信总额")
def credit_payment_lines(m):
    return cny(m, m.credit_users.line.sum(dtype=np.int64))


@measure("share", "Decisions of the day that granted a line of the credit payment", "mean", "信用支付获批率")
def credit_payment_approval_rate(m):
    return share(m.credit_payment.n_approved_today, m.credit_payment.n_decided_today)


@measure("purchases a day", "Purchases paid by credit payment", "sum", "信用支付笔数")
def credit_payment_purchases(m):
    return count(m, m.credit_payment.n_purchases_today)


@measure("CNY a day", "Sales paid by credit payment", "sum", "信用支付成交额")
def credit_payment_sales(m):
    return cny(m, m.credit_payment.lent_today)


@measure("CNY", "Owed by users of the credit payment, to whoever", "last", "信用支付余额")
def credit_payment_balance(m):
    return cny(m, m.credit_users.balance.sum() + m.credit_users.called.sum())


@measure("share", "Credit payment past due / outstanding", "last", "信用支付逾期率")
def credit_payment_arrears_share(m):
    users = m.credit_users
    owed, late = users.balance + users.called, (users.due_on >= 0) & (users.due_on < m.day)
    return share(owed[late].sum(), owed.sum())


@measure("CNY a day", "Credit payment written off", "sum", "信用支付核销额")
def credit_payment_written_off(m):
    return cny(m, m.credit_payment.written_off_today)


@measure("CNY a day", "Paid by the guarantee company to the bank for users who did not", "sum", "担保代偿额")
def guarantee_paid(m):
    return cny(m, m.credit_payment.called_today)


@measure("CNY", "Net assets of the guarantee company (S24)", "last", "担保公司净资产")
def guarantee_net_assets(m):
    return cny(m, m.guarantors.net_assets())


@measure("times", "Owed to the bank under guarantee / net assets of the guarantee company (M31: at most 10)", "last", "担保杠杆倍数")
def guarantee_leverage(m):
    return share(m.credit_payment.bank_claims.sum(), m.guarantors.net_assets())


@measure("CNY a day", "Profit of the guarantee company", "sum", "担保公司利润")
def guarantee_profit(m):
    return _profit(m, "guarantor")


# --- merchants --------------------------------------------------------------------------------------------------------


@measure("merchants", "Shops that are open", "last", "营业店铺数")
def open_merchants(m):
    return count(m, (m.merchants.status == 0).sum())


@measure("merchants a day", "Shops that failed", "sum", "倒闭店铺数")
def closed_merchants(m):
    return count(m, m.n_closed_today)


@measure("merchants a day", "Cleared owners who opened again under another name", "sum", "改名重开店铺数")
def reopened_merchants(m):
    return count(m, (m.merchants.reopened_on == m.day).sum())


@measure("share", "Open shops in trouble: their sales fall and their bills stay", "mean", "陷入困境店铺占比")
def troubled_share(m):
    is_open = m.merchants.status == 0
    return share((is_open & (m.merchants.trouble_since >= 0)).sum(), is_open.sum())


@measure("CNY", "Sold, not yet settled", "last", "担保交易在途资金")
def escrow(m):
    return cny(m, m.merchants.escrow.sum())


@measure("CNY", "Goods on the shelves, at cost", "last", "库存")
def inventory(m):
    return cny(m, m.merchants.inventory.sum())


@measure("CNY a day", "Stock bought by merchants", "sum", "进货额")
def stock_bought(m):
    return cny(m, m.credit.stock_bought_today)


@measure("merchants", "Open shops that sold for more than 1 M CNY in the last 365 days (S33); not known in the first year", "last",
         "年销售额超百万元店铺数")
def shops_above_1m(m):
    if m.day + 1 < YEAR_DAYS:
        return np.nan
    sold = sales_of_a_year(m.merchants.monthly_sales, m.day)
    return count(m, ((m.merchants.status == 0) & (sold > fen(1e6))).sum())


# --- platform credit --------------------------------------------------------------------------------------------------


@measure("loans a day", "Draws on platform lines", "sum", "放款笔数")
def draws(m):
    return count(m, len(m.credit.draws))


@measure("CNY a day", "Drawn on platform lines", "sum", "放款额")
def drawn(m):
    return cny(m, m.credit.draws[:, 2].sum())


@measure("CNY a day", "Drawn at a promoted rate", "sum", "优惠利率放款额")
def drawn_promoted(m):
    return cny(m, m.credit.draws[m.credit.draws[:, 4] == 1, 2].sum())


@measure("CNY", "Outstanding of the micro-loan companies, principal and interest", "last", "贷款余额")
def loan_book(m):
    return cny(m, m.loans.outstanding.sum())


@measure("CNY a day", "Interest accrued by the micro-loan companies", "sum", "利息收入")
def interest(m):
    return cny(m, m.credit.interest_today)


@measure("CNY a day", "Platform loans written off", "sum", "核销额")
def written_off(m):
    return cny(m, m.credit.written_off_today)


@measure("CNY a day", "Collected on platform loans after write-off, before the collectors' share", "sum", "核销后回收额")
def recovered(m):
    return cny(m, m.credit.recovered_today)


def _bucket(m, first, last):
    late = np.where(m.loans.kind != NONE, m.day - m.loans.due_on, 0)
    return share(m.loans.outstanding[(late >= first) & (late <= last)].sum(), m.loans.outstanding.sum())


@measure("share", "Platform loans 1-30 days past due / outstanding", "last", "逾期1-30天占比")
def arrears_1_30(m):
    return _bucket(m, 1, 30)


@measure("share", "Platform loans 31-60 days past due / outstanding", "last", "逾期31-60天占比")
def arrears_31_60(m):
    return _bucket(m, 31, 60)


@measure("share", "Platform loans 61-90 days past due / outstanding; later ones are in npl_ratio", "last", "逾期61-90天占比")
def arrears_61_90(m):
    return _bucket(m, 61, 90)


@measure("share", "Platform loans over 90 days past due / outstanding; cleared shops included until write-off (S09)", "last", "不良率")
def npl_ratio(m):
    late = (m.loans.kind != NONE) & (m.day - m.loans.due_on > PAST_DUE_IS_BAD_DAYS)
    return share(m.loans.outstanding[late].sum(), m.loans.outstanding.sum())


@measure("loans", "Simulated platform loans over 90 days past due (not scaled: it says how far the ratio can be trusted)", "last",
         "不良贷款笔数(模拟)")
def bad_loans_simulated(m):
    return float(((m.loans.kind != NONE) & (m.day - m.loans.due_on > PAST_DUE_IS_BAD_DAYS)).sum())


@measure("clients", "Merchants who drew in the last 12 months", "last", "贷款客户数")
def clients(m):
    return count(m, (m.day - m.merchants.last_draw_on < 365).sum())


@measure("CNY", "Granted lines", "last", "授信总额")
def granted_lines(m):
    return cny(m, m.merchants.credit_limit.sum())


@measure("share", "Open shops with a line", "last", "获授信店铺占比")
def approved_share(m):
    return share((m.merchants.credit_limit > 0).sum(), (m.merchants.status == 0).sum())


@measure("CNY a day", "Fake orders the platform takes for sales", "mean", "刷单额")
def brushed(m):
    return cny(m, m.merchants.fake_sales.sum())


@measure("share", "Lines frozen because receipts dried up", "mean", "冻结额度占比")
def frozen_share(m):
    has_line = m.merchants.credit_limit > 0
    return share((has_line & m.merchants.is_frozen).sum(), has_line.sum())


@measure("merchants a day", "Owners who walked away from their platform debt", "sum", "恶意逃债商户数")
def walked_away(m):
    return count(m, (m.merchants.walked_on == m.day).sum())


@measure("share", "Borrowing of the micro-loan companies from banks / net capital (M31: at most .5)", "last", "银行融资杠杆")
def lender_leverage(m):
    return share(m.lenders.borrowed.sum(), m.lenders.capital.sum())


# --- banks ------------------------------------------------------------------------------------------------------------


@measure("CNY", "Term loans of banks to merchants", "last", "银行贷款余额")
def bank_loans(m):
    return cny(m, m.banks.loans.sum())


@measure("applications a day", "Applications decided by bank officers", "sum", "银行受理笔数")
def bank_decisions(m):
    return count(m, m.banks.applications_today.sum())


@measure("applications", "Applications waiting at banks", "last", "银行排队笔数")
def bank_queue(m):
    return count(m, m.banks.queue.sum())


@measure("share", "Bank loans over 90 days past due / outstanding (S10)", "last", "银行不良率")
def bank_npl_ratio(m):
    late = (m.merchants.term_loan > 0) & (m.day - m.merchants.term_due_on > PAST_DUE_IS_BAD_DAYS)
    return share(m.merchants.term_loan[late].sum(), m.merchants.term_loan.sum())


@measure("CNY", "Sight deposits of consumers and merchants", "last", "存款")
def deposits(m):
    return cny(m, m.consumers.deposit.sum() + m.merchants.cash.sum())


# --- profit -----------------------------------------------------------------------------------------------------------


def _profit(m, prefix) -> float:
    profit = m.ledger.profit_today()
    return cny(m, sum(profit[row] for row, name in enumerate(m.ledger.entities) if name.startswith(prefix)))


@measure("CNY a day", "Profit of the focal platform, without its micro-loan companies", "sum", "平台利润")
def platform_profit(m):
    return _profit(m, "platform 0")


@measure("CNY a day", "Profit of the micro-loan companies after funding, staff, decisions and write-offs", "sum", "小贷公司利润")
def lender_profit(m):
    return _profit(m, "lender")


@measure("CNY a day", "Profit of banks from this market", "sum", "银行利润")
def bank_profit(m):
    return _profit(m, "bank")


@measure("CNY a day", "Profit of merchants on a cash basis: goods count when paid for", "sum", "商户利润")
def merchant_profit(m):
    return _profit(m, "merchants")


@measure("CNY a day", "Commission the platform earned", "sum", "佣金收入")
def commission(m):
    return cny(m, m.ledger.money_today[Purpose.COMMISSION, m.ledger.entities.index("platform 0")])


@measure("fen", "Largest difference in the books (not scaled); 0 or the run stops", "last", "账簿差额")
def ledger_residual(m):
    return float(m.ledger.residual())


from results import customer_measures  # noqa: E402, F401 - the order is that of the columns

# isort: split
from results import competition_measures, contest_measures, open_data_measures, product_measures  # noqa: E402, F401

# isort: split
from results import bank_measures, contagion_measures  # noqa: E402, F401
