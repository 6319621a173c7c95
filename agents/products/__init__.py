"""Products: what people may hold money in or use beside paying; one product a file."""

from agents.products.advice import Advice
from agents.products.digital_currency import DigitalCurrency
from agents.products.insurance import Insurance
from agents.products.money_market_fund import MoneyMarketFund
from agents.products.p2p_notes import P2PNotes
from agents.products.stock_account import StockAccount
from agents.products.wallet import Wallet

PRODUCTS = {product.kind: product for product in (Wallet, MoneyMarketFund, P2PNotes, Insurance, StockAccount, DigitalCurrency, Advice)}
