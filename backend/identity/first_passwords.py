"""初始口令: how staff without a phone of their own come into the console.

The administrator sets a name and gets a password made at random, shown once to be handed over on paper. It
opens the console for three days and nothing in it but the page on which its owner chooses a password of
their own, so that in the end nobody else knows it.
"""

import secrets
from datetime import timedelta

from backend import clock
from backend.db import session
from backend.errors import NotFound, Refused
from backend.identity import attempts, console_sessions, credentials
from backend.identity.models import Credential
from backend.journal import Actor
from backend.people import permissions
from backend.people.kinds import PersonState
from backend.people.models import Person
from backend.people.permissions import Permission

STANDS = timedelta(days=3)
# Read from paper and typed: no 0 and o, no 1, l and i.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


class OwnFirstPassword(Refused):
    code, message = 40342, "不能给自己设置初始口令，请到“我的账号”里修改口令"


class StrongRole(Refused):
    """Who reads the journal or appoints others is nobody's account to open."""

    code, message = 40343, "市级管理员和审计员不设初始口令，请本人用手机扫码登录"


class NotInOffice(Refused):
    code, message = 40344, "这个人今天没有任职，请先任命"


def new_password() -> tuple[str, str]:
    """A new password with 59 bits of chance, and its hash. Slow on purpose: call it outside any transaction."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(12))
    password = "-".join((signs[:4], signs[4:8], signs[8:]))
    return password, credentials.hashed(password)


def check(person_id: int, *, actor: Actor) -> None:
    """May `actor` set up the sign-in of this person? In all places where they are appointed, and never one's own.

    Raises OwnFirstPassword, NotInOffice, StrongRole, NotFound, NotAllowed.
    """
    person = session.get(Person, person_id)
    if person is None or person.state != PersonState.ACTIVE:
        raise NotFound()
    if person_id == actor.id:
        raise OwnFirstPassword()
    posts = console_sessions.appointments(person_id)
    if not posts:
        raise NotInOffice()
    for post in posts:
        permissions.require(actor.id, Permission.APPOINTMENT_GRANT, post.organisation_id)
    if any(post.role in credentials.STRONG_ROLES for post in posts):
        raise StrongRole()


def give(person_id: int, name: str, password_hash: str, *, actor: Actor) -> Credential:
    """Sets the name and the first password. What the person had goes: an old password, one-time codes on a
    phone that may be lost, open consoles. Raises as `check`, NoSensibleName, NameTaken.
    """
    check(person_id, actor=actor)
    credentials.check_name(name)
    row = credentials.keep(person_id, name, password_hash, first_until=clock.now() + STANDS, actor=actor)
    row.totp_sealed, row.totp_since = None, None
    session.flush()
    console_sessions.leave_all(person_id)
    attempts.forget_name(name)
    return row


def check_own(person_id: int, name: str, password: str) -> None:
    """May this be the person's own password after the first one? Raises WeakPassword, also for the first one.

    Slow on purpose: call it outside any transaction.
    """
    credentials.check_choice(name, password)
    if credentials.is_password_of(person_id, password):
        raise credentials.WeakPassword("请换一个口令：初始口令别人见过，不能继续用")
