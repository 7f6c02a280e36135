"""What each capability says is still open for a person, and the verbs by which it is ended when they leave."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.complaints import actions as complaints
from backend.db import session
from backend.files import actions as files
from backend.journal import Actor
from backend.people import guardians
from backend.supermarket.actions import leaving as supermarket
from backend.volunteering.actions import sign_ups
from backend.volunteering.models import Activity, ActivityState, SignUp, SignUpState
from backend.wishes.actions import leaving as wishes

Facts = list[dict[str, Any]]


@dataclass(frozen=True)
class LeavingStep:
    """`open_things(person id)` are facts for the person's eyes; `close(person id, actor=)` ends them all.

    `name` is the key of these facts in the refusal that warns before an account is cancelled.
    """

    name: str
    open_things: Callable[[int], Facts]
    close: Callable[..., object]


def _nothing(_person_id: int) -> Facts:
    """Ends without a loss that anyone has to be warned of."""
    return []


def _rows(wanted: Any) -> Facts:
    return [dict(row) for row in session.execute(wanted).mappings()]


def _sign_ups(person_id: int) -> Facts:
    """Places taken or waited for in activities that have not begun."""
    return _rows(
        sa.select(SignUp.activity_id.label("id"), Activity.title, SignUp.state)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(
            SignUp.person_id == person_id,
            SignUp.state.in_((SignUpState.CONFIRMED, SignUpState.WAITLISTED)),
            Activity.state == ActivityState.PUBLISHED,
            Activity.starts_at > clock.now(),
        )
        .order_by(SignUp.activity_id)
    )


def _cancel_sign_ups(person_id: int, *, actor: Actor) -> None:
    for row in _sign_ups(person_id):
        sign_ups.cancel(row["id"], actor=actor)


def _discard_pictures(person_id: int, *, actor: Actor) -> None:
    """Nobody sees them from now on; the files' own job erases them from the store within a minute."""
    files.discard_of(person_id)


def _leave_complaints(person_id: int, *, actor: Actor) -> None:
    complaints.leave(person_id)


def _leave_children(person_id: int, *, actor: Actor) -> None:
    guardians.leave(person_id, actor=actor)


# In this order: what tells others comes first, orders give their points back before the points are given up.
STEPS: tuple[LeavingStep, ...] = (
    LeavingStep("wishes", wishes.open_wishes, wishes.withdraw_all),
    LeavingStep("claims", wishes.open_claims, wishes.release_all),
    LeavingStep("signUps", _sign_ups, _cancel_sign_ups),
    LeavingStep("redemptions", supermarket.open_orders, supermarket.cancel_all),
    LeavingStep("complaints", _nothing, _leave_complaints),
    LeavingStep("children", _nothing, _leave_children),
    LeavingStep("pictures", _nothing, _discard_pictures),
)
