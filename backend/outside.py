"""Other machines that a request waits for: a part of the threads at most, and not again and again.

A question to WeChat, or to the city's own sign-in, takes up to eight seconds of a thread. Without this, as many people
signing in as there are threads stop the wall, the console and the health check for everybody while one of them is slow.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from backend.errors import Refused

# The threads that are left for what asks nobody else.
KEPT_FREE = 2
# So many in a row that failed only after so long: then nobody asks for a while, and then one to try.
SLOW_SECONDS = 1.0
SLOW_IN_A_ROW = 3
PAUSE_SECONDS = 15.0

Answer = TypeVar("Answer")
# Makes the refusal that says that the other machine is away; its word is for the log alone.
Unavailable = Callable[[str], Refused]

log = structlog.get_logger()


class Seats:
    """How many requests of a process may wait for other machines at once, whichever they are."""

    def __init__(self, threads: int) -> None:
        self._free = threading.BoundedSemaphore(max(1, threads - KEPT_FREE))

    def occupy(self) -> bool:
        return self._free.acquire(blocking=False)

    def give_back(self) -> None:
        self._free.release()


class Breaker:
    """One kind of question: a fault of one address is none of the others."""

    def __init__(self, machine: str, call: str, unavailable: Unavailable) -> None:
        self._machine, self._call, self._unavailable = machine, call, unavailable
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._closed_at = 0.0

    def asked(
        self,
        seats: Seats,
        ask: Callable[[], Answer],
        *,
        away: type[Refused],
        settled: tuple[type[Exception], ...],
    ) -> Answer:
        """The answer, or the refusal at once where no seat is free or it was slow again and again.

        `away` is what `ask` raises when it got no answer, `settled` what it raises when it got one.
        """
        self._check()
        if not seats.occupy():
            log.warning(f"{self._machine}.put_off", call=self._call)
            raise self._unavailable("as many wait as may")
        began = time.monotonic()
        try:
            answer = ask()
        except away:
            self._failed_after(time.monotonic() - began)
            raise
        except settled:
            self.answered()
            raise
        finally:
            seats.give_back()
        self.answered()
        return answer

    def _check(self) -> None:
        """Refuses while it is open; once that is over, the first one tries for all."""
        with self._lock:
            now = time.monotonic()
            seconds = self._closed_at - now
            if seconds <= 0 and self._in_a_row >= SLOW_IN_A_ROW:
                self._closed_at = now + PAUSE_SECONDS
        if seconds > 0:
            raise self._unavailable("it was slow again and again").retry_after(seconds)

    def answered(self) -> None:
        with self._lock:
            self._in_a_row, self._closed_at = 0, 0.0

    def _failed_after(self, seconds: float) -> None:
        """What fails at once holds nobody up."""
        if seconds < SLOW_SECONDS:
            return
        with self._lock:
            self._in_a_row += 1
            opens = self._in_a_row >= SLOW_IN_A_ROW
            if opens:
                self._closed_at = time.monotonic() + PAUSE_SECONDS
        if opens:
            log.error(f"{self._machine}.paused", call=self._call, seconds=PAUSE_SECONDS)


_seats = Seats(KEPT_FREE + 1)


def use(threads: int) -> Seats:
    """The seats of this process, which has so many threads; called once, by create_app()."""
    global _seats
    _seats = Seats(threads)
    return _seats


def seats() -> Seats:
    return _seats
