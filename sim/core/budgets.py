"""Budgets of tactics: what each has spent, and whose did not reach on some day."""


class Budgets:
    """Base of a market in which tactics spend.

    spent: fen by number of the tactic.  ended: numbers of those whose budget did not reach on some day: nobody is shown them any more.
    """

    def __init__(self):
        self.spent: dict[int, int] = {}
        self.ended: tuple[int, ...] = ()

    def book(self, number: int, amount: int) -> None:
        """A tactic has spent so many fen more."""
        self.spent = {**self.spent, number: self.spent.get(number, 0) + amount}

    def end(self, number: int) -> None:
        """The budget of a tactic did not reach."""
        self.ended = (*self.ended, number)

    def forget(self, numbers: set[int]) -> None:
        """The tactics of these numbers have spent nothing yet: they are others than those of a checkpoint."""
        self.spent = {number: spent for number, spent in self.spent.items() if number not in numbers}
        self.ended = tuple(number for number in self.ended if number not in numbers)
