"""Whose turn it is to write: across threads and processes, in the order of arrival.

SQLite's own waiting looks again after ever longer pauses, and a plain file lock goes to whoever looks first: either
way one writer in a hundred waits for many others. Here each takes a place in a file, a byte whose number is the
moment of arrival, and goes in once it can lock everything before that place: then nobody is inside, who holds that
too, and nobody came before. The kernel keeps the locks, so that whoever dies gives up place and turn.
"""

import contextlib
import fcntl
import os
import struct
import time
from collections.abc import Iterator

from prometheus_client import Histogram

from backend.errors import DatabaseUnavailable

# Longer, and the next one comes in late; shorter, and those who wait take the time of the one who works.
PAUSE_SECONDS = 0.001
# Locks of an opening of a file, not of a process. Where a system has none (macOS), there is one lock for the whole
# file, and the order is chance.
PLACES = hasattr(fcntl, "F_OFD_SETLK")
# From what a short write takes to what nobody waits for: GATE_SECONDS of db.py.
_SECONDS = [part * unit for unit in (0.001, 0.01, 0.1, 1) for part in (1, 1.5, 2, 3, 5, 7)] + [10, 15]
# On PostgreSQL, which has no gate, what is waited for is a connection.
WAITED = Histogram("dianliang_write_wait_seconds", "From wanting to write until one may", buckets=_SECONDS)
HELD = Histogram("dianliang_write_held_seconds", "How long a transaction is open", buckets=_SECONDS)


@contextlib.contextmanager
def write_turn(path: str, seconds: float) -> Iterator[None]:
    """Nobody else who came with this path is inside the block, in this process or in another.

    Raises DatabaseUnavailable when the turn has not come after `seconds`.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _wait(handle, time.monotonic() + seconds)
        except DatabaseUnavailable:
            WAITED.observe(seconds)
            raise
        yield
    finally:
        os.close(handle)


def _wait(handle: int, until: float) -> None:
    place = time.monotonic_ns()
    # Who took a number and was slow to lock it may find that a later one is inside already: a new number, then.
    while not _locked(handle, place, 1):
        _pause(until)
        place = time.monotonic_ns()
    while not _locked(handle, 0, place):
        _pause(until)


def _pause(until: float) -> None:
    if time.monotonic() > until:
        raise DatabaseUnavailable()
    time.sleep(PAUSE_SECONDS)


def _locked(handle: int, start: int, length: int) -> bool:
    """Whether these bytes are locked for us alone now."""
    try:
        if PLACES:
            asked = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, start, length, 0)
            fcntl.fcntl(handle, fcntl.F_OFD_SETLK, asked)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
