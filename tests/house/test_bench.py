"""scripts/bench: it explains itself, measures every work, and leaves no process behind when it is stopped."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.benchmark.crowd import growth, not_flat, too_many_errors
from scripts.benchmark.people import Line, Seen
from scripts.benchmark.plans import of
from scripts.benchmark.run import MEASURED, WORKS
from scripts.benchmark.tape import Said, Step, Untraceable, play, tellable, traced

pytestmark = pytest.mark.slow

TOP = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 300


def bench(*arguments, **more):
    command = [sys.executable, "-m", "scripts.benchmark.run", *arguments]
    return subprocess.Popen(
        command,
        cwd=TOP,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **more,
    )


def test_it_says_how_it_is_used():
    process = bench("--help")
    told, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    assert "--rows" in told
    assert "--rounds" in told


def test_a_tiny_run_measures_every_work_without_an_error(tmp_path):
    process = bench(
        *("--database", "sqlite", "--rows", "200", "--rounds", "1", "--scale", "0.05"),
        *("--workers", "1", "--into", str(tmp_path)),
    )
    told, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, complaints[-2000:]
    found = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["databases"]["sqlite"]["works"]
    assert list(found) == list(WORKS)
    assert {work: row["first_error"] for work, row in found.items()} == dict.fromkeys(WORKS)
    assert all(row["statements"] > 0 and row["python"] > 0 for row in found.values())
    assert {work for work, row in found.items() if row["share"]} == set(MEASURED)
    assert (tmp_path / "bench.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "wall page of 20" in told
    assert all(found[f"register_{kind}"]["lines"] > 100 for kind in ("csv", "xlsx"))
    assert "rows/s over HTTP" in told


def test_processor_time_alone_is_told_with_its_goals(tmp_path):
    process = bench(
        *("--cpu", "--database", "sqlite", "--rows", "100", "--rounds", "1", "--scale", "0.05"),
        *("--workers", "1", "--works", "sign_in,claim", "--into", str(tmp_path)),
    )
    told, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, complaints[-2000:]
    found = json.loads((tmp_path / "cpu.json").read_text(encoding="utf-8"))["databases"]["sqlite"]["works"]
    assert {work: row["errors"] for work, row in found.items()} == {
        "sign_in": {"http": 0},
        "claim": {"http": 0},
    }
    assert all(row["cpu"]["server"] > 0 and 0 <= row["cpu"]["others"] <= 1 for row in found.values())
    assert "others" in told


def test_several_sizes_are_measured_by_turns_and_told_as_multiples_of_the_smallest(tmp_path):
    process = bench(
        *("--database", "sqlite", "--rows", "200,400", "--rounds", "1", "--scale", "0.02"),
        *("--workers", "1", "--works", "wall", "--into", str(tmp_path)),
    )
    told, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, complaints[-2000:]
    small, large = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["growth"]["sqlite"][
        "wall"
    ]
    assert (small["rows"], small["ratio"], large["rows"]) == (200, 1.0, 400)
    assert large["ratio"] == pytest.approx(large["p50_ms"] / small["p50_ms"])
    assert any("ix_wishes_wall" in line for plan in large["plans"] for line in plan)
    assert "growth" in told


def test_a_statement_that_reads_a_whole_large_table_is_named(tmp_path):
    path = tmp_path / "plans.sqlite3"
    with sqlite3.connect(path) as line:
        line.execute("CREATE TABLE large (id INTEGER PRIMARY KEY, word TEXT)")
        line.executemany("INSERT INTO large (word) VALUES (?)", [("x",)] * 1001)
        line.execute("CREATE TABLE small (id INTEGER PRIMARY KEY, word TEXT)")
    asked = "SELECT * FROM {} WHERE word = ?"
    steps = [Step(asked.format(table), (("is", "x"),), False, True) for table in ("large", "small")]
    steps.append(Step("SELECT * FROM large WHERE id = ?", (("is", 1),), False, True))
    assert of(f"sqlite:///{path}", steps)["whole"] == ["large"]
    aliased = Step("SELECT count(*) FROM large AS other WHERE other.word = ?", (("is", "x"),), False, True)
    assert of(f"sqlite:///{path}", [aliased])["whole"] == ["large"]


def test_a_crowd_works_without_an_error_and_leaves_the_books_in_order(tmp_path):
    process = bench(
        *("--database", "sqlite", "--people", "12", "--requests", "150", "--connections", "4"),
        *("--workers", "1", "--into", str(tmp_path)),
    )
    told, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    # So short a run shows nothing of memory, and says so.
    found = json.loads((tmp_path / "crowd.json").read_text(encoding="utf-8"))["databases"]["sqlite"]
    assert (found["told"], found["audit"]["findings"]) == ([], []), complaints[-2000:]
    assert found["requests"] >= 150
    assert process.returncode == bool(found["wrong"])
    assert "redemption request" in told
    assert (tmp_path / "crowd-sqlite.svg").read_text(encoding="utf-8").startswith("<svg")


def held(at, each, number=100):
    """What one worker held at so many moments."""
    return [{number: at + each * moment} for moment in range(50)]


def test_memory_that_grows_is_not_flat():
    assert not_flat(held(150.0, 0.0)) == []
    # Only from the second fifth on is it judged: a worker warms up.
    assert not_flat(held(100.0, 5.0)[:10] + held(150.0, 0.1)[:40]) == []
    assert not_flat(held(150.0, 0.4)) == ["worker 100 grew from 155.8 to 167.8 MB"]
    assert growth(held(150.0, 0.4))[100]["after"] == pytest.approx(167.8)


def test_a_worker_that_was_replaced_is_noticed():
    assert not_flat(held(150.0, 0.0)[:25] + held(120.0, 0.0, number=101)[25:]) == [
        "worker 100 was not there all the time: it was replaced",
        "worker 101 was not there all the time: it was replaced",
    ]


def test_memory_that_was_hardly_seen_is_not_called_flat():
    assert not_flat(held(150.0, 0.0)[:19])
    assert not_flat([{}] * 50)


def test_two_errors_in_a_thousand_are_too_many():
    assert too_many_errors(10_000, 10) == []
    assert too_many_errors(10_000, 20)
    assert too_many_errors(0, 0)


class Wire:
    """A connection that answers what it was told to, or breaks."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def exchange(self, raw):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        pass


class Always:
    """Dice by which everything is sent twice."""

    def random(self):
        return 0.0


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ([(200, b'{"data": 1}'), (200, b'{"data": 1}')], None),
        ([(200, b'{"data": 1}'), (200, b'{"data": 2}')], "sent again"),
        ([(503, b"{}")], "claim"),
        ([(404, b"{}")], "claim"),
        ([TimeoutError()], "claim"),
        ([ConnectionError()], "claim"),
    ],
)
def test_what_an_errand_did_not_expect_is_an_error(answers, wrong):
    seen = Seen()
    line = Line(0, seen, Always())
    line.connection = Wire(*answers)
    line.post("claim", "token", "/wishes/1/claim", {})
    assert dict(seen.errors) == ({wrong: 1} if wrong else {})
    assert len(seen.took) == len(answers)


def processes_of(folder):
    """What still works in this folder, by what was told on its command line or is in its environment."""
    found = []
    for one in Path("/proc").iterdir():
        try:
            said = (one / "cmdline").read_bytes() + (one / "environ").read_bytes()
            dead = (one / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except (OSError, IndexError):
            continue
        if one.name.isdigit() and not dead and str(folder).encode() in said:
            found.append(one.name)
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
def test_stopped_in_the_middle_it_leaves_no_process_and_no_folder(tmp_path):
    process = bench("--database", "sqlite", "--rows", "200", env={**os.environ, "TMPDIR": str(tmp_path)})
    for line in process.stderr:
        if line.startswith("round 1"):
            break
    assert processes_of(tmp_path)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 128 + signal.SIGTERM
    assert processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


class Cursor:
    """A database that numbers its rows from 900 on, and keeps what it was told."""

    def __init__(self):
        self.told = []

    def execute(self, sql, given=None):
        self.told.append((sql, given))
        self.description = ["id"]

    def fetchall(self):
        return [(900,)]


def tape(wish, person, made):
    return {"wish": wish, "person": person}, [
        Said("INSERT", {"wish": wish, "by": person, "kind": "x"}, False, False, [(made,)]),
        Said("UPDATE", (made, f"wish:{wish}:made:{made:04}", f"sealed-{wish * 7}x"), False, False),
    ]


def test_tapes_of_a_work_become_one_for_any_subject():
    steps = traced([tape(17, 4, 100), tape(23, 9, 101)])
    cursor = Cursor()
    play(cursor, steps, {"wish": 5, "person": 6}, "BEGIN")
    (_, inserted), (_, updated) = cursor.told[1], cursor.told[2]
    assert [sql for sql, _ in cursor.told] == ["BEGIN", "INSERT", "UPDATE", "COMMIT"]
    assert inserted == {"wish": 5, "by": 6, "kind": "x"}
    assert updated[:2] == (900, "wish:5:made:0900")
    assert len(updated[2]) == len("sealed-161x")


def test_tapes_about_one_subject_tell_nothing_of_another():
    """Its wish would be taken for a part of the work, and the driver would ask for it with everybody's name."""
    with pytest.raises(Untraceable):
        traced([tape(17, 4, 100), tape(17, 9, 101), tape(17, 6, 102)])


def test_tapes_that_drew_the_same_number_tell_nothing_of_the_next_one():
    """The first order of the day in three communities: each would be number 1 for ever."""
    said = "INSERT INTO counters … RETURNING value"
    same = [({"person": one}, [Said(said, {"person": one}, False, False, [(1,)])]) for one in (4, 9, 6)]
    assert not tellable(same)
    assert tellable([*same, ({"person": 7}, [Said(said, {"person": 7}, False, False, [(2,)])])])


def test_arrays_of_a_tape_are_traced_value_by_value():
    """PostgreSQL is given rows as an array a column."""
    tapes = [
        ({"person": person}, [Said("INSERT", {"each": [person, 7, f"wish:{person}:a"]}, False, False)])
        for person in (4, 9)
    ]
    cursor = Cursor()
    play(cursor, traced(tapes), {"person": 6}, "BEGIN")
    assert cursor.told[1] == ("INSERT", {"each": [6, 7, "wish:6:a"]})
