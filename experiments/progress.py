"""Progress of long work: a bar with the time left on a terminal, plain lines elsewhere, on the error stream."""

import sys
import time


class Progress:
    """Callable with (what is being done, share done 0-1); a context manager."""

    LINES_EVERY = 10.0  # seconds, where there is no terminal

    def __enter__(self):
        self._started = self._said = time.monotonic()
        self._bar = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn(),
                            console=Console(stderr=True), transient=True)
            self._bar.__enter__()
            self._task = self._bar.add_task("", total=1.0)
        return self

    def __call__(self, what: str, share: float) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=what, completed=share)
            return
        now = time.monotonic()
        if now - self._said >= self.LINES_EVERY and share >= .02:
            self._said = now
            left = (now - self._started) * (1 - share) / share
            print(f"{what}: {share:.0%}, about {left:.0f} s left", file=sys.stderr, flush=True)

    def __exit__(self, *error):
        if self._bar is not None:
            self._bar.__exit__(*error)
