"""A channel: a way in which today's failures become losses of others.  One file and one line in CHANNELS for each kind.

The contract: `open_books(m)` once enters the channel's claims in the ledger; `open_day(m)` keeps up what it keeps up daily.
After a failure, in every round, `enter(m, failed)` tells what the failed owe and `settle(m, failed, round)` moves the
losses through `m.ledger` and notes them with `m.contagion.book(layer, round, channel, rows, amounts)`, each fen once, in the round in
which it became certain.
`close_day(m)` follows the last round.  Without a failure nobody loses; nobody loses more than is owed to him.
Who fails because of it is decided elsewhere (a decision of agents), and reported by `m.contagion.fail(layer, rows)`.

A channel that does not transmit is there with all its claims, but what the failed owe is made good from outside: so that the
network on and the network off are the same world until somebody fails.
"""

from sim.core.kept import Kept
from sim.core.settings import Settings, setting


class ChannelSettings(Settings):
    """What every channel has."""

    name: str = setting("", unit="text", source="user", meaning="Name used in reports and overrides; the kind if empty")
    transmits: bool = setting(True, unit="yes/no", source="user",
                              meaning="If not, the claims exist but nobody in the market bears the loss: what contagion is compared with")


class Channel(Kept):
    """Base of all channels.

    kind: its name in the table.  Settings: the class of its settings.  purposes: those of the ledger under which its losses move.
    """

    kind = ""
    Settings = ChannelSettings
    purposes: tuple = ()

    def __init__(self, settings: ChannelSettings):
        self.settings = settings

    @property
    def name(self) -> str:
        """What reports call it."""
        return self.settings.name or self.kind

    def open_books(self, m) -> None:
        """Once, before the first day: make its claims and enter them in the ledger."""

    def open_day(self, m) -> None:
        """In phase Open of every day."""

    def enter(self, m, failed) -> None:
        """Before anybody settles: enter claims on the estates of shops that failed in this round (`m.contagion.estates`)."""

    def settle(self, m, failed, round: int) -> None:
        """Book what those who `failed` in this round cost others."""
        raise TypeError(f"{type(self).__name__} must say what failures cost others")

    def absorb(self, m, failed, round: int) -> None:
        """The same if it does not transmit: what the failed owe is made good from outside."""

    def spread(self, m, failed) -> None:
        """One round: settle, or absorb."""
        (self.settle if self.settings.transmits else self.absorb)(m, failed, failed.round)

    def close_day(self, m) -> None:
        """After the last round, if anybody failed today: pay out what the failed had."""
