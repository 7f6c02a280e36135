"""What the house stands: the long form of tests/faults, with progress, on SQLite and on PostgreSQL.

For each database a fresh demo city is served by gunicorn as in production, and then: crowds claim each wish,
want the last pieces, resolve each order at once; a sheet of the largest size comes in while others write; web workers
and the database server are killed with -9 while everybody works; slow clients and a slow WeChat are there; a release
is killed after one statement after the other. After each drill everything is verified, as `flask ledger verify` does,
and how long writers waited and kept others waiting is told. At last the short form runs all the other faults.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

from backend import config
from backend.app import create_app
from backend.seeds import demo
from scripts import at_the_gate
from tests.databases import PostgresHost, SqliteHost
from tests.faults import drills, releases, sheets, slow
from tests.faults.checks import wrong_with_the_house
from tests.faults.postgres import OwnPostgres
from tests.served import Served
from tests.simulated import SimulatedWeChat
from tests.town import Town
from tests.unlimited import UNLIMITED

TOP = Path(__file__).resolve().parents[1]
DATABASES = ("sqlite", "postgresql")
# The crowds of a few people are not to be slowed down, and one person may claim many wishes.
FREE = {
    **UNLIMITED,
    "RATE_LIMIT_SIGN_IN": "100000000/minute",
    "CLAIM_LIMIT": "100000",
    "LOG_LEVEL": "CRITICAL",
}


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--workers", type=int, default=4, help="processes of gunicorn")
    parser.add_argument("--wishes", type=int, default=200, help="wishes that a crowd claims, one by one")
    parser.add_argument("--claimers", type=int, default=32, help="people in that crowd")
    parser.add_argument("--requests", type=int, default=500, help="people who want the last pieces")
    parser.add_argument("--pieces", type=int, default=7, help="the last pieces")
    parser.add_argument("--resolutions", type=int, default=500, help="rounds of approve ∥ cancel ∥ expire")
    parser.add_argument("--sheet-rows", type=int, default=20_000, help="rows of a sheet while others write")
    parser.add_argument("--most-wait", type=float, default=2.0, help="seconds that others may wait meanwhile")
    parser.add_argument("--web-kills", type=int, default=300, help="kill -9 of web workers under load")
    parser.add_argument("--database-kills", type=int, default=30, help="kill -9 of the database server")
    parser.add_argument("--release-kills", type=int, default=20, help="kill -9 inside `flask db upgrade`")
    parser.add_argument("--slow-clients", type=int, default=64, help="half-sent requests of each kind")
    parser.add_argument("--waiting", type=int, default=64, help="sign-ins while WeChat takes half a minute")
    parser.add_argument("--preload", action="store_true", help="replace killed web workers quicker")
    parser.add_argument("--without-short-form", action="store_true", help="the drills alone")
    return parser.parse_args(arguments)


def main() -> None:
    asked = read_arguments(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As an exception, so that everything that was started is stopped on the way out.
        signal.signal(number, _stop)
    names = DATABASES if asked.database == "both" else (asked.database,)
    rows: list[tuple[str, str, int, float]] = []
    try:
        for name in names:
            with city(name, asked) as stand:
                rows += drilled(name, stand, asked)
            if not asked.without_short_form:
                rows.append(_short_form(name))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    say("")
    for name, what, wrong, seconds in rows:
        print(f"{name:<11} {'well ' if not wrong else f'{wrong} wrong'}  {what}  ({seconds:.0f} s)")
    raise SystemExit(any(wrong for _, _, wrong, _ in rows))


def _stop(number: int, _frame: Any) -> None:
    raise SystemExit(128 + number)


def say(text: str) -> None:
    """Progress, on one line where there is a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


class Stand:
    """A city, what serves it, and the database server that may be killed (None: SQLite has none)."""

    def __init__(
        self, town: Town, served: Served, server: OwnPostgres | None, folder: Path, wechat: SimulatedWeChat
    ) -> None:
        self.town, self.served, self.server, self.folder = town, served, server, folder
        self.wechat = wechat


@contextlib.contextmanager
def city(name: str, asked: argparse.Namespace) -> Iterator[Stand]:
    """A fresh demo city on a database of its own, served; all of it goes at the end."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dianliang-faults-")))
        server = stack.enter_context(OwnPostgres()) if name == "postgresql" else None
        address = server.host.url if server else SqliteHost(folder).url
        wechat = stack.enter_context(SimulatedWeChat())
        told = {"APP_ENV": "test", "DATABASE_URL": address, "DATA_DIR": str(folder), **FREE}
        told["WECHAT_BASE_URL"] = wechat.url
        os.environ.update(told)
        say(f"{name}: making the city")
        app = create_app(config.read())
        stack.enter_context(app.app_context())
        upgrade()
        demo.seed()
        served = stack.enter_context(Served(told, workers=asked.workers, preload=asked.preload))
        try:
            yield Stand(Town(app), served, server, folder, wechat)
        finally:
            drills.afresh()


def drilled(name: str, stand: Stand, asked: argparse.Namespace) -> list[tuple[str, str, int, float]]:
    """Every drill that was asked for, and how it went."""
    town, served, server = stand.town, stand.served, stand.server
    plans: list[tuple[int, str, Callable[[], list[str]]]] = [
        (
            asked.wishes,
            f"{asked.wishes} wishes × {asked.claimers} claimers: one winner each",
            lambda: drills.one_winner_each(town, served, asked.wishes, asked.claimers, say),
        ),
        (
            asked.requests,
            f"{asked.requests} requests for {asked.pieces} pieces, each sent twice: {asked.pieces} orders",
            lambda: drills.last_pieces(town, served, asked.requests, asked.pieces, say),
        ),
        (
            asked.resolutions,
            f"{asked.resolutions} rounds of approve ∥ cancel ∥ expire: one resolution each",
            lambda: drills.one_resolution_each(town, served, asked.resolutions, say),
        ),
        (
            asked.sheet_rows,
            f"a sheet of {asked.sheet_rows} rows: others go on writing",
            lambda: sheets.largest_sheet(
                town, served, asked.sheet_rows, most_seconds=asked.most_wait, tell=say
            ),
        ),
        (
            asked.web_kills,
            f"{asked.web_kills} kills of web workers: nothing lost, nothing doubled",
            lambda: drills.web_workers_killed(town, served, asked.web_kills, tell=say),
        ),
        (
            asked.database_kills if server else 0,
            f"{asked.database_kills} kills of the database: nothing lost, nothing doubled",
            lambda: drills.database_killed(town, served, server, asked.database_kills, tell=say),
        ),
        (
            asked.slow_clients,
            f"{asked.slow_clients} slow clients of each kind: everybody else within {slow.BESIDE_CLIENTS:g} s",
            lambda: slow.clients_that_stop_somebody(served, asked.slow_clients, say),
        ),
        (
            asked.waiting,
            f"{asked.waiting} wait for WeChat: everybody else within {slow.BESIDE_WECHAT:g} s",
            lambda: slow.wechat_that_stops_somebody(served, stand.wechat, asked.waiting),
        ),
        (
            asked.release_kills,
            f"{asked.release_kills} kills inside a release: done again as if nothing had been",
            lambda: _release_killed(stand, asked.release_kills),
        ),
    ]
    return [_drill(name, what, served, run) for count, what, run in plans if count]


def _drill(name: str, what: str, served: Served, run: Callable[[], list[str]]) -> tuple[str, str, int, float]:
    say(f"{name}: {what}")
    began, before = time.monotonic(), at_the_gate.counted(served.url)
    wrong = run()
    gate = at_the_gate.sentence(at_the_gate.since(before, at_the_gate.counted(served.url)))
    print(f"{name}: {what}: {gate}")
    drills.afresh()
    wrong += wrong_with_the_house()
    for sentence in wrong[:50]:
        print(f"{name}: {sentence}")
    return name, what, len(wrong), time.monotonic() - began


def _release_killed(stand: Stand, kills: int) -> list[str]:
    """On another, empty database: kills spread over all the statements of a release from nothing."""
    folder = stand.folder / "release"
    folder.mkdir()
    host: Any = SqliteHost(folder)
    if stand.server:
        address = stand.server.host.server.render_as_string(hide_password=False)
        host = PostgresHost(address, "dianliang_release")
    host.clear()
    statements = releases.upgraded(host, folder, "--count")
    straight = releases.schema(host.url)
    deaths = sorted({1 + number * (statements - 1) // kills for number in range(kills)})
    wrong = []
    for death in deaths:
        say(f"a release killed after statement {death} of {statements}")
        # From nothing each time: on SQLite what was done of the releases before stays done.
        wrong += releases.killed_and_done_again(host, [death], folder, straight)
    return wrong


def _short_form(name: str) -> tuple[str, str, int, float]:
    began = time.monotonic()
    words = ("-q", "tests/faults", "--every-revision", "--database", name)
    done = subprocess.run([sys.executable, "-m", "pytest", *words], cwd=TOP, check=False)
    return name, "tests/faults in the short form", done.returncode, time.monotonic() - began


if __name__ == "__main__":
    main()
