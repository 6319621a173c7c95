"""Daily measures of shared data and of term loans beside it; known where data are shared or lenders learn.

What the platform gets for data is in `data_fees`; what it may lose, in `interest` and `lender_profit`.
"""

from results.measuring import cny, count, measure


def _of_data(*texts: str):
    """A measure that is only known where data are shared, or could be."""
    return measure(*texts, where=lambda m: len(m.open_data.agreements) > 0 or m.settings.credit.policy == "learned_card")


@_of_data("CNY a day", "Paid to the platform for look-ups of shared data", "sum", "数据查询费收入")
def data_fees(m):
    return cny(m, m.open_data.fees_today)


@_of_data("look-ups a day", "Applicants looked up in shared data", "sum", "共享数据查询次数")
def data_look_ups(m):
    return count(m, m.open_data.look_ups_today)


@_of_data("lenders", "Lenders that look in shared data (not scaled)", "last", "使用共享数据的贷款方数")
def lenders_sharing(m):
    return float(m.open_data.is_member.any(axis=0).sum()) if len(m.open_data.agreements) else 0.0


@_of_data("share", "Owners who refuse to be shown", "last", "拒绝共享店主占比")
def refusing_share(m):
    return float(m.open_data.refuses.mean()) if len(m.open_data.refuses) else 0.0


@_of_data("loans a day", "Term loans paid out by banks and other lenders", "sum", "定期贷款笔数")
def term_loans(m):
    return count(m, sum(int(group.lenders.granted_today.sum()) for group in m.term_lenders))


@_of_data("CNY", "Owed on term loans to banks and other lenders", "last", "定期贷款余额")
def term_book(m):
    return cny(m, m.merchants.term_loan.sum())


@_of_data("CNY a day", "Term loans written off, after what was pledged", "sum", "定期贷款核销额")
def term_written_off(m):
    return cny(m, sum(int(group.lenders.lost_today.sum()) for group in m.term_lenders))
