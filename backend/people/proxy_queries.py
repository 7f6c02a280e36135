"""家人代办 as either of the two sees it, and as the staff who agree for somebody without WeChat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import accounts, permissions, proxies, states
from backend.people import queries as people
from backend.people.kinds import STANDING_PROXIES, ProxyDirection, ProxyState
from backend.people.masking import Level
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.people.proxy_models import Proxy


@dataclass(frozen=True)
class ProxyView:
    """As one of the two sees it: who the other one is, once both have agreed, and what they may do now."""

    id: int
    direction: str
    person_id: int | None
    name: str | None
    relation: str
    state: str
    asked_at: datetime
    agreed_at: datetime | None
    ended_at: datetime | None
    actions: list[str]


def mine(*, actor: Actor) -> KeysetQuery:
    """What the person asked for and what they were asked, the newest first."""
    wanted = sa.select(Proxy).where(sa.or_(Proxy.by_id == actor.id, Proxy.for_id == actor.id))
    return KeysetQuery(wanted, (Proxy.id.desc(),))


def to_answer(*, actor: Actor) -> KeysetQuery:
    """What waits for the person's own answer."""
    wanted = sa.select(Proxy).where(Proxy.for_id == actor.id, Proxy.state == ProxyState.ASKED)
    return KeysetQuery(wanted, (Proxy.id,))


def view_mine(rows: Sequence[Proxy], *, actor: Actor) -> list[ProxyView]:
    """In one statement, however many."""
    others = {row.id: row.for_id if row.by_id == actor.id else row.by_id for row in rows}
    known = {others[row.id] for row in rows if row.state == ProxyState.AGREED}
    # Both have said that they know each other.
    names = people.masked_names(known, Level.AT_WORK)
    return [_view(row, others[row.id], names, actor) for row in rows]


def _view(row: Proxy, other: int | None, names: dict[int | None, str], actor: Actor) -> ProxyView:
    asked = row.by_id == actor.id
    agreed = row.state == ProxyState.AGREED
    return ProxyView(
        id=row.id,
        direction=ProxyDirection.ACTS_FOR if asked else ProxyDirection.ACTED_BY,
        person_id=other if agreed else None,
        name=names[other] if agreed else None,
        relation=row.relation,
        state=row.state,
        asked_at=row.asked_at,
        agreed_at=row.agreed_at,
        ended_at=row.ended_at,
        actions=_actions(row, asked),
    )


def _actions(row: Proxy, asked: bool) -> list[str]:
    """Whoever has not answered yet declines; that ends it as well."""
    if row.state == ProxyState.ASKED and not asked:
        return [states.AGREE_PROXY.name, states.DECLINE_PROXY.name]
    return [states.END_PROXY.name] if row.state in STANDING_PROXIES else []


# --- staff -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProxyOfTwo:
    """The same for staff of the community where the one who is acted for lives: both by name."""

    id: int
    by_id: int
    by_name: str
    for_id: int
    for_name: str
    community_id: int
    relation: str
    state: str
    method: str | None
    asked_at: datetime
    agreed_at: datetime | None
    # Has the one who is acted for a WeChat of their own? Then they answer themselves.
    has_phone: bool


def to_agree(*, actor: Actor) -> KeysetQuery:
    """What waits for somebody without WeChat, in the asker's places, the longest first. Never of one's own family."""
    reach = permissions.reach_of(actor.id, Permission.PROXY_ANSWER)
    wanted = (
        sa.select(Proxy, Residency.community_id)
        .join(Person, Person.id == Proxy.for_id)
        .join(Residency, Residency.person_id == Proxy.for_id)
        .where(
            Proxy.state == ProxyState.ASKED,
            Person.openid.is_(None),
            Residency.community_id.in_(reach),
            Proxy.by_id != actor.id,
            Proxy.for_id != actor.id,
            ~accounts.shares_number(Proxy.by_id, actor.id),
            ~accounts.shares_number(Proxy.for_id, actor.id),
        )
    )
    return KeysetQuery(wanted, (Proxy.asked_at, Proxy.id))


def one(proxy_id: int, *, actor: Actor) -> Proxy:
    """One whose acted-for lives where this member of staff works. Raises NotFound, NotAllowed."""
    row = session.get(Proxy, proxy_id)
    if row is None:
        raise NotFound()
    proxies.check_staff(row, Permission.PROXY_ANSWER, actor=actor)
    return row


def view_of_two(rows: Sequence[Proxy]) -> list[ProxyOfTwo]:
    """In two statements, however many; of those that somebody is asked by."""
    ids = {one for row in rows for one in (row.by_id, row.for_id)}
    names = people.masked_names(ids, Level.AT_WORK)
    known = session.execute(
        sa.select(Person.id, Person.openid, Residency.community_id)
        .join(Residency, Residency.person_id == Person.id)
        .where(Person.id.in_({row.for_id for row in rows}))
    )
    held = {person_id: (openid is not None, place) for person_id, openid, place in known}
    return [_of_two(row, row.for_id, names, held) for row in rows if row.for_id is not None]


def _of_two(
    row: Proxy, for_id: int, names: dict[int | None, str], held: dict[int, tuple[bool, int]]
) -> ProxyOfTwo:
    has_phone, place = held[for_id]
    return ProxyOfTwo(
        id=row.id,
        by_id=row.by_id,
        by_name=names[row.by_id],
        for_id=for_id,
        for_name=names[for_id],
        community_id=place,
        relation=row.relation,
        state=row.state,
        method=row.method,
        asked_at=row.asked_at,
        agreed_at=row.agreed_at,
        has_phone=has_phone,
    )
