"""Measures of contagion: known only where a scenario has channels.  The register is `results.measures`."""

from functools import partial

from results.measuring import cny, count, measure

of_contagion = partial(measure, where=lambda m: m.contagion.is_on)


@of_contagion("shops a day", "Shops that failed, of themselves or by others", "sum", "倒闭店铺数")
def failed_shops(m):
    return count(m, m.contagion.n_failed(day=m.day, layer="merchants"))


@of_contagion("shops a day", "Shops that failed because of others", "sum", "受传染倒闭店铺数")
def contagious_failures(m):
    return count(m, m.contagion.n_failed(day=m.day, layer="merchants", first_round=1))


@of_contagion("rounds", "Rounds of failures on a day, the first included", "mean", "倒闭传导轮数")
def contagion_rounds(m):
    return float(m.contagion.round)


@of_contagion("CNY a day", "What failures cost others, by all channels", "sum", "传染损失")
def contagion_loss(m):
    return cny(m, m.contagion.total(day=m.day))


@of_contagion("CNY a day", "The same, of shops", "sum", "店铺传染损失")
def contagion_loss_of_shops(m):
    return cny(m, m.contagion.total(day=m.day, layer="merchants"))


@of_contagion("CNY a day", "The same, of banks, micro-loan companies and other lenders", "sum", "贷款机构传染损失")
def contagion_loss_of_lenders(m):
    return cny(m, sum(m.contagion.total(day=m.day, layer=layer) for layer in ("lenders", "banks", "financiers")))


@of_contagion("CNY", "Owed by shops to the shops that supply them", "last", "店铺间应付账款")
def trade_payables(m):
    return cny(m, m.merchants.payables.sum())
