"""What becomes of the rows of a record that is joined to another one of the same person.

Every column that names a person says it beside itself (`personal.on_merge`); a test refuses one that does not. What both
records may have, and what is sealed under a person's number, has a step here.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock
from backend.db import Base, session
from backend.identity.binding import take_over_messages
from backend.people import proxies, sealed
from backend.people.guardians import Guardianship
from backend.people.kinds import (
    STANDING_LINKS,
    GuardianshipState,
    MembershipState,
    PartyRegistrationState,
    ResidencyState,
)
from backend.people.models import Consent, Membership, PartyRegistration, Person, Residency
from backend.people.person_merges import OPEN_MERGES, PersonMerge
from backend.people.proxy_models import Proxy
from backend.people.suspensions import Suspension
from backend.personal import OnMerge, merge_decision
from backend.points.opening_models import OpeningRow
from backend.supermarket.demand_models import Watch
from backend.volunteering.certificate_models import Star
from backend.volunteering.message_models import Invitation, InvitationRefusal
from backend.volunteering.models import ClashLeave


def columns_of_persons() -> Iterator[sa.Column[Any]]:
    """Every column of the house that names a person, or a person's purse."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name in ("persons", "purses") for key in column.foreign_keys):
                yield column


def move(gone_id: int, remaining_id: int) -> None:
    """All rows of the one record are the other one's, or go, or stay as their columns say. A repeat finds nothing left."""
    session.flush()
    for step in (
        _consents,
        _guardianships,
        _proxies,
        _teams,
        _stars,
        _suspensions,
        _merges,
        _homes,
        _registrations,
    ):
        step(gone_id, remaining_id)
        session.flush()
    for model, of_what in _HAD_ONCE:
        _have_once(model, of_what, gone_id, remaining_id)
    _opening_rows(gone_id, remaining_id)
    take_over_messages(gone_id, remaining_id)
    for column in reversed(list(columns_of_persons())):
        if merge_decision(column) == OnMerge.DROP:
            session.execute(sa.delete(column.table).where(column == gone_id))
    for column in columns_of_persons():
        if merge_decision(column) == OnMerge.MOVE:
            session.execute(
                sa.update(column.table).where(column == gone_id).values({column.name: remaining_id})
            )
    session.expire_all()


def _give(column: Any, gone_id: int, remaining_id: int) -> None:
    """What is left of a step's rows after those that both records had were settled."""
    changed = sa.update(column.class_).where(column == gone_id).values({column.key: remaining_id})
    session.execute(changed, execution_options={"synchronize_session": False})
    session.expire_all()


def _consents(gone_id: int, remaining_id: int) -> None:
    """Of two agreements to one document the later one stands; the other stays as one that was withdrawn."""
    both = Consent.person_id.in_((gone_id, remaining_id))
    standing = session.scalars(sa.select(Consent).where(both, Consent.withdrawn_at.is_(None)))
    latest: dict[str, Consent] = {}
    for one in sorted(standing, key=lambda one: (one.given_at, one.id)):
        if one.document in latest:
            latest[one.document].withdrawn_at = clock.now()
        latest[one.document] = one
    session.flush()
    _give(Consent.person_id, gone_id, remaining_id)


def _guardianships(gone_id: int, remaining_id: int) -> None:
    """A link that both have stands once, the verified one before one that only was declared."""
    sides = (
        (Guardianship.guardian_id, Guardianship.child_id),
        (Guardianship.child_id, Guardianship.guardian_id),
    )
    for mine, others in sides:
        rows = session.scalars(
            sa.select(Guardianship)
            .where(mine.in_((gone_id, remaining_id)), Guardianship.state.in_(STANDING_LINKS))
            .order_by(Guardianship.state != GuardianshipState.VERIFIED, Guardianship.id)
        )
        known: set[int] = set()
        for row in rows:
            if getattr(row, others.key) in known:
                row.state = GuardianshipState.ENDED
            known.add(getattr(row, others.key))
        session.flush()
        _give(mine, gone_id, remaining_id)


def _proxies(gone_id: int, remaining_id: int) -> None:
    """What both agreed to, they agreed to of a record that is no more: it ends, and the other one is told. What one
    record asked of the other was asked of oneself."""
    both = (gone_id, remaining_id)
    session.execute(sa.delete(Proxy).where(Proxy.by_id.in_(both), Proxy.for_id.in_(both)))
    proxies.end_all(gone_id, actor=None)
    for mine in (Proxy.by_id, Proxy.for_id):
        _give(mine, gone_id, remaining_id)


# Of what a person has one at most, and what tells them apart.
_HAD_ONCE: tuple[tuple[Any, str], ...] = (
    (Invitation, "activity_id"),
    (ClashLeave, "activity_id"),
    (Watch, "item_id"),
    (InvitationRefusal, ""),
)


def _have_once(model: Any, of_what: str, gone_id: int, remaining_id: int) -> None:
    """Where both have one of the same, the other one's is enough."""
    other = aliased(model)
    theirs = sa.select(sa.literal(1)).where(other.person_id == remaining_id)
    if of_what:
        theirs = theirs.where(getattr(other, of_what) == getattr(model, of_what))
    twice = sa.delete(model).where(model.person_id == gone_id, theirs.correlate(model).exists())
    session.execute(twice, execution_options={"synchronize_session": False})
    _give(model.person_id, gone_id, remaining_id)


def _opening_rows(gone_id: int, remaining_id: int) -> None:
    """The points are moved with their lots. Of one year booked for both the row stays where it was booked, for ever."""
    booked = sa.select(OpeningRow.year).where(
        OpeningRow.person_id == remaining_id, OpeningRow.booked_at.is_not(None)
    )
    changed = sa.update(OpeningRow).where(
        OpeningRow.person_id == gone_id,
        sa.or_(OpeningRow.booked_at.is_(None), OpeningRow.year.not_in(booked)),
    )
    session.execute(changed.values(person_id=remaining_id), execution_options={"synchronize_session": False})
    session.expire_all()


_NEARNESS = (
    MembershipState.ACCEPTED,
    MembershipState.APPLIED,
    MembershipState.LEFT,
    MembershipState.DECLINED,
)


def _teams(gone_id: int, remaining_id: int) -> None:
    """In a team that both know, what is nearer stands: a member before an applicant."""
    theirs = {one.team_id: one for one in _all(Membership, Membership.person_id, remaining_id)}
    for one in _all(Membership, Membership.person_id, gone_id):
        other = theirs.get(one.team_id)
        if other is not None:
            if _NEARNESS.index(MembershipState(one.state)) < _NEARNESS.index(MembershipState(other.state)):
                other.state, other.since = one.state, one.since
            session.delete(one)
    session.flush()
    _give(Membership.person_id, gone_id, remaining_id)


def _stars(gone_id: int, remaining_id: int) -> None:
    """Of the same stars twice those that were granted first stand."""
    both = [*_all(Star, Star.person_id, gone_id), *_all(Star, Star.person_id, remaining_id)]
    granted: set[int] = set()
    for one in sorted(both, key=lambda one: (one.granted_at, one.id)):
        if one.stars in granted:
            session.delete(one)
        granted.add(one.stars)
    session.flush()
    _give(Star.person_id, gone_id, remaining_id)


def _suspensions(gone_id: int, remaining_id: int) -> None:
    """Nobody gets out of a suspension by it: the one that ends last stands."""
    both = Suspension.person_id.in_((gone_id, remaining_id))
    rows = session.scalars(sa.select(Suspension).where(both, Suspension.ended_at.is_(None)))
    standing = sorted(rows, key=lambda one: (one.until_at, one.id))
    for one in standing[:-1]:
        one.ended_at = clock.now()
    if standing:
        session.get_one(Person, remaining_id).suspended_until = standing[-1].until_at
    session.flush()
    _give(Suspension.person_id, gone_id, remaining_id)


def _merges(gone_id: int, remaining_id: int) -> None:
    """What else is asked of the record that goes is asked of the other one; that these two become one the other way
    round has nothing left to decide."""
    row = PersonMerge
    backwards = (row.from_id == remaining_id, row.into_id == gone_id)
    session.execute(sa.delete(row).where(*backwards, row.state.in_(OPEN_MERGES)))
    moved = sa.update(row).where(row.into_id == gone_id, row.from_id != remaining_id)
    session.execute(moved.values(into_id=remaining_id), execution_options={"synchronize_session": False})
    session.expire_all()


def _homes(gone_id: int, remaining_id: int) -> None:
    """One home: the verified one, else that of the record that remains. The address is sealed under its person."""
    gone, stays = session.get(Residency, gone_id), session.get(Residency, remaining_id)
    if gone is None:
        return
    values, address = _values(gone), sealed.address(gone)
    better = stays is None or (
        gone.state == ResidencyState.VERIFIED and stays.state != ResidencyState.VERIFIED
    )
    session.delete(gone)
    if better:
        if stays is not None:
            session.delete(stays)
        session.flush()
        made = Residency(**values, person_id=remaining_id)
        sealed.keep_address(made, address)
        session.add(made)


def _registrations(gone_id: int, remaining_id: int) -> None:
    """One registration as a party member, by the same rule."""
    gone, stays = session.get(PartyRegistration, gone_id), session.get(PartyRegistration, remaining_id)
    if gone is None:
        return
    verified = PartyRegistrationState.VERIFIED
    better = stays is None or (gone.state == verified and stays.state != verified)
    values = _values(gone)
    session.delete(gone)
    if better:
        if stays is not None:
            session.delete(stays)
        session.flush()
        session.add(PartyRegistration(**values, person_id=remaining_id))


def _values(row: Any) -> dict[str, Any]:
    """Of a row that is one a person, all but whose it is and what is sealed."""
    names = (one.key for one in sa.inspect(type(row)).column_attrs)
    return {name: getattr(row, name) for name in names if name not in ("person_id", "address_sealed")}


def _all(model: Any, column: Any, person_id: int) -> list[Any]:
    return list(session.scalars(sa.select(model).where(column == person_id)))
