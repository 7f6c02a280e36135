"""A person leaves for good: their places in activities that are not over go to whoever waits, and what they were in
charge of is told to staff."""

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.journal import Actor
from backend.leaving import Facts, LeavingStep
from backend.volunteering.actions import leaders, sign_ups, waitlist
from backend.volunteering.models import Activity, ActivityState, SignUp, SignUpState


def open_sign_ups(person_id: int) -> Facts:
    """Places taken or waited for in activities that are not over."""
    # What they only wait for first: else it would be given to them by what they free.
    seated = SignUp.state != SignUpState.WAITLISTED
    wanted = (
        sa.select(SignUp.activity_id.label("id"), Activity.title, SignUp.state)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(
            SignUp.person_id == person_id,
            SignUp.state.in_((SignUpState.CONFIRMED, SignUpState.WAITLISTED)),
            Activity.state == ActivityState.PUBLISHED,
            Activity.ends_at > clock.now(),
        )
        .order_by(seated, SignUp.activity_id)
    )
    return [dict(row) for row in session.execute(wanted).mappings()]


def cancel_all(person_id: int, *, actor: Actor) -> None:
    """Cancels them in the person's own name."""
    for row in open_sign_ups(person_id):
        sign_ups.leave(row["id"], actor=actor)


def open_charges(person_id: int) -> Facts:
    """Activities that somebody else has to answer for."""
    return [{"id": one.id, "title": one.title} for one in leaders.in_charge_of(person_id)]


def hand_back(person_id: int, *, actor: Actor) -> None:
    """Staff are told, so that teams and activities do not go on under nobody."""
    leaders.tell_of_absence(person_id)


STEPS = (
    LeavingStep("signUps", open_sign_ups, cancel_all, position=30, hold=waitlist.hold_of),
    LeavingStep("activitiesInCharge", open_charges, hand_back, position=32),
)
