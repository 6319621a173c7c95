"""Getting every block done, whatever happens to workers: a bounded window, and each suspect run tried alone.

A block whose worker died is a suspect as a whole: nobody knows which of its runs did it, and a cluster blames neighbours
too.  Its runs are done again one by one, with nothing else at work; a run is blamed only if its worker dies then, twice,
while the workers still give a sign of life.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import replace

from experiments.blocks import Block, Done, WrongCode, answer, do_block
from results.part_file import joined
from sim.core.errors import UserError

TRIES_ALONE = 2
SIGN_OF_LIFE_SECONDS = 120.0
GONE = ("the workers are gone or cannot start; what was finished is kept, and the same command goes on from there "
        "(a script that sweeps must do so under `if __name__ == '__main__':`)")


def dispatch(blocks: Iterable[Block], executor: Executor, window: int, finished: Callable[[Block, Done], None]) -> None:
    """Do all blocks; `finished(block, done)` is called here, in this thread, once for each.

    Raises: UserError if the workers cannot work at all, or have other code.  What `finished` raises ends it too.
    """
    waiting, at_work, suspects, in_a_row = iter(blocks), {}, [], 0
    try:
        while True:
            while len(at_work) < window and (block := next(waiting, None)) is not None:
                at_work[given(executor, block)] = block
            if not at_work:
                break
            ended, _ = wait(at_work, return_when=FIRST_COMPLETED)
            results = [(at_work.pop(future), future) for future in ended]
            for _ in results:  # first new work, then the disk
                if (block := next(waiting, None)) is not None:
                    at_work[given(executor, block)] = block
            for block, future in results:
                done = result_of(future)
                if done is None:
                    suspects.append(block)
                    in_a_row += 1
                    if in_a_row % window == 0:
                        check_alive(executor, others_at_work=bool(at_work))
                else:
                    in_a_row = 0
                    finished(block, done)
        for block in suspects:
            finished(block, alone(block, executor))
    finally:
        for future in at_work:
            future.cancel()


def given(executor: Executor, block: Block) -> Future:
    """The block on its way to a worker.  Raises: UserError if the executor takes nothing any more."""
    try:
        return executor.submit(do_block, block)
    except Exception as error:  # noqa: BLE001 - a lost scheduler has no exception of its own
        raise UserError(f"{GONE} ({type(error).__name__})") from None


def result_of(future: Future) -> Done | None:
    """What came back; None if the worker died or the block could not be delivered.  Raises: UserError of wrong code."""
    try:
        return future.result()
    except WrongCode:
        raise
    except (Exception, CancelledError):  # noqa: BLE001 - a broken pool, a killed worker, a lost connection: whatever it is called
        return None


def alone(block: Block, executor: Executor) -> Done:
    """The runs of a block one by one, with nothing else at work."""
    parts, runs, failures = [], [], []
    for each in block.runs:
        single = replace(block, runs=[each])
        done, seconds = _tried(single, executor)
        if done is None:
            failures.append((each.run, died(seconds, block)))
            continue
        runs += done.runs
        failures += done.failures
        if done.part is not None:
            parts.append(done.part)
    return Done(joined(parts) if parts else None, runs, failures)


def _tried(single: Block, executor: Executor) -> tuple[Done | None, float]:
    """The run's result and the seconds it took; None if its worker died each time."""
    for _ in range(TRIES_ALONE):
        check_alive(executor)  # and a new process has read its modules before time is taken
        began = time.monotonic()
        done = result_of(given(executor, single))
        seconds = time.monotonic() - began
        if done is not None:
            return done, seconds
        if seconds >= single.seconds:
            break
    check_alive(executor)
    return None, seconds


def check_alive(executor: Executor, others_at_work: bool = False) -> None:
    """Raises: UserError if the workers cannot do even the least: then no run is to blame.

    others_at_work: no answer in time proves nothing then, the question may stand in line behind them.
    """
    for _ in range(3):
        try:
            executor.submit(answer).result(timeout=SIGN_OF_LIFE_SECONDS)
            return
        except TimeoutError:
            if others_at_work:
                return
            break
        except (Exception, CancelledError):  # noqa: BLE001 - as above
            time.sleep(.5)
    raise UserError(GONE)


def died(seconds: float, block: Block) -> str:
    """Why a run whose worker died is thought to have failed."""
    if seconds >= block.seconds:
        return f"ran longer than its limit of {block.seconds:g} s"
    return "its worker died each time: killed by the system, for memory perhaps, or crashed"
