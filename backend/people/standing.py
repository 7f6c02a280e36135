"""Who lives, works or is registered in a place, and goes along when it is merged with another one."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, paging
from backend.db import session
from backend.errors import StateConflict
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.people import registrations, security_events
from backend.people.kinds import PartyRegistrationState, ResidencyState, SecurityEventKind
from backend.people.labels import ROLES
from backend.people.models import Appointment, PartyRegistration, Residency, Team
from backend.standing import Standing

_SILENT = {"synchronize_session": False}


class TeamsOfOneName(StateConflict):
    message = "两边都有叫“{names}”的志愿队，请先改名再合并"


def _parts(place_id: int) -> int:
    lower = sa.select(Organisation.id).where(
        Organisation.parent_id == place_id, Organisation.closed_at.is_(None)
    )
    return paging.count(lower)


def _at_home(place_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(Residency.community_id == place_id, Residency.grid_id == place_id)


def _residents(place_id: int) -> int:
    return paging.count(
        sa.select(Residency.person_id).where(_at_home(place_id), Residency.state != ResidencyState.REJECTED)
    )


def _registered(place_id: int) -> int:
    here = sa.or_(PartyRegistration.community_id == place_id, PartyRegistration.unit_id == place_id)
    return paging.count(
        sa.select(PartyRegistration.person_id).where(
            here, PartyRegistration.state != PartyRegistrationState.REJECTED
        )
    )


def _teams(place_id: int) -> int:
    return paging.count(sa.select(Team.id).where(Team.community_id == place_id))


def _in_office(place_id: int) -> sa.Select[Any]:
    not_over = sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= clock.today())
    return sa.select(Appointment).where(Appointment.organisation_id == place_id, not_over)


def _appointments(place_id: int) -> int:
    return paging.count(_in_office(place_id))


def move_residents(where: sa.ColumnElement[bool], **values: int) -> int:
    """They live elsewhere by name alone: whoever was verified stays verified."""
    moved = sa.update(Residency).where(where).values(values).returning(Residency.person_id)
    return len(session.scalars(moved, execution_options=_SILENT).all())


def _move_residents(gone_id: int, into_id: int) -> int:
    return move_residents(Residency.community_id == gone_id, community_id=into_id) + move_residents(
        Residency.grid_id == gone_id, grid_id=into_id
    )


def _move_registrations(gone_id: int, into_id: int) -> int:
    """What was registered before stays known: registers of a past period count it as it was."""
    count = 0
    for column in (PartyRegistration.community_id, PartyRegistration.unit_id):
        registrations.keep_all(column == gone_id)
        moved = sa.update(PartyRegistration).where(column == gone_id).values({column: into_id})
        reached = session.scalars(moved.returning(PartyRegistration.person_id), execution_options=_SILENT)
        count += len(reached.all())
    return count


def _move_teams(gone_id: int, into_id: int) -> int:
    """Raises TeamsOfOneName."""
    other = sa.select(Team.name).where(Team.community_id == into_id)
    twins = session.scalars(
        sa.select(Team.name).where(Team.community_id == gone_id, Team.name.in_(other)).order_by(Team.id)
    ).all()
    if twins:
        raise TeamsOfOneName(names="”“".join(twins))
    moved = sa.update(Team).where(Team.community_id == gone_id).values(community_id=into_id)
    return len(session.scalars(moved.returning(Team.id), execution_options=_SILENT).all())


def _move_appointments(gone_id: int, into_id: int) -> int:
    """Who works there works in the merged place: the old appointment ends, a new one begins with the same last day."""
    today, name = clock.today(), places.get(into_id).name
    there = {(one.person_id, one.role) for one in session.scalars(_in_office(into_id))}
    rows = session.scalars(_in_office(gone_id).order_by(Appointment.id).with_for_update()).all()
    for row in rows:
        if (row.person_id, row.role) not in there:
            told = {"person_id": row.person_id, "role": row.role, "to_day": row.to_day}
            session.add(Appointment(organisation_id=into_id, from_day=max(row.from_day, today), **told))
            security_events.record(
                row.person_id, SecurityEventKind.ROLE, f"{ROLES[row.role]}任职随合并转到{name}"
            )
        if row.from_day < today:
            row.to_day = today - timedelta(days=1)
        else:
            session.delete(row)
    session.flush()
    return len(rows)


STANDING = (
    Standing("parts", "下级组织", _parts),
    Standing("residents", "登记居住的居民", _residents, move=_move_residents),
    Standing("registrations", "双报到的党员", _registered, move=_move_registrations),
    Standing("teams", "志愿队", _teams, move=_move_teams),
    Standing("appointments", "没有结束的任职", _appointments, move=_move_appointments),
)
