"""How fast the product is on this machine, beside what the database alone could do: SQLite and PostgreSQL.

Each round measures every work on one database and then on the other (A B A B …): over HTTP against gunicorn,
and at once the same statements by the driver alone, with as many clients. Each figure is the median of the
rounds. docs/performance.md explains the method.
"""

import argparse
import contextlib
import json
import os
import pickle
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts import bench_report as report

TOP = Path(__file__).resolve().parents[1]
CLIENTS, THREADS = 8, 4
# name: (what it is called, turns in a round of the short form, is it a reading work)
WORKS = {
    "sign_in": ("sign-in check (GET /me)", 400, True),
    "wall": ("wall page of 20", 400, True),
    "statement": ("statement page of 20", 400, True),
    "wish": ("wish page with timeline", 300, True),
    "claim": ("claim", 160, False),
    "check_in": ("check-in", 160, False),
    "request": ("redemption request", 240, False),
    "approve": ("approval", 160, False),
    "hand_over": ("hand-over", 80, False),
}
PATIENCE_SECONDS = 120
# Nothing but the work itself: no limit of a day or a minute is met in seconds of measuring.
ENVIRONMENT = {
    "FLASK_SKIP_DOTENV": "1",
    "RATE_LIMIT_PERSON": "10000000/minute",
    "RATE_LIMIT_ADDRESS": "10000000/minute",
    "CLAIM_LIMIT": "1000000",
    "LOG_LEVEL": "INFO",
    "SECRET_KEY": "bench-" + "0" * 40,
}


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--rows", type=int, default=10_000, help="wishes and transfers: 10000, 100000, 1000000"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="alternating rounds; at least 3 for a judgement"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="times the requests of the short form")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--workers", type=int, default=4, help="processes of gunicorn")
    parser.add_argument("--works", help=f"some of {','.join(WORKS)}; those of an order go together")
    parser.add_argument("--postgres-url", help="a server of yours instead of a pip-installed one")
    parser.add_argument("--into", type=Path, default=TOP / "var" / "bench", help="the folder of the results")
    return parser.parse_args(arguments)


def main() -> None:
    asked = read_arguments(sys.argv[1:])
    works = asked.works.split(",") if asked.works else list(WORKS)
    if unknown := set(works) - set(WORKS):
        raise SystemExit(f"No such work: {', '.join(sorted(unknown))}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As an exception, so that everything that was started is stopped on the way out.
        signal.signal(number, _stop)
    try:
        measured(asked, works)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _stop(number: int, _frame: Any) -> None:
    raise SystemExit(128 + number)


def measured(asked: argparse.Namespace, works: list[str]) -> None:
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dianliang-bench-")))
        names = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
        sites = {name: stack.enter_context(site(name, folder, asked)) for name in names}
        for number in range(1, asked.rounds + 1):
            for name, found in sites.items():
                for work in works:
                    say(f"round {number} of {asked.rounds}, {name}: {WORKS[work][0]}")
                    found.measure(work, _size(work, asked.scale))
        result = {
            "rows": asked.rows,
            "rounds": asked.rounds,
            "clients": CLIENTS,
            "workers": asked.workers,
            "databases": {name: found.told(works) for name, found in sites.items()},
        }
    say("")
    report.write(result, asked.into, {work: WORKS[work][0] for work in works})
    print(f"{time.monotonic() - began:.0f} s altogether; results in {asked.into}")


def _size(work: str, scale: float) -> int:
    return max(2, round(WORKS[work][1] * scale))


def say(text: str) -> None:
    """Progress, on one line where there is a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def site(name: str, folder: Path, asked: argparse.Namespace) -> Iterator["Site"]:
    """A fresh database, the town in it, and the product serving it."""
    mine = folder / name
    mine.mkdir()
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(_database(name, mine, asked.postgres_url))
        environment = {**os.environ, **ENVIRONMENT, "DATA_DIR": str(mine), "DATABASE_URL": address}
        found = Site(name, mine, address)
        # The town speaks with us on its standard output, where the product would write its log.
        command = [sys.executable, "-m", "scripts.bench_town", str(mine)]
        found.town = stack.enter_context(_process(command, {**environment, "LOG_LEVEL": "CRITICAL"}))
        found.fill(asked.rows)
        found.port = stack.enter_context(_served(mine, environment, asked.workers, found))
        yield found


@contextlib.contextmanager
def _database(name: str, folder: Path, server: str | None) -> Iterator[str]:
    if name == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    # The tests start the same server; here with fsync on, as in production.
    from tests.databases import PostgresHost, start_postgres

    host: Any = (
        PostgresHost(server, "dianliang_bench") if server else start_postgres(folder / "pg", durable=True)
    )
    try:
        host.clear()
        yield host.url
        host._run(f"DROP DATABASE IF EXISTS {host.database} WITH (FORCE)")
    finally:
        getattr(host, "stop", lambda: None)()


@contextlib.contextmanager
def _process(command: list[str], environment: dict[str, str], **more: Any) -> Iterator[subprocess.Popen[str]]:
    """A child in a group of its own, which is surely gone afterwards with all of its own children."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **more}
    process = subprocess.Popen(command, cwd=TOP, env=environment, text=True, start_new_session=True, **pipes)
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def _served(folder: Path, environment: dict[str, str], workers: int, found: "Site") -> Iterator[int]:
    """gunicorn as in production, its log included; the log goes to a file."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening, (folder / "log").open("w") as log:
        port, handle = listening.getsockname()[1], listening.fileno()
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{handle}", "backend.app:create_app()"]
        command += ["--workers", str(workers), "--threads", str(THREADS)]
        environment = {**environment, "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics")}
        with _process(
            command, environment, stdout=log, stderr=log, stdin=None, pass_fds=(handle,)
        ) as process:
            found.master = process
            _wait_until_ready(port, process, folder / "metrics", workers)
            yield port


def _wait_until_ready(port: int, process: subprocess.Popen[str], metrics: Path, workers: int) -> None:
    """Every worker has answered once: each counts in a file of its own."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10),  # nosec B310 - our own
        ):
            if len(list(metrics.glob("counter_*.db"))) >= workers:
                return
        time.sleep(0.02)
    raise SystemExit("gunicorn did not begin to answer")


class Site:
    """One database with its town and its server, and what was measured there."""

    town: subprocess.Popen[str]
    master: subprocess.Popen[str]
    port: int

    def __init__(self, name: str, folder: Path, address: str) -> None:
        self.name, self.folder, self.address = name, folder, address
        self.seen: dict[str, list[dict[str, Any]]] = {}
        self.memory: list[float] = []

    def ask(self, **what: Any) -> dict[str, Any]:
        assert self.town.stdin is not None  # noqa: S101 - both are pipes
        assert self.town.stdout is not None  # noqa: S101
        self.town.stdin.write(json.dumps(what) + "\n")
        self.town.stdin.flush()
        for line in self.town.stdout:
            answer = json.loads(line)
            if "progress" not in answer:
                return answer
            say(f"filling {self.name}: {answer['progress']}")
        raise SystemExit(f"the town of {self.name} ended with {self.town.wait()}")

    def fill(self, rows: int) -> None:
        say(f"filling {self.name}")
        self.statements = self.ask(rows=rows)["statements"]
        # Written by the town a moment ago.
        self.tapes = pickle.loads((self.folder / "tapes").read_bytes())  # noqa: S301

    def measure(self, work: str, size: int) -> None:
        """Over HTTP and by the driver, one right after the other, on subjects of their own."""
        turns = self.ask(work=work, http=size, raw=size if WORKS[work][2] else max(2, size // 2))
        self._memory()
        http = self._clients({"port": self.port, "turns": turns["http"]})
        driver = self._clients({"database": self.address, "turns": turns["raw"], "works": self.tapes[work]})
        self._memory()
        told = {"http": _figures(http), "driver": _figures(driver)}
        self.seen.setdefault(work, []).append(told)

    def _clients(self, task: dict[str, Any]) -> dict[str, Any]:
        path = self.folder / "task"
        path.write_bytes(pickle.dumps({"clients": CLIENTS, **task}))
        command = [sys.executable, "-m", "scripts.bench_clients", str(path)]
        with _process(command, {**os.environ}, stdin=None) as process:
            told, _ = process.communicate(timeout=PATIENCE_SECONDS * 10)
            if process.returncode:
                raise SystemExit(f"the clients ended with {process.returncode}")
            return json.loads(told)

    def _memory(self) -> None:
        """What the workers hold of their own, on average, in MB."""
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        with contextlib.suppress(OSError, ValueError, statistics.StatisticsError):
            held = [_held(int(one)) for one in children.read_text().split()]
            self.memory.append(statistics.mean(held))

    def told(self, works: list[str]) -> dict[str, Any]:
        rows = {work: {**_medians(self.seen[work]), "statements": self.statements[work]} for work in works}
        return {"works": rows, "memory_mb": self.memory}


def _held(process: int) -> float:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no Pss")


def _figures(seen: dict[str, Any]) -> dict[str, Any]:
    took = seen["took"]
    # What was refused was not done.
    rate = (len(took) - seen["errors"]) / seen["seconds"] if took else 0.0
    at = {f"p{part}_ms": 1000 * took[min(len(took) - 1, len(took) * part // 100)] for part in (50, 99)}
    return {"rate": rate, **at, "errors": seen["errors"], "error": seen["first_error"]}


def _medians(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    middle = {
        part: {
            key: statistics.median(one[part][key] for one in rounds) for key in ("rate", "p50_ms", "p99_ms")
        }
        for part in ("http", "driver")
    }
    errors = {part: sum(one[part]["errors"] for one in rounds) for part in ("http", "driver")}
    first = [one[part]["error"] for one in rounds for part in ("http", "driver") if one[part]["error"]]
    share = statistics.median(
        one["http"]["rate"] / one["driver"]["rate"] if one["driver"]["rate"] else 0.0 for one in rounds
    )
    return {
        **middle,
        "share": share,
        "errors": errors,
        "first_error": next(iter(first), None),
        "rounds": rounds,
    }


if __name__ == "__main__":
    main()
