"""What waits for whom in volunteering: in the asker's places, and such that the asker may decide it.

Each is a query that both doors page and count. Who may not decide something (they served, certified or entered it) does
not find it here; the moves say so again when it is decided (`never_by` in states).
"""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.journal import Actor
from backend.paging import KeysetQuery, count
from backend.people import permissions
from backend.people import queries as people
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.volunteering import sessions
from backend.volunteering.models import ATTENDED, Activity, ActivityKind, ActivityState, SignUp, SignUpState
from backend.volunteering.record_models import Backfill, Correction, RequestState, ServiceRecord


def corrections_to_decide(*, actor: Actor) -> KeysetQuery:
    """Corrections of records that this person neither served nor certified, in the order in which they were asked."""
    wanted = _requested(Correction, actor).join(ServiceRecord, ServiceRecord.id == Correction.record_id)
    return KeysetQuery(wanted.where(ServiceRecord.certified_by_id != actor.id), (Correction.id,))


def backfills_to_check(*, actor: Actor) -> KeysetQuery:
    """Backfills that somebody else entered for somebody else, in the order in which they were entered."""
    return KeysetQuery(_requested(Backfill, actor).where(Backfill.maker_id != actor.id), (Backfill.id,))


def _requested(model: Any, actor: Actor) -> sa.Select[Any]:
    return sa.select(model).where(
        model.state == RequestState.REQUESTED,
        model.person_id != actor.id,
        model.community_id.in_(permissions.reach_of(actor.id, Permission.SERVICE_RECORD_DECIDE)),
    )


def hours_to_propose(*, actor: Actor) -> KeysetQuery:
    """Ended service whose hours nobody has proposed, where all who came were seen to leave; longest ended first."""
    return KeysetQuery(
        _unproposed(actor).where(~_has_sign_up(SignUpState.UNVERIFIED)), (Activity.ended_at, Activity.id)
    )


def hours_to_estimate(*, actor: Actor) -> KeysetQuery:
    """The same where somebody did not check out, so that their minutes have to be decided."""
    return KeysetQuery(
        _unproposed(actor).where(_has_sign_up(SignUpState.UNVERIFIED)), (Activity.ended_at, Activity.id)
    )


def _unproposed(actor: Actor) -> sa.Select[Any]:
    return _awaiting(Permission.ACTIVITY_ORGANISE, actor).where(Activity.proposed_at.is_(None))


def hours_to_certify(*, actor: Actor) -> KeysetQuery:
    """Proposed hours that were neither proposed by this person nor served with them, longest ended first."""
    took_part = _has_sign_up(*ATTENDED, person_id=actor.id)
    wanted = _proposed(actor).where(Activity.proposed_by_id != actor.id, ~took_part)
    return KeysetQuery(wanted, (Activity.ended_at, Activity.id))


def hours_for_a_colleague(*, actor: Actor) -> int:
    """How many proposals wait for somebody else, because this person made them."""
    return count(_proposed(actor).where(Activity.proposed_by_id == actor.id))


def _proposed(actor: Actor) -> sa.Select[Any]:
    return _awaiting(Permission.ACTIVITY_CERTIFY, actor).where(Activity.proposed_at.is_not(None))


def _awaiting(permission: str, actor: Actor) -> sa.Select[Any]:
    """Ended service in which somebody has minutes to count."""
    return sa.select(Activity).where(
        Activity.state == ActivityState.ENDED,
        Activity.kind == ActivityKind.VOLUNTEER_SERVICE,
        Activity.community_id.in_(permissions.reach_of(actor.id, permission)),
        _has_sign_up(SignUpState.CHECKED_OUT, SignUpState.UNVERIFIED),
    )


def _has_sign_up(*states: str, person_id: int | None = None) -> sa.ColumnElement[bool]:
    whose = () if person_id is None else (SignUp.person_id == person_id,)
    return sa.exists().where(SignUp.activity_id == Activity.id, SignUp.state.in_(states), *whose)


def activities_without_organiser(*, actor: Actor) -> KeysetQuery:
    """Activities not certified yet whose person in charge left or is suspended, in the order of their start."""
    wanted = sa.select(Activity).join(Person, Person.id == Activity.in_charge_id)
    return KeysetQuery(
        wanted.where(
            people.absent(),
            Activity.state.in_((ActivityState.DRAFT, ActivityState.PUBLISHED, ActivityState.ENDED)),
            Activity.community_id.in_(permissions.reach_of(actor.id, Permission.ACTIVITY_ORGANISE)),
        ),
        (Activity.starts_at, Activity.id),
    )


def activities_today(*, actor: Actor) -> KeysetQuery:
    """Published activities of today that are not over, where the person organises, in the order of their start."""
    return _touching(clock.today(), actor)


def activities_tomorrow(*, actor: Actor) -> KeysetQuery:
    """The same of tomorrow."""
    return _touching(clock.today() + timedelta(days=1), actor)


def _touching(day: date, actor: Actor) -> KeysetQuery:
    wanted = sa.select(Activity).where(
        Activity.state == ActivityState.PUBLISHED,
        Activity.community_id.in_(permissions.reach_of(actor.id, Permission.ACTIVITY_ORGANISE)),
        Activity.ends_at > clock.now(),
        Activity.ends_at > clock.day_starts(day),
        Activity.starts_at < clock.day_ends(day),
        sessions.between(max(clock.now(), clock.day_starts(day)), clock.day_ends(day)),
    )
    return KeysetQuery(wanted, (Activity.starts_at, Activity.id))
