"""What happens in a day.

Minds decide and write intentions, markets settle and move money; nobody sees what others decide in the same phase.
Plug-ins act only where they are named: shocks in Open, tactics in Post, lending policies in Borrow.
"""

from agents import bank, brushing, consumer, distress, merchant, owner, platform
from sim.markets import bank_credit, closures, credit, data_sharing, deposits, goods, loans


def live_one_day(m):
    """One day of the market `m`, from the opening of the books to their close."""
    # 1 Open
    m.ledger.open_day()
    m.goods.open_day(m.day)
    m.credit.open_day()
    m.n_closed_today = 0
    for shock in m.active(m.shocks):
        shock.strike(m)
    consumer.receive_income(m)
    loans.release_escrow(m)

    # 2 Learn
    merchant.drift(m)
    data_sharing.publish_counts(m)
    brushing.brush(m)

    # 3 Post
    credit.report_outcomes(m)
    credit.review_lines(m)
    credit.watch_cash_flow(m)
    for tactic in m.active(m.tactics):
        tactic.act(m)

    # 4 Join
    consumer.register(m)
    closures.reopen_shops(m)

    # 5 Shop
    consumer.choose_purchases(m)
    goods.settle_purchases(m)
    merchant.pay_costs(m)

    # 6 Borrow
    merchant.plan_orders(m)
    owner.choose_credit(m)
    merchant.answer_offer(m)
    credit.settle_draws(m)
    merchant.buy_stock(m)
    merchant.apply_to_bank(m)
    bank_credit.decide_applications(m, bank.officer_capacity(m))

    # 7 Save
    deposits.pay_deposit_interest(m)

    # 8 Settle
    loans.accrue_interest(m)
    loans.collect(m)
    loans.update_arrears(m)
    loans.pursue_debts(m)
    bank_credit.collect_instalments(m)
    platform.pay_lender_costs(m)

    # 9 Distress
    closures.close_shops(m, distress.change_fortunes(m))
    closures.enforce(m, distress.walk_away(m))

    # 10 Close
    merchant.learn_demand(m)
    m.ledger.close()
