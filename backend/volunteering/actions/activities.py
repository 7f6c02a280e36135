"""An activity is planned, published, changed, repeated, cancelled; by its team's leader or community staff."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import Refused
from backend.journal import Actor
from backend.lifecycle import authorize, transition
from backend.organisations import queries as places
from backend.people import permissions
from backend.people.models import Team
from backend.people.permissions import Permission
from backend.volunteering import clashes, notices, states
from backend.volunteering.actions import course, waitlist
from backend.volunteering.models import Activity, ActivityState, SignUpState

MOST_WEEKS = 26
# Repeated again from its last one, it may grow; nobody plans further ahead than this.
MOST_IN_A_SERIES = 60
LONGEST_HOURS = 72


class InsuranceMissing(Refused):
    """条例 17: insurance before service that may be dangerous."""

    code, message = 40926, "有风险的活动要先填写保险单号，再发布"


class ActivityOver(Refused):
    code, message = 40927, "活动时间已经过去，不能再发布；已做的服务请走补录"


class ActivityNotEditable(Refused):
    code, message = 40928, "活动开始以后不能再修改"


class AttendanceBegun(Refused):
    code, message = 40929, "已经有人签到，请用“结束活动”"


class CapacityTaken(Refused):
    code, message = 40935, "已有 {confirmed} 人报名成功，名额不能少于这个数"


class TimesOutOfOrder(Refused):
    code, message = 42236, "时间不对：结束要晚于开始，最长 72 小时；报名和取消的截止时间不能晚于活动结束"


class VenueIncomplete(Refused):
    code, message = 42237, "经度和纬度要一起填写；填写范围（米）时要有经纬度"


class TeamElsewhere(Refused):
    code, message = 42238, "这支志愿队不属于所选的社区"


class FixedOncePublished(Refused):
    code, message = 42239, "不能改社区和志愿队，发布后也不能再改活动类型"


_FIELDS = (
    "title",
    "kind",
    "category",
    "description",
    "place",
    "latitude",
    "longitude",
    "radius",
    "starts_at",
    "ends_at",
    "sign_up_until",
    "cancel_until",
    "capacity",
    "min_age",
    "risk",
    "insurance_number",
)
# Whose activity it is, never changes: its permissions hang on it.
_FIXED = ("community_id", "team_id")
# Moments move along when an activity is repeated in another week.
_TIMES = ("starts_at", "ends_at")
_DEADLINES = ("sign_up_until", "cancel_until")
MOMENTS = (*_TIMES, *_DEADLINES)
_TOLD_WHEN_CHANGED = (*_TIMES, "sessions", "place")
# What may still be changed between the sessions.
_OF_SESSIONS = frozenset({"sessions", "ends_at", *_DEADLINES})
# What a calendar shows of it.
_IN_CALENDAR = ("title", "description", "risk", "latitude", "longitude", *_TOLD_WHEN_CHANGED)


def plan(community_id: int, team_id: int | None, content: dict[str, Any], *, actor: Actor) -> Activity:
    """A new draft. `content` has the activity's own fields (radius in metres), and its `sessions` where it has several.

    The leader plans for their own team, community staff for any team of their community or for none.
    Raises NotACommunity, TeamElsewhere, NotAllowed/NotFound, TimesOutOfOrder, VenueIncomplete.
    """
    places.community(community_id)
    leader_id = _leader(team_id, community_id)
    if leader_id != actor.id:
        permissions.require(actor.id, Permission.ACTIVITY_ORGANISE, community_id)
    content = course.arranged(content)
    activity = Activity(
        community_id=community_id,
        team_id=team_id,
        state=ActivityState.DRAFT,
        in_charge_id=leader_id or actor.id,
        created_by_id=actor.id,
        created_at=clock.now(),
        **{name: content.get(name) for name in _FIELDS if name in content},
    )
    parts = content.get("sessions") or []
    _check(activity, several=bool(parts))
    return _keep(activity, parts, "plan", actor)


def _keep(activity: Activity, parts: Sequence[course.Part], verb: str, actor: Actor) -> Activity:
    session.add(activity)
    session.flush()
    if parts:
        course.keep(activity, parts)
    place = activity.community_id
    journal.write(verb, "activity", activity.id, actor=actor, states=(None, activity.state), place=place)
    return activity


def _leader(team_id: int | None, community_id: int) -> int | None:
    if team_id is None:
        return None
    team = session.get(Team, team_id)
    if team is None or team.community_id != community_id:
        raise TeamElsewhere()
    return team.leader_id


def _check(activity: Activity, *, several: bool) -> None:
    """Of several sessions each one's length was judged with them."""
    starts, ends = activity.starts_at, activity.ends_at
    longest = course.LONGEST if several else timedelta(hours=LONGEST_HOURS)
    late = [at for at in (activity.sign_up_until, activity.cancel_until) if at is not None and at > ends]
    if not starts < ends <= starts + longest or late:
        raise TimesOutOfOrder()
    half = (activity.latitude is None) != (activity.longitude is None)
    if half or (activity.radius is not None and activity.latitude is None):
        raise VenueIncomplete()


def edit(activity_id: int, content: dict[str, Any], *, actor: Actor) -> Activity:
    """Changes a draft, or a published activity before it starts; who signed up is told of a new time or place. Of
    several sessions those that have not begun can be moved, dropped and added until the last one begins.

    A deadline that is not changed itself moves along with the start. More places, another time or age let the waitlists
    move up: this one's, and those in which people wait who had no time before. Raises ActivityNotEditable, CapacityTaken,
    InsuranceMissing, FixedOncePublished, OnlySessionsToCome, TimesOutOfOrder, VenueIncomplete.
    """
    activity, held = waitlist.hold(activity_id)
    authorize(states.ORGANISE, activity, actor)
    _check_editable(activity, content)
    published, running = activity.state == ActivityState.PUBLISHED, _begun(activity)
    known = clashes.among(activity) if published else set()
    changed, parts = _change(activity, content)
    _check(activity, several=bool(parts))
    if running and not _OF_SESSIONS.issuperset(changed):
        raise course.OnlySessionsToCome()
    if published:
        if not running:
            _check_published(activity, changed)
        _mark_for_calendars(activity, changed)
    session.flush()
    journal.write(
        "edit", "activity", activity.id, actor=actor, place=activity.community_id, facts={"fields": changed}
    )
    if published:
        _notify_of_change(activity, changed, known, running=running)
        waitlist.ask(held)
    return activity


def _mark_for_calendars(activity: Activity, changed: list[str]) -> None:
    """What is shown there changes; only what was moved counts as new (RFC 5545, 3.8.7.4)."""
    if any(name in _IN_CALENDAR for name in changed):
        activity.calendar_changed_at = clock.now()
    if any(name in _TOLD_WHEN_CHANGED for name in changed):
        activity.calendar_sequence += 1
    if "starts_at" in changed:
        activity.late_cancel_told_at = None


def _check_editable(activity: Activity, content: dict[str, Any]) -> None:
    if activity.state not in (ActivityState.DRAFT, ActivityState.PUBLISHED):
        raise ActivityNotEditable()
    if _begun(activity) and not course.to_come(activity):
        raise ActivityNotEditable()
    if any(content.get(name, getattr(activity, name)) != getattr(activity, name) for name in _FIXED):
        raise FixedOncePublished()


def _change(activity: Activity, content: dict[str, Any]) -> tuple[list[str], list[course.Part]]:
    """Sets what is new, with what moves along; answers the names of the fields, and the sessions."""
    before = {name: getattr(activity, name) for name in _FIELDS}
    parts_before = course.of(activity)
    published = activity.state == ActivityState.PUBLISHED
    fixed = parts_before[: course.begun(activity)] if published else []
    content = course.moved(parts_before, activity, course.kept(fixed, content) if fixed else content)
    content = {**content, **_moved_along(activity, content)}
    for name in _FIELDS:
        setattr(activity, name, content.get(name, before[name]))
    changed = [name for name in _FIELDS if getattr(activity, name) != before[name]]
    if clock.business_day(activity.starts_at) != clock.business_day(before["starts_at"]):
        # Who was reminded of tomorrow is reminded again on the eve of the new day.
        activity.tomorrow_told_at = None
    parts = content.get("sessions") or []
    # What is left of a course after its first sessions is no new time for who came to none of them.
    fewer = bool(fixed) and {*(parts or [(activity.starts_at, activity.ends_at)])} <= {*parts_before}
    if parts != parts_before:
        _rearrange(activity, fixed, parts)
        changed.append("sessions")
    timed = not {*_TIMES, "sessions"}.isdisjoint(changed)
    if published and timed and not fewer:
        activity.moved_at = clock.now()
    return changed, parts


def _rearrange(activity: Activity, fixed: Sequence[course.Part], parts: Sequence[course.Part]) -> None:
    """What has begun of several sessions stays; an activity to which somebody came does not become several."""
    if fixed:
        course.check_rest(fixed, parts or [(activity.starts_at, activity.ends_at)])
    elif waitlist.attended(activity.id):
        raise ActivityNotEditable()
    course.keep(activity, parts)


def _moved_along(activity: Activity, content: dict[str, Any]) -> dict[str, datetime]:
    """The deadlines that nobody changed, as far from the start as they were, and not after the end."""
    shift = content.get("starts_at", activity.starts_at) - activity.starts_at
    ends = content.get("ends_at", activity.ends_at)
    kept = {name: getattr(activity, name) for name in _DEADLINES}
    return {
        name: min(at + shift, ends)
        for name, at in kept.items()
        if shift and at is not None and content.get(name, at) == at
    }


def _begun(activity: Activity) -> bool:
    return activity.state == ActivityState.PUBLISHED and clock.now() >= activity.starts_at


def _check_published(activity: Activity, changed: list[str]) -> None:
    if "kind" in changed:
        raise FixedOncePublished()
    if activity.risk and not activity.insurance_number:
        raise InsuranceMissing()
    if activity.ends_at <= clock.now():
        raise ActivityOver()
    confirmed = waitlist.seated(activity.id)
    if activity.capacity < confirmed:
        raise CapacityTaken(confirmed=confirmed)


def _notify_of_change(
    activity: Activity, changed: list[str], known: set[clashes.Clash], *, running: bool
) -> None:
    """Of a new time or place; and by name of what somebody else has at the new time, and had not before."""
    if set(_TOLD_WHEN_CHANGED).isdisjoint(changed):
        return
    came = (SignUpState.CHECKED_OUT, SignUpState.UNVERIFIED) if running else ()
    coming = (SignUpState.CONFIRMED, SignUpState.CHECKED_IN, SignUpState.WAITLISTED)
    people = notices.attending(activity.id, *coming, *came)
    told: dict[int, list[str]] = {}
    for one in sorted(clashes.among(activity) - known, key=lambda clash: clash.other_id):
        told.setdefault(one.person_id, []).append(one.other_title)
    if running:
        notices.rest_changed(activity, people, told, course.to_come(activity))
    else:
        notices.changed(activity, people, told)


def publish(activity_id: int, *, actor: Actor) -> Activity:
    """Opens the sign-up. Raises InsuranceMissing for a risky activity without its number, ActivityOver."""
    activity = lock_row(Activity, activity_id)
    fit = partial(_check_published, activity, [])
    transition(states.PUBLISH, activity, actor=actor, precondition=fit, published_at=clock.now())
    return activity


def cancel(activity_id: int, reason: str, *, actor: Actor | None) -> Activity:
    """Calls it off; everyone who signed up is told, and is free for what they wait for elsewhere.

    Raises AttendanceBegun once someone has checked in.
    """
    activity, held = waitlist.hold(activity_id)
    people = notices.attending(activity.id, SignUpState.CONFIRMED, SignUpState.WAITLISTED)
    transition(
        states.CANCEL,
        activity,
        actor=actor,
        precondition=partial(_nobody_came, activity),
        reason=reason,
        calendar_sequence=activity.calendar_sequence + 1,
        calendar_changed_at=clock.now(),
    )
    waitlist.move_all(states.DROP_WITH_ACTIVITY, activity)
    notices.cancelled(activity, people, reason)
    waitlist.ask(held)
    return activity


def _nobody_came(activity: Activity) -> None:
    # Whoever is checking in at this moment is waited for, and seen; whoever comes later finds it called off.
    waitlist.locked(activity.id, (SignUpState.CONFIRMED,))
    if waitlist.attended(activity.id):
        raise AttendanceBegun()


def repeat(activity_id: int, weeks: int, *, actor: Actor) -> list[Activity]:
    """Drafts of the same activity for each of the next `weeks` weeks (at most 26).

    Asked for twice, it makes only what is not there yet.
    """
    activity = lock_row(Activity, activity_id)
    authorize(states.ORGANISE, activity, actor)
    if activity.state not in states.ORGANISE.sources:
        raise states.ActivityMovedOn()
    origin = activity.origin_id
    known = set(session.scalars(sa.select(Activity.starts_at).where(Activity.repeats_id == origin)))
    most = min(weeks, MOST_WEEKS, MOST_IN_A_SERIES - 1 - len(known))
    wanted = [timedelta(weeks=number) for number in range(1, most + 1)]
    parts = course.of(activity)
    return [
        _keep(_copy(activity, later, origin, actor), course.shifted(parts, later), "repeat", actor)
        for later in wanted
        if activity.starts_at + later not in known
    ]


def _copy(activity: Activity, later: timedelta, origin: int, actor: Actor) -> Activity:
    same: dict[str, Any] = {name: getattr(activity, name) for name in _FIELDS}
    moved: dict[str, datetime] = {name: same[name] + later for name in MOMENTS if same[name] is not None}
    return Activity(
        community_id=activity.community_id,
        team_id=activity.team_id,
        in_charge_id=activity.in_charge_id,
        state=ActivityState.DRAFT,
        created_by_id=actor.id,
        created_at=clock.now(),
        repeats_id=origin,
        **{**same, **moved},
    )
