"""A user's mistake, said in lines a user understands; the command line prints them and exits with code 2."""

import difflib


class UserError(ValueError):
    """One or more mistakes in the user's input, one line each: file, setting, value, allowed, did you mean."""

    def __init__(self, *lines: str):
        self.lines = [line for line in lines if line]
        super().__init__("\n".join(self.lines))

    def __reduce__(self):  # an error from another process keeps its lines
        return type(self), tuple(self.lines)


class WorkLost(RuntimeError):
    """Work ended early and nobody's input was wrong; said in one line, exit code 1."""


def did_you_mean(word: str, known) -> str:
    """` - did you mean 'x'?` for the closest known word, or an empty string."""
    close = difflib.get_close_matches(str(word), [str(k) for k in known], n=1, cutoff=0.6)
    return f" - did you mean '{close[0]}'?" if close else ""
