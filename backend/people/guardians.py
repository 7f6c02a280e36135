"""监护人: who speaks for a child under fourteen (个人信息保护法 31, 未成年人网络保护条例 36).

A guardian declares the child and staff of the child's community verify the link, having seen the papers; or
staff make it at the counter. Only a verified link lets the guardian act for the child.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock, journal, moves
from backend.db import Id, Model, Moment, lock_row, savepoint, session, sql_list
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.people import permissions, sealed, states
from backend.people import queries as people
from backend.people.actions import check_birth_year
from backend.people.kinds import STANDING_LINKS, GuardianshipState, PersonState, Relation, ResidencyState
from backend.people.masking import Level
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.people.sameness import name_key
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal

CHILDHOOD_ENDS = 14
MOST_CHILDREN = 10
_standing = sa.text(f"status IN {sql_list(STANDING_LINKS)}")


class AlreadyGuardian(Refused):
    code, message = 40988, "已经登记过这位孩子的监护关系"


class NotAChild(Refused):
    code, message = 42285, "监护登记只用于不满十四周岁的孩子"


class TooManyChildren(Refused):
    code, message = 42286, "登记的孩子太多了，请到社区办理"


class GuardianUnsettled(Refused):
    code, message = 42287, "请先登记您居住的社区，再登记孩子"


class OwnWard(Refused):
    code, message = 40396, "不能审核自己的监护登记，请同事来办"


class Guardianship(Model):
    """One guardian of one child. What has ended stays: somebody acted for the child while it stood."""

    __tablename__ = "guardianships"
    __four_eyes__ = (("decided_by_id", "guardian_id, child_id"),)
    __personal__ = [
        PersonalTable("guardian_id", "我监护的孩子", "wards", position=100, journal_kind="guardianship"),
        PersonalTable("child_id", "我的监护人", "guardians", position=110),
    ]
    __table_args__ = (
        sa.CheckConstraint(f"relation IN {sql_list(Relation)}", name="relation_known"),
        sa.CheckConstraint(f"status IN {sql_list(GuardianshipState)}", name="status_known"),
        sa.CheckConstraint("guardian_id <> child_id", name="not_of_oneself"),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR (decided_by_id <> guardian_id AND decided_by_id <> child_id)",
            name="decided_by_another",
        ),
        sa.CheckConstraint(
            "status NOT IN ('verified', 'rejected') OR decided_by_id IS NOT NULL", name="decided_by_someone"
        ),
        sa.Index(
            "uq_guardianships_standing",
            "guardian_id",
            "child_id",
            unique=True,
            sqlite_where=_standing,
            postgresql_where=_standing,
        ),
        sa.Index("ix_guardianships_child", "child_id"),
        sa.Index("ix_guardianships_queue", "community_id", "status", "id"),
    )
    journal_kind = "guardianship"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    guardian_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    child_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    # Where the child lives: its staff verify.
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    relation: Mapped[str] = mapped_column(
        sa.String(12), info=personal(Purpose.CHILDREN, on_erasure="keep", label="关系", code=True)
    )
    state: Mapped[str] = mapped_column("status", sa.String(12))
    declared_at: Mapped[datetime] = mapped_column(Moment)
    declared_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    reason: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.CHILDREN, on_erasure="erase"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        told = {"guardian": self.guardian_id == person_id, "person": self.child_id == person_id}
        return frozenset(name for name, true in told.items() if true)


def under_14(birth_year: int | None) -> bool:
    """May the person be under fourteen? Only the year is known, so a whole year counts for the child."""
    return birth_year is not None and clock.today().year - birth_year <= CHILDHOOD_ENDS


def declare(real_name: str, birth_year: int, relation: str, *, actor: Actor) -> Guardianship:
    """A guardian names their child, who lives with them; staff have yet to verify it.

    The child becomes a person without WeChat, for whom nobody but a guardian and staff act. Raises InvalidInput,
    NotAChild, GuardianUnsettled, TooManyChildren, AlreadyGuardian: each child once.
    """
    check_birth_year(birth_year)
    if not under_14(birth_year):
        raise NotAChild()
    lock_row(Person, actor.id)
    home = session.get(Residency, actor.id)
    if home is None or home.state == ResidencyState.REJECTED:
        raise GuardianUnsettled()
    mine = children_of(actor.id)
    if any(_is(child, real_name, birth_year) for _link, child in mine):
        raise AlreadyGuardian()
    if len(mine) >= MOST_CHILDREN:
        raise TooManyChildren()
    child = Person(
        nickname="",
        birth_year=birth_year,
        state=PersonState.ACTIVE,
        created_at=clock.now(),
        created_by_id=actor.id,
    )
    session.add(child)
    session.flush()
    sealed.keep_real_name(child, real_name)
    session.add(
        Residency(
            person_id=child.id,
            community_id=home.community_id,
            grid_id=home.grid_id,
            state=ResidencyState.DECLARED,
            declared_at=clock.now(),
        )
    )
    session.flush()
    return _link(actor.id, child.id, home.community_id, relation, GuardianshipState.DECLARED, actor=actor)


def _is(child: Person, real_name: str, birth_year: int) -> bool:
    """Of one guardian's children two may have one name, but not one name and one year."""
    named = name_key(sealed.real_name(child) or "") == name_key(real_name)
    return named and child.birth_year == birth_year


def _refuse_twin(guardian_id: int, child: Person) -> None:
    """The guardian declared the same child already, under another record."""
    name, year = sealed.real_name(child) or "", child.birth_year
    others = (other for _link, other in children_of(guardian_id) if other.id != child.id)
    if year is not None and any(_is(other, name, year) for other in others):
        raise AlreadyGuardian()


def link(guardian_id: int, child_id: int, relation: str, *, actor: Actor) -> Guardianship:
    """Staff of the child's community, who saw both and their papers, link two known people. Never their own.

    Raises NotAChild, AlreadyGuardian, OwnWard, NotFound and NotAllowed out of place.
    """
    child, guardian = lock_row(Person, child_id), lock_row(Person, guardian_id)
    home = session.get(Residency, child_id)
    if home is None or PersonState.CANCELLED in (child.state, guardian.state) or guardian_id == child_id:
        raise NotFound()
    permissions.require(actor.id, Permission.GUARDIAN_VERIFY, home.community_id)
    if actor.id in (guardian_id, child_id):
        raise OwnWard()
    if not under_14(child.birth_year):
        raise NotAChild()
    _refuse_twin(guardian_id, child)
    return _link(guardian_id, child_id, home.community_id, relation, GuardianshipState.VERIFIED, actor=actor)


def _link(
    guardian_id: int, child_id: int, community_id: int, relation: str, state: str, *, actor: Actor
) -> Guardianship:
    made = Guardianship(
        guardian_id=guardian_id,
        child_id=child_id,
        community_id=community_id,
        relation=relation,
        state=state,
        declared_at=clock.now(),
        declared_by_id=actor.id,
        decided_by_id=actor.id if state == GuardianshipState.VERIFIED else None,
    )
    try:
        with savepoint():
            session.add(made)
            session.flush()
    except sa.exc.IntegrityError:
        raise AlreadyGuardian() from None
    journal.write("declare", "guardianship", made.id, actor=actor, states=(None, state), place=community_id)
    return made


def decide(guardianship_id: int, accepted: bool, reason: str | None = None, *, actor: Actor) -> Guardianship:
    """Staff of the child's community verify or reject; never a guardian their own."""
    row = lock_row(Guardianship, guardianship_id)
    move = states.VERIFY_GUARDIAN if accepted else states.REJECT_GUARDIAN
    permissions.require(actor.id, move.permission, row.community_id)
    if row.facts_about(actor.id) & move.never_by:
        raise OwnWard()
    moves.apply(move, row, {"decided_by_id": actor.id, "reason": reason}, actor=actor, reason=reason)
    if accepted:
        _verify_child(row, actor)
    return row


def _verify_child(row: Guardianship, actor: Actor) -> None:
    """With the guardian, the child's residency is verified too: it was declared together."""
    home = session.get(Residency, row.child_id, populate_existing=True)
    if home is not None and home.state in states.VERIFY_RESIDENCY.sources:
        moves.apply(states.VERIFY_RESIDENCY, home, {"decided_by_id": actor.id}, actor=actor)


def end(guardianship_id: int, *, actor: Actor) -> Guardianship:
    """The guardian no longer speaks for the child. Raises NotFound, also for somebody else's link."""
    row = lock_row(Guardianship, guardianship_id)
    if row.guardian_id != actor.id:
        raise NotFound()
    moves.apply(states.END_GUARDIANSHIP, row, {"ended_at": clock.now()}, actor=actor)
    return row


def leave(person_id: int, *, actor: Actor) -> None:
    """Ends all links of a person who cancels their account, as guardian and as child."""
    wanted = sa.select(Guardianship).where(
        sa.or_(Guardianship.guardian_id == person_id, Guardianship.child_id == person_id),
        Guardianship.state.in_(states.END_GUARDIANSHIP.sources),
    )
    locked = wanted.order_by(Guardianship.id).with_for_update()
    for row in session.scalars(locked, execution_options={"populate_existing": True}).all():
        moves.apply(states.END_GUARDIANSHIP, row, {"ended_at": clock.now()}, actor=actor)


def forsaken(before: datetime) -> list[int]:
    """Children whom only a guardian made known here, and for whom none has spoken, or asked to, since `before`.

    Who has a WeChat or a card of their own is here without a guardian, too.
    """
    ended = sa.func.coalesce(Guardianship.ended_at, Guardianship.declared_at)
    spoken_for = sa.select(Guardianship.child_id).where(
        sa.or_(Guardianship.state.in_(STANDING_LINKS), ended >= before)
    )
    wanted = sa.select(Person.id).where(
        Person.id.in_(sa.select(Guardianship.child_id)),
        Person.id.not_in(spoken_for),
        Person.state == PersonState.ACTIVE,
        Person.openid.is_(None),
        Person.card_number.is_(None),
    )
    return list(session.scalars(wanted.order_by(Person.id)))


def speaks_for(guardian_id: int, child_id: int) -> bool:
    """Is the first a verified guardian of the second?"""
    return guardian_id in guardians_of(child_id)


def guardians_of(child_id: int) -> list[int]:
    """The child's verified guardians, the longest-standing first."""
    return list(
        session.scalars(
            sa.select(Guardianship.guardian_id)
            .where(Guardianship.child_id == child_id, Guardianship.state == GuardianshipState.VERIFIED)
            .order_by(Guardianship.id)
        )
    )


def active_guardianships(child_id: int, *, actor: Actor) -> list[Guardianship]:
    """The child's links that stand, verified or waiting, for staff of its community, the oldest first."""
    home = session.get(Residency, child_id)
    if home is None:
        raise NotFound()
    permissions.require(actor.id, Permission.GUARDIAN_VERIFY, home.community_id)
    wanted = sa.select(Guardianship).where(
        Guardianship.child_id == child_id, Guardianship.state.in_(STANDING_LINKS)
    )
    return list(session.scalars(wanted.order_by(Guardianship.id)))


def _of_guardian(guardian_id: int) -> list[Guardianship]:
    wanted = sa.select(Guardianship).where(
        Guardianship.guardian_id == guardian_id, Guardianship.state.in_(STANDING_LINKS)
    )
    return list(session.scalars(wanted.order_by(Guardianship.id)))


def children_of(guardian_id: int) -> list[tuple[Guardianship, Person]]:
    """The guardian's children with the links that stand."""
    rows = _of_guardian(guardian_id)
    people = {row.id: row for row in _persons(row.child_id for row in rows)}
    return [(row, people[row.child_id]) for row in rows]


def _persons(ids: Iterable[int]) -> list[Person]:
    return list(session.scalars(sa.select(Person).where(Person.id.in_(list(ids)))))


def one(guardianship_id: int, *, actor: Actor) -> Guardianship:
    """A link that staff of the child's community may see. Raises NotFound, NotAllowed."""
    row = session.get(Guardianship, guardianship_id)
    if row is None:
        raise NotFound()
    permissions.require(actor.id, Permission.GUARDIAN_VERIFY, row.community_id)
    return row


@dataclass(frozen=True)
class GuardianshipView:
    """Who says to speak for which child, by name: for the staff who verify it, and compare it with papers."""

    id: int
    guardian_id: int
    guardian_name: str
    child_id: int
    child_name: str
    community_id: int
    relation: str
    state: str
    declared_at: datetime


def view_guardianships(rows: Sequence[Guardianship]) -> list[GuardianshipView]:
    """In one statement, however many."""
    names = people.masked_names(
        {one for row in rows for one in (row.guardian_id, row.child_id)}, Level.AT_WORK
    )
    return [
        GuardianshipView(
            id=row.id,
            guardian_id=row.guardian_id,
            guardian_name=names[row.guardian_id],
            child_id=row.child_id,
            child_name=names[row.child_id],
            community_id=row.community_id,
            relation=row.relation,
            state=row.state,
            declared_at=row.declared_at,
        )
        for row in rows
    ]
