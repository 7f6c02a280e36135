"""One database with its town and the product in front of it, for scripts/bench: started, asked, surely gone."""

import contextlib
import json
import os
import pickle
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from scripts import at_the_gate
from scripts.benchmark import figures, lean, meters, planning, plans

TOP = Path(__file__).resolve().parents[2]
CLIENTS = 8
# Turns that every worker has compiled and prepared its statements after.
WARMING = 48
PATIENCE_SECONDS = 120
# Production's own settings, as far as they do not matter to what is measured.
PLAIN = {"FLASK_SKIP_DOTENV": "1", "LOG_LEVEL": "INFO", "SECRET_KEY": "bench-" + "0" * 40}


def say(text: str) -> None:
    """Progress, on one line where there is a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def database_server(names: tuple[str, ...], folder: Path, given: str | None) -> Iterator[str | None]:
    """The PostgreSQL of this run, with fsync on as in production; None where none is wanted."""
    if "postgresql" not in names or given:
        yield given
        return
    # The tests start the same server.
    from tests.databases import start_postgres

    host: Any = start_postgres(folder / "pg", durable=True)
    try:
        yield host.server.render_as_string(hide_password=False)
    finally:
        getattr(host, "stop", lambda: None)()


@contextlib.contextmanager
def database(kind: str, folder: Path, server: str | None, name: str = "dianliang_bench") -> Iterator[str]:
    """An empty database of this kind; its address."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    from tests.databases import PostgresHost

    host = PostgresHost(server or "", name)
    host.clear()
    try:
        yield host.url
    finally:
        host._run(f"DROP DATABASE IF EXISTS {host.database} WITH (FORCE)")


def postmaster(address: str) -> int | None:
    """The number of the PostgreSQL server's first process, if it works on this machine."""
    if address.startswith("sqlite"):
        return None
    with psycopg.connect(address.replace("+psycopg", "", 1), autocommit=True) as line:
        (mine,) = line.execute("SELECT pg_backend_pid()").fetchone() or (0,)
        with contextlib.suppress(OSError):
            if Path(f"/proc/{mine}/comm").read_text().startswith("postgres"):
                return meters.parent_of(mine)
    return None


@contextlib.contextmanager
def process(command: list[str], environment: dict[str, str], **more: Any) -> Iterator[subprocess.Popen[str]]:
    """A child in a group of its own, which is surely gone afterwards with all of its own children."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": TOP, **more}
    started = subprocess.Popen(command, env=environment, text=True, start_new_session=True, **pipes)
    try:
        yield started
    finally:
        started.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


@contextlib.contextmanager
def served(
    folder: Path, environment: dict[str, str], workers: int, threads: int
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """gunicorn as in production, its log included; the log goes to a file. Its port and its master."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening, (folder / "log").open("w") as log:
        port, handle = listening.getsockname()[1], listening.fileno()
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{handle}", "backend.app:create_app()"]
        command += ["--workers", str(workers), "--threads", str(threads)]
        environment = {**environment, "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics")}
        streams = {"stdout": log, "stderr": log, "stdin": None, "pass_fds": (handle,)}
        with process(command, environment, **streams) as master:
            _wait_until_ready(port, master, folder / "metrics", workers)
            yield port, master


def _wait_until_ready(port: int, master: subprocess.Popen[str], metrics: Path, workers: int) -> None:
    """Every worker has answered once: each counts in a file of its own."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and master.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10),  # nosec B310 - our own
        ):
            if len(list(metrics.glob("counter_*.db"))) >= workers:
                return
        time.sleep(0.02)
    raise SystemExit("gunicorn did not begin to answer")


# --- memory ------------------------------------------------------------------------------------------------


def children_of(master: subprocess.Popen[str]) -> list[int]:
    """The workers of this gunicorn by their numbers; none where the system does not tell."""
    path = Path(f"/proc/{master.pid}/task/{master.pid}/children")
    with contextlib.suppress(OSError):
        return [int(one) for one in path.read_text().split()]
    return []


def held_by(master: subprocess.Popen[str]) -> dict[int, float]:
    """What each worker holds of its own, in MB: its own pages, and its part of those it shares."""
    found = {}
    for number in children_of(master):
        with contextlib.suppress(OSError, ValueError):
            found[number] = _told(number, "smaps_rollup", "Pss:")
    return found


def _told(number: int, file: str, name: str) -> float:
    for line in Path(f"/proc/{number}/{file}").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise ValueError(name)


class Peak:
    """How much more than before any worker held at once, in MB, since this was made."""

    def __init__(self, master: subprocess.Popen[str]) -> None:
        self._before: dict[int, float] = {}
        for number in children_of(master):
            with contextlib.suppress(OSError, ValueError):
                # Linux forgets the highest mark so far.
                Path(f"/proc/{number}/clear_refs").write_text("5")
                self._before[number] = _told(number, "status", "VmRSS:")

    def grown(self) -> float | None:
        found = []
        for number, before in self._before.items():
            with contextlib.suppress(OSError, ValueError):
                found.append(_told(number, "status", "VmHWM:") - before)
        return max(found, default=None)


# --- a town to talk with --------------------------------------------------------------------------------------


class Asked:
    """A process that is told what to do in lines of JSON, and answers so; it may tell of its progress before."""

    def __init__(self, name: str, town: subprocess.Popen[str]) -> None:
        self.name, self.town = name, town

    def ask(self, **what: Any) -> dict[str, Any]:
        assert self.town.stdin is not None  # noqa: S101 - both are pipes
        assert self.town.stdout is not None  # noqa: S101
        self.town.stdin.write(json.dumps(what) + "\n")
        self.town.stdin.flush()
        for line in self.town.stdout:
            answer = json.loads(line)
            if "progress" not in answer:
                return answer
            say(f"{self.name}: {answer['progress']}")
        raise SystemExit(f"the town of {self.name} ended with {self.town.wait()}")


@contextlib.contextmanager
def town(module: str, name: str, folder: Path, environment: dict[str, str]) -> Iterator[Asked]:
    command = [sys.executable, "-m", module, str(folder)]
    # It speaks with us on its standard output, where the product would write its log.
    with process(command, {**environment, "LOG_LEVEL": "CRITICAL"}) as started:
        yield Asked(name, started)


class Site:
    """A filled database, what serves it, and what was measured there."""

    def __init__(self, name: str, folder: Path, address: str, asked: Asked) -> None:
        self.name, self.folder, self.address, self.asked = name, folder, address, asked
        self.kind = "sqlite" if address.startswith("sqlite") else "postgresql"
        self.seen: dict[str, list[dict[str, Any]]] = {}
        self.memory: list[float] = []
        self.port = 0
        self.master: Any = None

    def fill(self, rows: int, works: list[str], *, tapes: bool = True, orders: int = 60) -> None:
        say(f"filling {self.name}")
        told = self.asked.ask(rows=rows, works=works, tapes=works if tapes else [], orders=orders)
        self.statements, self.lines = told["statements"], told["lines"]
        # Written by the town a moment ago.
        self.tapes = pickle.loads((self.folder / "tapes").read_bytes())  # noqa: S301

    def measure(self, work: str, http: int, raw: int, *, reading: bool, alone: bool = False) -> None:
        """Over HTTP, by the driver, and what was written by hand, one right after the other, on subjects of their own;
        `alone` over HTTP only."""
        by_hand = 0 if alone or work not in lean.known(self.kind) else raw
        # What is read can be read again. What cannot be undone is not tried before, unless nothing is measured beside it.
        first = max(CLIENTS, http // 4) if reading else WARMING if alone else 0
        more = 0 if reading else first
        turns = self.asked.ask(work=work, http=http + more, raw=0 if alone else raw, lean=by_hand)
        self._memory()
        over_http = self._over_http(turns["http"][:first], turns["http"][more:], reading=reading)
        told = {"gate": {}, **over_http, **self._beside(turns, work, reading)}
        self._memory()
        self.seen.setdefault(work, []).append(told)

    def _over_http(self, warming: list[Any], turns: list[Any], *, reading: bool) -> dict[str, Any]:
        if warming:
            self.clients({"port": self.port, "turns": warming, "keyed": True, "roots": {}})
        peak, url = Peak(self.master), f"http://127.0.0.1:{self.port}"
        before = at_the_gate.counted(url)
        task = {"port": self.port, "turns": turns, "keyed": True, "roots": self.roots()}
        seen = figures.figures(self.clients(task))
        gate = at_the_gate.since(before, at_the_gate.counted(url))
        told = {} if reading else {"gate": {kind: asdict(times) for kind, times in gate.items()}}
        return {"http": seen, "cpu": seen["cpu"], "peak_mb": peak.grown(), **told}

    def _beside(self, turns: dict[str, Any], work: str, reading: bool) -> dict[str, Any]:
        told = {}
        if turns["raw"]:
            task = {"database": self.address, "turns": turns["raw"], "works": self.tapes[work], "roots": {}}
            told["driver"] = figures.figures(self.clients(task))
        if turns["lean"]:
            said = lean.for_driver(self.kind, work, keyed=True)
            task = {
                "database": self.address,
                "turns": turns["lean"],
                "lean": said,
                "reading": reading,
                "roots": {},
            }
            told["limit"] = figures.figures(self.clients(task))
        return told

    def roots(self) -> dict[str, int]:
        """The processes whose time is told apart: the server's, and the database's where it has some."""
        database = postmaster(self.address)
        return {"server": self.master.pid} | ({"database": database} if database else {})

    def clients(self, task: dict[str, Any]) -> dict[str, Any]:
        return asked_by_clients(self.folder, task)

    def _memory(self) -> None:
        """What the workers hold, on average."""
        if held := held_by(self.master):
            self.memory.append(statistics.mean(held.values()))

    def told(self, works: list[str]) -> dict[str, Any]:
        rows = {}
        for work in works:
            rows[work] = {**figures.medians(self.seen[work]), "statements": self.statements.get(work)}
            if work in self.lines:
                rows[work] |= figures.in_lines(rows[work], self.lines[work])
        return {"works": rows, "memory_mb": self.memory}

    def planning(self, work: str) -> dict[str, dict[str, float]]:
        """ms in which PostgreSQL plans and runs a turn that reads: the product's statements, and those by hand."""
        if self.kind == "sqlite" or work not in lean.READS:
            return {}
        turns = self.asked.ask(work=work, lean=planning.TRIES)["lean"]
        by_hand = planning.of_hand(self.address, work, turns)
        return {"product": planning.of_tape(self.address, self.tapes[work][0]), "by hand": by_hand}

    def plans(self, works: list[str]) -> dict[str, Any]:
        """How the database goes about each of these works that read, asked at the size it has now."""
        return {work: plans.of(self.address, self.tapes[work][0]) for work in works}


def asked_by_clients(folder: Path, task: dict[str, Any]) -> dict[str, Any]:
    """What a process of clients saw of this task (scripts/benchmark/clients.py)."""
    path = folder / "task"
    path.write_bytes(pickle.dumps({"clients": CLIENTS, **task}))
    command = [sys.executable, "-m", "scripts.benchmark.clients", str(path)]
    with process(command, {**os.environ}, stdin=None) as clients:
        told, _ = clients.communicate(timeout=PATIENCE_SECONDS * 10)
        if clients.returncode:
            raise SystemExit(f"the clients ended with {clients.returncode}")
        return json.loads(told)
