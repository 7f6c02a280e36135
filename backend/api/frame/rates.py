"""How often somebody asked within a window of time, counted in this process: `RATE_LIMIT_STORAGE=memory://`."""

import threading
import time
from typing import Any

from limits.storage import Storage

SWEEP_SECONDS = 30


class Counts(Storage):
    """Counts by key, each until its window ends; those that are over are forgotten every SWEEP_SECONDS.

    It takes the place of the store in memory that comes with `limits`: that one starts a thread a hundredth of a
    second after a request, which looks through all its counts, some thousands while a town is awake. The windows
    follow a clock that nobody sets: turning back the machine's own would shut people out for as long.
    """

    STORAGE_SCHEME = ["memory"]
    base_exceptions = ()

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._swept = time.monotonic()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """How many there are now in the window, which begins with its first."""
        now = time.monotonic()
        with self._lock:
            if now - self._swept >= SWEEP_SECONDS:
                self._counts = {key: told for key, told in self._counts.items() if told[1] > now}
                self._swept = now
            count, ends = self._counts.get(key, (0, 0.0))
            told = (count + amount, ends) if ends > now else (amount, now + expiry)
            self._counts[key] = told
            return told[0]

    def get(self, key: str) -> int:
        count, ends = self._counts.get(key, (0, 0.0))
        return count if ends > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970; now, where there is none."""
        _, ends = self._counts.get(key, (0, 0.0))
        return time.time() + max(0.0, ends - time.monotonic())

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            forgotten = len(self._counts)
            self._counts = {}
            return forgotten

    def clear(self, key: str) -> None:
        with self._lock:
            self._counts.pop(key, None)
