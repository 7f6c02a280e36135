"""“不是我操作的”: the owner of an account says that something in it was somebody else's doing.

Whoever says so is believed at once: nobody but them stays signed in, no password opens the console until there is a new
one, and the city's own sign-in none until it is bound anew. Who appoints, and who supervises where this person works,
hears of it and asks.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import NotFound, Refused
from backend.identity import (
    console_links,
    console_sessions,
    credentials,
    first_passwords,
    provider_accounts,
    sessions,
)
from backend.journal import Actor
from backend.organisations.models import Reach
from backend.outbox.actions import Telling, notify_many
from backend.people import permissions
from backend.people import queries as people
from backend.people.kinds import UNDENIABLE_EVENTS, PersonState
from backend.people.labels import SECURITY_EVENTS
from backend.people.models import Appointment, Person, Residency
from backend.people.permissions import Permission
from backend.people.security_events import SecurityEvent


class NotToBeDenied(Refused):
    code, message = 40966, "这件事由工作人员办理，有疑问请到“投诉建议”提出"


@dataclass(frozen=True)
class Denial:
    """What was ended: other sign-ins of the mini-program, consoles, and whether a password was barred."""

    sessions: int
    consoles: int
    password_barred: bool


def deny(event_id: int, *, actor: Actor, session_id: int = 0, console_id: int = 0) -> Denial:
    """Ends all sign-ins but the one (`session_id` or `console_id`) from which it is said, bars the password, and takes away
    the account of the city's own sign-in.

    Said twice, it ends what was opened since. Raises NotFound (another's), NotToBeDenied.
    """
    lock_row(Person, actor.id)
    event = session.get(SecurityEvent, event_id, populate_existing=True)
    if event is None or event.person_id != actor.id:
        raise NotFound()
    if event.kind in UNDENIABLE_EVENTS:
        raise NotToBeDenied()
    first_time = event.denied_at is None
    event.denied_at = event.denied_at or clock.now()
    first_passwords.withdraw(actor.id)
    console_links.withdraw(actor.id)
    provider_accounts.forget(actor.id)
    denial = Denial(
        sessions.close_others(session_id, actor=actor),
        console_sessions.leave_others(console_id, actor=actor),
        credentials.bar(actor.id),
    )
    if first_time:
        facts = {"event": event.id, "kind": event.kind}
        journal.write("deny_event", "person", actor.id, actor=actor, facts=facts)
        _notify_watchers(event)
    return denial


def _notify_watchers(event: SecurityEvent) -> None:
    name = people.masked_names({event.person_id})[event.person_id]
    body = (
        f"{name}（编号 {event.person_id}）说“{SECURITY_EVENTS[event.kind]}：{event.title}”不是本人操作的。"
        "其他登录已退出，口令已停用，统一身份已解除绑定。请联系本人核实，需要时查看日志。"
    )
    notify_many(
        [
            Telling(
                one, "security_denied", "有人说账号不是本人操作", body, subject=("person", event.person_id)
            )
            for one in _watchers(event.person_id)
        ]
    )


def _watchers(person_id: int) -> list[int]:
    """Who may appoint in the city, and who supervises where the person is appointed or lives; never the person."""
    works = sa.select(Appointment.organisation_id).where(permissions.active_today(person_id))
    lives = sa.select(Residency.community_id).where(Residency.person_id == person_id)
    near = sa.select(Reach.ancestor_id).where(Reach.descendant_id.in_(sa.union(works, lives)))
    today = clock.today()
    appoints = Appointment.role.in_(permissions.roles_with(Permission.APPOINTMENT_GRANT))
    supervises = Appointment.role.in_(permissions.roles_with(Permission.OPENING_REVIEW))
    wanted = (
        sa.select(Appointment.person_id)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            sa.or_(appoints, sa.and_(supervises, Appointment.organisation_id.in_(near))),
            Appointment.from_day <= today,
            sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
            Appointment.person_id != person_id,
            Person.state == PersonState.ACTIVE,
        )
    )
    return list(session.scalars(wanted.distinct().order_by(Appointment.person_id)))
