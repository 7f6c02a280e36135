"""How long changes wait and transactions are open is counted, and told as scripts/bench and scripts/faults print it."""

import threading

import pytest
from prometheus_client import REGISTRY

from backend import gate
from backend.db import transaction
from backend.errors import DatabaseUnavailable
from scripts import at_the_gate


def counted():
    kinds = {"wait": "dianliang_write_wait_seconds", "held": "dianliang_write_held_seconds"}
    return {kind: REGISTRY.get_sample_value(f"{name}_count") for kind, name in kinds.items()}


def more_than(before):
    return {kind: number - before[kind] for kind, number in counted().items()}


def test_each_transaction_is_counted_once_also_one_that_is_undone(app):
    before = counted()
    with transaction():
        pass
    with pytest.raises(ZeroDivisionError), transaction():
        raise ZeroDivisionError
    assert more_than(before) == {"wait": 2, "held": 2}


def test_who_waits_in_vain_has_waited_and_held_nobody_up(app, tmp_path):
    before, path = counted(), str(tmp_path / "x.gate")
    slow = REGISTRY.get_sample_value("dianliang_write_wait_seconds_sum")
    with gate.write_turn(path, 1), pytest.raises(DatabaseUnavailable), gate.write_turn(path, 0.02):
        raise AssertionError("two are inside")
    assert more_than(before) == {"wait": 1, "held": 0}
    assert REGISTRY.get_sample_value("dianliang_write_wait_seconds_sum") - slow == pytest.approx(0.02)


def test_what_one_waits_is_what_the_other_held(app):
    """On SQLite: the second is in line while the first is inside."""
    inside, left, ended = threading.Event(), threading.Event(), []

    def second():
        inside.wait()
        with app.app_context():
            left.set()
            with transaction():
                ended.append("second")

    other = threading.Thread(target=second)
    other.start()
    before = counted()
    with transaction():
        inside.set()
        assert left.wait(30)
        ended.append("first")
    other.join(30)
    assert sorted(ended) == ["first", "second"]
    assert more_than(before) == {"wait": 2, "held": 2}


def test_the_middle_and_the_longest_are_told_between_two_looks():
    before = {"wait": {0.01: 5.0, 0.02: 5.0, 0.05: 5.0, float("inf"): 5.0}, "held": {}}
    after = {
        "wait": {0.01: 55.0, 0.02: 104.0, 0.05: 105.0, float("inf"): 105.0},
        "held": {0.001: 0.0, float("inf"): 2.0},
    }
    told = at_the_gate.since(before, after)
    assert told["wait"] == at_the_gate.Times(100, 10.0, 20.0, 50.0)
    assert (told["held"].number, told["held"].p99, told["held"].most) == (2, 1.0, float("inf"))
    waited = "at the gate, p50 / p99 / at most ms: waited 10.0 / 20.0 / 50, held 1.0 / 1.0 / inf"
    assert at_the_gate.sentence(told) == waited


def test_nothing_at_all_is_told_as_nothing():
    nothing = at_the_gate.since({"wait": {}, "held": {}}, {"wait": {}, "held": {}})
    assert {(one.number, one.p50, one.most) for one in nothing.values()} == {(0, 0.0, 0.0)}


def test_it_is_read_from_what_a_server_tells(town, monkeypatch):
    town.phone("ning").post("/me/notices/read-all", {})
    text = town.app.test_client().get("/metrics").get_data()
    monkeypatch.setattr(at_the_gate.urllib.request, "urlopen", lambda *_given, **_named: Answer(text))
    found = at_the_gate.counted("http://somewhere")
    assert found["held"][float("inf")] >= 1
    assert found["wait"][15.0] == found["wait"][float("inf")]


class Answer:
    def __init__(self, text):
        self.text = text

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read(self):
        return self.text
