"""Names, passwords and one-time codes of staff.

A password is checked outside any transaction, because argon2 is slow on purpose, and only by a few threads at
once. How often somebody may try is said in `attempts`. An unknown name costs the same time and fails with the same
sentence as a known one.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import pyotp
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from backend import clock, config, crypto, journal
from backend.db import lock_row, session
from backend.errors import Refused
from backend.identity.models import Credential
from backend.journal import Actor
from backend.people import security_events
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Appointment, Person

# What OWASP asks at least; four threads at once take 76 MiB, not the 256 MiB of the library's default.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Whoever can appoint others or read everything needs more than a password.
STRONG_ROLES = ("city_admin", "auditor")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_STEP = 30  # seconds a one-time code stands


class WrongPassword(Refused):
    code, message = 40190, "名字、口令或动态口令不对"


class SignInBusy(Refused):
    code, message = 50390, "此刻登录的人太多，请稍等几秒再试，或用手机扫码登录"
    headers = {"Retry-After": "2"}


class OneTimeCodeNeeded(Refused):
    code, message = (
        40391,
        "市级管理员和审计员用口令登录要加动态口令：请先扫码或用一次性链接登录，再到“我的账号”里设置",
    )


class NameTaken(Refused):
    code, message = 40952, "这个登录名已有人使用，请换一个"


class NoSensibleName(Refused):
    code, message = 42251, "登录名用 2 到 40 个小写字母、数字、点、横线，以字母或数字开头"


class WeakPassword(Refused):
    code, message = 42252, "口令要 10 到 128 个字，不能包含登录名，也不能是一串相同的字"


class FirstPasswordOver(Refused):
    code, message = 40345, "初始口令已过期，请市级管理员重新设置一个"


class PasswordBarred(Refused):
    code, message = 40346, "口令已停用：您说过有登录不是本人操作。请用手机扫码登录，到“我的账号”里设置新口令"


class OneTimeCodeWrong(Refused):
    code, message = 42253, "动态口令不对，请等手机上的数字换过之后再试"


def person_with(name: str, password: str, one_time_code: str) -> tuple[int, int]:
    """The person behind name, password and (where set up) one-time code, and the code's half-minute.

    Reads only; slow on purpose. Raises WrongPassword, whatever of the three is wrong; FirstPasswordOver,
    PasswordBarred, OneTimeCodeNeeded.
    """
    found = session.scalar(
        sa.select(Credential)
        .join(Person, Person.id == Credential.person_id)
        .where(Credential.name == name.strip().lower(), Person.state == PersonState.ACTIVE)
    )
    if not _matches(found.password_hash if found else _nobody(), password) or found is None:
        raise WrongPassword()
    if found.first_until is not None and found.first_until <= clock.now():
        raise FirstPasswordOver()
    if found.barred_at is not None:
        raise PasswordBarred()
    if found.totp_since is None:
        if config.settings().production and _needs_one_time_code(found.person_id):
            raise OneTimeCodeNeeded()
        return found.person_id, 0
    return found.person_id, _half_minute(found, one_time_code, WrongPassword)


@cache
def _nobody() -> str:
    """The hash that an unknown name is checked against."""
    return _HASHER.hash("nobody")


def _matches(password_hash: str, password: str) -> bool:
    with _at_a_password():
        try:
            return _HASHER.verify(password_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


@cache
def _places() -> tuple[threading.Semaphore, threading.Semaphore]:
    """Of a process: the threads that may be at a password, half of all; and those that may hash at once."""
    threads = config.settings().web_threads
    return threading.Semaphore(max(1, threads // 2)), threading.Semaphore(max(1, threads // 4))


@contextmanager
def _at_a_password() -> Iterator[None]:
    """Passwords are the cheapest way to load the machine: they hold a part of its threads, and the others go on
    answering. Raises SignInBusy at once where that part is taken."""
    places, hashing = _places()
    if not places.acquire(blocking=False):
        raise SignInBusy()
    try:
        with hashing:
            yield
    finally:
        places.release()


def _needs_one_time_code(person_id: int) -> bool:
    wanted = sa.select(sa.literal(1)).where(
        Appointment.person_id == person_id, Appointment.role.in_(STRONG_ROLES)
    )
    return session.scalar(wanted.limit(1)) is not None


def _half_minute(found: Credential, code: str, refusal: type[Refused]) -> int:
    """The half-minute for which this code is right: now, or the one before or after for a slow clock."""
    totp = pyotp.TOTP(crypto.unseal(found.totp_sealed or "", _place(found.person_id)))
    now = int(clock.now().timestamp())
    for moment in (now, now - _STEP, now + _STEP):
        counter = moment // _STEP
        if counter > found.totp_used and pyotp.utils.strings_equal(code.strip(), totp.at(moment)):
            return counter
    raise refusal()


def spend_code(person_id: int, half_minute: int) -> None:
    """A one-time code opens once, also when it is sent twice at the same moment. Raises WrongPassword."""
    if not half_minute:
        return
    spent = session.scalar(
        sa.update(Credential)
        .where(Credential.person_id == person_id, Credential.totp_used < half_minute)
        .values(totp_used=half_minute)
        .returning(Credential.person_id),
        execution_options={"synchronize_session": False},
    )
    if spent is None:
        raise WrongPassword()


def hashed(password: str) -> str:
    """What is stored of a password. Slow on purpose: call it outside any transaction."""
    with _at_a_password():
        return _HASHER.hash(password)


def check_name(name: str) -> None:
    """Raises NoSensibleName."""
    if not _NAME.fullmatch(name):
        raise NoSensibleName()


def check_choice(name: str, password: str) -> None:
    """Raises NoSensibleName, WeakPassword."""
    check_name(name)
    if not 10 <= len(password) <= 128 or name in password.lower() or len(set(password)) < 4:
        raise WeakPassword()


def check_free(name: str, person_id: int) -> None:
    """Raises NameTaken when somebody else has this name."""
    taken = session.scalar(
        sa.select(Credential.person_id).where(Credential.name == name, Credential.person_id != person_id)
    )
    if taken is not None:
        raise NameTaken()


def keep(
    person_id: int, name: str, password_hash: str, *, first_until: datetime | None = None, actor: Actor | None
) -> Credential:
    """Gives a person this name and password, a first one with its end; `actor` is None for the demo cast alone.

    Raises NameTaken.
    """
    lock_row(Person, person_id)
    check_free(name, person_id)
    row = session.get(Credential, person_id, populate_existing=True) or Credential(
        person_id=person_id, totp_used=0
    )
    replaced = row.password_hash is not None
    row.name, row.password_hash, row.changed_at = name, password_hash, clock.now()
    row.first_until, row.barred_at = first_until, None
    session.add(row)
    session.flush()
    journal.write("set_first_password" if first_until else "set_password", "person", person_id, actor=actor)
    if actor is not None:
        done = "有了管理员设置的初始口令" if first_until else ("换了口令" if replaced else "设置了口令")
        security_events.record(person_id, SecurityEventKind.PASSWORD, f"工作后台{done}")
    return row


def bar(person_id: int) -> bool:
    """The password opens nothing any more, until there is a new one; answers whether there was one."""
    row = session.get(Credential, person_id, with_for_update=True, populate_existing=True)
    if row is None:
        return False
    row.barred_at = row.barred_at or clock.now()
    session.flush()
    return True


def is_password_of(person_id: int, password: str) -> bool:
    """Is this the person's password now? Slow on purpose: call it outside any transaction."""
    found = of(person_id)
    return found is not None and _matches(found.password_hash, password)


def of(person_id: int) -> Credential | None:
    """The person's name and password, if they have them."""
    return session.get(Credential, person_id)


@dataclass(frozen=True)
class CredentialView:
    """A sign-in by password as its owner and who sets it up see it: nothing of the secrets."""

    name: str
    changed_at: datetime
    first_until: datetime | None
    totp_since: datetime | None
    # Since its owner said that something in the account was not their doing.
    barred_at: datetime | None


def view_of(person_id: int) -> CredentialView | None:
    """The person's sign-in by password, if they have one."""
    found = of(person_id)
    if found is None:
        return None
    return CredentialView(found.name, found.changed_at, found.first_until, found.totp_since, found.barred_at)


def begin_one_time_codes(*, actor: Actor) -> None:
    """Makes a new secret; it counts once its first code was typed back. Raises WrongPassword without one."""
    row = session.get(Credential, actor.id, populate_existing=True)
    if row is None:
        raise WrongPassword("请先设置登录名和口令，再设置动态口令")
    row.totp_sealed = crypto.seal(pyotp.random_base32(), _place(actor.id))
    row.totp_since, row.totp_used = None, 0
    session.flush()


def one_time_address(person_id: int) -> str | None:
    """What the phone's code app scans, while the secret is not confirmed; never shown again."""
    row = of(person_id)
    if row is None or row.totp_sealed is None or row.totp_since is not None:
        return None
    totp = pyotp.TOTP(crypto.unseal(row.totp_sealed, _place(person_id)))
    return totp.provisioning_uri(name=row.name, issuer_name="点亮")


def confirm_one_time_codes(code: str, *, actor: Actor) -> None:
    """The phone shows the right code: from now on it is asked at each sign-in. Raises OneTimeCodeWrong."""
    row = lock_row(Credential, actor.id)
    if row.totp_sealed is None:
        raise OneTimeCodeWrong()
    row.totp_used = _half_minute(row, code, OneTimeCodeWrong)
    row.totp_since = clock.now()
    session.flush()
    journal.write("set_one_time_code", "person", actor.id, actor=actor)
    security_events.record(actor.id, SecurityEventKind.PASSWORD, "启用了工作后台的动态口令")


def drop_one_time_codes(*, actor: Actor) -> None:
    """Removes the second step; whoever needs it can then enter by scanning alone."""
    row = lock_row(Credential, actor.id)
    row.totp_sealed, row.totp_since = None, None
    session.flush()
    journal.write("drop_one_time_code", "person", actor.id, actor=actor)
    security_events.record(actor.id, SecurityEventKind.PASSWORD, "停用了工作后台的动态口令")


def _place(person_id: int) -> str:
    return f"credentials.totp:{person_id}"
