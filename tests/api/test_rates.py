"""Counting in this process who asked how often: exact, forgotten in time, and without a thread of its own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from backend.api.frame import rates

MINUTE = parse("3/minute")


@pytest.fixture
def clock(monkeypatch):
    """A clock that nobody sets, moved by hand."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def counts(clock):
    return rates.Counts()


def test_the_setting_memory_means_these_counts(town):
    assert type(storage_from_string("memory://")) is rates.Counts
    (limiter,) = town.app.extensions["limiter"]
    assert type(limiter.storage) is rates.Counts


def test_a_window_begins_with_its_first_and_is_over_after_its_time(counts, clock):
    limiter = FixedWindowRateLimiter(counts)
    assert [limiter.hit(MINUTE, "ning") for _ in range(4)] == [True, True, True, False]
    assert limiter.hit(MINUTE, "tong")
    clock[0] += 59.9
    assert not limiter.hit(MINUTE, "ning")
    assert not limiter.test(MINUTE, "ning")
    clock[0] += 0.2
    assert limiter.test(MINUTE, "ning")
    assert [limiter.hit(MINUTE, "ning") for _ in range(4)] == [True, True, True, False]


def test_the_end_of_a_window_is_told_in_the_machines_time(counts, clock, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 5_000_000.0)
    counts.incr("ning", 60)
    clock[0] += 20
    assert counts.get_expiry("ning") == pytest.approx(5_000_040)
    assert counts.get_expiry("nobody") == 5_000_000
    clock[0] += 100
    assert counts.get_expiry("ning") == 5_000_000


def test_a_machine_whose_clock_is_set_back_shuts_nobody_out(counts, clock, monkeypatch):
    assert [counts.incr("ning", 60) for _ in range(3)] == [1, 2, 3]
    monkeypatch.setattr(time, "time", lambda: 0.0)
    clock[0] += 61
    assert counts.incr("ning", 60) == 1


def test_what_is_over_is_forgotten_with_a_later_request_and_what_runs_is_not(counts, clock):
    for number in range(1000):
        counts.incr(f"short {number}", 10)
    counts.incr("long", 3600)
    clock[0] += rates.SWEEP_SECONDS
    counts.incr("now", 60)
    assert set(counts._counts) == {"long", "now"}
    assert counts.incr("long", 3600) == 2


def test_counts_can_be_cleared_one_by_one_and_all_together(counts):
    for name in ("ning", "tong"):
        counts.incr(name, 60)
    counts.clear("ning")
    counts.clear("nobody")
    assert (counts.get("ning"), counts.get("tong")) == (0, 1)
    assert counts.reset() == 1
    assert counts.get("tong") == 0
    assert counts.check()


def test_none_of_many_at_once_is_lost(counts):
    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(lambda _: counts.incr("hall", 60), range(4000)))
    assert sorted(seen) == list(range(1, 4001))


def test_a_request_starts_no_thread(town, monkeypatch):
    phone, started = town.phone("ning"), []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread.name))
    assert [phone.get("/me").status_code for _ in range(3)] == [200] * 3
    assert started == []
