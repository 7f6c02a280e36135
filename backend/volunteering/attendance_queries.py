"""Reading who comes to an activity, and the code that they scan there.

Who comes is known by name to the activity's leader and to the staff who call the roll in its community; others of the
staff see masked names, everyone else counts.
"""

import sqlalchemy as sa

from backend import clock, drawn_codes
from backend.db import session, view_of
from backend.errors import NotFound
from backend.journal import Actor
from backend.lifecycle import authorize
from backend.people import masking
from backend.people import queries as people
from backend.people.masking import Level
from backend.people.models import Person
from backend.people.namesakes import told_apart
from backend.people.permissions import Permission
from backend.volunteering import codes, queries, sessions, states
from backend.volunteering.models import SEATED, Activity, SignUp, SignUpState
from backend.volunteering.views import Attendance, AttendedView, CheckInCode, SessionAttendedView


def check_in_code(activity_id: int, *, actor: Actor) -> CheckInCode:
    """The code of this half minute for the organiser's screen, also as QR (SVG). Raises ActivityMovedOn."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFound()
    authorize(states.ORGANISE, activity, actor)
    if activity.state not in states.ROLL_CALL.sources:
        raise states.ActivityMovedOn()
    code = codes.current(activity.id, clock.now())
    picture = drawn_codes.svg(code.text, scale=8, border=2)
    return CheckInCode(code.code, code.expires_at, picture, code.text)


def attendance(activity_id: int, *, person_id: int | None = None, actor: Actor) -> Attendance:
    """Who signed up and who came, in the order of the sign-ups; of one person alone where it is named.

    Names for the leader and for staff who record there, masked ones for others: then it is the number which tells
    people apart.
    """
    activity = queries.one(activity_id, actor=actor)
    level = Level.AT_WORK
    if "leader" not in activity.facts_about(actor.id):
        authorize(states.READ_ATTENDANCE, activity, actor)
        level = masking.level(actor.id, activity.community_id, Permission.SIGN_UP_RECORD)
    wanted = (
        sa.select(SignUp, Person.real_name_sealed, Person.card_number)
        .join(Person, Person.id == SignUp.person_id)
        .where(SignUp.activity_id == activity.id, SignUp.state.not_in((SignUpState.CANCELLED,)))
    )
    if person_id is not None:
        wanted = wanted.where(SignUp.person_id == person_id)
    rows = session.execute(wanted.order_by(SignUp.id)).all()
    seats = [row[0].id for row in rows if row[0].state in SEATED] if person_id is None else []
    numbers = {sign_up_id: number for number, sign_up_id in enumerate(seats, start=1)}
    names = {row.person_id: people.masked_name(row.person_id, name, level) for row, name, _card in rows}
    apart = told_apart(names)
    course = sessions.course_of(activity, person_id)
    shown = [
        view_of(
            AttendedView,
            row,
            sign_up_id=row.id,
            name=names[row.person_id],
            told_apart=apart.get(row.person_id),
            card_number=card,
            on_behalf=row.reporter_id is not None,
            attended_minutes=course.attended(row),
            sessions=_sessions(course, row),
            number=numbers.get(row.id),
        )
        for row, _name, card in rows
    ]
    undecided = sum(
        row[0].state in (SignUpState.UNVERIFIED, SignUpState.CHECKED_OUT)
        and row[0].proposed_minutes is None
        and course.attended(row[0]) is None
        for row in rows
    )
    return Attendance(shown, undecided, level == Level.AT_WORK)


def _sessions(course: sessions.Course, row: SignUp) -> list[SessionAttendedView]:
    noted = [one for one in course.noted.get(row.id, []) if one.number in course.sessions]
    return [view_of(SessionAttendedView, one, attended_minutes=course.attended_in(one)) for one in noted]
