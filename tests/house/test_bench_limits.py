"""scripts/bench cannot flatter: the SQL by hand and the full peer leave the very rows that the product leaves."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.benchmark import goals, lean, meters, proof
from scripts.benchmark.alternating import summed
from scripts.benchmark.figures import medians
from scripts.benchmark.run import MEASURED, WORKS
from tests.databases import SqliteHost

TOP = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 600
# Rows that a turn writes, with its key: what docs/performance.md tells. The clerk's count of wrong codes is one more, and
# is the same row afterwards unless they have handed nothing over before.
WRITTEN = {"claim": 6, "check_in": 3, "request": 16, "spread": 16, "hand_over": 12, "write": 3}


@pytest.mark.slow
def test_everybody_leaves_the_rows_that_the_product_leaves(host, tmp_path):
    """Every table, all values but moments, random and sealed ones; on the database of this run."""
    assert (TOP / "var/peers/bin/python").exists(), "scripts/test and scripts/bench --peer install the peers"
    kind = "sqlite" if isinstance(host, SqliteHost) else "postgresql"
    command = [sys.executable, "-m", "scripts.benchmark.run", "--prove", "--peer", "--rows", "60"]
    command += ["--database", kind, "--into", str(tmp_path)]
    if kind == "postgresql":
        command += ["--postgres-url", host.server.render_as_string(hide_password=False)]
    ended = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    works = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))[kind]
    assert {work: one["other"] for work, one in works.items()} == {work: {} for work in MEASURED}
    sums = {
        work: {
            who: sum(count for table, count in rows.items() if table != "pick_up_guards")
            for who, rows in one["rows"].items()
        }
        for work, one in works.items()
    }
    same = ("product", "by hand", "full")
    assert {work: {who: sums[work][who] for who in same} for work in MEASURED} == {
        work: dict.fromkeys(same, WRITTEN.get(work, 0)) for work in MEASURED
    }


def test_rows_are_compared_by_everything_but_moments_and_what_is_random(tmp_path):
    def rows(*told):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite3"
        with sqlite3.connect(path) as line:
            line.execute("CREATE TABLE notices (id, person_id, body, data, read_at, body_sealed)")
            line.executemany("INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?)", told)
        line.close()
        return proof.rows(f"sqlite:///{path}")

    before = rows()
    one = rows((1, 7, "给 7", '{"a": 1, "b": "2026-12-01 09:00"}', "2026-12-01 09:00:00", "x"))
    same = rows((1, 7, "给 7", '{"b": "2026-12-02 10:30", "a": 1}', "2026-12-02 10:30:00", "y"))
    assert proof.changes(before, one) == proof.changes(before, same)
    for other in (
        (1, 8, "给 7", '{"a": 1, "b": "2026-12-01 09:00"}', "2026-12-01 09:00:00", "x"),
        (1, 7, "给 7", '{"a": 2, "b": "2026-12-01 09:00"}', "2026-12-01 09:00:00", "x"),
        (1, 7, "给 7", '{"a": 1, "b": "2026-12-01 09:00"}', None, "x"),
        (1, 7, "给 7", '{"a": 1, "b": "2026-12-01 09:00"}', "2026-12-01 09:00:00", None),
    ):
        assert proof.changes(before, one) != proof.changes(before, rows(other))
    assert proof.written(proof.changes(before, one)) == {"notices": 1}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_measured_work_has_its_sql_by_hand(kind):
    assert set(lean.known(kind)) == set(MEASURED)
    for work in MEASURED:
        keyed, bare = (lean.statements(kind, work, keyed=each) for each in (True, False))
        assert ("idempotency_keys" in " ".join(keyed)) == (not WORKS[work][2])
        assert "idempotency_keys" not in " ".join(bare)


@pytest.mark.parametrize("work", MEASURED)
def test_pgbench_takes_each_colon_for_what_it_is(work):
    """A `:word` in a text would become a parameter that nobody gives."""
    script = lean.script(work, 8, 80, keyed=True)
    named = set(re.findall(r"(?<![:\w]):([A-Za-z_]\w*)", script))
    assert named <= set(lean.COLUMNS) | {"next", "client_id", "number"}


def a_round(rate, errors=0, **more):
    return {"rate": rate, "p50_ms": 2.0, "p99_ms": 5.0, "errors": errors, "error": None, "cpu": {}, **more}


def test_what_failed_has_no_share():
    """A refusal is quicker than the work."""
    good = {"http": a_round(50.0), "driver": a_round(100.0), "limit": a_round(200.0), "gate": {}}
    assert medians([good])["share"] == 0.25
    assert medians([good])["python"] == 0.5
    assert medians([{**good, "http": a_round(900.0, errors=1)}])["share"] is None
    assert medians([{**good, "limit": a_round(900.0, errors=1)}])["share"] is None


def test_ratios_are_those_within_a_round_and_what_failed_has_none():
    rounds = {
        "product": [a_round(100.0, planning={}), a_round(60.0, planning={}), a_round(90.0, planning={})],
        "full": [a_round(50.0, planning={}), a_round(20.0, planning={}), a_round(90.0, planning={})],
        "by hand": [a_round(1000.0, planning={})] * 3,
        "pgbench": [a_round(2000.0, planning={})] * 3,
    }
    row = summed(rounds)
    assert row["ratios"]["full"] == 2.0
    # Of whoever is the quicker one of the two that play the SQL by hand.
    assert row["share"] == pytest.approx(0.045)
    failed = summed({**rounds, "full": [a_round(50.0, errors=2, planning={})] * 3})
    assert "full" not in failed["ratios"]
    assert failed["who"]["full"]["rate"] is None


def test_goals_are_marked():
    row = {"share": 0.19, "tail": 3.4, "cpu": {"server": 1.6}, "ratios": {"full": 3.1, "plain": 0.5}}
    assert goals.judged("postgresql", "wall", row) == {
        "share": "✓",
        "tail": "✗",
        "cpu": "✓",
        "full": "✓✓",
        "plain": "✗",
    }
    # On SQLite only the tail and the full peer have a goal.
    assert goals.judged("sqlite", "wall", row) == {"tail": "✓", "full": "✓✓"}


@pytest.mark.skipif(not meters.known(), reason="looks into /proc")
def test_processor_time_counts_children_that_have_ended():
    before = meters.spent(os.getpid())
    burning = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", burning], check=True)
    assert meters.spent(os.getpid()) - before >= 0.25
