"""One filled database kept as a template, and who plays on fresh copies of it, one after another."""

import contextlib
import os
import pickle
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.benchmark import lean
from scripts.benchmark import site as sites
from tests.databases import PostgresHost, SqliteHost

PEERS = sites.TOP / "scripts" / "benchmark" / "peers"
# Made by scripts/bench --peer from the peers' own requirements.
PYTHON = sites.TOP / "var" / "peers" / "bin" / "python"
TEMPLATE = "filled"
# Who serves over HTTP, in the order of a round.
SERVED = ("product", "full", "plain")
# The smaller peer has tables of its own, for these works, on PostgreSQL.
PLAIN_WORKS = ("wall", "statement", "claim", "request", "spread")


class Stage:
    """The template with the turns that are the same for everybody."""

    def __init__(self, kind: str, folder: Path, host: Any, asked: sites.Asked, env: dict[str, str]) -> None:
        self.kind, self.folder, self.host, self.asked, self.environment = kind, folder, host, asked, env
        self.address: str = host.url
        self.turns: dict[str, list[dict[str, Any]]] = {}
        self.tapes: dict[str, Any] = {}

    def fill(self, rows: int, works: dict[str, int], *, peers: bool, planned: bool = False) -> None:
        """The town with so many turns of each work, kept as the template; `planned`: the product's reading statements
        will be explained."""
        sites.say(f"filling {self.kind}")
        taped = [work for work in works if work in lean.READS and self.kind == "postgresql" and planned]
        self.asked.ask(rows=rows, works=list(works), tapes=taped, orders=works.get("hand_over", 0))
        # Written by the town a moment ago.
        self.tapes = pickle.loads((self.folder / "tapes").read_bytes())  # noqa: S301
        for work, count in works.items():
            self.turns[work] = self.asked.ask(work=work, all=count)["turns"]
        self.asked.ask(leave=True, peers=peers)
        self.host.keep_as(TEMPLATE)

    def restore(self) -> None:
        self.host.restore(TEMPLATE)

    def asks(self, work: str) -> list[list[dict[str, Any]]]:
        """What is asked over HTTP, with the code that the screen shows now."""
        turns = [turn["http"] for turn in self.turns[work]]
        if work == "check_in":
            ids = sorted({one["path"].split("/")[2] for requests in turns for one in requests})
            codes = self.asked.ask(codes=ids)["codes"]
            turns = [
                [{**one, "body": {"code": codes[one["path"].split("/")[2]]}} for one in requests]
                for requests in turns
            ]
        return turns

    def plays(self, who: str, work: str) -> bool:
        return who != "plain" or (self.kind == "postgresql" and work in PLAIN_WORKS)


@contextlib.contextmanager
def stage(kind: str, folder: Path, server: str | None, environment: dict[str, str]) -> Iterator[Stage]:
    mine = folder / kind
    mine.mkdir()
    host: Any = SqliteHost(mine) if kind == "sqlite" else PostgresHost(server or "", "dianliang_bench")
    host.clear()
    env = {**os.environ, **environment, "DATA_DIR": str(mine), "DATABASE_URL": host.url}
    try:
        with sites.town("scripts.benchmark.town", kind, mine, env) as asked:
            yield Stage(kind, mine, host, asked, env)
    finally:
        if kind != "sqlite":
            for name in (host.database, f"{host.database}_{TEMPLATE}"):
                host._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


# --- who serves --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def served(
    who: str, stage: Stage, workers: int, threads: int, peer_workers: int
) -> Iterator[tuple[int, int]]:
    """The product or a peer on the database as it stands: its port, and the number of its first process."""
    if who == "product":
        for left in (stage.folder / "metrics").glob("*.db"):
            left.unlink()
        with sites.served(stage.folder, stage.environment, workers, threads) as (port, master):
            yield port, master.pid
        return
    with peer(who, stage, peer_workers) as told:
        yield told


@contextlib.contextmanager
def peer(who: str, stage: Stage, workers: int) -> Iterator[tuple[int, int]]:
    if not PYTHON.exists():
        raise SystemExit("The peers are not installed: scripts/bench --peer does it")
    environment = {
        "PATH": os.environ["PATH"],
        "PEER_DATABASE": _for_async(stage.address),
        "PEER_INDEX_KEY": stage.environment["INDEX_KEY"],
        "PEER_SECRET_KEY": stage.environment["SECRET_KEY"],
    }
    with (
        socket.create_server(("127.0.0.1", 0), backlog=512) as listening,
        (stage.folder / f"{who}.log").open("a") as log,
    ):
        port, handle = listening.getsockname()[1], listening.fileno()
        command = [str(PYTHON), "-m", "uvicorn", f"{who}:app", "--fd", str(handle), "--no-access-log"]
        command += ["--workers", str(workers)] if workers > 1 else []
        streams: Any = {"stdout": log, "stderr": log, "stdin": None, "pass_fds": (handle,), "cwd": PEERS}
        with sites.process(command, environment, **streams) as master:
            _wait_until_ready(port, master, workers)
            yield port, master.pid


def _for_async(address: str) -> str:
    return address.replace("sqlite://", "sqlite+aiosqlite://", 1).replace("+psycopg", "+asyncpg", 1)


def _wait_until_ready(port: int, master: subprocess.Popen[str], workers: int) -> None:
    """Every worker has answered once; each says which it is."""
    until, seen = time.monotonic() + sites.PATIENCE_SECONDS, set()
    while time.monotonic() < until and master.poll() is None:
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=10) as answer,  # nosec B310 - our own
        ):
            seen.add(answer.read())
            if len(seen) >= workers:
                return
        time.sleep(0.02)
    raise SystemExit("the peer did not begin to answer")
