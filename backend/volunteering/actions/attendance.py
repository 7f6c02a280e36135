"""Checking in and out with the code on the organiser's screen. A whole hall does so within a minute, so the
way is short: one read, one guarded UPDATE, one journal line.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock, config, journal
from backend.db import Moment, savepoint, session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.lifecycle import Move, authorize, transition
from backend.volunteering import codes, states, venue
from backend.volunteering.actions.sign_ups import NotSignedUp, OnBehalf, acting_for
from backend.volunteering.models import (
    OVER,
    Activity,
    ActivityState,
    PlaceCheck,
    RecordSource,
    SignUp,
    SignUpState,
)

Here = tuple[float | None, float | None]


class TooEarly(Refused):
    code, message = 40990, "还没到签到时间，{opensAt} 开始签到"


class TooLate(Refused):
    code, message = 40991, "活动已经结束，不能再签到或签退；请告诉组织者，由组织者点名登记"


class CheckedInElsewhere(Refused):
    code, message = 40995, "您正在另一个活动（“{other}”）签到，请先在那里签退"


class AlreadyCheckedIn(Refused):
    code, message = 40996, "您已经签到了，不用再扫"


class AlreadyCheckedOut(Refused):
    code, message = 40997, "您已经签退了，不用再扫"


class StillWaiting(Refused):
    code, message = 40911, "您还在候补，暂时没有名额"


class NotCheckedIn(Refused):
    code, message = 40912, "您还没有签到，请先签到"


class AttendanceClosed(Refused):
    code, message = 40913, "服务时长已经申报，不能再签退；请告诉组织者"


_elsewhere, _there = aliased(SignUp), aliased(Activity)
_READ = (
    sa.select(
        Activity.state,
        Activity.starts_at,
        Activity.ends_at,
        Activity.proposed_at,
        Activity.latitude,
        Activity.longitude,
        Activity.radius,
        SignUp.id.label("sign_up_id"),
        SignUp.state.label("sign_up_state"),
        SignUp.place_check,
        SignUp.checked_in_at,
        _elsewhere.id.label("elsewhere_id"),
        _there.title.label("elsewhere"),
        _there.ends_at.label("elsewhere_until"),
    )
    .select_from(Activity)
    .outerjoin(
        SignUp,
        sa.and_(
            SignUp.activity_id == Activity.id,
            SignUp.person_id == sa.bindparam("person"),
            SignUp.state.not_in([sa.literal_column(f"'{state}'") for state in OVER]),
        ),
    )
    .outerjoin(
        _elsewhere,
        sa.and_(
            _elsewhere.person_id == sa.bindparam("person"),
            _elsewhere.state == sa.literal_column(f"'{SignUpState.CHECKED_IN}'"),
            _elsewhere.activity_id != Activity.id,
        ),
    )
    .outerjoin(_there, _there.id == _elsewhere.activity_id)
    .where(Activity.id == sa.bindparam("activity"))
)
_CHECK_IN = (
    sa.update(SignUp)
    .where(
        SignUp.id == sa.bindparam("sign_up"), SignUp.state == sa.literal_column(f"'{SignUpState.CONFIRMED}'")
    )
    .values(
        state=SignUpState.CHECKED_IN,
        checked_in_at=sa.bindparam("now", type_=Moment),
        place_check=sa.bindparam("place_found"),
        source=RecordSource.CHECK_IN,
    )
    .returning(SignUp)
)
_CHECK_OUT = (
    sa.update(SignUp)
    .where(SignUp.id == sa.bindparam("sign_up"), SignUp.state == sa.bindparam("before"))
    .values(
        state=SignUpState.CHECKED_OUT,
        checked_out_at=sa.bindparam("now", type_=Moment),
        place_check=sa.bindparam("place_found"),
    )
    .returning(SignUp)
)


def check_in(
    activity_id: int, code: str, here: Here = (None, None), *, on_behalf_of: OnBehalf = None, actor: Actor
) -> SignUp:
    """The volunteer is there. `here` (latitude, longitude) is compared with the venue and forgotten.

    Raises NotSignedUp, StillWaiting, AlreadyCheckedIn, AlreadyCheckedOut, TooEarly, TooLate, CodeOutdated,
    CodeForeign, CheckedInElsewhere; each says what to do.
    """
    person_id, reason = acting_for(on_behalf_of, actor)
    seen = _look(activity_id, person_id, states.CHECK_IN, on_behalf_of, actor)
    _refuse_second(seen)
    _in_time_to_arrive(seen)
    codes.check(activity_id, code, clock.now())
    _nowhere_else(seen)
    place = venue.compare((seen.latitude, seen.longitude, seen.radius), here)
    try:
        return _change(_CHECK_IN, states.CHECK_IN, seen, place, reason, actor)
    except sa.exc.IntegrityError:
        # Two doors at the same moment: the partial unique index lets one of them through.
        raise CheckedInElsewhere(other="另一个活动") from None


def check_out(
    activity_id: int, code: str, here: Here = (None, None), *, on_behalf_of: OnBehalf = None, actor: Actor
) -> SignUp:
    """The volunteer leaves; until CHECK_OUT_MINUTES after the planned end, and before hours are proposed.

    Raises NotSignedUp, NotCheckedIn, AlreadyCheckedOut, AttendanceClosed, TooLate, CodeOutdated, CodeForeign.
    """
    person_id, reason = acting_for(on_behalf_of, actor)
    seen = _look(activity_id, person_id, states.CHECK_OUT, on_behalf_of, actor)
    if seen.sign_up_state in (SignUpState.CHECKED_OUT, SignUpState.CERTIFIED):
        raise AlreadyCheckedOut()
    if seen.sign_up_state not in states.CHECK_OUT.sources:
        raise NotCheckedIn()
    if seen.proposed_at is not None:
        raise AttendanceClosed()
    if clock.now() > seen.ends_at + timedelta(minutes=config.settings().check_out_minutes):
        raise TooLate()
    codes.check(activity_id, code, clock.now())
    place = venue.compare((seen.latitude, seen.longitude, seen.radius), here)
    return _change(_CHECK_OUT, states.CHECK_OUT, seen, _worse(seen.place_check, place), reason, actor)


def _look(activity_id: int, person_id: int, move: Move, on_behalf_of: OnBehalf, actor: Actor) -> sa.Row:
    """Activity, sign-up and where else the person is checked in, in one statement."""
    seen = session.execute(_READ, {"activity": activity_id, "person": person_id}).first()
    if seen is None or seen.state == ActivityState.DRAFT:
        raise NotFound()
    if seen.sign_up_id is None:
        raise NotSignedUp()
    # Everyone may attend for themselves; whoever acts for another needs the word in that person's place.
    if on_behalf_of is not None:
        authorize(move, session.get_one(SignUp, seen.sign_up_id), actor)
    return seen


def _refuse_second(seen: sa.Row) -> None:
    """A second scan is told so kindly, and makes nothing."""
    refusals = {
        SignUpState.WAITLISTED: StillWaiting,
        SignUpState.CHECKED_IN: AlreadyCheckedIn,
        SignUpState.CHECKED_OUT: AlreadyCheckedOut,
        SignUpState.CERTIFIED: AlreadyCheckedOut,
    }
    if seen.sign_up_state in refusals:
        raise refusals[seen.sign_up_state]()


def _in_time_to_arrive(seen: sa.Row) -> None:
    if seen.state != ActivityState.PUBLISHED or clock.now() > seen.ends_at:
        raise TooLate()
    opens = seen.starts_at - timedelta(minutes=config.settings().check_in_minutes)
    if clock.now() < opens:
        raise TooEarly(opensAt=moment_in_words(opens))


def moment_in_words(moment: datetime) -> str:
    return f"{moment.astimezone(clock.CHINA):%m月%d日 %H:%M}"


def _nowhere_else(seen: sa.Row) -> None:
    """Whoever forgot to check out of something that is over is not kept from this one."""
    if seen.elsewhere_id is None:
        return
    if seen.elsewhere_until > clock.now():
        raise CheckedInElsewhere(other=seen.elsewhere)
    transition(states.FORGOT_CHECK_OUT, session.get_one(SignUp, seen.elsewhere_id), actor=None)


def _worse(before: str | None, now: str) -> str:
    """One failed comparison is kept, whatever the other one says."""
    found = {before, now}
    return next(one for one in (PlaceCheck.FAILED, PlaceCheck.PASSED, PlaceCheck.NOT_GIVEN) if one in found)


def _change(statement: Any, move: Move, seen: sa.Row, place: str, reason: str | None, actor: Actor) -> SignUp:
    given = {"sign_up": seen.sign_up_id, "now": clock.now(), "place_found": place}
    if move is states.CHECK_OUT:
        given["before"] = seen.sign_up_state
        # The clock of another machine, or of this one before it was set right, may have been ahead.
        given["now"] = max(clock.now(), seen.checked_in_at)
    changed = session.scalars(
        statement, given, execution_options={"synchronize_session": False, "populate_existing": True}
    ).one_or_none()
    if changed is None:
        raise move.refusal()
    journal.write(
        move.name,
        "sign_up",
        changed.id,
        actor=actor,
        states=(seen.sign_up_state, move.target),
        reason=reason,
        place=changed.place_id,
        facts={"place": place},
    )
    return changed


def lapse_over(person_ids: list[int]) -> None:
    """Ends as unverified what these people forgot to check out of, where its planned end is past."""
    wanted = (
        sa.select(SignUp)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(
            SignUp.person_id.in_(person_ids),
            SignUp.state == SignUpState.CHECKED_IN,
            Activity.ends_at <= clock.now(),
        )
        .order_by(SignUp.id)
    )
    for forgotten in session.scalars(wanted).all():
        transition(states.FORGOT_CHECK_OUT, forgotten, actor=None)


def change_many(rows: list[tuple[SignUp, dict[str, Any]]]) -> None:
    """Sets the facts of sign-ups that the caller has locked; refuses a second place at the same time."""
    changes = [{"id": row.id, **facts} for row, facts in rows]
    try:
        with savepoint():
            session.execute(sa.update(SignUp), changes)
    except sa.exc.IntegrityError:
        raise CheckedInElsewhere(other="另一个活动") from None
