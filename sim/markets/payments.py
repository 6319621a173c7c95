"""Payments: a purchase is paid from the wallet, by bank card or on credit, into the seller's escrow at the platform."""

import numpy as np

from sim.core.ledger import Purpose
from sim.core.settings import Settings, setting
from sim.markets.credit_payment import note_payers, pay_on_credit

LOST, BY_WALLET, BY_CARD, BY_CREDIT = -1, 0, 1, 2


class PaymentSettings(Settings):
    """How often each way to pay works."""

    card_on_phone_success: float = setting(.38, unit="probability", ge=0, le=1, source="S26")
    card_on_pc_success: float = setting(.75, unit="probability", ge=0, le=1, source="assumption")
    wallet_success: float = setting(.97, unit="probability", ge=0, le=1, source="assumption")
    card_fee_share: float = setting(.003, unit="share of payment", ge=0, le=.1,
                                    source="assumption: paid by the platform to the customer's bank")


def pay_into_escrow(m, buyer, amount, merchant, method):
    """Card payments come from the deposit; wallet payments too, through a top-up of exactly what is missing; who funds the
    credit payment pays the rest.

    buyer, amount, merchant, method: one row per purchase.  Writes: consumers.deposit, wallet; merchants.escrow;
    m.goods.gmv_today, n_purchases_today.
    """
    books, ledger, c = m.books, m.ledger, m.consumers
    by_wallet, by_card = method == BY_WALLET, method == BY_CARD
    rows, sums = buyer[by_wallet], amount[by_wallet]
    ledger.pay(books.deposit, rows, books.wallet, rows, np.maximum(0, sums - c.wallet[rows]), purpose=Purpose.TOP_UP)
    wallet_total = ledger.pay(books.wallet, rows, books.escrow, merchant[by_wallet], sums, purpose=Purpose.SALE)
    card_total = ledger.pay(books.deposit, buyer[by_card], books.escrow, merchant[by_card], amount[by_card], purpose=Purpose.SALE)
    by_credit = method == BY_CREDIT
    credit_total = pay_on_credit(m, buyer[by_credit], merchant[by_credit], amount[by_credit])
    m.goods.gmv_today = wallet_total + card_total + credit_total
    m.goods.n_purchases_today = int(by_wallet.sum() + by_card.sum() + by_credit.sum())
    paid = method != LOST
    note_payers(m, buyer[paid], amount[paid])
    fee = int(card_total * m.settings.payments.card_fee_share)
    ledger.pay(books.platform_own, 0, books.world, 0, fee, purpose=Purpose.PAYMENT_FEE)
