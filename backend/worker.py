"""The worker: does what time brings and delivers notices, until it is told to stop.

Several may run at once, on one machine or many: a job decides again under the lock, and a delivery is leased.
An outage of the database or of WeChat never ends it; it waits longer and longer, and goes on.
"""

import contextlib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
import structlog

from backend import jobs as work
from backend import traces
from backend.jobs import Job

IDLE_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
# However many notices are due, the jobs get their turn.
DELIVERY_SECONDS = 20.0

log = structlog.get_logger()
# Delivers some of what is due and answers how many it dealt with, 0 when nothing is.
Deliver = Callable[[], int]


def run_forever(
    app: Any,
    jobs: Sequence[Job],
    deliver: Deliver,
    *,
    once: bool = False,
    stop: threading.Event | None = None,
) -> bool:
    """Runs each job every `every` seconds and delivers notices all the time, until SIGTERM, SIGINT or `stop`.

    `once` does everything that is due now and ends. Answers whether the last try of each passed without an
    outage. Told to stop, it finishes the item or the message in hand and begins no other.
    """
    stop = stop or threading.Event()
    steps = [_Step(f"job {job.name}", job.every, _stoppable(job, stop)) for job in jobs]
    seconds = math.inf if once else DELIVERY_SECONDS
    steps.append(_Step("notices", IDLE_SECONDS, lambda: _drain(deliver, stop, seconds)))
    with _stopped_by_signals(stop):
        while not stop.is_set():
            for step in steps:
                step.take_turn(app)
            if once:
                break
            soonest = min(step.due_at for step in steps) - time.monotonic()
            stop.wait(min(max(soonest, 0.0), IDLE_SECONDS))
    return not any(step.failures for step in steps)


@dataclass
class _Step:
    """One thing the worker does again and again. Each waits out its own failures: none holds up another."""

    name: str
    every: float
    run: Callable[[], object]
    due_at: float = 0.0
    failures: int = 0

    def take_turn(self, app: Any) -> None:
        if self.due_at > time.monotonic():
            return
        self.failures = 0 if self._survives(app) else self.failures + 1
        pause = FIRST_PAUSE_SECONDS * 2 ** min(self.failures - 1, 10)
        wait = min(pause, LONGEST_PAUSE_SECONDS) if self.failures else self.every
        self.due_at = time.monotonic() + wait

    def _survives(self, app: Any) -> bool:
        try:
            # A fresh context each time: nothing of a broken session is carried on.
            with app.app_context(), traces.span(self.name):
                self.run()
        except _Stopped:
            log.info("worker.stopping", during=self.name)
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as outage:
            # Foreseen: where in the program it was noticed tells nobody anything.
            log.error(
                "worker.no_database",
                step=self.name,
                kind=type(getattr(outage, "orig", None) or outage).__name__,
            )
            return False
        except Exception:
            log.exception("worker.failed", step=self.name)
            return False
        return True


class _Stopped(BaseException):
    """Leaves a job between two items; no `except Exception` takes it for a failure of the item."""


def _stoppable(job: Job, stop: threading.Event) -> Callable[[], object]:
    def one(item: int) -> object:
        if stop.is_set():
            raise _Stopped
        return job.work(item)

    def run() -> None:
        if not stop.is_set():
            work.run(replace(job, work=one))
            work.note(job)

    return run


def _drain(deliver: Deliver, stop: threading.Event, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not stop.is_set() and time.monotonic() < until and deliver():
        pass


@contextlib.contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop`. Only a program's main thread may ask for signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(_number: int, _frame: Any) -> None:
        # The signal may interrupt wait() while it holds the event's own lock: another thread has to set it.
        threading.Thread(target=stop.set, daemon=True).start()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
