"""When a shop gets into trouble, fails, or its owner walks away from a debt.

Trouble comes first and shows: sales fall, bills stay, buyers complain.  Some recover; the others hold out until they
give up (insolvency) or cannot pay their bills (illiquidity).  A strategic owner who could pay may still walk away.

Choice: latent quality sets how often trouble comes; trouble is a state that can be watched.  Source: DESIGN 4.10; D16
(how much a perfect signal of quality would tell).  Alternative: a shop fails overnight.  Reason: then no data of any kind
could see it coming, and monitoring could not matter.
"""

import numpy as np
from pydantic import model_validator

from agents import owner
from agents.merchant import OPEN
from sim.core.finance import fen
from sim.core.kernels import kernel
from sim.core.random import Stream, stream_key, uniform, uniforms
from sim.core.settings import Settings, setting

# --- settings ---------------------------------------------------------------------------------------------------------


class DistressSettings(Settings):
    """How shops fail, and what an owner weighs who could walk away."""

    trouble_rate: float = setting(.125, unit="a year", ge=0, le=5, source="assumption; S10", calibrated=True,
                                  meaning="How often a shop of mean risk falls into trouble")
    quality_slope: float = setting(1.45, unit="log hazard per standard deviation of quality", ge=0, le=5,
                                   source="D16: a perfect signal of quality has an AUC near .84",
                                   meaning="Bad shops fall into trouble more often")
    decline_a_month: float = setting(1.0, unit="log sales a month", ge=0, le=5, source="assumption",
                                     meaning="How fast a shop in trouble loses its buyers")
    give_up_days: float = setting(60.0, unit="days, mean", ge=1, le=3650, source="assumption")
    recover_days: float = setting(120.0, unit="days, mean", ge=1, le=3650, source="assumption: one in three comes back")
    insolvent_after_days: int = setting(60, unit="days past due", ge=1, le=3650, source="assumption",
                                        meaning="Arrears after which an owner may give up, in trouble or not")
    unpaid_days: int = setting(30, unit="days", ge=1, le=3650, source="assumption",
                               meaning="Days on which bills stay unpaid until a shop closes")
    strategic_share: float = setting(.10, unit="share of owners", ge=0, le=1, source="assumption",
                                     meaning="Owners who would walk away if it paid")
    temptation_rate: float = setting(1.0, unit="a year", ge=0, le=365, source="assumption: thinks it over once a year")
    detection: float = setting(.8, unit="probability", ge=0, le=1, source="assumption",
                               meaning="That an owner who walked away cannot come back under another name")
    reentry_days: float = setting(365.0, unit="days, mean", ge=1, le=36500,
                                  source="assumption: a year to find another name; DESIGN 4.10: never at once",
                                  meaning="Until an owner who was cleared and not recognised opens again, after the debts are written off")
    shop_value_years: float = setting(1.0, unit="years of margin", ge=0, le=20, source="assumption: what a small shop is sold for")
    credit_value_share: float = setting(.3, unit="share of the line", ge=0, le=10, source="assumption")
    stigma_cny: float = setting(500.0, unit="CNY", ge=0, le=1e7, source="assumption")
    dependence_low: float = setting(.2, unit="share of the owner's trade", ge=0, le=1, source="assumption",
                                    meaning="What an owner sells only on this platform: lowest")
    dependence_high: float = setting(1.0, unit="share of the owner's trade", ge=0, le=1, source="assumption")

    stock_price: float = setting(.5, unit="share of cost", ge=0, le=1, source="assumption: goods sold in haste",
                                 meaning="What a shop hit by the failure of another counts on for what is on its shelf")
    income_days: float = setting(30.0, unit="days", ge=0, le=365, source="assumption: supplier credit runs on average a month and a half",
                                 meaning="Days of coming income that such a shop counts on")

    @model_validator(mode="after")
    def _lowest_is_not_above_highest(self):
        if self.dependence_low > self.dependence_high:
            raise ValueError(f"dependence_low = {self.dependence_low:g} is more than dependence_high = {self.dependence_high:g}")
        return self


# --- steps ------------------------------------------------------------------------------------------------------------


def change_fortunes(m) -> np.ndarray:
    """Open shops fall into trouble or come out of it; returns the rows of those that fail tonight.

    Trouble: hazard = rate exp(-slope quality - slope^2 / 2) x neglect a year (agents.owner), times what a shock makes of it
    today.  In trouble a shop gives up at a constant hazard x neglect or recovers at one / neglect, and closes when its bills were
    unpaid for `unpaid_days`; in long arrears it gives up at the same hazard.
    Shops that a shock strikes today close too.
    Reads: merchants.status, quality, sales_trend, days_past_due, credit_choice, rate_offset.
    Writes: merchants.trouble_since, normal_sales, unpaid_days.
    Draws: MERCHANT_DISTRESS, three per merchant.
    """
    s, shops = m.settings.distress, m.merchants
    key = stream_key(m.path_seed, Stream.MERCHANT_DISTRESS, m.day)
    slope = s.quality_slope
    hazard = np.full(len(shops), s.trouble_rate / 365 * np.exp(-slope ** 2 / 2))
    if m.conditions.trouble_factor_today is not None:
        hazard *= m.conditions.trouble_factor_today
    failed = _fortunes(key, m.day, hazard, slope, 1 / s.give_up_days, 1 / s.recover_days,
                       s.insolvent_after_days, s.unpaid_days, owner.neglect(m), shops.status, shops.quality, shops.sales_trend,
                       shops.days_past_due, shops.trouble_since, shops.normal_sales, shops.unpaid_days)
    struck = m.conditions.struck_today
    return failed if len(struck) == 0 else np.union1d(failed, struck[shops.status[struck] == OPEN])


def walk_away(m) -> np.ndarray:
    """Rows of strategic owners who decide tonight not to repay the platform's lenders, and mark them.

    An owner who thinks it over walks away iff gain > P(detect) (dependence x shop value x [cleared] + value of the line + of credit
    elsewhere that sharing lenders would refuse) + stigma.
    The gain is the debt, less what the platform would still take from receipts if the shop stayed.
    Reads: merchants.is_strategic, dependence, sales_recent, cost_share, credit_limit, rate_offset; loans.outstanding.
    Where accounts are cleared, an owner who is not recognised plans to come back, P(detect) being the chance to be recognised.
    Writes: merchants.walked_on, returns_on.  Draws: MERCHANT_DEFAULT, one per merchant; OWNER_RETURN, two per merchant.
    Source: DESIGN 4.10; Bulow and Rogoff (1989) on what a debtor can lose.
    """
    s, shops, loans = m.settings.distress, m.merchants, m.settings.loans
    debt = m.loans.outstanding.reshape(len(shops), -1).sum(axis=1)
    able = shops.is_strategic & (shops.status == OPEN) & (debt > 0) & (shops.walked_on < 0)
    rows = np.flatnonzero(able)
    if len(rows) == 0:
        return rows
    tempted = uniforms(stream_key(m.path_seed, Stream.MERCHANT_DEFAULT, m.day), 0, len(shops), 0)[rows] < s.temptation_rate / 365
    rows = rows[tempted]
    gain, cost = what_walking_away_costs(m, rows, debt[rows], loans.account_clearing, loans.monitoring)
    rows = rows[gain > cost]
    shops.walked_on[rows] = m.day
    if loans.account_clearing and len(rows):
        key = stream_key(m.path_seed, Stream.OWNER_RETURN, m.day)
        recognised, luck = (uniforms(key, 0, len(shops), slot)[rows] for slot in (0, 1))
        wait = 1 + (-s.reentry_days * np.log(luck)).astype(np.int64)
        shops.returns_on[rows] = np.where(recognised < s.detection, -1, m.day + wait)
    return rows


def what_walking_away_costs(m, rows, debt, account_clearing: bool, monitoring: bool) -> tuple[np.ndarray, np.ndarray]:
    """(gain, cost) in fen of walking away from `debt`, for the owners `rows`."""
    s, shops = m.settings.distress, m.merchants
    margin = np.maximum(0, _margin(m, rows))
    shop_value = shops.sales_recent[rows] * 365 * s.shop_value_years * margin
    stays = 0.0 if account_clearing else 1.0
    gain = debt * (1.0 - shops.dependence[rows] * stays * monitoring)
    credit_value = s.credit_value_share * shops.credit_limit[rows] * owner.line_worth(m)[rows]
    cost = s.detection * (shops.dependence[rows] * shop_value * (1.0 - stays) + credit_value + credit_elsewhere(m, rows))
    return gain, cost + fen(s.stigma_cny)


def cannot_pay(m) -> np.ndarray:
    """Rows of open shops that cannot pay what they owe at short term, and could but for what the failures of today took from them.

    Fails iff due > means and due - means <= lost today + recalled;
    due = payables + owed for goods passed on + guarantees called + own term loan recalled for it + loans past due;
    means = cash + escrow + receivables + price x stock + line not yet used + days x income.
    Long loans that are not due are not asked for.
    Choice: who could not pay before goes on as it did, and may close of itself (`change_fortunes`).  Source: a cascade is what losses
    cause, the fundamental defaults apart (Eisenberg and Noe 2001).  Alternative: whoever lost a fen and cannot pay.  Reason: most of
    those were short by more than they had lost.
    Reads: merchants.payables, wholesale_debt, called, cash, escrow, receivables, inventory, term_loan; loans.outstanding, due_on;
    contagion.lost_today.
    Source: DESIGN 5; Jacobson and von Schedvin (2015) on suppliers that fail after credit losses.
    """
    rows, s, shops = m.contagion.hit("merchants"), m.settings.distress, m.merchants
    rows = rows[shops.status[rows] == OPEN]
    if len(rows) == 0:
        return rows
    loans = m.loans.outstanding.reshape(len(shops), -1)[rows]
    late = np.where(m.loans.due_on.reshape(len(shops), -1)[rows] <= m.day, loans, 0).sum(axis=1)
    recalled = np.where(shops.called[rows] > 0, m.contagion.recall_share * shops.term_loan[rows], 0).astype(np.int64)
    due = shops.payables[rows] + shops.wholesale_debt[rows] + shops.called[rows] + recalled + late
    line = np.maximum(0, shops.usable_line(rows) - loans.sum(axis=1))
    income = np.maximum(0.0, _margin(m, rows)) * shops.sales_recent[rows] * s.income_days
    goods = (s.stock_price * shops.inventory[rows] + income).astype(np.int64)
    means = shops.cash[rows] + shops.escrow[rows] + shops.receivables[rows] + line + goods
    taken = m.contagion.lost_today["merchants"][rows] + recalled
    return rows[(due > means) & (due - means <= taken)]


def _margin(m, rows) -> np.ndarray:
    """What is left of sales after goods, running costs and commission."""
    return 1 - m.merchants.cost_share[rows] - m.settings.merchants.operating_cost_share - m.settings.goods.commission_share


def credit_elsewhere(m, rows) -> np.ndarray:
    """What the credit of their own bank would save the owners `rows` in a year, fen, as far as a default here would cost it.

    It costs nothing where the bank is not told of it, or the owner refuses to be shown.  Where the bank is told of defaults alone, an
    owner expects to be taken for the average one, and to get a loan with a clean record.  Where the bank sees the owner's history too,
    who would be refused for it anyway has nothing to lose.  Saved: months of sales that such a bank lends x (rate of a pawnshop - its
    list price).

    Choice: a default bars from credit wherever it is told, as lenders here decide (`has_clean_record`).  Source: Padilla and Pagano
    (2000): who is known for what he is has less to prove.  Alternative: lenders forgive who has a good history.  Reason: a black list is
    used as one; with forgiveness full sharing would discipline less still.
    """
    shops, data, n_banks = m.merchants, m.open_data, len(m.banks)
    is_told, sees = np.zeros(n_banks, bool), np.zeros(n_banks, bool)
    for number, agreement in enumerate(data.agreements):
        if agreement.kind != "score_as_a_service" and data.sharers(number)[1][data.platform]:
            is_told |= data.is_member[number, :n_banks]
            sees |= data.is_member[number, :n_banks] & (agreement.kind == "full_history")
    if not is_told.any():
        return np.zeros(len(rows))
    home, bad = shops.home_bank[rows], owner.fail_prob(m, rows)
    saved = np.zeros(len(rows))
    for bank in np.unique(home):
        mine, policy = home == bank, m.term_policies[bank]
        terms = policy.settings
        a_year = terms.loan_months_of_sales * 30 * shops.sales_recent[rows[mine]] * (m.settings.owners.outside_apr - terms.apr)
        would_lend = (policy.kept(policy.in_window(bad[mine])) > 0) | ~sees[bank]
        saved[mine] = a_year * is_told[bank] * would_lend * data.consents(rows[mine])
    return np.maximum(saved, 0.0)


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _fortunes(key, day, daily_hazard, slope, gives_up, recovers, insolvent_after, patience, neglect, status, quality, sales_trend,
              days_past_due, trouble_since, normal_sales, unpaid_days):
    """Rows that fail; the state of the others."""
    rows = np.empty(len(status), np.int64)
    count = 0
    for j in range(len(status)):
        if status[j] != OPEN:
            continue
        in_trouble = trouble_since[j] >= 0
        fails = (in_trouble or days_past_due[j] > insolvent_after) and uniform(key, j, 1) < gives_up * neglect[j]
        if fails or in_trouble and unpaid_days[j] >= patience:
            rows[count] = j
            count += 1
        elif in_trouble and uniform(key, j, 2) < recovers / neglect[j]:
            trouble_since[j] = -1
        elif not in_trouble and uniform(key, j, 0) < daily_hazard[j] * np.exp(-slope * quality[j]) * neglect[j]:
            trouble_since[j] = day
            normal_sales[j] = sales_trend[j]
            unpaid_days[j] = 0
    return rows[:count]
