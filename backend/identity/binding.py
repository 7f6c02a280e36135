"""Joining a paper card to a WeChat account, when its holder gets a phone."""

import sqlalchemy as sa

from backend import journal
from backend.db import Base, insert, lock_row, session
from backend.errors import NotFound, Refused
from backend.identity import sessions
from backend.journal import Actor
from backend.people import accounts, permissions, security_events, sign_ins
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
    """Its holder has another WeChat account now: `fromId` and `intoId` are what to propose, where that account has
    signed in before."""

    code, message = (
        40924,
        "这张卡已经绑定了别的微信：请本人用新微信登录一次，再提出合并档案，由另一位工作人员复核",
    )


class AccountHasRecords(Refused):
    """`fromId` and `intoId` are what to propose."""

    code, message = 40925, "这个微信账号已有自己的记录：请提出合并档案，另一位工作人员复核后两份成为一份"


def bind(person_id: int, openid: str, *, actor: Actor) -> Person:
    """The card holder takes over the WeChat account `openid`.

    Staff do so at the counter, with the sign-in code that the holder's own phone shows. An account that already has
    wishes, points or roles of its own, and a card that has another account, are refused with the way to go: two
    histories become one only by a merge that two of the staff agree to.
    """
    holder = lock_row(Person, person_id)
    home = session.get(Residency, person_id)
    if home is None or holder.card_number is None:
        raise NotFound()
    permissions.require_near(actor.id, Permission.PERSON_CREATE, home.community_id, home.grid_id)
    if holder.openid == openid or accounts.person_behind(openid) == holder.id:
        return holder
    if holder.state != PersonState.ACTIVE:
        raise NotFound()
    if holder.openid is not None:
        _refuse_second_account(openid, holder)
    _empty_account(openid, holder)
    holder.openid = openid
    session.flush()
    journal.write("bind", "person", holder.id, actor=actor, place=home.community_id)
    security_events.record(holder.id, SecurityEventKind.CARD, f"纸质卡 {holder.card_number} 绑定了微信")
    return holder


def take_over(person_id: int, *, actor: Actor) -> None:
    """The WeChat account of `actor`, a phone that scanned the code on this person's own console, becomes the person's.

    For staff who came in by a link, before they had a phone with the mini-program. Refused as at the counter.
    """
    openid = accounts.openid(actor.id)
    holder = lock_row(Person, person_id)
    if actor.id == holder.id:
        return
    if openid is None or holder.state != PersonState.ACTIVE:
        raise NotFound()
    if holder.openid is not None:
        _refuse_second_account(openid, holder)
    _empty_account(openid, holder)
    holder.openid = openid
    session.flush()
    journal.write("bind", "person", holder.id, actor=holder)
    security_events.record(holder.id, SecurityEventKind.CARD, "绑定了微信")


def _empty_account(openid: str, holder: Person) -> None:
    other = sign_ins.holder(openid)
    if other is None:
        return
    if other.openid != openid:
        # One of several ways into a record that has a history of its own.
        raise AccountHasRecords(fromId=other.id, intoId=holder.id)
    if _has_records(other.id):
        raise AccountHasRecords(fromId=other.id, intoId=holder.id)
    other.openid, other.state, other.merged_into_id = None, PersonState.MERGED, holder.id
    session.flush()
    sessions.close_all(other.id)
    take_over_messages(other.id, holder.id)


def _refuse_second_account(openid: str, holder: Person) -> None:
    other = accounts.person_behind(openid)
    if other is None:
        raise AlreadyBound()
    raise AlreadyBound(fromId=other, intoId=holder.id)


def take_over_messages(account: int, holder: int) -> None:
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
