"""Wrong passwords: how often somebody may try, by the name that is tried and by where from.

A try is counted before the password is looked at: a hundred guesses at once are a hundred tries. Three counts
hold, and a password that is right is taken out of them again:

- of a name from one address: five tries are free, each further one locks both together, and nobody else;
- of a name from all addresses that it is not known at: a hundred, against guessing with many machines;
- of a browser that signed in under this name before: its own five. What strangers try does not lock it.

Names that do not exist count and lock like those that do. An address that tries more names than an office has
people gets one count for all further ones, so that made-up names do not fill the table.
"""

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from prometheus_client import Counter

from backend import clock, crypto
from backend.db import insert, lock_row, session
from backend.errors import Refused
from backend.identity.models import SignInAttempt

FREE_TRIES = 5
# Of one name, from all addresses together.
FREE_TRIES_EVERYWHERE = 100
# Counts that one address may begin within FORGOTTEN_AFTER; a name has up to two.
MOST_COUNTS = 200
LONGEST_LOCK = 60  # minutes
FORGOTTEN_AFTER = timedelta(hours=24)


# Of passwords at the console; a try that was not right was wrong.
TRIES = Counter("dianliang_password_tries", "Passwords that were tried", ["outcome"])
for _outcome in ("tried", "right", "locked"):
    TRIES.labels(_outcome)


class SignInLocked(Refused):
    code, message = 42990, "输错次数太多，请 {minutes} 分钟后再试，或用手机扫码登录"


@dataclass(frozen=True)
class Try:
    """One try at a name: the counts that it is part of, each with the tries that are free."""

    counts: tuple[tuple[str, int], ...]


def subnet(address: str) -> str:
    """What counts as one address: of IPv6 the /64, because whoever has one has as many addresses as they like."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))


def begin(name: str, address: str, browser: str | None = None) -> Try:
    """Counts a try at this name before its password is looked at. Raises SignInLocked.

    `browser` is the mark of one that signed in under this name before. A lock lasts a minute, then twice as long
    with each further try, an hour at most.
    """
    now, index = clock.now(), _name_index(name)
    tried = Try(_counts(index, address, browser))
    # Always in the same order: two tries at once wait for each other, and never in a circle.
    rows = [(_row(key, index, address, now), free) for key, free in sorted(tried.counts)]
    for row, _free in rows:
        if row.locked_until is not None and row.locked_until > now:
            left = (row.locked_until - now).total_seconds()
            TRIES.labels("locked").inc()
            raise SignInLocked(minutes=math.ceil(left / 60)).retry_after(left)
    for row, free in rows:
        row.failures = 1 if row.last_at < now - FORGOTTEN_AFTER else row.failures + 1
        row.last_at, row.locked_until = now, _locked_until(row.failures - free, now)
    session.flush()
    TRIES.labels("tried").inc()
    return tried


def _name_index(name: str) -> str:
    return crypto.blind_index("console_name", name.strip().lower())


def _address_index(address: str) -> str:
    return crypto.blind_index("console_address", subnet(address))


def _counts(index: str, address: str, browser: str | None) -> tuple[tuple[str, int], ...]:
    if browser is not None:
        return ((crypto.blind_index("console_try", f"{index} browser {browser}"), FREE_TRIES),)
    here = crypto.blind_index("console_try", f"{index} address {subnet(address)}")
    counts = ((here, FREE_TRIES), (index, FREE_TRIES_EVERYWHERE))
    if session.get(SignInAttempt, here) is None and _begun_at(address) >= MOST_COUNTS:
        return ((_address_index(address), FREE_TRIES),)
    return counts


def _begun_at(address: str) -> int:
    begun = sa.select(sa.func.count()).where(SignInAttempt.address_index == _address_index(address))
    return session.scalar(begun) or 0


def _row(key: str, index: str, address: str, now: datetime) -> SignInAttempt:
    fresh = {"key": key, "failures": 0, "last_at": now}
    said = {"name_tried": index, "address_index": _address_index(address)}
    session.execute(insert(SignInAttempt).values({**fresh, **said}).on_conflict_do_nothing())
    return lock_row(SignInAttempt, key)


def _locked_until(beyond: int, now: datetime) -> datetime | None:
    return None if beyond < 0 else now + timedelta(minutes=min(2 ** min(beyond, 10), LONGEST_LOCK))


def succeeded(tried: Try) -> None:
    """The password was right: the count of this place begins anew, and the others forget this one try."""
    TRIES.labels("right").inc()
    for key, free in sorted(tried.counts):
        if free == FREE_TRIES:
            session.execute(sa.delete(SignInAttempt).where(SignInAttempt.key == key))
        else:
            _take_back(key)


def _take_back(key: str) -> None:
    session.execute(
        sa.update(SignInAttempt)
        .where(SignInAttempt.key == key, SignInAttempt.failures > 0)
        .values(failures=SignInAttempt.failures - 1)
    )
    nothing_left = sa.delete(SignInAttempt).where(SignInAttempt.key == key, SignInAttempt.failures == 0)
    session.execute(nothing_left)


def forget_name(name: str) -> None:
    """All tries at a name are forgotten, wherever they came from: it gets a new password."""
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.name_tried == _name_index(name)))


def over() -> list[str]:
    """Counts to which nothing was added for a day, for the cleaning job."""
    old = SignInAttempt.last_at <= clock.now() - FORGOTTEN_AFTER
    return list(session.scalars(sa.select(SignInAttempt.key).where(old).limit(500)))


def forget(key: str) -> None:
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.key == key))
