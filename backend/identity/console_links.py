"""一次性链接: the console opened once, without a phone and without a password.

Whoever operates the machine prints one for the first administrator of a city that has no mini-program yet, and for whoever
lost every other way in; it stands ten minutes. In the console that it opens its owner chooses a password with one-time
codes, or scans the screen with their own WeChat, which then is theirs. What is done in such a console is marked in the
journal for as long as it is open: the link was in somebody else's hands first.
"""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock, crypto, journal, text
from backend.db import lock_row, session
from backend.errors import NotFound, StateConflict
from backend.identity import console_sessions, typed_codes
from backend.identity.models import ConsoleLink, ConsoleSession
from backend.journal import Actor
from backend.people import accounts, sealed, suspensions
from backend.people.kinds import PersonState
from backend.people.models import Person
from backend.people.permissions import active_today

STANDS = timedelta(minutes=10)
KEPT = timedelta(days=30)
BATCH = 500


class LinkOver(StateConflict):
    message = "这个登录链接不能用了：每个只能用一次，过了有效时间就作废。请给您链接的人再做一个"


class SeveralOfThem(StateConflict):
    message = "有几位在任的工作人员用这个手机号，请改用编号：{ids}"


class BoundAlready(StateConflict):
    message = "您已经绑定了微信，以后可以扫码登录"


class OnlyByLink(StateConflict):
    message = "在用一次性链接打开的后台里才能绑定微信；没有链接的，请在小程序里用“找回原来的档案”"


def named(told: str) -> int:
    """The id of the person in office who is meant by their number here, their phone or their paper card.

    Raises NotFound, SeveralOfThem where a household shares the phone.
    """
    typed, phone = text.number(told).upper(), text.phone(told)
    if text.MOBILE.fullmatch(phone):
        meant = sealed.has_phone(phone)
    elif typed.startswith("P"):
        meant = Person.card_number == text.card(typed)
    elif typed.isascii() and typed.isdecimal() and len(typed) < 16:
        meant = Person.id == int(typed)
    else:
        raise NotFound()
    wanted = sa.select(Person.id).where(meant, Person.state == PersonState.ACTIVE).order_by(Person.id)
    everybody = list(session.scalars(wanted))
    in_office = list(session.scalars(wanted.where(sa.exists().where(active_today(Person.id)))))
    if len(in_office) > 1:
        raise SeveralOfThem(ids="、".join(map(str, in_office)))
    for found in in_office or everybody[:1]:
        return found
    raise NotFound()


def create_link(person_id: int) -> str:
    """A new link for somebody in office: what stands behind its address, shown this once. The one before is void.

    Nobody of the house acts: whoever operates the machine does. Raises NotFound, NoAppointment, Suspended.
    """
    person = lock_row(Person, person_id)
    if person.state != PersonState.ACTIVE:
        raise NotFound()
    if not console_sessions.appointments(person_id):
        raise console_sessions.NoAppointment()
    suspensions.refuse(person_id, person.suspended_until)
    withdraw(person_id)
    code, now = typed_codes.draw(), clock.now()
    row = ConsoleLink(
        person_id=person_id, code_digest=crypto.digest(code), made_at=now, expires_at=now + STANDS
    )
    session.add(row)
    session.flush()
    journal.write("make_console_link", "person", person_id, actor=None)
    return typed_codes.spell(code)


def _good(typed: str) -> tuple[sa.ColumnElement[bool], ...]:
    digest = crypto.digest(typed_codes.as_it_counts(typed))
    return (
        ConsoleLink.code_digest == digest,
        ConsoleLink.used_at.is_(None),
        ConsoleLink.expires_at > clock.now(),
    )


def check(typed: str) -> None:
    """Does it still open the console? Raises LinkOver, whatever is wrong with it."""
    if session.scalar(sa.select(ConsoleLink.id).where(*_good(typed))) is None:
        raise LinkOver()


def redeem(typed: str, browser: str) -> str:
    """Opens the console, once: the token. Raises LinkOver, NoAppointment, Suspended."""
    person_id = session.scalar(sa.select(ConsoleLink.person_id).where(*_good(typed)))
    if person_id is None:
        raise LinkOver()
    lock_row(Person, person_id)
    spent = sa.update(ConsoleLink).where(*_good(typed)).values(used_at=clock.now())
    if session.scalar(spent.returning(ConsoleLink.id)) is None:
        raise LinkOver()
    return console_sessions.enter(person_id, "link", browser)


def withdraw(person_id: int) -> None:
    """What was made for this person and not used yet is void."""
    unused = sa.delete(ConsoleLink).where(ConsoleLink.person_id == person_id, ConsoleLink.used_at.is_(None))
    session.execute(unused)


def opened(session_id: int) -> bool:
    """Was this console opened by a link?"""
    row = session.get(ConsoleSession, session_id)
    return row is not None and row.method == "link"


def begin_binding(session_id: int, browser: str, *, actor: Actor) -> tuple[str, str]:
    """A code for the screen of a console that a link opened: the WeChat of the phone that approves it becomes its
    owner's. Elsewhere it is refused, so that a console left open gives nobody an account for good.

    Raises OnlyByLink, BoundAlready.
    """
    if not opened(session_id):
        raise OnlyByLink()
    if accounts.openid(actor.id) is not None:
        raise BoundAlready()
    return console_sessions.begin_scan(browser, actor.id)


def over() -> list[int]:
    """Ids of links that have opened nothing for a month, for the cleaning job."""
    old = ConsoleLink.expires_at <= clock.now() - KEPT
    return list(session.scalars(sa.select(ConsoleLink.id).where(old).limit(BATCH)))


def forget(link_id: int) -> None:
    session.execute(sa.delete(ConsoleLink).where(ConsoleLink.id == link_id))
