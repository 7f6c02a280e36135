"""More than one machine, on this one: everything docs/deployment.md names, started, killed in turn, and measured.

nginx → two web hosts → PgBouncer → HAProxy → three PostgreSQL under Patroni with three etcd, two workers, Valkey for
the rate limits, and a private web process: all on loopback ports, in a temporary folder, with the files of
docs/operations as they stand there. While people work through nginx, one part after the other is killed, stopped
or hung; after each it is looked up what was lost or doubled, and all books are verified. Figures are in seconds.
"""

import argparse
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from flask_migrate import upgrade

from backend import config
from backend.app import create_app
from backend.seeds import demo
from scripts.cluster import faults, parts, tools
from tests.faults import drills
from tests.faults.clients import wait_for
from tests.simulated import SimulatedWeChat
from tests.town import Town
from tests.unlimited import UNLIMITED

SIGN_INS = "30/minute"


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/topology", description=__doc__)
    parser.add_argument("--only", choices=sorted(faults.ALL), nargs="+", help="these faults alone")
    parser.add_argument("--rounds", type=int, default=1, help="how often each fault happens")
    parser.add_argument("--people", type=int, default=6, help="who work without a pause")
    parser.add_argument("--databases", type=int, choices=(2, 3), default=3, help="database hosts")
    parser.add_argument("--without-pgbouncer", action="store_true", help="web hosts ask HAProxy themselves")
    parser.add_argument("--careless", action="store_true", help="set up wrongly on purpose: must be seen")
    parser.add_argument("--keep", action="store_true", help="keep the folder with what every part said")
    return parser.parse_args(arguments)


def main() -> None:
    asked = read_arguments(sys.argv[1:])
    become_another()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    parts.adopt_orphans()
    try:
        calls = tools.found()
        with stand(asked, calls) as standing:
            told = ", ".join(f"{name} {version}" for name, version in tools.versions(calls).items())
            print(f"Started: {told}, and Patroni with PostgreSQL from PyPI.")
            rows = faults.all_of(standing, asked, say)
    except tools.Missing as missing:
        raise SystemExit(str(missing)) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    say("")
    print(faults.table(rows))
    raise SystemExit(any(row.wrong for row in rows))


def become_another() -> None:
    """PostgreSQL refuses to run as root: then all of this starts anew in a user namespace, where it is another."""
    if os.geteuid():
        return
    if not shutil.which("unshare"):
        raise SystemExit("PostgreSQL refuses to run as root: please start this as another user.")
    # PostgreSQL wants to find itself among the users.
    somebody = pwd.getpwnam("daemon")
    words = ["unshare", "--user", f"--map-user={somebody.pw_uid}", f"--map-group={somebody.pw_gid}"]
    os.execvp(words[0], [*words, sys.executable, "-m", "scripts.cluster.run", *sys.argv[1:]])  # noqa: S606


def say(text: str) -> None:
    """Progress, on one line where there is a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


class Stand:
    """The whole city: its parts by name, and how its people reach it."""

    def __init__(self, folder: Path, databases: int, careless: bool) -> None:
        self.folder, self.careless = folder, careless
        self.ports = {
            name: parts.free_ports(count)
            for name, count in {"etcd": 3, "peers": 3, "postgres": databases, "patroni": databases}.items()
        }
        self.nginx, self.primary, self.pooled, self.limits, *self.webs = parts.free_ports(7)
        self.parts: dict[str, Any] = {}
        self.password = secrets.token_urlsafe(12)
        self.url = f"http://{parts.HERE}:{self.nginx}"
        self.town: Any = None
        self.promtool: list[str] = []
        self.wechat: Any = None

    def begin(self, *begun: parts.Part) -> None:
        for one in begun:
            self.parts[one.name] = one
            one.start()

    def ours(self) -> set[int]:
        return {one.process.pid for one in list(self.parts.values()) if one.process}

    @property
    def databases(self) -> list[parts.Database]:
        return [one for one in self.parts.values() if isinstance(one, parts.Database)]

    def leader(self) -> parts.Database:
        """The primary, as soon as there is one."""
        wait_for(lambda: any(one.is_primary() for one in self.databases), "there is a primary")
        return next(one for one in self.databases if one.is_primary())

    def whole(self) -> bool:
        """Whether every database host is back in its place."""
        count = len(self.databases)
        return any(parts.whole(one.members(), count, self.careless) for one in self.databases)

    def address(self, port: int) -> str:
        return f"postgresql+psycopg://dianliang:{self.password}@{parts.HERE}:{port}/dianliang"


@contextlib.contextmanager
def stand(asked: argparse.Namespace, calls: dict[str, list[str]]) -> Iterator[Stand]:
    """All of it, with the demo city inside; none of it is left at the end."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(_folder(asked.keep)))
        made = Stand(folder, asked.databases, asked.careless)
        orphans = parts.Orphans(made.ours)
        orphans.start()
        stack.callback(_end_everything, orphans)
        _databases(made, calls)
        made.promtool = calls["promtool"]
        made.wechat = stack.enter_context(SimulatedWeChat())
        told = _told(made, asked)
        app = _city(made, told)
        stack.enter_context(app.app_context())
        stack.callback(drills.afresh)
        upgrade()
        demo.seed()
        made.town = Town(app)
        _hosts(made, calls, told)
        yield made


@contextlib.contextmanager
def _folder(keep: bool) -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="dianliang-topology-")
    try:
        yield folder
    finally:
        if keep:
            print(f"What every part said: {folder}/*.log")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _end_everything(orphans: parts.Orphans) -> None:
    """Everything below this process, whoever started it: nothing of it is worth a farewell."""
    orphans.over.set()
    orphans.join()
    while left := parts.below(os.getpid()):
        parts.send(left)
        parts.collect(left)


def _databases(made: Stand, calls: dict[str, list[str]]) -> None:
    say("starting etcd and Patroni")
    made.begin(*parts.etcd(made.folder, calls["etcd"], made.ports["etcd"], made.ports["peers"]))
    for port in made.ports["etcd"]:
        wait_for(lambda port=port: parts.answers(f"http://{parts.HERE}:{port}/health"), "etcd answers")
    count = len(made.ports["postgres"])
    given = (made.ports, tools.postgres(), made.careless)
    made.begin(*(parts.Database(made.folder, number, *given) for number in range(1, count + 1)))
    wait_for(made.whole, "the database hosts have found each other")
    leader = made.leader()
    with psycopg.connect(
        host=parts.HERE,
        port=leader.port,
        user=leader.superuser["username"],
        password=leader.superuser["password"],
        dbname="postgres",
        autocommit=True,
    ) as connection:
        connection.execute(f"CREATE ROLE dianliang LOGIN PASSWORD '{made.password}'".encode())
        connection.execute("CREATE DATABASE dianliang OWNER dianliang")
    made.begin(parts.haproxy(made.folder, calls["haproxy"], made.primary, made.ports))
    made.begin(
        parts.pgbouncer(made.folder, calls["pgbouncer"], made.pooled, made.primary, made.password),
        parts.Part(
            made.folder,
            "valkey",
            [*calls["valkey-server"], "--port", str(made.limits), "--bind", parts.HERE, "--save", ""],
        ),
    )
    for port, what in ((made.primary, "HAProxy"), (made.pooled, "PgBouncer"), (made.limits, "Valkey")):
        parts.wait_until_listening(port, f"{what} answers")
    wait_for(lambda: all(_leads_to_the_primary(made) for _ in range(6)), "HAProxy knows the primary")


def _leads_to_the_primary(made: Stand) -> bool:
    """At its start HAProxy takes all for the primary, until it has asked each."""
    address = {"host": parts.HERE, "port": made.primary, "dbname": "dianliang"}
    try:
        with psycopg.connect(**address, user="dianliang", password=made.password) as connection:
            return connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
    except psycopg.OperationalError:
        return False


def _told(made: Stand, asked: argparse.Namespace) -> dict[str, str]:
    """What all hosts are told alike."""
    return {
        "APP_ENV": "test",
        "DATABASE_URL": made.address(made.primary if asked.without_pgbouncer else made.pooled),
        "WECHAT_BASE_URL": made.wechat.url,
        "RATE_LIMIT_STORAGE": f"redis://{parts.HERE}:{made.limits}",
        "RATE_LIMIT_SIGN_IN": SIGN_INS,
        "CLAIM_LIMIT": "100000",
        "LOG_LEVEL": "WARNING",
        **UNLIMITED,
    }


def _city(made: Stand, told: dict[str, str]) -> Any:
    say("making the city")
    own = {**told, "DATA_DIR": str(made.folder), "LOG_LEVEL": "CRITICAL", "RATE_LIMIT_STORAGE": "memory://"}
    os.environ.update(own)
    return create_app(config.read())


def _hosts(made: Stand, calls: dict[str, list[str]], told: dict[str, str]) -> None:
    """Two web hosts behind nginx, a private one beside them, and two workers."""
    say("starting the hosts")
    public = {**told, "TRUSTED_PROXIES": "1"}
    if made.careless:
        public |= {"TRUSTED_PROXIES": "2", "WECHAT_CLOUD_HOSTING": "on"}
    webs = [parts.Web(made.folder, f"web{n}", made.webs[n - 1], public) for n in (1, 2)]
    private = parts.Web(made.folder, "private", made.webs[2], told, WECHAT_CLOUD_HOSTING="on")
    worker = [sys.executable, "-m", "flask", "--app", "backend.app:create_app", "worker"]
    made.begin(*webs, private)
    made.begin(*(parts.Part(made.folder, f"worker{n}", worker, **told) for n in (1, 2)))
    for one in (*webs, private):
        wait_for(one.ready, f"{one.name} is ready")
    made.begin(parts.nginx(made.folder, calls["nginx"], made.nginx, made.webs[:2]))
    wait_for(lambda: parts.answers(f"{made.url}/healthz"), "nginx answers")


if __name__ == "__main__":
    main()
