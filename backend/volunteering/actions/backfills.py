"""补录: service entered afterwards, by one and checked by another; marked as such, by default without points."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from backend import clock, config, journal
from backend.db import lock_row, session
from backend.errors import NotAllowed, NotFound, Refused
from backend.journal import Actor
from backend.lifecycle import transition
from backend.organisations import queries as places
from backend.people import permissions
from backend.people.kinds import PersonState
from backend.people.models import Person, Team
from backend.people.one_person import ids_of
from backend.people.permissions import Permission
from backend.volunteering import days, limits, notices, states
from backend.volunteering.actions.activities import TeamElsewhere
from backend.volunteering.actions.hours import award_hours, organising_body
from backend.volunteering.models import Activity, ActivityState, RecordSource
from backend.volunteering.record_models import Backfill, RequestState, ServiceRecord, SyncState

# Older service is beyond what anyone remembers well enough to certify.
OLDEST_DAYS = 366


class BackfillTimes(Refused):
    code, message = 42295, "补录的服务应已经结束，并且在一年之内"


class AlreadyRecorded(Refused):
    code, message = 40918, "这个人在这个活动里已经有服务记录，请用更正"


def request(
    person_id: int,
    community_id: int,
    content: dict[str, Any],
    *,
    team_id: int | None = None,
    activity_id: int | None = None,
    actor: Actor,
) -> Backfill:
    """Enters past service for someone else; nothing counts until another one has approved it.

    `content`: activity_name, category, started_at, place, content, minutes (1 to 480), reason. By community
    staff, or the leader of the team. Raises NotAllowed for oneself, BackfillTimes, AlreadyRecorded,
    TooManyHoursThatDay, OverlappingService.
    """
    places.community(community_id)
    _may_enter(person_id, community_id, team_id, actor)
    journal.check_reason(content["reason"])
    _check_times(content["started_at"], content["minutes"])
    _check_activity(person_id, community_id, activity_id)
    limits.check([_served(person_id, content["started_at"], content["minutes"])])
    made = Backfill(
        person_id=person_id,
        community_id=community_id,
        team_id=team_id,
        activity_id=activity_id,
        state=RequestState.REQUESTED,
        maker_id=actor.id,
        requested_at=clock.now(),
        in_charge_id=_in_charge(team_id, actor),
        **content,
    )
    session.add(made)
    session.flush()
    journal.write(
        "request",
        "backfill",
        made.id,
        actor=actor,
        states=(None, RequestState.REQUESTED),
        reason=made.reason,
        place=community_id,
    )
    return made


def check_enters(*, actor: Actor) -> None:
    """Does this person enter past service anywhere, as staff or as the leader of a team? Raises NotAllowed."""
    leads = sa.select(sa.literal(1)).where(Team.leader_id == actor.id).limit(1)
    if permissions.appointed(actor.id, Permission.SERVICE_RECORD_BACKFILL) or session.scalar(leads):
        return
    raise NotAllowed()


def _may_enter(person_id: int, community_id: int, team_id: int | None, actor: Actor) -> None:
    if person_id == actor.id:
        raise NotAllowed("不能为自己补录，请别人来办")
    team = session.get(Team, team_id) if team_id is not None else None
    if team_id is not None and (team is None or team.community_id != community_id):
        raise TeamElsewhere()
    if team is None or team.leader_id != actor.id:
        permissions.require(actor.id, Permission.SERVICE_RECORD_BACKFILL, community_id)
    person = session.get(Person, person_id)
    if person is None or person.state != PersonState.ACTIVE:
        raise NotFound()


def _in_charge(team_id: int | None, actor: Actor) -> int:
    return session.get_one(Team, team_id).leader_id if team_id is not None else actor.id


def _check_times(started_at: datetime, minutes: int) -> None:
    over = started_at + timedelta(minutes=minutes) <= clock.now()
    if not over or started_at < clock.now() - timedelta(days=OLDEST_DAYS):
        raise BackfillTimes()


def _check_activity(person_id: int, community_id: int, activity_id: int | None) -> None:
    """For one of this system's activities: a certified one, in which the person has no record yet."""
    if activity_id is None:
        return
    activity = session.get(Activity, activity_id)
    if activity is None or activity.community_id != community_id:
        raise NotFound()
    if activity.state != ActivityState.CERTIFIED:
        raise states.ActivityMovedOn("活动还没有认定，请先点名和申报时长")
    recorded = sa.select(ServiceRecord.id).where(
        ServiceRecord.activity_id == activity_id, ServiceRecord.person_id.in_(ids_of(person_id))
    )
    if session.scalar(recorded.limit(1)) is not None:
        raise AlreadyRecorded()


def _served(person_id: int, started_at: datetime, minutes: int) -> limits.Served:
    return limits.Served(person_id, started_at, minutes)


def approve(backfill_id: int, *, actor: Actor) -> Backfill:
    """The checker agrees: the record is made, marked as a backfill. Never by the maker or the volunteer.

    The eight hours and the overlap are looked at again. Points only where BACKFILL_POINTS says so.
    """
    backfill = lock_row(Backfill, backfill_id)
    decided: dict[str, Any] = {"decided_by_id": actor.id, "decided_at": clock.now()}
    transition(
        states.APPROVE_BACKFILL, backfill, actor=actor, precondition=partial(_still_fits, backfill), **decided
    )
    record = _record(backfill, actor)
    points = _earn(backfill, actor) if config.settings().backfill_points else 0
    notices.backfilled(backfill, record, points)
    return backfill


def _still_fits(backfill: Backfill) -> None:
    limits.lock_persons([backfill.person_id])
    _check_activity(backfill.person_id, backfill.community_id, backfill.activity_id)
    limits.check([_served(backfill.person_id, backfill.started_at, backfill.minutes)])


def _record(backfill: Backfill, actor: Actor) -> ServiceRecord:
    served = _served(backfill.person_id, backfill.started_at, backfill.minutes)
    made = ServiceRecord(
        person_id=backfill.person_id,
        activity_id=backfill.activity_id,
        community_id=backfill.community_id,
        team_id=backfill.team_id,
        activity_name=backfill.activity_name,
        category=backfill.category,
        place=backfill.place,
        content=backfill.content,
        **served.facts(),
        organising_body=organising_body(backfill.team_id, backfill.community_id),
        in_charge_id=backfill.in_charge_id,
        recorded_by_id=backfill.maker_id,
        certified_by_id=actor.id,
        recorded_at=clock.now(),
        source=RecordSource.BACKFILL,
        sync_state=SyncState.NOT_SYNCHRONISED,
        backfill_id=backfill.id,
    )
    session.add(made)
    session.flush()
    days.keep([made])
    return made


def _earn(backfill: Backfill, actor: Actor) -> int:
    group = f"activity:{backfill.activity_id}" if backfill.activity_id else f"backfill:{backfill.id}"
    return award_hours(
        [_served(backfill.person_id, backfill.started_at, backfill.minutes)],
        f"backfill:{backfill.id}:hours",
        f"志愿服务（补录） {backfill.activity_name}",
        community_id=backfill.community_id,
        cap_group=group,
        actor=actor,
    )


def reject(backfill_id: int, reason: str, *, actor: Actor) -> Backfill:
    """The checker does not agree, and says why."""
    backfill = lock_row(Backfill, backfill_id)
    transition(
        states.REJECT_BACKFILL,
        backfill,
        actor=actor,
        reason=reason,
        decided_by_id=actor.id,
        decided_at=clock.now(),
        decision_reason=reason,
    )
    return backfill
