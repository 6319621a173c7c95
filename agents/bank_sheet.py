"""Balance sheets of banks, complete enough to fail: securities and loans outside this market, claims on and debts to other banks.

    assets = reserves + loans here + loans outside + securities + claims on banks;  equity = assets - deposits - debts

Choice: what is not reserves, securities or claims on banks is loans outside this market, at book value until something strikes them.
Source: assumption.  Alternative: only the loans of this market.  Reason: banks here lend a hundredth of their deposits to the shops of
the slice; the rest of the economy is where the money is.

Choice: nothing is earned on what lies outside.  Source: assumption.  Alternative: a rate for each asset.  Reason: worlds with runs live
for months, and a margin would only move equity by tenths of a percent.
"""

import numpy as np
from pydantic import model_validator

from sim.core.population import Population, Row, column
from sim.core.settings import Settings, setting


class BankSheetSettings(Settings):
    """What banks hold beside what they lend here."""

    is_kept: bool = setting(False, unit="yes/no", source="user",
                            meaning="Banks have the whole sheet and can fail; if not, all deposits lie in reserve and no bank ever fails")
    reserve_share: float = setting(.20, unit="share of deposits", ge=0, le=1, source="People's Bank of China: required reserves, 2012",
                                   meaning="Reserves on the first day")
    securities_share: float = setting(.20, unit="share of deposits", ge=0, le=1, source="assumption: bonds of Chinese banks, 2012",
                                      meaning="Traded securities on the first day, the asset that all banks have in common")
    interbank_share: float = setting(.10, unit="share of deposits", ge=0, le=1, source="assumption: claims on banks, 2012",
                                     meaning="Lent to the banks that the interbank network says, in its shares")
    interbank_days: float = setting(7.0, unit="days", ge=1, le=365, source="assumption: most are overnight to a week",
                                    meaning="Loans between banks fall due within so many days, and are renewed")
    outside_days: float = setting(365.0, unit="days", ge=1, le=36500, source="assumption: a year",
                                  meaning="What is lent outside is paid back evenly within so many days, and lent again as reserves allow")
    capital_ratio: float = setting(.064, unit="share of assets", gt=0, lt=1, source="CBRC annual report 2012: equity over assets",
                                   meaning="Equity on the first day")
    least_capital_ratio: float = setting(.04, unit="share of assets but reserves", ge=0, lt=1, source="assumption: below what they hold",
                                         meaning="Equity below it makes a bank sell securities, where sales move prices")
    least_reserve_share: float = setting(.10, unit="share of deposits", ge=0, le=1, source="assumption",
                                         meaning="Below it a bank lends nothing new and calls in what banks and micro-loan firms owe")

    @model_validator(mode="after")
    def _assets_fit(self):
        if self.reserve_share + self.securities_share + self.interbank_share > 1:
            raise ValueError(f"reserve_share + securities_share + interbank_share = "
                             f"{self.reserve_share + self.securities_share + self.interbank_share:g}; must be at most 1 of deposits")
        return self


class BankSheet(Row):
    """One bank's sheet, looked at."""


class BankSheets(Population):
    """A row a bank; no rows where sheets are not kept."""

    name = "sheets"
    row_type = BankSheet

    units = column(np.float64, "fen at a price of 1", "Traded securities held")
    securities = column(np.int64, "fen", "The same at today's price")
    outside = column(np.int64, "fen", "Loans outside this market")
    claims = column(np.int64, "fen", "Owed by other banks")
    debts = column(np.int64, "fen", "Owed to other banks")
    rescue_debt = column(np.int64, "fen", "Owed to the lender of last resort")
    failed_on = column(np.int32, "day", "Failed and was resolved; -1 never", default=-1)

    def deposits(self, m) -> np.ndarray:
        """What each bank owes at once, fen: all money it issued but its own."""
        return self.reserves(m) - m.banks.own_funds

    def reserves(self, m) -> np.ndarray:
        """What each bank can pay out at this moment, fen."""
        return m.ledger.reserves_now()[: len(m.banks)]

    def lent_here(self, m) -> np.ndarray:
        """Owed by merchants, micro-loan companies and users of the credit payment, fen."""
        b = m.banks
        return b.loans + b.lender_claims + m.credit_payment.bank_claims

    def assets(self, m) -> np.ndarray:
        """All assets at today's prices, fen."""
        return self.reserves(m) + self.lent_here(m) + self.outside + self.securities + self.claims

    def equity(self, m) -> np.ndarray:
        """Assets less deposits and debts, fen; below 0 a bank is insolvent."""
        return self.assets(m) - self.deposits(m) - self.debts - self.rescue_debt

    def risky(self, m) -> np.ndarray:
        """Assets but reserves, fen: what the capital rule counts."""
        return self.assets(m) - self.reserves(m)

    def room(self, m) -> np.ndarray:
        """What each bank can lend without falling below the least reserves, fen; nothing once it failed."""
        least = (m.settings.bank_sheets.least_reserve_share * self.deposits(m)).astype(np.int64)
        return np.where(self.failed_on >= 0, 0, np.maximum(self.reserves(m) - least, 0))


def create_bank_sheets(m) -> BankSheets:
    """Sheets of the first day from the deposits of consumers and merchants; owners pay in or take out until the capital ratio holds.

    The loans between banks are those of `m.interbank_loans`.
    """
    s = m.settings.bank_sheets
    sheets = BankSheets(m, len(m.banks) if s.is_kept else 0)
    if not s.is_kept:
        return sheets
    loans, banks = m.interbank_loans, m.banks
    deposits = deposits_at(m)
    sheets.claims[:] = np.bincount(loans.lender, loans.owed, len(banks)).astype(np.int64)
    sheets.debts[:] = np.bincount(loans.borrower, loans.owed, len(banks)).astype(np.int64)
    sheets.securities[:] = (s.securities_share * deposits).astype(np.int64)
    sheets.units[:] = sheets.securities
    owed = deposits + sheets.debts
    equity = (s.capital_ratio / (1.0 - s.capital_ratio) * owed).astype(np.int64)
    reserves = (s.reserve_share * deposits).astype(np.int64)
    sheets.outside[:] = np.maximum(owed + equity - reserves - sheets.securities - sheets.claims, 0)
    banks.own_funds[:] = owed + equity - sheets.outside - sheets.securities - sheets.claims - deposits
    return sheets


def deposits_at(m) -> np.ndarray:
    """Deposits of consumers, merchants and companies by bank before the books open, fen."""
    found = np.zeros(len(m.banks), np.int64)
    np.add.at(found, m.consumers.home_bank, m.consumers.deposit)
    np.add.at(found, m.merchants.home_bank, m.merchants.cash)
    found[0] += int(m.lenders.cash.sum() + m.financiers.cash.sum() + m.guarantors.cash.sum())
    return found
