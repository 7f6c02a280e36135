"""The gate before SQLite: one at a time, in the order of arrival, and no place is kept for the dead."""

import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from backend import gate
from backend.errors import DatabaseUnavailable

TOP = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 30
# Says that it has its place, then that it is inside; leaves when its input ends.
COMING = """
import sys
from backend import gate

pause, said = gate._pause, []


def tell(until):
    if not said:
        print("waits", flush=True)
        said.append(True)
    pause(until)


gate._pause = tell
with gate.write_turn(sys.argv[1], 30):
    print("inside", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "test.gate")


@pytest.fixture
def coming(path):
    """Starts a process that comes to the gate; all are gone at the end."""
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", COMING, path],
            cwd=TOP,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=PATIENCE_SECONDS)


class Coming(threading.Thread):
    """A thread that comes to the gate; `start` returns once it has its place."""

    pausing = threading.local()

    def __init__(self, path, number, inside):
        super().__init__()
        self.path, self.number, self.inside, self.placed = path, number, inside, threading.Event()

    def run(self):
        self.pausing.placed = self.placed
        with gate.write_turn(self.path, PATIENCE_SECONDS):
            self.inside.append(self.number)

    def start(self):
        super().start()
        assert self.placed.wait(PATIENCE_SECONDS)


@pytest.fixture
def told_when_placed(monkeypatch):
    pause = gate._pause

    def tell(until):
        placed = getattr(Coming.pausing, "placed", None)
        if placed is not None:
            placed.set()
        pause(until)

    monkeypatch.setattr(gate, "_pause", tell)


def joined(threads):
    for one in threads:
        one.join(PATIENCE_SECONDS)
        assert not one.is_alive()


def test_threads_go_in_as_they_came(path, told_when_placed):
    inside = []
    threads = [Coming(path, number, inside) for number in range(12)]
    with gate.write_turn(path, 1):
        for one in threads:
            one.start()
        assert inside == []
    joined(threads)
    assert inside == list(range(12))


def test_processes_and_threads_stand_in_one_line(path, coming, told_when_placed):
    inside, threads, processes = [], [], []
    with gate.write_turn(path, 1):
        for number in range(3):
            processes.append(coming())
            assert processes[-1].stdout.readline() == "waits\n"
            threads.append(Coming(path, number, inside))
            threads[-1].start()
    for number, process in enumerate(processes):
        assert process.stdout.readline() == "inside\n"
        # Everyone behind still waits, the thread that came next with them.
        assert inside == list(range(number))
        process.communicate("", timeout=PATIENCE_SECONDS)
        threads[number].join(PATIENCE_SECONDS)
    assert inside == [0, 1, 2]


def test_who_is_killed_inside_or_in_line_gives_up_the_turn(path, coming):
    first = coming()
    assert first.stdout.readline() == "inside\n"
    second = coming()
    assert second.stdout.readline() == "waits\n"
    third = coming()
    assert third.stdout.readline() == "waits\n"
    second.kill()
    second.wait(PATIENCE_SECONDS)
    with pytest.raises(DatabaseUnavailable), gate.write_turn(path, 0.05):
        raise AssertionError("the first is inside")
    first.kill()
    assert third.stdout.readline() == "inside\n"


@pytest.mark.parametrize("places", [True, False])
def test_who_waits_too_long_is_told_and_leaves_the_line(path, monkeypatch, places):
    monkeypatch.setattr(gate, "PLACES", places)
    with gate.write_turn(path, 1), pytest.raises(DatabaseUnavailable), gate.write_turn(path, 0.02):
        raise AssertionError("two are inside")
    with gate.write_turn(path, 0):
        pass


def test_nobody_waits_longer_than_was_said(path, monkeypatch):
    """By a clock that goes on a second with each look."""
    now = [1000.0]
    with gate.write_turn(path, 1):
        told = SimpleNamespace(monotonic=lambda: now[0], monotonic_ns=time.monotonic_ns)
        told.sleep = lambda _pause: now.append(now.pop() + 1)
        monkeypatch.setattr(gate, "time", told)
        with pytest.raises(DatabaseUnavailable), gate.write_turn(path, 7):
            raise AssertionError("two are inside")
    assert now == [1008.0]


def test_the_file_is_for_nobody_else(path):
    with gate.write_turn(path, 1):
        assert Path(path).stat().st_mode & 0o777 == 0o600


def test_what_is_raised_inside_leaves_the_gate_open(path):
    with pytest.raises(ZeroDivisionError), gate.write_turn(path, 1):
        raise ZeroDivisionError
    with gate.write_turn(path, 0):
        pass


def test_who_was_slow_to_take_a_place_does_not_go_in_beside_another(path, monkeypatch):
    """The number is from before the one inside came; the processor was somewhere else meanwhile."""
    numbers = queue.SimpleQueue()
    for number in (time.monotonic_ns(), 1, 2, 3):
        numbers.put(number)
    monkeypatch.setattr(gate.time, "monotonic_ns", lambda: numbers.get(timeout=1) if numbers.qsize() else 4)
    with gate.write_turn(path, 1), pytest.raises(DatabaseUnavailable), gate.write_turn(path, 0.05):
        raise AssertionError("two are inside")


@pytest.mark.parametrize("places", [True, False])
def test_one_at_a_time_whatever_locks_the_system_has(path, monkeypatch, places):
    monkeypatch.setattr(gate, "PLACES", places)
    inside, most = [], []

    def come():
        for _ in range(20):
            with gate.write_turn(path, PATIENCE_SECONDS):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0)
                inside.pop()

    threads = [threading.Thread(target=come) for _ in range(6)]
    for one in threads:
        one.start()
    joined(threads)
    assert (len(most), max(most)) == (120, 1)
