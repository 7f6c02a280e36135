"""Signing up and cancelling: by the volunteer, or for them by staff whom they ask to, or by a relative (代办).

Nobody is ever assigned: a sign-up is the person's own wish, and staff say why they enter it for them.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, savepoint, session
from backend.errors import NotAllowed, NotFound, Refused
from backend.journal import Actor
from backend.lifecycle import transition
from backend.people import permissions
from backend.people import queries as people
from backend.people.models import Person, Residency
from backend.people.on_behalf import Acting, OnBehalf, acting_for, home_of
from backend.people.permissions import Permission
from backend.volunteering import clashes, notices, sessions, states
from backend.volunteering.actions import clash_leaves, news, waitlist
from backend.volunteering.models import OVER, Activity, ActivityState, SignUp, SignUpState
from backend.volunteering.notice_time import in_time_until, last_moment

# Why a place is free again whose holder may not come.
SUSPENDED = "账号停用"


class AlreadySignedUp(Refused):
    code, message = 40936, "您已经报过名了"


class SignUpClosed(Refused):
    code, message = 40937, "报名已经截止"


class ClashingSignUp(Refused):
    code, message = 40938, "同一时间您已报名“{other}”，请先取消那一个"


class NotSignedUp(Refused):
    code, message = 40939, "还没有报名这个活动，请先报名"


class TooLateToCancel(Refused):
    code, message = 40994, "活动已经开始，不能再取消；没有到场也不会受影响"


class TooYoung(Refused):
    code, message = 40332, "这个活动要求年满 {minAge} 岁"


class BirthYearNeeded(Refused):
    code, message = 40333, "这个活动有年龄要求（{minAge} 岁），请先在“我的”里填写出生年份"


def sign_up(
    activity_id: int, *, on_behalf_of: OnBehalf = None, clash_reason: str | None = None, actor: Actor
) -> SignUp:
    """A place where one is free and nobody waits who could take it, else the end of the waitlist.

    `clash_reason` says why they may be here although they have a place elsewhere at the same time; the organisers alone
    give it. Raises SignUpClosed, AlreadySignedUp, ClashingSignUp, TooYoung, BirthYearNeeded; what
    `on_behalf.acting_for` refuses, and NotFound on behalf of someone who does not live in the clerk's place.
    """
    acting = acting_for(on_behalf_of, Permission.SIGN_UP_ASSIST, actor=actor)
    activity, person_id = lock_row(Activity, activity_id), acting.person_id
    _open(activity, actor)
    home = _home(acting, activity, actor)
    waitlist.hold_line(activity, person_id)
    if clash_reason:
        clash_leaves.note(activity, person_id, clash_reason, actor=actor)
    _check(person_id, activity)
    made = SignUp(
        activity_id=activity.id,
        person_id=person_id,
        community_id=activity.community_id,
        grid_id=home.grid_id if home and home.community_id == activity.community_id else None,
        state=_state(activity),
        signed_up_at=clock.now(),
        reporter_id=acting.by_id,
        on_behalf_reason=acting.reason,
        by_family=acting.by_family,
    )
    _keep(made, actor)
    _notify_of_seat(activity, made)
    if acting.by_family:
        notices.by_family(activity, person_id, actor.id, "报了名")
    return made


def _open(activity: Activity, actor: Actor) -> None:
    if activity.state == ActivityState.DRAFT:
        words = permissions.permissions_in(actor.id, activity.place_id)
        known = activity.visible_to(actor.id, words, activity.facts_about(actor.id))
        raise states.ActivityMovedOn() if known else NotFound()
    if activity.state != ActivityState.PUBLISHED:
        raise states.ActivityMovedOn()
    if clock.now() > (activity.sign_up_until or activity.ends_at):
        raise SignUpClosed()


def _home(acting: Acting, activity: Activity, actor: Actor) -> Residency | None:
    """Staff sign up residents of the activity's community, in their own grid or above it."""
    if acting.in_office:
        return home_of(acting, Permission.SIGN_UP_ASSIST, activity.community_id, actor=actor)
    return people.home(acting.person_id)


def _check(person_id: int, activity: Activity) -> None:
    live = sa.select(SignUp.id).where(
        SignUp.activity_id == activity.id, SignUp.person_id == person_id, SignUp.state.not_in(OVER)
    )
    if session.scalar(live) is not None:
        raise AlreadySignedUp()
    other = session.scalar(
        clashes.clash_of(person_id, activity).where(~clashes.allowed(person_id, activity.id))
    )
    if other is not None:
        raise ClashingSignUp(other=other)
    if activity.min_age:
        _check_age(person_id, activity)


def _check_age(person_id: int, activity: Activity) -> None:
    """条例 15: fit for their age. Only the year of birth is known, so the year decides."""
    born = session.scalar(sa.select(Person.birth_year).where(Person.id == person_id))
    if born is None:
        raise BirthYearNeeded(minAge=activity.min_age)
    if (
        activity.min_age is not None
        and activity.starts_at.astimezone(clock.CHINA).year - born < activity.min_age
    ):
        raise TooYoung(minAge=activity.min_age)


def _state(activity: Activity) -> str:
    """Nobody overtakes who waits already and could take the place: they are asked first."""
    waitlist.ask(frozenset({activity.id}))
    return SignUpState.CONFIRMED if waitlist.room(activity) > 0 else SignUpState.WAITLISTED


def _keep(made: SignUp, actor: Actor) -> None:
    try:
        with savepoint():
            session.add(made)
            session.flush()
    except sa.exc.IntegrityError:
        # The partial unique index decides, whatever was read before.
        raise AlreadySignedUp() from None
    facts = {"person": made.person_id} if made.reporter_id else None
    journal.write(
        "sign_up",
        "sign_up",
        made.id,
        actor=actor,
        states=(None, made.state),
        reason=made.on_behalf_reason,
        place=made.place_id,
        facts=facts,
    )


def _notify_of_seat(activity: Activity, made: SignUp) -> None:
    if made.state == SignUpState.CONFIRMED:
        notices.confirmed(activity, made.person_id)
    else:
        notices.waitlisted(activity, made.person_id, waitlist.waiting(activity.id))


def cancel(activity_id: int, *, on_behalf_of: OnBehalf = None, actor: Actor) -> SignUp:
    """Gives the place back, to whoever waits first. After the deadline it counts as late, with no penalty.

    Raises NotSignedUp, SignUpMovedOn, and TooLateToCancel once the activity has begun, unless the person got the place
    too late to decline before.
    """
    acting = acting_for(on_behalf_of, Permission.SIGN_UP_CANCEL, actor=actor)
    activity, held = waitlist.hold(activity_id, freed=[acting.person_id])
    mine = live(activity.id, acting.person_id)
    if acting.by_family and not (mine.by_family and mine.reporter_id == actor.id):
        # What the volunteer signed up for themselves is theirs.
        raise NotAllowed()
    running = activity.state == ActivityState.PUBLISHED and mine.state == SignUpState.CONFIRMED
    parts = sessions.of_row(activity)
    if running and clock.now() >= activity.starts_at and clock.now() > last_moment(mine, activity, parts):
        raise TooLateToCancel()
    _give_back(activity, held, mine, acting.reason, actor, permitted=acting.by_family)
    if acting.by_family:
        notices.by_family(activity, acting.person_id, actor.id, "取消了报名")
    return mine


def _give_back(
    activity: Activity,
    held: waitlist.Held,
    mine: SignUp,
    reason: str | None,
    actor: Actor,
    *,
    permitted: bool = False,
) -> None:
    """`permitted` is who acts for the volunteer with their consent."""
    had_place = mine.state == SignUpState.CONFIRMED
    late = had_place and clock.now() > in_time_until(mine, activity, sessions.of_row(activity))
    move = states.CANCEL_LATE if late else states.CANCEL_SIGN_UP
    transition(move, mine, actor=actor, reason=reason, permitted=permitted, cancelled_at=clock.now())
    waitlist.ask(held)
    if had_place:
        news.somebody_cancelled(activity, mine.person_id)


def leave(activity_id: int, *, actor: Actor) -> None:
    """Whoever leaves for good gives their place back, also in what has begun: somebody else may still come."""
    activity, held = waitlist.hold(activity_id, freed=[actor.id])
    mine = _newest(activity.id, actor.id, SignUp.state.in_((SignUpState.CONFIRMED, SignUpState.WAITLISTED)))
    if mine is not None:
        _give_back(activity, held, mine, None, actor)


def give_back_until(until: datetime, *, actor: Actor) -> int:
    """Whoever cannot come before then gives back the places they have in what begins earlier; answers how many.

    What they wait for they go on waiting for, passed over meanwhile. The activities are locked before the person:
    `waitlist.hold_of`.
    """
    wanted = (
        sa.select(SignUp.activity_id)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(
            SignUp.person_id == actor.id,
            SignUp.state == SignUpState.CONFIRMED,
            Activity.state == ActivityState.PUBLISHED,
            Activity.starts_at < until,
            Activity.ends_at > clock.now(),
            # Who can come to every session that is left, keeps the place.
            sessions.between(clock.now(), until),
        )
    )
    ids = session.scalars(wanted.order_by(SignUp.activity_id)).all()
    for activity_id in ids:
        activity, held = waitlist.hold(activity_id, freed=[actor.id])
        _give_back(activity, held, live(activity_id, actor.id), SUSPENDED, actor)
    return len(ids)


def excuse(activity_id: int, person_id: int, reason: str, *, actor: Actor) -> SignUp:
    """The organiser notes that someone asked to be excused; their place goes to the waitlist."""
    activity, held = waitlist.hold(activity_id, freed=[person_id])
    mine = latest(activity.id, person_id)
    transition(states.EXCUSE, mine, actor=actor, reason=reason)
    notices.excused(activity, person_id, reason)
    waitlist.ask(held)
    return mine


def live(activity_id: int, person_id: int) -> SignUp:
    """The person's sign-up that is not cancelled, under its lock. Raises NotSignedUp."""
    mine = _newest(activity_id, person_id, SignUp.state.not_in(OVER))
    if mine is None:
        raise NotSignedUp()
    return mine


def latest(activity_id: int, person_id: int) -> SignUp:
    """The person's last sign-up, whatever became of it. Raises NotFound."""
    mine = _newest(activity_id, person_id)
    if mine is None:
        raise NotFound()
    return mine


def _newest(activity_id: int, person_id: int, *more: Any) -> SignUp | None:
    wanted = sa.select(SignUp).where(SignUp.activity_id == activity_id, SignUp.person_id == person_id, *more)
    return session.scalars(
        wanted.order_by(SignUp.id.desc()).limit(1).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
