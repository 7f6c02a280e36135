import os
import signal
import threading
import time

import pytest
from sqlalchemy.exc import OperationalError

from backend import worker
from backend.db import session
from backend.jobs import Job
from backend.outbox.delivery import deliver_due
from backend.worker import run_forever
from tests.outbox.conftest import StandIn, delivery, tell


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(worker, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(worker, "LONGEST_PAUSE_SECONDS", 0.02)


def nothing():
    return 0


class Counted:
    """A job's items and what was done of them."""

    def __init__(self, *items, every=60):
        self.done = []
        self.job = Job("counted", every, lambda: items, self.done.append)


def running(app, jobs, deliver):
    stop = threading.Event()
    thread = threading.Thread(target=lambda: run_forever(app, jobs, deliver, stop=stop))
    thread.start()
    return thread, stop


def wait_for(condition):
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.005)


def test_once_does_all_that_is_due_and_ends(app, zhu):
    counted, wechat = Counted(1, 2), StandIn()
    notice = tell(zhu)
    assert run_forever(app, [counted.job], lambda: deliver_due(wechat), once=True)
    assert counted.done == [1, 2]
    assert delivery(notice).state == "sent"


def test_once_delivers_until_nothing_is_due(app):
    left = [20, 20, 3, 0]
    assert run_forever(app, [], lambda: left.pop(0), once=True)
    assert left == []


def test_a_job_that_cannot_tell_what_is_due_does_not_stop_the_others(app):
    def broken():
        raise OperationalError("SELECT", {}, Exception("the database is away"))

    counted, delivered = Counted(1), []
    jobs = [Job("broken", 60, broken, print), counted.job]
    assert not run_forever(app, jobs, lambda: delivered.append(1) or 0, once=True)
    assert (counted.done, delivered) == ([1], [1])


def test_an_item_that_fails_does_not_stop_the_next(app):
    done = []

    def picky(item):
        if item == 1:
            raise ValueError("no")
        done.append(item)

    assert run_forever(app, [Job("picky", 60, lambda: [1, 2], picky)], nothing, once=True)
    assert done == [2]


def test_it_outlives_an_outage_and_goes_on(app):
    rounds = []

    def deliver():
        rounds.append(1)
        if len(rounds) < 4:
            raise OperationalError("SELECT", {}, Exception("the database is away"))
        return 0

    thread, stop = running(app, [], deliver)
    wait_for(lambda: len(rounds) > 5)
    stop.set()
    thread.join(2)
    assert not thread.is_alive()


def test_a_failing_job_is_tried_again_and_holds_up_no_notices(app):
    tries, rounds = [], []

    def broken():
        tries.append(1)
        raise RuntimeError

    def deliver():
        rounds.append(1)
        return 0

    thread, stop = running(app, [Job("broken", 3600, broken, print)], deliver)
    wait_for(lambda: len(tries) > 2 and len(rounds) > 2)
    stop.set()
    thread.join(2)
    assert not thread.is_alive()


def test_a_job_runs_at_its_own_interval(app):
    often, seldom = Counted(1, every=0), Counted(1, every=3600)
    jobs = [often.job, Job("seldom", 3600, seldom.job.due, seldom.job.work)]
    thread, stop = running(app, jobs, nothing)
    wait_for(lambda: len(often.done) > 3)
    stop.set()
    thread.join(2)
    assert seldom.done == [1]


def test_each_round_has_a_fresh_session(app):
    seen = []

    def deliver():
        seen.append(session())
        return 0

    thread, stop = running(app, [], deliver)
    wait_for(lambda: len(seen) > 1)
    stop.set()
    thread.join(2)
    assert seen[0] is not seen[1]


def test_told_to_stop_it_stops_between_two_items(app):
    stop, done = threading.Event(), []

    def work(item):
        done.append(item)
        stop.set()

    jobs = [Job("long", 60, lambda: range(1000), work), Counted(7).job]
    run_forever(app, jobs, nothing, stop=stop)
    assert done == [0]


def test_told_to_stop_while_idle_it_ends_at_once(app, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 30.0)
    rounds = []
    thread, stop = running(app, [], lambda: rounds.append(1) or 0)
    wait_for(lambda: rounds)
    began = time.monotonic()
    stop.set()
    thread.join(2)
    assert not thread.is_alive()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_and_leaves_the_signals_as_they_were(app, monkeypatch, number):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 30.0)
    before = signal.getsignal(number)
    rounds = []

    def deliver():
        rounds.append(1)
        threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
        return 0

    began = time.monotonic()
    assert run_forever(app, [], deliver)
    assert time.monotonic() - began < 2
    assert rounds == [1]
    assert signal.getsignal(number) is before


def test_two_workers_run_side_by_side(app, zhu):
    notice, wechat = tell(zhu), StandIn()

    both = [running(app, [], lambda: deliver_due(wechat)) for _ in range(2)]
    wait_for(lambda: delivery(notice).state == "sent")
    for thread, stop in both:
        stop.set()
        thread.join(2)
    assert len(wechat.asked) == 1
