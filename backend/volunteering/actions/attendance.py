"""Checking in and out with the code on the organiser's screen. A whole hall does so within a minute, so the
way is short: one read, and one guarded UPDATE with its journal line.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock, config
from backend.db import session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.lifecycle import authorize, transition
from backend.moves import Move
from backend.people.on_behalf import Acting, OnBehalf, acting_for
from backend.people.permissions import Permission
from backend.volunteering import codes, sessions, states, venue
from backend.volunteering.actions import waitlist
from backend.volunteering.actions.sign_ups import NotSignedUp
from backend.volunteering.models import (
    OVER,
    Activity,
    ActivityState,
    PlaceCheck,
    RecordSource,
    SignUp,
    SignUpState,
)
from backend.volunteering.session_models import SessionAttendance

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


@dataclass(frozen=True)
class _Planned:
    """The session that is meant, 0 where an activity takes place once; and whether the person is in one now."""

    number: int
    starts_at: datetime
    ends_at: datetime
    still_there: bool = False


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
        SignUp,
        _elsewhere.id.label("elsewhere_id"),
        _there.title.label("elsewhere"),
        sessions.running_until(_elsewhere, _there).label("elsewhere_until"),
        sessions.several().label("several"),
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


def check_in(
    activity_id: int, code: str, here: Here = (None, None), *, on_behalf_of: OnBehalf = None, actor: Actor
) -> SignUp:
    """The volunteer is there. `here` (latitude, longitude) is compared with the venue and forgotten.

    Raises NotSignedUp, StillWaiting, AlreadyCheckedIn, AlreadyCheckedOut, TooEarly, TooLate, CodeOutdated,
    CodeForeign, CheckedInElsewhere; each says what to do.
    """
    acting = _acting(on_behalf_of, actor)
    seen = _look(activity_id, acting.person_id, states.CHECK_IN, on_behalf_of, actor)
    coming = _coming(activity_id, seen)
    _refuse_second(seen.SignUp, coming)
    _in_time_to_arrive(seen, coming)
    codes.check(activity_id, code, clock.now())
    _nowhere_else(seen)
    place = venue.compare((seen.latitude, seen.longitude, seen.radius), here)
    with at_one_place():
        return _arrive(seen.SignUp, coming, place, acting.reason, actor)


def _acting(on_behalf_of: OnBehalf, actor: Actor) -> Acting:
    """Staff saw the person; a relative is not the person, so nobody is there for somebody else."""
    return acting_for(on_behalf_of, Permission.SIGN_UP_ATTEND, family=False, actor=actor)


def _arrive(sign_up: SignUp, coming: _Planned, place: str, reason: str | None, actor: Actor) -> SignUp:
    facts: dict[str, Any] = {"checked_in_at": clock.now(), "source": RecordSource.CHECK_IN}
    if not coming.number:
        return _attend(states.CHECK_IN, sign_up, place, reason, actor, **facts)
    if sign_up.state == SignUpState.CHECKED_IN:
        # The session before is over, and nobody has noted yet that they did not check out of it.
        transition(states.FORGOT_CHECK_OUT, sign_up, actor=None)
    again = sign_up.state in states.COME_AGAIN.sources
    move = states.COME_AGAIN if again else states.CHECK_IN
    _attend(move, sign_up, place, reason, actor, checked_out_at=None, session_number=coming.number, **facts)
    session.add(SessionAttendance(sign_up_id=sign_up.id, number=coming.number, place_check=place, **facts))
    session.flush()
    return sign_up


def check_out(
    activity_id: int, code: str, here: Here = (None, None), *, on_behalf_of: OnBehalf = None, actor: Actor
) -> SignUp:
    """The volunteer leaves; until CHECK_OUT_MINUTES after the planned end, and before hours are proposed.

    Raises NotSignedUp, NotCheckedIn, AlreadyCheckedOut, AttendanceClosed, TooLate, CodeOutdated, CodeForeign.
    """
    acting = _acting(on_behalf_of, actor)
    seen = _look(activity_id, acting.person_id, states.CHECK_OUT, on_behalf_of, actor)
    sign_up = seen.SignUp
    if sign_up.state not in states.CHECK_OUT.sources:
        raise (
            AlreadyCheckedOut()
            if sign_up.state in (SignUpState.CHECKED_OUT, SignUpState.CERTIFIED)
            else NotCheckedIn()
        )
    if seen.proposed_at is not None:
        raise AttendanceClosed()
    leaving, noted = _leaving(activity_id, seen)
    if clock.now() > leaving.ends_at + timedelta(minutes=config.settings().check_out_minutes):
        raise TooLate()
    codes.check(activity_id, code, clock.now())
    place = venue.compare((seen.latitude, seen.longitude, seen.radius), here)
    # The clock of another machine, or of this one before it was set right, may have been ahead.
    left_at = max(clock.now(), sign_up.checked_in_at)
    place = _worse(sign_up.place_check, place)
    with _freed_early(seen, activity_id, leaving):
        if noted is not None:
            noted.checked_out_at, noted.place_check = left_at, place
        return _attend(
            states.CHECK_OUT,
            sign_up,
            place,
            acting.reason,
            actor,
            session_number=leaving.number,
            checked_out_at=left_at,
        )


@contextmanager
def _freed_early(seen: sa.Row, activity_id: int, leaving: _Planned) -> Iterator[None]:
    """Who leaves before the planned end is free for what they wait for elsewhere. A hall that leaves in time, or has
    nothing else to do, locks nothing for it."""
    person_id = seen.SignUp.person_id
    if clock.now() >= leaving.ends_at or not waitlist.waits(person_id):
        yield
        return
    _, held = waitlist.hold(activity_id, freed=[person_id])
    yield
    waitlist.ask(held)


def _look(activity_id: int, person_id: int, move: Move, on_behalf_of: OnBehalf, actor: Actor) -> sa.Row:
    """Activity, sign-up and where else the person is checked in, in one statement."""
    given = {"activity": activity_id, "person": person_id}
    seen = session.execute(_READ, given, execution_options={"populate_existing": True}).first()
    if seen is None or seen.state == ActivityState.DRAFT:
        raise NotFound()
    if seen.SignUp is None:
        raise NotSignedUp()
    # Everyone may attend for themselves; whoever acts for another needs the word in that person's place.
    if on_behalf_of is not None:
        authorize(move, seen.SignUp, actor)
    return seen


def _coming(activity_id: int, seen: sa.Row) -> _Planned:
    """What the person would check in to: the first session that is not over and to which they did not come yet."""
    if not seen.several:
        return _Planned(0, seen.starts_at, seen.ends_at)
    noted = sessions.noted_in(activity_id, seen.SignUp.person_id).get(seen.SignUp.id, [])
    known = {one.number for one in noted}
    found = sessions.of(activity_id)
    left = [one for one in found if one.ends_at >= clock.now() and one.number not in known]
    last = next((one for one in found if noted and one.number == noted[-1].number), None)
    there = last is not None and last.ends_at > clock.now() and noted[-1].checked_out_at is None
    if not left:
        return _Planned(0 if known else found[-1].number, found[-1].starts_at, found[-1].ends_at)
    return _Planned(left[0].number, left[0].starts_at, left[0].ends_at, there)


def _leaving(activity_id: int, seen: sa.Row) -> tuple[_Planned, SessionAttendance | None]:
    """What the person checks out of: the session to which they came last."""
    whole = _Planned(0, seen.starts_at, seen.ends_at)
    if not seen.several:
        return whole, None
    noted = sessions.noted_in(activity_id, seen.SignUp.person_id).get(seen.SignUp.id, [])
    found = {one.number: one for one in sessions.of(activity_id)}
    if not noted or noted[-1].number not in found:
        return whole, None
    one = found[noted[-1].number]
    return _Planned(one.number, one.starts_at, one.ends_at), noted[-1]


def _refuse_second(sign_up: SignUp, coming: _Planned) -> None:
    """A second scan is told so kindly, and makes nothing. Between two sessions it is the next one's."""
    if sign_up.state in states.CHECK_IN.sources:
        return
    again = (SignUpState.CHECKED_IN, *states.COME_AGAIN.sources)
    if coming.number and not coming.still_there and sign_up.state in again:
        return
    refusals: dict[str, type[Refused]] = {
        SignUpState.WAITLISTED: StillWaiting,
        SignUpState.CHECKED_IN: AlreadyCheckedIn,
        SignUpState.CHECKED_OUT: AlreadyCheckedOut,
        SignUpState.CERTIFIED: AlreadyCheckedOut,
    }
    raise refusals.get(sign_up.state, states.CHECK_IN.refusal)()


def _in_time_to_arrive(seen: sa.Row, coming: _Planned) -> None:
    if seen.state != ActivityState.PUBLISHED or clock.now() > coming.ends_at:
        raise TooLate()
    opens = coming.starts_at - timedelta(minutes=config.settings().check_in_minutes)
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


def _attend(
    move: Move,
    sign_up: SignUp,
    place: str,
    reason: str | None,
    actor: Actor,
    session_number: int = 0,
    **facts: Any,
) -> SignUp:
    transition(
        move,
        sign_up,
        actor=actor,
        permitted=True,
        reason=reason,
        details={"place": place, **({"session": session_number} if session_number else {})},
        place_check=place,
        **facts,
    )
    return sign_up


@contextmanager
def at_one_place() -> Iterator[None]:
    """Two doors at the same moment: the partial unique index lets a person through one of them."""
    try:
        yield
    except sa.exc.IntegrityError:
        raise CheckedInElsewhere(other="另一个活动") from None


def lapse_over(person_ids: list[int]) -> None:
    """Ends as unverified what these people forgot to check out of, where its planned end is past."""
    wanted = (
        sa.select(SignUp)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(
            SignUp.person_id.in_(person_ids),
            SignUp.state == SignUpState.CHECKED_IN,
            sessions.running_until(SignUp, Activity) <= clock.now(),
        )
        .order_by(SignUp.id)
    )
    for forgotten in session.scalars(wanted).all():
        transition(states.FORGOT_CHECK_OUT, forgotten, actor=None)
