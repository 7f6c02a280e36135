"""A person leaves for good: their places in activities that are not over go to whoever waits."""

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.journal import Actor
from backend.leaving import Facts, LeavingStep
from backend.volunteering.actions import sign_ups, waitlist
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


STEPS = (LeavingStep("signUps", open_sign_ups, cancel_all, position=30, hold=waitlist.hold_of),)
