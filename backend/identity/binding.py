"""Joining a paper card to a WeChat account, when its holder gets a phone."""

import sqlalchemy as sa

from backend import journal
from backend.db import Base, insert, lock_row, session
from backend.errors import NotFound, Refused
from backend.identity import sessions
from backend.journal import Actor
from backend.people import permissions, security_events
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Person, Residency
from backend.people.permissions import Permission

# A new account may have these without having a history of its own; the answers under its keys tell of them.
_FORGETTABLE = {
    "sessions",
    "sign_in_counts",
    "security_events",
    "opening_requests",
    "consents",
    "residencies",
    "notices",
    "subscriptions",
    "journal",
    "purses",
    "idempotency_keys",
}
# Points belong to a purse, and a purse is one person's.
_WHOSE = {"persons.id", "purses.person_id"}


class AlreadyBound(Refused):
    code, message = 40924, "这张卡已经绑定了微信"


class AccountHasRecords(Refused):
    code, message = 40925, "这个微信账号已有自己的记录，不能直接合并，请联系管理员"


def bind(person_id: int, openid: str, *, actor: Actor) -> Person:
    """The card holder takes over the WeChat account `openid`.

    Staff do so at the counter, with the sign-in code that the holder's own phone shows. An account that
    already has wishes, points or roles of its own is refused: two histories are not mixed.
    """
    holder = lock_row(Person, person_id)
    home = session.get(Residency, person_id)
    if home is None or holder.card_number is None:
        raise NotFound()
    permissions.require_near(actor.id, Permission.PERSON_CREATE, home.community_id, home.grid_id)
    if holder.openid == openid:
        return holder
    if holder.openid is not None or holder.state != PersonState.ACTIVE:
        raise AlreadyBound()
    _empty_account(openid, holder)
    holder.openid = openid
    session.flush()
    journal.write("bind", "person", holder.id, actor=actor, place=home.community_id)
    security_events.record(holder.id, SecurityEventKind.CARD, f"纸质卡 {holder.card_number} 绑定了微信")
    return holder


def _empty_account(openid: str, holder: Person) -> None:
    other = session.scalar(sa.select(Person).where(Person.openid == openid).with_for_update())
    if other is None:
        return
    if _has_records(other.id):
        raise AccountHasRecords()
    other.openid, other.state, other.merged_into_id = None, PersonState.MERGED, holder.id
    session.flush()
    sessions.close_all(other.id)
    _take_over_messages(other.id, holder.id)


def _take_over_messages(account: int, holder: int) -> None:
    """What the phone allowed WeChat to send goes on under the card: the same phone gets the messages."""
    saved = Base.metadata.tables["subscriptions"]
    taken = sa.delete(saved).where(saved.c.person_id == account).returning(saved)
    rows = session.execute(taken).mappings().all()
    if not rows:
        return
    adding = insert(saved).values([{**row, "person_id": holder} for row in rows])
    added = {name: saved.c[name] + adding.excluded[name] for name in ("remaining", "told", "pushed")}
    session.execute(
        adding.on_conflict_do_update(
            index_elements=["person_id", "template"],
            set_={**added, "rejected_at": adding.excluded.rejected_at},
        )
    )


def _has_records(person_id: int) -> bool:
    """Does any table but the forgettable ones point to this person? Asked of the tables themselves, so that
    a capability built later is counted too.

    Some of these columns have no index: half a million transfers and a hundred thousand wishes were read in a
    third of a second on either database. A card is bound a few times a day, an index would cost each award.
    """
    for table in Base.metadata.sorted_tables:
        if table.name in _FORGETTABLE:
            continue
        for column in table.columns:
            if any(key.target_fullname in _WHOSE for key in column.foreign_keys):
                found = sa.select(sa.literal(1)).select_from(table).where(column == person_id).limit(1)
                if session.scalar(found) is not None:
                    return True
    return False
