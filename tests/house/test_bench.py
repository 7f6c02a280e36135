"""scripts/bench: it explains itself, measures every work, and leaves no process behind when it is stopped."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.bench import WORKS
from scripts.bench_tape import Said, play, traced

TOP = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 300


def bench(*arguments, **more):
    command = [sys.executable, "-m", "scripts.bench", *arguments]
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
    assert all(row["statements"] > 0 and row["share"] > 0 for row in found.values())
    assert (tmp_path / "bench.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "wall page of 20" in told


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
