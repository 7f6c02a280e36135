"""What is wrong with an installation, in plain words, and what mends it.

Reads everything and changes nothing, but for one probe picture that is stored and erased again, and an empty change.
"""

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from backend import backup_age, calendar_days, command_line, config, crypto, oidc
from backend.db import Version, can_write, clock_ahead, dialect, schema_version, session
from backend.files import stores
from backend.ledger import seals
from backend.operations import certificate
from backend.outbox import group_messages, matching
from backend.outbox import queries as outbox
from backend.people import permissions, sealed
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.wechat.gateway import WeChatRejected, WeChatUnavailable, gateway

GIBIBYTE = 1024**3
# The worker delivers within seconds: a notice due for so long has nobody who delivers it.
NOBODY_DELIVERS = timedelta(minutes=15)
# A day is sealed within the hour after it, ten minutes at a time.
MOST_UNSEALED_DAYS = 2
# Clocks that differ by more make check-in codes and deadlines wrong.
CLOCKS_APART = timedelta(seconds=5)
PROBE = "doctor-probe.jpg"
# What WeChat says of settings that are wrong (服务端/接口调用凭证).
MEANINGS = {
    40013: "it does not know WECHAT_APP_ID",
    40125: "WECHAT_APP_SECRET is wrong",
    40164: "this machine's address is not in the IP list (开发设置 → IP白名单)",
    40243: "the AppSecret is frozen; thaw it on the platform's page",
    89503: "the administrator has to confirm this address on the platform",
}


@dataclass(frozen=True)
class Finding:
    """`fault` keeps people from their work or loses something; what is none is worth knowing."""

    fault: bool
    sentence: str
    advice: str


def findings() -> Iterator[Finding]:
    """Everything that is wrong, the most basic first; without a database there is nothing more to ask."""
    database = list(_database())
    yield from database
    if any(one.fault for one in database):
        return
    for look in (
        _disk,
        _private,
        lost_keys,
        _store,
        _worker,
        _wechat,
        _people,
        _provider,
        _group,
        _calendar,
        _hosting,
        _outside,
        _backups,
        _copies,
    ):
        yield from look()


def _calendar() -> Iterator[Finding]:
    year = calendar_days.unknown_year()
    if year is not None:
        said = f"nobody has entered which days of {year} are free: deadlines count Monday to Friday"
        yield _hint(said, "enter the announced holidays in the console: 组织 → 工作日历")


def _fault(sentence: str, advice: str) -> Finding:
    return Finding(True, sentence, advice)


def _hint(sentence: str, advice: str) -> Finding:
    return Finding(False, sentence, advice)


def _database() -> Iterator[Finding]:
    # To open it would make it, and `flask restore` refuses a place where a file is.
    if dialect() == "sqlite" and not Path(str(sa.make_url(config.settings().database).database)).exists():
        yield _fault("there is no database yet", "run `flask db upgrade`, or `flask restore` of a backup")
        return
    try:
        version = list(_version())
    except sa.exc.SQLAlchemyError as fault:
        trouble = command_line.of_database(fault)
        if trouble is None:
            raise
        yield _fault(trouble.sentence, trouble.advice)
        return
    yield from version
    yield from _sqlite() if dialect() == "sqlite" else _postgresql()
    if can_write() is False:
        yield _fault(
            "nothing can be written, only read",
            "make room on the database's disk, and look whether DATABASE_URL leads to the primary",
        )


def _version() -> Iterator[Finding]:
    found = schema_version()
    if found is Version.AHEAD:
        yield _hint(
            "the database is newer than the program, as between `flask db upgrade` and the restart of this host",
            "restart with the program that upgraded it; this one goes on working for one release",
        )
    elif found is Version.BEHIND:
        yield _fault("the database is of an earlier version than the program", "run `flask db upgrade`")


def _sqlite() -> Iterator[Finding]:
    mode = session.scalar(sa.text("PRAGMA journal_mode"))
    if mode != "wal":
        yield _fault(f"SQLite writes in mode {mode}", "put DATA_DIR on a local disk that allows WAL")
    if config.settings().web_concurrency > 8:
        yield _hint("many web processes share one SQLite file", "use PostgreSQL for a whole city")


def _postgresql() -> Iterator[Finding]:
    told = {name: session.scalar(sa.text(f"SHOW {name}")) for name in ("fsync", "full_page_writes")}
    if "off" in told.values():
        names = "、".join(name for name, value in told.items() if value == "off")
        yield _fault(f"PostgreSQL runs with {names} off: a power cut damages it", "turn it on")
    if session.scalar(sa.text("SHOW synchronous_commit")) == "off":
        yield _fault("synchronous_commit is off: what was confirmed can be lost", "turn it on")
    apart = abs(clock_ahead())
    if apart > CLOCKS_APART:
        yield _fault(
            f"the database's clock is {apart.total_seconds():.0f} s apart", "run NTP on both machines"
        )


def _disk() -> Iterator[Finding]:
    folder = Path(config.settings().data_dir)
    try:
        free = shutil.disk_usage(folder).free
    except OSError as fault:
        yield _fault(f"DATA_DIR cannot be read: {fault.strerror}", "create it, owned by the product's user")
        return
    if not os.access(folder, os.W_OK):
        yield _fault("DATA_DIR cannot be written to", "give it to the product's user")
    if free < GIBIBYTE:
        yield _fault(f"only {free // 2**20} MiB are free where DATA_DIR lies", "make room")


def _private() -> Iterator[Finding]:
    """Others on the machine may not read what the product keeps there. The database's file is made so by itself."""
    folder = Path(config.settings().data_dir)
    if folder.is_dir() and stat.S_IMODE(folder.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        yield _hint("others on this machine may look into DATA_DIR", f"chmod 700 {folder}")


def lost_keys() -> Iterator[Finding]:
    """Whether SEAL_KEYS and INDEX_KEY are those with which the people here were written down."""
    known = session.scalar(sa.select(Person).where(Person.phone_sealed.is_not(None)).limit(1))
    if known is None:
        return
    try:
        number = sealed.phone(known)
    except crypto.CannotOpen:
        yield _fault(
            "sealed data cannot be opened", "SEAL_KEYS lacks the key it was sealed with; find it again"
        )
        return
    if number and known.phone_index not in crypto.blind_indexes("phone", number):
        yield _fault("people cannot be found by phone", "INDEX_KEY is not the one it was indexed with")


def _store() -> Iterator[Finding]:
    try:
        store = stores.store()
        store.put(PROBE, b"probe")
        whole = store.get(PROBE) == b"probe"
        store.erase(PROBE)
    except stores.StoreUnavailable:
        whole = False
    if not whole:
        yield _fault(
            "pictures cannot be stored", "check FILE_STORE and S3_…, or the rights of DATA_DIR/files"
        )


def _worker() -> Iterator[Finding]:
    if outbox.overdue() > NOBODY_DELIVERS:
        yield _fault("notices wait and nobody delivers them", "start the worker: `flask worker`")
    behind = seals.days_behind()
    if behind > MOST_UNSEALED_DAYS:
        yield _fault(f"{behind} past days of the books are not sealed", "start the worker: `flask worker`")
    dead = outbox.waiting()["dead"]
    if dead:
        yield _hint(f"{dead} notices could not be delivered to WeChat", "see 投递失败 in the console")


def _wechat() -> Iterator[Finding]:
    try:
        gateway().ready()
        yield from _templates()
    except WeChatUnavailable:
        yield _fault("WeChat cannot be reached", "check the way out of this machine: api.weixin.qq.com:443")
    except WeChatRejected as said:
        meaning = MEANINGS.get(said.errcode, "see the platform's list of error codes")
        yield _fault(f"WeChat does not take us ({said.errcode})", meaning)


def _templates() -> Iterator[Finding]:
    if not config.settings().templates:
        return
    for key, said in matching.differences(gateway().templates()):
        yield _fault(
            f"WECHAT_TEMPLATES does not fit {key}: {said}; WeChat refuses its messages",
            "run `flask wechat templates` and copy its line",
        )


def _people() -> Iterator[Finding]:
    if not permissions.anyone_with(Permission.APPOINTMENT_GRANT):
        yield _fault(
            "nobody can appoint staff",
            "run `flask found-city`, or where there is a city `flask appoint-admin`",
        )


def _provider() -> Iterator[Finding]:
    """The city's own sign-in, where there is one."""
    problem = oidc.problem() if oidc.offered() else None
    if isinstance(problem, oidc.ProviderUnavailable):
        yield _fault(
            f"the city's own sign-in cannot be reached ({problem.why})",
            "check the way from this machine to OIDC_ISSUER; meanwhile staff scan, or use their passwords",
        )
    elif isinstance(problem, oidc.ProviderMisset):
        yield _fault(
            f"the city's own sign-in cannot be used: {problem.why}",
            "write OIDC_ISSUER as `issuer` stands in its /.well-known/openid-configuration",
        )


def _group() -> Iterator[Finding]:
    """The staff's group: whether the last message came through."""
    last = group_messages.last() if config.settings().staff_robot_url else None
    if last is not None and last.state == "dead":
        yield _fault(
            f"the staff's group was not told of {last.day.isoformat()} ({last.errcode or 'no answer'})",
            "copy the address of the group's robot into STAFF_ROBOT_URL anew; 93000 says that it is none",
        )


def _hosting() -> Iterator[Finding]:
    settings = config.settings()
    if not settings.cloud_hosting:
        return
    yield _hint(
        "Cloud Hosting's headers are believed: this process has neither console nor public pages, and unsigned pushes "
        "take nothing away",
        "keep 公网访问 off; run the console as a second service without WECHAT_CLOUD_HOSTING, and lead 消息推送 to it",
    )
    if dialect() == "sqlite" or not settings.file_store:
        yield _fault(
            "a container's disk is lost with it", "set DATABASE_URL to PostgreSQL and FILE_STORE to s3://…"
        )


def _outside() -> Iterator[Finding]:
    settings = config.settings()
    if not settings.production:
        yield _hint("this is no production installation", "set APP_ENV=production before residents use it")
        return
    if not settings.push_token or not settings.push_key:
        yield _fault("WeChat's pushes are refused", "set WECHAT_PUSH_TOKEN and WECHAT_PUSH_KEY (消息推送)")
    if not settings.templates:
        yield _hint(
            "no subscription message is configured", "run `flask wechat templates`; the inbox works without"
        )
    if not settings.public_address.startswith("https://"):
        yield _fault("PUBLIC_URL is not https", "WeChat checks pictures, and phones load them, through it")
    else:
        yield from _own_address(settings.public_address)
    if not settings.trusted_proxies:
        yield _fault(
            "TRUSTED_PROXIES is 0: everybody behind a proxy counts as one address",
            "set it to the number of proxies in front: 1 for nginx alone, 2 with a CDN before it",
        )
    if settings.rate_limit_storage == "memory://":
        yield _hint("rate limits are counted in each process", "several machines share them through Redis")


def _backups() -> Iterator[Finding]:
    """Only where there is something to lose."""
    if not config.settings().production:
        return
    age = backup_age.age()
    advice = (
        "enable dianliang-backup.timer (docs/operations); where another program makes them, on another machine too, let "
        f"it touch {backup_age.MARK} in DATA_DIR"
    )
    if age is None:
        yield _fault("no backup was made yet, as far as this machine knows", advice)
    elif age > backup_age.TOO_OLD:
        yield _fault(f"the last backup is {age // timedelta(hours=1)} hours old", advice)


def _copies() -> Iterator[Finding]:
    """In another building, where a command makes them."""
    if not config.settings().production:
        return
    if not config.settings().backup_copy:
        yield _hint("backups lie on this machine alone", "set BACKUP_COPY, or copy them to another building")
        return
    age = backup_age.age(backup_age.COPIED)
    if age is None or age > backup_age.TOO_OLD:
        told = (
            "no backup was copied yet"
            if age is None
            else f"the last copy is {age // timedelta(hours=1)} hours old"
        )
        yield _fault(
            f"{told}, though BACKUP_COPY is set", "run `flask backup` and read what the command says"
        )


def _own_address(address: str) -> Iterator[Finding]:
    host = urlsplit(address).hostname or ""
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        yield _hint(f"{host} is not known to this machine's name server", "right outside? then all is well")
        return
    yield from _certificate(address)


def _certificate(address: str) -> Iterator[Finding]:
    advice = "see why it was not renewed (`certbot renew`, or the cloud's console); nginx reads a new one at `reload`"
    try:
        left = certificate.remaining(address)
    except certificate.NotTaken as fault:
        yield _fault(f"the certificate of {address} is not taken: {fault}", advice)
        return
    if left is None:
        yield _hint(f"nobody answers at {address} as asked from here", "open it from outside, with a phone")
    elif left < certificate.SOON:
        yield _fault(f"the certificate of {address} ends in {left // timedelta(days=1)} days", advice)
