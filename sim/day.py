"""What happens in a day.

Minds decide and write intentions, markets settle and move money; nobody sees what others decide in the same phase.
Plug-ins act only where they are named: shocks in Open, strategies and tactics in Post, lending policies in Borrow,
channels of contagion in Distress.
"""

from agents import (
    abuse_ring,
    brushing,
    consumer,
    credit_user,
    customer,
    data_consent,
    deal_seeker,
    distress,
    entrants,
    guarantor,
    loyalty,
    merchant,
    owner,
    panic,
    platform,
    red_packet,
    saver,
    term_lender,
    word_of_mouth,
)
from agents.lending import joining
from sim.markets import (
    agreements,
    closures,
    credit,
    credit_payment,
    data_sharing,
    deposits,
    goods,
    interbank,
    loans,
    media,
    notes,
    officers,
    prices,
    promotions,
    resolution,
    savings,
    service,
    term_credit,
    trade_credit,
)


def live_one_day(m):
    """One day of the market `m`, from the opening of the books to their close."""
    # 1 Open
    m.ledger.open_day()
    m.contagion.open_day(m.day)
    m.conditions.open_day()
    m.goods.open_day(m.day)
    m.credit.open_day()
    m.credit_payment.open_day()
    m.media.open_day()
    m.prices.open_day()
    m.service.open_day()
    m.word_of_mouth.open_day()
    m.promotions.open_day()
    m.savings.open_day(m)
    m.open_data.open_day()
    m.trade_credit.open_day()
    m.interbank_loans.open_day()
    m.panic.open_day()
    m.offers.open_day()
    m.n_closed_today = 0
    entrants.enter_and_leave(m)
    for shock in m.active(m.shocks):
        shock.strike(m)
    for channel in m.channels:
        channel.open_day(m)
    consumer.receive_income(m)
    consumer.change_device(m)
    loans.release_escrow(m)

    # 2 Learn
    merchant.drift(m)
    data_sharing.publish_counts(m)
    brushing.brush(m)
    data_sharing.publish_statements(m)
    credit_user.pay_bills(m)
    word_of_mouth.hear(m)
    media.feel_need(m)
    media.show(m)
    media.search(m)

    # 3 Post
    agreements.update_members(m)
    joining.decide_joining(m)
    data_consent.decide_consent(m)
    credit.report_outcomes(m)
    term_credit.report_term_outcomes(m)
    credit_payment.report_payment_outcomes(m)
    credit.review_lines(m)
    credit.visit_clients(m)
    credit.watch_cash_flow(m)
    for strategy in m.active(m.strategies):
        strategy.decide(m)
    for tactic in m.active(m.tactics):
        tactic.act(m)

    # 4 Join
    consumer.register(m)
    customer.become_aware(m)
    customer.consider(m)
    word_of_mouth.invite(m)
    red_packet.hand_on(m)
    customer.visit_and_register(m)
    customer.verify(m)
    deal_seeker.receive_welcome(m)
    abuse_ring.attack(m)
    closures.reopen_shops(m)
    credit_user.ask_for_line(m)
    credit_payment.decide_lines(m)

    # 5 Shop
    deal_seeker.feel_urge(m)
    consumer.go_shopping(m)
    loyalty.choose_platform(m)
    consumer.choose_purchases(m)
    goods.settle_purchases(m)
    loyalty.remember_use(m)
    saver.stay_and_use(m)
    word_of_mouth.pay_rewards(m)
    deal_seeker.claim(m)
    promotions.pay_out(m)
    media.share_with_partners(m)
    prices.settle_fees(m)
    credit_user.complain(m)
    merchant.pay_costs(m)

    # 6 Borrow
    merchant.plan_orders(m)
    owner.choose_credit(m)
    merchant.answer_offer(m)
    credit.settle_draws(m)
    merchant.buy_stock(m)
    merchant.ask_for_term_loan(m)
    term_credit.decide_applications(m)
    term_credit.pay_out(m)
    owner.move_to_cheaper(m)

    # 7 Save
    panic.decide_to_leave(m)
    saver.take_up(m)
    saver.plan_savings(m)
    savings.take_subscriptions(m)
    savings.pay_redemptions(m)
    savings.pay_living(m)
    savings.pay_returns(m)
    deposits.pay_deposit_interest(m)
    notes.sell_notes(m, panic.without_leavers(m, consumer.wish_for_notes(m)))

    # 8 Settle
    loans.accrue_interest(m)
    loans.collect(m)
    loans.update_arrears(m)
    loans.pursue_debts(m)
    trade_credit.pay_wholesalers(m)
    term_credit.collect_instalments(m)
    notes.service_notes(m)
    platform.pay_lender_costs(m)
    officers.pay_officers(m)
    credit_payment.post_statements(m)
    credit_payment.accrue_late_interest(m)
    credit_user.plan_repayments(m)
    credit_payment.collect_repayments(m)
    guarantor.pay_funding_costs(m)
    interbank.keep_reserves(m)
    interbank.renew_loans(m)
    resolution.repay_last_resort(m)

    # 9 Distress
    closures.close_shops(m, distress.change_fortunes(m))
    closures.enforce(m, distress.walk_away(m))
    credit_payment.call_guarantees(m)
    credit_payment.write_off_users(m)
    guarantor.fail_if_called_in_vain(m)
    resolution.take_losses(m)
    interbank.sell_below_rule(m)
    resolution.find_failed(m)
    spread_failures(m)
    resolution.resolve(m)

    # 10 Close
    service.answer_complaints(m)
    loyalty.take_answers(m)
    loyalty.fall_asleep(m)
    customer.fade_trust(m)
    word_of_mouth.speak(m)
    merchant.learn_demand(m)
    m.ledger.close()


def spread_failures(m):
    """What today's failures do to others, round by round, until nobody new fails; then the failed pay out what they have.

    Nothing happens in a world without channels.
    """
    for failed in m.contagion.rounds(m):
        for channel in m.channels:
            channel.enter(m, failed)
        for channel in m.channels:
            channel.spread(m, failed)
        closures.close_shops(m, distress.cannot_pay(m))
        term_lender.fail_without_capital(m)
        resolution.find_failed(m)
    if m.contagion.failed_today:
        for channel in reversed(m.channels):
            channel.close_day(m)
