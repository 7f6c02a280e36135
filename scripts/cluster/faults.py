"""What happens to the topology, one after the other, and what is looked up after each."""

import argparse
import contextlib
import http.client
import itertools
import random
import re
import signal
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import Refused
from backend.outbox import delivery
from backend.wechat.gateway import gateway
from backend.wechat.simulator.rules import openid_of
from scripts.cluster import parts
from tests.faults import drills, work
from tests.faults.checks import lost_or_doubled, replayed_otherwise, wrong_with_the_house
from tests.faults.clients import Load, wait_for

# Changes acknowledged before a fault, and after it.
BEFORE, AFTER = 30, 120
# A service that ended is started again by its system; a machine comes back later.
SERVICE_SECONDS, MACHINE_SECONDS = 1, 5
CUT_OFF_SECONDS = 2


@dataclass
class Row:
    """How one fault went: nobody's change was acknowledged for `silence`, the slowest took `slowest` seconds."""

    what: str
    changes: int = 0
    silence: float = 0
    slowest: float = 0
    again: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Pulse:
    """When changes were asked for, and when acknowledged."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, float]] = []
        self._lock = threading.Lock()

    def watched(self, step: Callable) -> Callable:
        """The same step of work, with each of its changes timed."""

        def timed(client: Any, number: int) -> Any:
            return step(_Timed(client, self), number)

        return timed

    def note(self, began: float, ended: float) -> None:
        with self._lock:
            self.taken.append((began, ended))

    def since(self, moment: float) -> tuple[float, float]:
        """The longest silence, and the slowest change, of what ended after this moment."""
        ends = [moment, *sorted(ended for _, ended in self.taken if ended > moment)]
        silence = max(after - before for before, after in itertools.pairwise(ends))
        return silence, max(ended - began for began, ended in self.taken if ended > moment)


class _Timed:
    def __init__(self, client: Any, pulse: Pulse) -> None:
        self.client, self.pulse = client, pulse

    def insist(self, path: str, body: dict, key: str | None = None) -> Any:
        began = time.monotonic()
        told = self.client.insist(path, body, key)
        self.pulse.note(began, time.monotonic())
        return told


# --- the faults ----------------------------------------------------------------------------------------


def nothing(_stand: Any) -> None:
    """For comparison."""


def web_host(stand: Any) -> None:
    """A web host goes off, and comes back."""
    one = random.choice([stand.parts["web1"], stand.parts["web2"]])
    one.kill()
    time.sleep(MACHINE_SECONDS)
    one.start()
    wait_for(one.ready, f"{one.name} is back")


def new_release(stand: Any) -> None:
    """Web hosts and workers are restarted one after the other; nginx leaves each out until it is ready."""
    for name in ("web1", "web2"):
        one = stand.parts[name]
        stand.parts["nginx"].leave_out(one.port)
        _restarted(one)
        stand.parts["nginx"].take_in(one.port)
    for name in ("worker1", "worker2"):
        stand.parts[name].stop()
        stand.parts[name].start()


def careless_release(stand: Any) -> None:
    """The same, but nobody tells nginx."""
    for name in ("web1", "web2"):
        _restarted(stand.parts[name])


def _restarted(one: parts.Web) -> None:
    one.stop()
    one.start()
    wait_for(one.ready, f"{one.name} is ready")


def worker(stand: Any) -> None:
    """A worker is killed for good while there is much to tell: the other one tells it, and nobody twice."""
    openids = work.told(stand.town, 30)
    stand.parts["worker1"].kill()
    openids += work.told(stand.town, 10)
    wait_for(_all_told, "the other worker delivers")
    stand.parts["worker1"].start()
    # What the dead worker had leased and not begun waits until its lease is over.
    with clock.frozen_at(clock.now() + delivery.LEASE * 2):
        while delivery.deliver_due(gateway()):
            pass
    received = [len(stand.wechat.memory.messages_of(one)) for one in openids]
    if max(received) > 1 or sum(received) < len(openids) - 1:
        raise AssertionError(f"{sum(received)} messages for {len(openids)} people, {max(received)} for one")


def _all_told() -> bool:
    waiting = session.scalar(delivery._ANY_DUE, {"now": clock.now()})
    session.rollback()
    return not waiting


def nginx(stand: Any) -> None:
    """nginx is killed and started again."""
    _killed_and_started(stand, "nginx")


def pgbouncer(stand: Any) -> None:
    """PgBouncer is killed and started again."""
    _killed_and_started(stand, "pgbouncer")


def haproxy(stand: Any) -> None:
    """HAProxy is killed and started again."""
    _killed_and_started(stand, "haproxy")


def limits(stand: Any) -> None:
    """The store of the rate limits is killed and started again."""
    _killed_and_started(stand, "valkey", MACHINE_SECONDS)


def etcd(stand: Any) -> None:
    """One etcd of three is killed, and comes back."""
    _killed_and_started(stand, "etcd1", MACHINE_SECONDS)


def _killed_and_started(stand: Any, name: str, after: float = SERVICE_SECONDS) -> None:
    stand.parts[name].kill()
    time.sleep(after)
    stand.parts[name].start()


def postgres(stand: Any) -> None:
    """The primary's PostgreSQL is killed; its Patroni lives, and starts it again or lets another one lead."""
    stand.leader().kill_postgres()


def primary(stand: Any) -> None:
    """The primary's machine goes off; it comes back when another one leads."""
    gone = stand.leader()
    gone.kill()
    wait_for(lambda: any(one.is_primary() for one in stand.databases if one is not gone), "another leads")
    time.sleep(MACHINE_SECONDS)
    gone.start()


def cut_off(stand: Any) -> None:
    """The others hear nothing from the primary any more, and then its machine goes off."""
    gone = stand.leader()
    parts.send(gone.senders(), signal.SIGSTOP)
    # Whatever is acknowledged now, no other host has.
    time.sleep(CUT_OFF_SECONDS)
    gone.kill()
    wait_for(lambda: any(one.is_primary() for one in stand.databases if one is not gone), "another leads")
    gone.start()


def standby(stand: Any) -> None:
    """The machine goes off that every change waits for; it comes back."""
    members = stand.leader().members()
    name = next(one["name"] for one in members if one["role"] == "sync_standby")
    stand.parts[name].kill()
    time.sleep(MACHINE_SECONDS)
    stand.parts[name].start()


def hung(stand: Any) -> None:
    """The primary's machine hangs; when another one leads, it goes on as if nothing had been."""
    gone = stand.leader()
    held = gone.processes()
    parts.send(held, signal.SIGSTOP)
    try:
        wait_for(lambda: any(one.is_primary() for one in stand.databases if one is not gone), "another leads")
        time.sleep(MACHINE_SECONDS)
    finally:
        parts.send(held, signal.SIGCONT)


def switchover(stand: Any) -> None:
    """Somebody asks for another primary, to work on the machine of this one."""
    leader = stand.leader()
    answer = requests.post(f"http://{leader.api}/switchover", json={"leader": leader.name}, timeout=60)
    if answer.status_code != 200:
        raise AssertionError(answer.text)


ALL: dict[str, Callable[[Any], None]] = {
    "nothing": nothing,
    "web-host": web_host,
    "new-release": new_release,
    "careless-release": careless_release,
    "worker": worker,
    "nginx": nginx,
    "pgbouncer": pgbouncer,
    "haproxy": haproxy,
    "limits": limits,
    "etcd": etcd,
    "postgres": postgres,
    "standby": standby,
    "switchover": switchover,
    "primary": primary,
    "cut-off": cut_off,
    "hung": hung,
}


# --- what is looked up -----------------------------------------------------------------------------------


def alerts(call: list[str]) -> list[str]:
    """What promtool has against the rules that wake somebody, and against when they do."""
    rules, tried = parts.OPERATIONS / "alerts.yml", parts.OPERATIONS / "alerts-test.yml"
    runs = [
        subprocess.run([*call, *words], capture_output=True, text=True)
        for words in (("check", "rules", str(rules)), ("test", "rules", str(tried)))
    ]
    return [(run.stdout + run.stderr).strip() for run in runs if run.returncode]


def all_of(stand: Any, asked: argparse.Namespace, tell: Callable[[str], None]) -> list[Row]:
    tell("who is believed what")
    rows = [Row("Headers from outside are not believed", wrong=headers(stand))]
    rows.append(Row("Alerts wake when they should", wrong=alerts(stand.promtool)))
    for number, name in itertools.product(range(1, asked.rounds + 1), asked.only or ALL):
        tell(f"{number} of {asked.rounds}: {ALL[name].__doc__}")
        rows.append(_measured(stand, name, asked.people))
        tell(figures(rows[-1]))
    for row in rows:
        for sentence in row.wrong[:20]:
            print(f"{row.what}: {sentence}")
    return rows


def _measured(stand: Any, name: str, people: int) -> Row:
    row, pulse = Row((ALL[name].__doc__ or name).rstrip(".")), Pulse()
    with _said(row):
        step = pulse.watched(work.mixed(stand.town))
        with Load([stand.url], work.people(stand.town, people), step) as load:
            load.wait_for_more(BEFORE)
            moment = time.monotonic()
            ALL[name](stand)
            load.wait_for_more(AFTER)
        row.silence, row.slowest = pulse.since(moment)
        row.changes, row.again = len(load.kept), Counter(load.statuses)
        wait_for(stand.whole, "every database host is back in its place")
        drills.afresh()
        repeats = random.sample(load.kept, min(len(load.kept), 100))
        row.wrong += lost_or_doubled(load) + replayed_otherwise(stand.url, repeats) + wrong_with_the_house()
    return row


@contextlib.contextmanager
def _said(row: Row) -> Iterator[None]:
    """What did not come back at all is a sentence, too."""
    try:
        yield
    except (AssertionError, Refused, sa.exc.SQLAlchemyError, requests.RequestException) as fault:
        row.wrong.append(f"{type(fault).__name__}: {str(fault)[:500]}")
        drills.afresh()


def headers(stand: Any) -> list[str]:
    """What the public hosts must not believe from outside, and the private one must."""
    return [*_openid(stand), *_address(stand), *_name(stand), *_metrics(stand)]


def _openid(stand: Any) -> list[str]:
    """Somebody says in a header that he is tong, who is staff."""
    tong = stand.town.person("tong").id
    lie = {"X-WX-OPENID": openid_of("tong"), "X-WX-SOURCE": "1"}
    told = {
        "through nginx": _signed_in(stand.url, lie),
        "at a public host itself": _signed_in(stand.parts["web1"].url, lie),
        "with underscores": _signed_in(stand.url, {"X_WX_OPENID": openid_of("tong")}),
    }
    wrong = [f"X-WX-OPENID is believed {where}" for where, who in told.items() if who in (tong, None)]
    private = _signed_in(stand.parts["private"].url, lie)
    return wrong + ([] if private == tong else ["X-WX-OPENID is not believed by the private process"])


def _signed_in(url: str, lie: dict[str, str]) -> int | None:
    body = {"code": f"sim:kai:{uuid.uuid4().hex}"}
    answer = requests.post(f"{url}/api/v1/sessions", json=body, headers=lie, timeout=30)
    return answer.json()["data"]["person"]["id"] if answer.status_code == 201 else None


def _address(stand: Any) -> list[str]:
    """Somebody says that each of his sign-ins comes from elsewhere; a neighbour signs in beside him."""
    told = Counter(_from(stand, "127.0.0.2", f"203.0.113.{number}") for number in range(100))
    beside = _from(stand, "127.0.0.3", "203.0.113.1")
    wrong = [] if told[429] >= 40 else [f"X-Forwarded-For is believed: {dict(told)}"]
    return wrong + ([] if beside == 201 else [f"a neighbour is told {beside}"])


def _from(stand: Any, address: str, said: str) -> int:
    line = http.client.HTTPConnection(parts.HERE, stand.nginx, timeout=30, source_address=(address, 0))
    with contextlib.closing(line):
        body = f'{{"code": "sim:kai:{uuid.uuid4().hex}"}}'
        named = {"Content-Type": "application/json", "X-Forwarded-For": said, "X-Real-IP": said}
        line.request("POST", "/api/v1/sessions", body, named)
        return line.getresponse().status


def _name(stand: Any) -> list[str]:
    """The code on the public wall leads to where the page was asked for, whatever else somebody says."""
    plain, lied = (
        re.findall(r"data:image/svg[^\"']+", requests.get(f"{stand.url}/wall", headers=more, timeout=30).text)
        for more in ({}, {"X-Forwarded-Host": "evil.example"})
    )
    return [] if plain == lied and plain else ["X-Forwarded-Host is believed, or the wall has no code"]


def _metrics(stand: Any) -> list[str]:
    outside = requests.get(f"{stand.url}/metrics", timeout=30).status_code
    inside = requests.get(f"{stand.parts['web1'].url}/metrics", timeout=30).status_code
    return [] if (outside, inside) == (403, 200) else [f"/metrics: {outside} outside, {inside} inside"]


def figures(row: Row) -> str:
    again = ", ".join(f"{count}×{status or 'nobody'}" for status, count in sorted(row.again.items()))
    measured = f"{row.silence:6.1f} s {row.slowest:6.1f} s {row.changes:8}"
    return f"{measured}  {again:<22}  {len(row.wrong):5}  {row.what}"


def table(rows: list[Row]) -> str:
    """How long nobody's change was acknowledged, how long the slowest took, and what was wrong afterwards."""
    return "\n".join([" silence  slowest  changes  told again              wrong", *map(figures, rows)])
