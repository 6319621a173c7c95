"""What a checkpoint keeps of an object that lives from day to day: its counts and its arrays, by name."""


class Kept:
    """Base of what says in COUNTS and ARRAYS which of its attributes a checkpoint keeps; arrays keep their place in memory."""

    COUNTS: tuple[str, ...] = ()
    ARRAYS: tuple[str, ...] = ()

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return {name: getattr(self, name) for name in (*self.COUNTS, *self.ARRAYS)}

    def restore(self, state: dict) -> None:
        """Put back what a checkpoint kept."""
        for name in self.COUNTS:
            setattr(self, name, state[name])
        for name in self.ARRAYS:
            getattr(self, name)[...] = state[name]
