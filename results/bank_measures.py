"""Daily measures of banks that can fail, of runs and of rescues: known only where there is contagion, or where banks have whole sheets."""

import numpy as np

from results.measuring import cny, measure, share
from sim.contagion.booking import FAILING


def _of_houses(*texts: str):
    return measure(*texts, where=lambda m: m.contagion.is_on)


def _of_banks(*texts: str):
    return measure(*texts, where=lambda m: len(m.sheets) > 0)


def _of_runs(*texts: str):
    return measure(*texts, where=lambda m: len(m.panic.houses) > 0)


@_of_banks("share", "Equity over assets of all banks", "last", "银行资本充足率(权益/资产)")
def bank_capital_ratio(m):
    return share(m.sheets.equity(m).sum(), m.sheets.assets(m).sum())


@_of_banks("share", "Equity over assets of the weakest bank that has not failed", "last", "最弱银行资本率")
def weakest_bank_ratio(m):
    lives = m.sheets.failed_on < 0
    return float((m.sheets.equity(m) / np.maximum(m.sheets.assets(m), 1))[lives].min()) if lives.any() else np.nan


@_of_banks("share", "Reserves over deposits of all banks", "last", "银行备付率")
def bank_reserve_share(m):
    return share(m.sheets.reserves(m).sum(), m.sheets.deposits(m).sum())


@_of_banks("price", "Of the securities that banks hold in common; 1 on the first day", "last", "银行共同持有证券价格")
def security_price(m):
    return m.interbank_loans.price


@_of_banks("CNY a day", "Securities sold by banks that needed cash or capital", "sum", "银行抛售证券")
def securities_sold(m):
    return cny(m, m.interbank_loans.sold_today)


@_of_banks("CNY", "Lent by banks to banks", "last", "同业借款余额")
def interbank_loans(m):
    return cny(m, m.interbank_loans.owed.sum())


@_of_banks("banks", "Banks that have failed since the first day", "last", "倒闭银行数")
def failed_banks(m):
    return float((m.sheets.failed_on >= 0).sum())


@_of_houses("houses", "Banks, lenders, funds and platforms that failed today; shops are in closed_merchants", "sum", "倒闭机构数")
def failed_houses(m):
    return float(sum(m.contagion.n_failed(day=m.day, layer=layer) for layer in FAILING if layer != "merchants"))


@_of_houses("CNY a day", "What failures cost consumers: deposits, notes, funds, wallets", "sum", "消费者损失")
def consumers_lost(m):
    return cny(m, m.contagion.lost_today["consumers"].sum())


@_of_runs("consumers a day", "Who decided to take everything out of a bank, fund, P2P company or wallet", "sum", "挤兑人数")
def ran(m):
    return float(m.panic.left_today.sum()) * m.scenario.weight


@_of_runs("CNY a day", "Paid out to those who ran", "sum", "挤兑提款额")
def withdrawn(m):
    return cny(m, m.panic.paid_today.sum())


@_of_runs("CNY", "Asked for by those who ran and not paid this morning", "last", "挤兑待付额")
def withdrawals_waiting(m):
    return cny(m, m.panic.waiting.sum())


@_of_houses("CNY", "What rescues have cost the state since the first day", "last", "救助财政成本")
def rescue_cost_state(m):
    return cny(m, m.rescue.total(payer="state"))


@_of_houses("CNY", "What deposit insurance has cost other banks since the first day", "last", "救助银行成本")
def rescue_cost_banks(m):
    return cny(m, m.rescue.total(payer="banks"))


@_of_banks("CNY", "Owed to the lender of last resort", "last", "最后贷款人余额")
def last_resort_loans(m):
    return cny(m, m.sheets.rescue_debt.sum())
