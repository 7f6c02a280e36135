"""What time brings is done only by a machine that knows the time."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from backend import clock, db, jobs
from backend.db import dialect
from backend.jobs import MOST_APART, ClocksApart, Job

A_SECOND = timedelta(seconds=1)


class Counted:
    def __init__(self):
        self.done = []
        self.job = Job("counted", 60, lambda: [1, 2], self.done.append)


def move_the_clock(monkeypatch, actor):
    """This machine's own clock is off; the database's goes on."""
    monkeypatch.setattr(clock, "system_now", lambda: datetime.now(UTC) + actor)


def differ(monkeypatch, actor):
    monkeypatch.setattr(jobs, "clock_ahead", lambda: actor)


@pytest.mark.parametrize("ahead", [MOST_APART, -MOST_APART, timedelta(0)])
def test_clocks_that_differ_a_little_keep_nobody_from_work(app, monkeypatch, ahead):
    counted = Counted()
    differ(monkeypatch, ahead)
    assert jobs.run(counted.job) == 2


@pytest.mark.parametrize("ahead", [MOST_APART + A_SECOND, -MOST_APART - A_SECOND, timedelta(days=3)])
def test_a_machine_whose_clock_is_off_does_nothing_that_time_brings(app, monkeypatch, ahead):
    counted = Counted()
    differ(monkeypatch, ahead)
    with pytest.raises(
        ClocksApart, match=re.escape(f"{ahead.total_seconds():+.0f} s") + " from the database's"
    ):
        jobs.run(counted.job)
    assert counted.done == []


def test_the_clock_is_compared_with_postgresqls_and_with_none_on_sqlite(app, monkeypatch):
    assert abs(db.clock_ahead()) < timedelta(minutes=1)
    move_the_clock(monkeypatch, timedelta(days=3))
    days_ahead = timedelta(days=3) if dialect() == "postgresql" else timedelta(0)
    assert abs(db.clock_ahead() - days_ahead) < timedelta(minutes=1)
