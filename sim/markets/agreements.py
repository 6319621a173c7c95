"""Agreements to share data: who shares what with whom, from when to when, for what fee; who is in; who looked at whom today.

Choice: an agreement has one mode; modes change over time by agreements that follow one another.  Source: DESIGN 4.14.  Alternative:
one switch for the market.  Reason: lenders can be in different agreements at once, and what each sees is the union.

What can be used by others: `m.data_sharing.seen_by` (the view of any lender), `m.open_data.is_member`, `labels`, `kinds`, `set_members`,
`SharedView.believed_bad` (a shared chance of bad within a year); `shared_columns.platform_score` is the one place where it is made.

Choice: a lender is known by its number among the lenders of term loans; the platform's micro-loan companies come last.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
from pydantic import field_validator, model_validator

from sim.core.errors import did_you_mean
from sim.core.finance import fen
from sim.core.kept import Kept
from sim.core.ledger import Purpose
from sim.core.settings import Settings, setting

BANK_KINDS = ("large_bank", "relationship_bank", "micro_specialist")
LENDER_KINDS = (*BANK_KINDS, "supply_chain", "p2p", "platform")
SHARERS = (*LENDER_KINDS, "b2b")  # a B2B site lends nothing and has no arrears to tell of
GROUPS = {"banks": BANK_KINDS, "all": LENDER_KINDS}
MODES = ("defaults_only", "full_history", "score_as_a_service")


class OpenDataSettings(Settings):
    """What holds for all agreements: consent, deletion, identity."""

    consent: Literal["not_asked", "asked"] = setting("not_asked", unit="rule", source="DESIGN 4.14; China 2013 had no such rule",
                                                     meaning="Whether owners, and users of the credit payment, may refuse to be shown")
    privacy_share: float = setting(.3, unit="share of owners and consumers", ge=0, le=1, source="L23: privacy-conscious 30%",
                                   meaning="Who minds being seen at all")
    privacy_cost_cny: float = setting(2_000, unit="CNY a year, median of those who mind", ge=0, le=1e9, source="assumption")
    privacy_spread: float = setting(1.0, unit="standard deviation of log cost", ge=0, le=5, source="assumption")
    consumer_privacy_cost_cny: float = setting(50, unit="CNY a year, median of those who mind", ge=0, le=1e7, source="assumption")
    refusal_is_shown: bool = setting(True, unit="yes/no", source="DESIGN 4.14: refusal is a signal",
                                     meaning="Lenders see who refused")
    forget_days: int = setting(36_500, unit="days", ge=1, le=36_500, source="assumption: nothing is deleted",
                               meaning="Shared records that are older are deleted; what cannot be known without them is not shown")
    mismatch_share: float = setting(0.0, unit="share of owners", ge=0, le=1, source="assumption: files are matched without mistake",
                                    meaning="Owners whose shared record is another's; at 1 all that is shared is noise")
    identity_strength: float = setting(0.0, unit="share of owners who came back", ge=0, le=1,
                                       source="assumption: names only; DESIGN 4.10",
                                       meaning="Cleared owners under another name who are recognised in shared records")


class AgreementSettings(Settings):
    """One agreement: who shares what with whom, when, and for what fee."""

    kind: Literal["defaults_only", "full_history", "score_as_a_service"] = setting(
        unit="mode", source="DESIGN 4.14", meaning="Arrears and defaults; these and what each sharer sees; or the platform's score alone")
    name: str = setting("", unit="text", source="user", meaning="Name used in reports and overrides; the kind if empty")
    start: date = setting(unit="date", source="user", meaning="First day")
    end: date | None = setting(None, unit="date", source="user", meaning="Last day; not given: it does not end")
    sharers: tuple[str, ...] = setting(("platform",), unit="names", source="SOURCES 1.6: the open platform of June 2013",
                                       meaning=f"Who gives data: {', '.join(SHARERS)}, banks or all")
    lenders: tuple[str, ...] = setting(("all",), unit="names", source="SOURCES 1.6: to all financial institutions",
                                       meaning=f"Who may look: {', '.join(LENDER_KINDS)}, banks or all; or one bank, as bank 3")
    joins: Literal["listed", "chooses"] = setting("listed", unit="rule", source="DESIGN 4.14",
                                                  meaning="listed: all of them, from the first day; chooses: each by its own forecast")
    is_mutual: bool = setting(False, unit="yes/no", source="assumption: the platform opens, others do not",
                              meaning="Who is in shares too")
    fee_cny: float = setting(0.0, unit="CNY a look-up", ge=0, le=10_000, source="assumption: free",
                             meaning="Paid to the platform for every applicant looked up")

    @model_validator(mode="after")
    def _window_is_ordered(self):
        if self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        if self.kind == "score_as_a_service" and self.sharers != ("platform",):
            raise ValueError(f"sharers = {', '.join(self.sharers)}: the score is the platform's; the only sharer must be platform")
        if self.kind == "score_as_a_service" and self.is_mutual:
            raise ValueError("is_mutual = true: who buys the platform's score shares nothing; leave it false, or take full_history")
        return self

    @field_validator("sharers")
    @classmethod
    def _sharers_are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _checked(names, (*SHARERS, *GROUPS), "sharer")

    @field_validator("lenders")
    @classmethod
    def _lenders_are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _checked(names, (*LENDER_KINDS, *GROUPS), "lender")


def _checked(names, known, what: str):
    if not names:
        raise ValueError(f"none is named; name at least one {what}: {', '.join(known)}")
    for name in names:
        is_one_bank = what == "lender" and bank_named(name) is not None
        if name not in known and not is_one_bank:
            raise ValueError(f"no {what} called '{name}'; known: {', '.join(known)}{did_you_mean(name, known)}")
    return names


def bank_named(name: str) -> int | None:
    """The number in "bank 3"; None for any other name, "bank 03" too."""
    number = name.removeprefix("bank ")
    return int(number) if name.startswith("bank ") and number.isascii() and number.isdigit() and str(int(number)) == number else None


@dataclass(frozen=True)
class Look:
    """A lender was handed shared columns: number of lender and agreement, the columns, of whom, of whom they were shown; fee: fen paid."""

    lender: int
    agreement: int
    columns: tuple[str, ...]
    rows: np.ndarray
    is_shown: np.ndarray
    fee: int = 0


class OpenData(Kept):
    """Agreements as they stand: who is in, who refuses, what was paid.

    is_member: (agreements, lenders) today.  was_member: ever.  joined_on: day.  refuses: merchants who refuse (n,), empty unless asked;
    consumers_refuse: users of the credit payment.  fees, look_ups: since the start, by agreement; fees_today, look_ups_today.
    looks_today: what was handed out today.  trials: what a lender that may choose and is not in would have been shown of its cases, by
    agreement and lender: the platform keeps it, and tells the lender how much better a card would have been.
    """

    COUNTS = ("fees_today", "look_ups_today")
    ARRAYS = ("is_member", "was_member", "joined_on", "refuses", "consumers_refuse", "fees", "look_ups")

    def __init__(self, m):
        self.agreements = m.settings.agreements
        self.labels = [*(f"bank {k}" for k in range(len(m.banks))), "supply_chain", "p2p", "platform"]
        self.kinds = [*(policy.kind for policy in m.term_policies), "platform"]
        shape = (len(self.agreements), len(self.labels))
        self.is_member, self.was_member = np.zeros(shape, bool), np.zeros(shape, bool)
        self.joined_on = np.full(shape, -1, np.int32)
        is_asked = m.settings.open_data.consent == "asked"
        self.refuses = np.zeros(len(m.merchants) if is_asked and self.agreements else 0, bool)
        self.consumers_refuse = np.zeros(len(m.credit_users) if is_asked else 0, bool)
        self.fees, self.look_ups = np.zeros(shape[0], np.int64), np.zeros(shape[0], np.int64)
        self.fees_today = self.look_ups_today = 0
        self.looks_today: list[Look] = []
        self.trials: dict[tuple[int, int], dict[str, np.ndarray]] = {}

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return {**super().state(), "trials": {key: dict(shown) for key, shown in self.trials.items()}}

    def restore(self, state: dict) -> None:
        """Put a checkpoint's agreements back."""
        super().restore(state)
        self.trials = {key: dict(shown) for key, shown in state["trials"].items()}
        self.looks_today = []

    @property
    def platform(self) -> int:
        """Number of the platform's lenders."""
        return len(self.labels) - 1

    def open_day(self) -> None:
        """Empty the counts of the day."""
        self.looks_today = []
        self.fees_today = self.look_ups_today = 0

    def is_active(self, m, number: int) -> bool:
        """True on the days of the agreement."""
        each = self.agreements[number]
        return each.start <= m.date and (each.end is None or m.date <= each.end)

    def set_members(self, m, number: int, is_in) -> None:
        """Who is in an agreement from now on (n_lenders,)."""
        self.is_member[number] = is_in
        self.note_members(m, number)

    def note_members(self, m, number: int) -> None:
        """Remember who is in, and since when."""
        is_in = self.is_member[number]
        self.joined_on[number][is_in & (self.joined_on[number] < 0)] = m.day
        self.was_member[number] |= is_in

    def keep_for_trial(self, number: int, lender: int, ids, columns) -> None:
        """Add what a lender that may still join would have been shown of its cases `ids` (n,), in order of id; nan where a column is not.

        Who is in may share too, so columns come and go.
        """
        kept, more = self.trials.get((number, lender), {"id": np.zeros(0, np.int64)}), {"id": ids, **columns}
        before, now = len(kept["id"]), len(ids)
        self.trials[number, lender] = {
            name: np.concatenate((kept.get(name, np.full(before, np.nan, np.float32)), more.get(name, np.full(now, np.nan, np.float32))))
            for name in dict.fromkeys((*kept, *more))}

    def may_join(self, number: int) -> np.ndarray:
        """Which lenders the agreement is open to (n_lenders,); not the platform's, if nobody else shares."""
        each = self.agreements[number]
        named, alone = _spelt_out(each.lenders), each.sharers == ("platform",) and not each.is_mutual
        return np.array([(label in named or kind in named) and not (alone and kind == "platform")
                         for label, kind in zip(self.labels, self.kinds)])

    def sharers(self, number: int) -> tuple[set[str], np.ndarray]:
        """(kinds that share columns, which lenders tell of arrears (n_lenders,)) today; who is in shares too if it is mutual."""
        each = self.agreements[number]
        kinds = set(_spelt_out(each.sharers))
        tells = np.array([kind in kinds for kind in self.kinds])
        if each.is_mutual:
            tells |= self.is_member[number]
            kinds |= {kind for kind, is_in in zip(self.kinds, self.is_member[number]) if is_in}
        return kinds, tells

    def banks_see_platform(self) -> bool:
        """True if a bank is in an agreement by which the platform shows it the history of shops."""
        n_banks = sum(kind in BANK_KINDS for kind in self.kinds)
        return any(each.kind == "full_history" and "platform" in self.sharers(number)[0] and bool(self.is_member[number, :n_banks].any())
                   for number, each in enumerate(self.agreements))

    def consents(self, rows) -> np.ndarray:
        """Which of the merchants `rows` may be shown (n,)."""
        return ~self.refuses[rows] if len(self.refuses) else np.ones(len(rows), bool)

    def note(self, m, look: Look) -> None:
        """Keep who looked at whom, and charge the fee for those that were shown."""
        fee = 0 if look.lender == self.platform else fen(self.agreements[look.agreement].fee_cny) * len(look.rows)
        self.looks_today.append(replace(look, fee=fee))
        self.look_ups[look.agreement] += len(look.rows)
        self.look_ups_today += len(look.rows)
        if fee == 0:
            return
        group, row = m.term_lender(look.lender)
        m.ledger.pay(group.money, row, m.books.platform_own, 0, fee, purpose=Purpose.DATA_FEE)
        self.fees[look.agreement] += fee
        self.fees_today += fee

    def can_pay(self, m, number: int, lender: int, n: int) -> bool:
        """True if a lender has the money to look up `n` applicants; a bank always has."""
        fee, place = fen(self.agreements[number].fee_cny) * n, lender - m.term_lenders[1].first
        return fee == 0 or not 0 <= place < len(m.financiers) or int(m.financiers.cash[place]) >= fee


def _spelt_out(names) -> list[str]:
    """The kinds behind the names of groups."""
    return [kind for name in names for kind in GROUPS.get(name, (name,))]


def update_members(m):
    """Agreements begin and end: who is listed is in from the first day, who chooses stays as it chose.

    Writes: open_data.is_member, was_member, joined_on.
    """
    open_data = m.open_data
    for number, each in enumerate(open_data.agreements):
        is_in = open_data.is_member[number]
        if not open_data.is_active(m, number):
            is_in[:] = False
        elif each.joins == "listed":
            is_in[:] = open_data.may_join(number)
        open_data.note_members(m, number)
