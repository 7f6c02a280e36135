"""首次登录链接: how the staff of a new city come into the console, all of them on one day and none with a phone.

One administrator prints a slip for each of those who have no way in yet; it opens nothing before another administrator has
confirmed the batch. A city with a single administrator has nobody to ask: there the links open at once, and the journal
says so. Whoever has WeChat scans, and whoever has a password signs in with it: neither gets one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal
from backend.db import lock_row, session
from backend.errors import InvalidInput, NotFound, StateConflict
from backend.identity import console_sessions, typed_codes
from backend.identity.first_passwords import AnotherAdministrator, other_administrator
from backend.identity.models import ConsoleLink, ConsoleLinkBatch, Credential, ProviderAccount
from backend.journal import Actor
from backend.outbox.actions import notify
from backend.paging import KeysetQuery
from backend.people import appointing, permissions
from backend.people import queries as people
from backend.people.kinds import PersonState
from backend.people.labels import ROLES
from backend.people.models import Appointment, Person
from backend.people.permissions import Permission

# They are handed out on paper, in as many offices as there are.
STANDS = timedelta(days=7)
# Of one printing, which is one transaction.
MOST = 300
# So long after the second administrator's last day the first one is not alone.
ALONE_AFTER = timedelta(days=30)


class NotAloneYet(StateConflict):
    message = "另一位市级管理员的任职刚结束不到 30 天，现在没有人能确认链接；请先任命第二位，或请运维人员打印一次性登录链接"


class WayInThere(StateConflict):
    message = "名单有变化：有人已经能登录，或任职已结束，请刷新后再打印"


class LinksDecided(StateConflict):
    message = "这批链接已经处理过或已过期，请刷新"


@dataclass(frozen=True)
class Newcomer:
    """Somebody in office who has no way into the console yet. `printed` is how their newest slip stands."""

    id: int
    name: str
    posts: tuple[str, ...]
    printed: str | None


@dataclass(frozen=True)
class Slip:
    """A link on paper: shown once."""

    name: str
    posts: tuple[str, ...]
    code: str


@dataclass(frozen=True)
class BatchView:
    """A batch as administrators see it: who is to come in by it, as what."""

    id: int
    made_by_id: int
    made_by: str
    made_at: datetime
    expires_at: datetime
    waits: bool
    people: list[Newcomer]


def _without(actor: Actor) -> sa.Select[Any]:
    """The ids of staff without a way in, in the places where this administrator appoints."""
    today = clock.today()
    return (
        sa.select(Person.id)
        .join(Appointment, Appointment.person_id == Person.id)
        .where(
            Appointment.organisation_id.in_(permissions.reach_of(actor.id, Permission.APPOINTMENT_GRANT)),
            Appointment.from_day <= today,
            sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
            Person.state == PersonState.ACTIVE,
            Person.openid.is_(None),
            Person.id != actor.id,
            ~sa.exists().where(Credential.person_id == Person.id),
            ~sa.exists().where(ProviderAccount.person_id == Person.id),
        )
        .group_by(Person.id)
        # By where they work, so that the slips of one office lie together.
        .order_by(sa.func.min(Appointment.organisation_id), Person.id)
    )


def newcomers(*, actor: Actor) -> list[Newcomer]:
    """Who has no way in yet, at most `MOST` of them, by where they work."""
    return _view(list(session.scalars(_without(actor).limit(MOST))))


def how_many(*, actor: Actor) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(_without(actor).subquery())).one()


def _view(ids: Sequence[int]) -> list[Newcomer]:
    posts, names, printed = _posts(ids), people.officer_names(ids), _printed(ids)
    return [Newcomer(one, names[one], posts.get(one, ()), printed.get(one)) for one in ids if one in names]


def _posts(ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """What each is today, in words."""
    today = clock.today()
    wanted = sa.select(Appointment).where(
        Appointment.person_id.in_(ids),
        Appointment.from_day <= today,
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
    )
    found: dict[int, tuple[str, ...]] = {}
    for view in appointing.view_appointments(list(session.scalars(wanted.order_by(Appointment.id)))):
        found[view.person_id] = (*found.get(view.person_id, ()), f"{view.place} · {ROLES[view.role]}")
    return found


def _printed(ids: Collection[int]) -> dict[int, str]:
    batch = ConsoleLinkBatch
    rows = session.execute(
        sa.select(ConsoleLink.person_id, batch.by_one, batch.granted, ConsoleLink.expires_at)
        .join(batch, batch.id == ConsoleLink.batch_id)
        .where(
            ConsoleLink.person_id.in_(ids),
            ConsoleLink.used_at.is_(None),
            ConsoleLink.expires_at > clock.now(),
        )
    )
    return {row.person_id: "usable" if row.by_one or row.granted else "waits" for row in rows}


def create(person_ids: Collection[int], *, actor: Actor) -> tuple[ConsoleLinkBatch, list[Slip]]:
    """A link for each of them, shown this once; what was printed for them before is void.

    Raises InvalidInput for none or too many, WayInThere where one of them needs none, NotAloneYet.
    """
    ids = sorted(set(person_ids))
    if not 0 < len(ids) <= MOST:
        raise InvalidInput({"person": [f"请选 1 到 {MOST} 人"]})
    lock = sa.select(Person.id).where(Person.id.in_(ids)).order_by(Person.id)
    session.execute(lock.with_for_update(key_share=True))
    ordered = list(session.scalars(_without(actor).where(Person.id.in_(ids))))
    if len(ordered) != len(ids):
        raise WayInThere()
    batch = _batch(ids, actor)
    unused = sa.delete(ConsoleLink).where(ConsoleLink.person_id.in_(ids), ConsoleLink.used_at.is_(None))
    session.execute(unused)
    codes = {one: typed_codes.draw() for one in ordered}
    told = {"made_at": batch.made_at, "expires_at": batch.expires_at, "batch_id": batch.id}
    rows = [{"person_id": one, "code_digest": crypto.digest(code), **told} for one, code in codes.items()]
    session.execute(sa.insert(ConsoleLink), rows)
    facts = {"batch": batch.id, "byOne": batch.by_one}
    journal.write_all("make_console_link", "person", ids, actor=actor, place=batch.place_id, facts=facts)
    shown = _view(ordered)
    return batch, [Slip(one.name, one.posts, typed_codes.spell(codes[one.id])) for one in shown]


def _batch(ids: list[int], actor: Actor) -> ConsoleLinkBatch:
    alone = not other_administrator(actor.id, *ids)
    if alone and other_administrator(actor.id, *ids, since=clock.today() - ALONE_AFTER):
        raise NotAloneYet()
    now = clock.now()
    made = ConsoleLinkBatch(
        place_id=_own_place(actor),
        made_by_id=actor.id,
        made_at=now,
        expires_at=now + STANDS,
        links=len(ids),
        by_one=alone,
    )
    session.add(made)
    session.flush()
    return made


def _own_place(actor: Actor) -> int:
    granting = permissions.roles_with(Permission.APPOINTMENT_GRANT)
    return next(
        post.organisation_id for post in console_sessions.appointments(actor.id) if post.role in granting
    )


def to_confirm(*, actor: Actor) -> KeysetQuery:
    """Batches of other administrators that open nothing yet, oldest first."""
    batch = ConsoleLinkBatch
    wanted = sa.select(batch).where(
        batch.decided_at.is_(None),
        batch.by_one.is_(False),
        batch.expires_at > clock.now(),
        batch.made_by_id != actor.id,
        batch.place_id.in_(permissions.reach_of(actor.id, Permission.APPOINTMENT_GRANT)),
    )
    return KeysetQuery(wanted, (batch.id,))


def view_batch(link_batch_id: int, *, actor: Actor) -> BatchView:
    """Raises NotFound."""
    row = session.get(ConsoleLinkBatch, link_batch_id)
    if row is None or not permissions.appointed(actor.id, Permission.APPOINTMENT_GRANT, row.place_id):
        raise NotFound()
    return BatchView(
        row.id,
        row.made_by_id,
        people.officer_names({row.made_by_id})[row.made_by_id],
        row.made_at,
        row.expires_at,
        row.decided_at is None and not row.by_one and row.expires_at > clock.now(),
        _view(_named_in(row)),
    )


def _named_in(row: ConsoleLinkBatch) -> list[int]:
    wanted = sa.select(ConsoleLink.person_id).where(ConsoleLink.batch_id == row.id)
    return list(session.scalars(wanted.order_by(ConsoleLink.id)))


def decide(link_batch_id: int, granted: bool, *, actor: Actor) -> ConsoleLinkBatch:
    """The second administrator confirms the batch, or does not: then its links are gone. Who made it is told.

    Raises NotFound, NotAllowed, AnotherAdministrator, LinksDecided.
    """
    row = lock_row(ConsoleLinkBatch, link_batch_id)
    permissions.require(actor.id, Permission.APPOINTMENT_GRANT, row.place_id)
    if actor.id == row.made_by_id:
        raise AnotherAdministrator()
    if row.decided_at is not None or row.by_one or row.expires_at <= clock.now():
        raise LinksDecided()
    row.decided_by_id, row.decided_at, row.granted = actor.id, clock.now(), granted
    session.flush()
    ids = _named_in(row)
    if not granted:
        session.execute(sa.delete(ConsoleLink).where(ConsoleLink.batch_id == row.id))
    journal.write_all(
        "confirm_console_link" if granted else "refuse_console_link",
        "person",
        ids,
        actor=actor,
        place=row.place_id,
        facts={"batch": row.id},
    )
    outcome = "已确认，可以用了" if granted else "没有同意，已作废"
    notify(
        row.made_by_id,
        "console_links_decided",
        f"首次登录链接：{'已确认' if granted else '没有同意'}",
        f"您打印的 {row.links} 个首次登录链接，另一位市级管理员{outcome}。",
    )
    return row
