"""Verbs about persons: profile, residency, party registration, appointments, consent, paper cards."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock, journal, moves
from backend.db import lock_row, session
from backend.errors import InvalidInput, NotAllowed, NotFound, Refused
from backend.journal import Actor
from backend.moves import Move
from backend.numbering import next_number
from backend.organisations import actions as tree
from backend.organisations import queries as places
from backend.organisations.models import KIND_NAMES, Organisation
from backend.people import (
    accounts,
    nicknames,
    permissions,
    registrations,
    sealed,
    security_events,
    states,
    suspensions,
)
from backend.people.kinds import PartyRegistrationState, PersonState, ResidencyState, SecurityEventKind
from backend.people.labels import ROLES
from backend.people.models import (
    BIRTH_YEAR_MIN,
    ROLE_PLACES,
    Appointment,
    Consent,
    PartyRegistration,
    Person,
    Residency,
)
from backend.people.permissions import Permission
from backend.people.sameness import Known, Likeness, likeness


class NotThatGrid(Refused):
    code, message = 42222, "这个网格不在所选的社区里"


class NotAUnit(Refused):
    code, message = 42223, "请选择一个单位"


class OwnRegistration(Refused):
    code, message = 40320, "不能审核自己的登记，请同事来办"


class AlreadyRegistered(Refused):
    code, message = 40922, "这位居民已经登记过，卡号 {cardNumber}"


class ConsentMissing(Refused):
    code, message = 40923, "您没有同意过这份文件"


def update_profile(changes: dict[str, Any], *, actor: Actor) -> None:
    """Changes `nickname`, `real_name` or `birth_year` of the caller; what is absent stays. Raises InvalidInput."""
    check_birth_year(changes.get("birth_year"))
    person = lock_row(Person, actor.id)
    if "nickname" in changes:
        nicknames.check(person.id, changes["nickname"])
        person.nickname = changes["nickname"]
    if "real_name" in changes:
        sealed.keep_real_name(person, changes["real_name"])
    if "birth_year" in changes:
        person.birth_year = changes["birth_year"]
    session.flush()
    journal.write("update_profile", "person", person.id, actor=actor, facts={"fields": sorted(changes)})


def declare_residency(
    community_id: int, grid_id: int | None = None, address: str | None = None, *, actor: Actor
) -> Residency:
    """Says where the caller lives. Another community, grid or address asks for a new verification.

    Raises NotACommunity, NotThatGrid.
    """
    places.community(community_id)
    check_grid(grid_id, community_id)
    lock_row(Person, actor.id)
    row = session.get(Residency, actor.id, populate_existing=True) or Residency(person_id=actor.id)
    same = (row.community_id, row.grid_id) == (community_id, grid_id)
    if same and row.state != ResidencyState.REJECTED and address in (None, sealed.address(row)):
        return row
    row.community_id, row.grid_id = community_id, grid_id
    sealed.keep_address(row, address)
    moves.begin_or_apply(states.DECLARE_RESIDENCY, row, _undecided(), actor=actor)
    return row


def _undecided() -> dict[str, Any]:
    """Whoever decided before has not decided on this."""
    return {"declared_at": clock.now(), "decided_by_id": None, "reason": None}


def register_party_member(
    unit_id: int, community_id: int, service_roles: list[str], *, actor: Actor
) -> PartyRegistration:
    """双报到: reports to the community. A change of unit or community is verified anew. Raises NotAUnit."""
    unit = places.get(unit_id)
    if unit.kind != "unit" or unit.closed_at is not None:
        raise NotAUnit()
    places.community(community_id)
    lock_row(Person, actor.id)
    row = session.get(PartyRegistration, actor.id, populate_existing=True) or PartyRegistration(
        person_id=actor.id
    )
    same = (row.unit_id, row.community_id) == (unit_id, community_id)
    if not same:
        registrations.keep(row)
    row.unit_id, row.community_id, row.service_roles = unit_id, community_id, service_roles
    if not same or row.state == PartyRegistrationState.REJECTED:
        moves.begin_or_apply(states.REGISTER_PARTY_MEMBER, row, _undecided(), actor=actor)
        return row
    session.flush()
    journal.write(
        "register_party_member",
        "party_registration",
        actor.id,
        actor=actor,
        states=(row.state, row.state),
        place=community_id,
    )
    return row


def decide_residency(person_id: int, accepted: bool, reason: str | None = None, *, actor: Actor) -> Residency:
    """Staff of the declared community verify or reject it; never their own."""
    move = states.VERIFY_RESIDENCY if accepted else states.REJECT_RESIDENCY
    return _decide(move, Residency, person_id, reason, actor=actor)


def decide_party_registration(
    person_id: int, accepted: bool, reason: str | None = None, *, actor: Actor
) -> PartyRegistration:
    """Staff of the community reported to verify or reject it; never their own."""
    move = states.VERIFY_PARTY_MEMBER if accepted else states.REJECT_PARTY_MEMBER
    return _decide(move, PartyRegistration, person_id, reason, actor=actor)


def _decide(move: Move, model: Any, person_id: int, reason: str | None, *, actor: Actor) -> Any:
    row = lock_row(model, person_id)
    permissions.require(actor.id, move.permission, row.community_id)
    if row.facts_about(actor.id) & move.never_by:
        raise OwnRegistration()
    moves.apply(move, row, {"decided_by_id": actor.id, "reason": reason}, actor=actor, reason=reason)
    return row


def create_card_holder(
    real_name: str,
    community_id: int,
    *,
    phone: str | None = None,
    grid_id: int | None = None,
    address: str | None = None,
    birth_year: int | None = None,
    actor: Actor,
) -> Person:
    """Staff register a resident without a phone; the paper card's number is given here, without gaps.

    The clerk sees the person, so the residency is verified at once. Raises NotFound, NotAllowed outside the
    clerk's place, InvalidInput, AlreadyRegistered for the same name and phone in the same community: a phone alone may
    be a household's.
    """
    permit_card_holder(community_id, grid_id, actor=actor)
    check_birth_year(birth_year)
    # Whoever takes a number waits for the one before: of two clerks with one person the second is refused.
    number = next_number("card")
    refuse_second_card(Known(real_name, phone or "", birth_year=birth_year), community_id)
    person = Person(
        card_number=f"P{number:06d}",
        nickname="",
        birth_year=birth_year,
        state=PersonState.ACTIVE,
        created_at=clock.now(),
        created_by_id=actor.id,
    )
    session.add(person)
    session.flush()
    sealed.keep_real_name(person, real_name)
    sealed.keep_phone(person, phone)
    home = Residency(
        person_id=person.id,
        community_id=community_id,
        grid_id=grid_id,
        state=ResidencyState.VERIFIED,
        declared_at=clock.now(),
        decided_by_id=actor.id,
    )
    sealed.keep_address(home, address)
    session.add(home)
    session.flush()
    journal.write("create", "person", person.id, actor=actor, place=community_id)
    accounts.tell_shared_phone(person, community_id, actor=actor)
    return person


def permit_card_holder(community_id: int, grid_id: int | None, *, actor: Actor) -> None:
    """May this clerk register somebody there? Raises NotFound, NotThatGrid, NotAllowed."""
    places.community(community_id)
    check_grid(grid_id, community_id)
    permissions.require_near(actor.id, Permission.PERSON_CREATE, community_id, grid_id)


def refuse_second_card(told: Known, community_id: int, but: int | None = None) -> None:
    """Raises AlreadyRegistered where name and phone say that this person, or another one than `but`, has a card there."""
    if not told.phone:
        return
    wanted = (
        sa.select(Person)
        .join(Residency, Residency.person_id == Person.id)
        .where(
            sealed.has_phone(told.phone),
            Person.card_number.is_not(None),
            Residency.community_id == community_id,
            Person.id != (but or 0),
        )
    )
    for known in session.scalars(wanted.order_by(Person.id)):
        there = Known(sealed.real_name(known) or "", told.phone, birth_year=known.birth_year)
        if likeness(told, there)[0] == Likeness.SAME:
            raise AlreadyRegistered(cardNumber=known.card_number)


def check_birth_year(year: int | None) -> None:
    """Somebody who may live was born in it. Raises InvalidInput."""
    this_year = clock.today().year
    if year is not None and not BIRTH_YEAR_MIN <= year <= this_year:
        raise InvalidInput({"birthYear": [f"应在 {BIRTH_YEAR_MIN} 到 {this_year} 之间"]})


def check_grid(grid_id: int | None, community_id: int) -> None:
    if grid_id is None:
        return
    grid = places.get(grid_id)
    if grid.parent_id != community_id or grid.closed_at is not None:
        raise NotThatGrid()


class RoleNotHere(Refused):
    code, message = 42203, "{role}只能任在{kinds}，请另选地方"


def appoint(
    person_id: int,
    role: str,
    organisation_id: int,
    from_day: date,
    to_day: date | None,
    *,
    actor: Actor | None,
) -> Appointment:
    """Gives a role in a place of its kind, and tells its new holder. `actor` is None only for the first administrator of
    a new deployment.

    Raises NotFound, NotAllowed, SuspendedPerson, RoleNotHere: a grid worker of a whole city would find everybody in it.
    """
    if actor is not None:
        permissions.require(actor.id, Permission.APPOINTMENT_GRANT, organisation_id)
        if actor.id == person_id:
            raise NotAllowed()
        suspensions.refuse_charge(lock_row(Person, person_id))
    row = write_appointment(person_id, role, organisation_id, from_day, to_day, actor=actor)
    told = f"被任命为{places.get(organisation_id).name}的{ROLES[role]}"
    security_events.record(person_id, SecurityEventKind.ROLE, told)
    return row


def write_appointment(
    person_id: int,
    role: str,
    organisation_id: int,
    from_day: date,
    to_day: date | None = None,
    *,
    actor: Actor | None,
) -> Appointment:
    """The appointment alone, for demo data: its people have had their offices for long, and are told nothing.

    Raises RoleNotHere.
    """
    _check_place_of(role, organisation_id)
    row = Appointment(
        person_id=person_id, role=role, organisation_id=organisation_id, from_day=from_day, to_day=to_day
    )
    session.add(row)
    session.flush()
    facts = {"role": role, "appointment": row.id}
    journal.write("appoint", "person", person_id, actor=actor, place=organisation_id, facts=facts)
    return row


def _check_place_of(role: str, organisation_id: int) -> None:
    place = session.get(Organisation, organisation_id)
    if place is None:
        raise NotFound()
    tree.refuse_closed(place)
    kinds = ROLE_PLACES.get(role)
    if kinds is not None and place.kind not in kinds:
        raise RoleNotHere(role=ROLES[role], kinds="、".join(KIND_NAMES[one] for one in kinds))


def give_consent(document: str, version: str, *, actor: Actor) -> Consent:
    """Agrees to a version of a document; to the same one again, nothing is written."""
    lock_row(Person, actor.id)
    standing = _consent_in_force(document, actor.id)
    if standing is not None and standing.version == version:
        return standing
    return agree(actor.id, document, version, actor=actor)


def agree(person_id: int, document: str, version: str, *, actor: Actor, **facts: Any) -> Consent:
    """A consent in the name of a person whose row is locked; the one before it is kept, as withdrawn.

    `facts` go to the journal beside document and version.
    """
    standing = _consent_in_force(document, person_id)
    if standing is not None:
        standing.withdrawn_at = clock.now()
        session.flush()
    row = Consent(person_id=person_id, document=document, version=version, given_at=clock.now())
    session.add(row)
    session.flush()
    told = {"document": document, "version": version, **facts}
    journal.write("consent", "person", person_id, actor=actor, facts=told)
    return row


def withdraw_consent(document: str, *, actor: Actor) -> None:
    """Takes effect at once. Raises ConsentMissing."""
    lock_row(Person, actor.id)
    standing = _consent_in_force(document, actor.id)
    if standing is None:
        raise ConsentMissing()
    standing.withdrawn_at = clock.now()
    session.flush()
    journal.write("withdraw_consent", "person", actor.id, actor=actor, facts={"document": document})


def _consent_in_force(document: str, person_id: int) -> Consent | None:
    return session.scalar(
        sa.select(Consent).where(
            Consent.person_id == person_id, Consent.document == document, Consent.withdrawn_at.is_(None)
        )
    )


def home_in(person_id: int, community_id: int) -> Residency:
    """The residency (declared or verified) of an active person in that community. Raises NotFound."""
    found = session.scalar(
        sa.select(Residency)
        .join(Person, Residency.person_id == Person.id)
        .where(
            Person.id == person_id,
            Person.state == PersonState.ACTIVE,
            Residency.community_id == community_id,
            Residency.state != ResidencyState.REJECTED,
        )
    )
    if found is None:
        raise NotFound()
    return found
