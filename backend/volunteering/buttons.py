"""Which buttons a sign-up has for whoever looks at it, and what of an activity is still to come."""

from collections.abc import Sequence

from backend import clock
from backend.lifecycle import open_to
from backend.volunteering import sessions, states
from backend.volunteering.models import Activity, ActivityState, SignUp, SignUpState
from backend.volunteering.notice_time import last_moment


def of_sign_up(
    sign_up: SignUp,
    activity: Activity,
    parts: Sequence[sessions.Session],
    words: frozenset[str] = frozenset(),
    facts: frozenset[str] = frozenset({"volunteer"}),
) -> list[str]:
    """The moves open on a sign-up, by default to the volunteer: attending only while the activity runs."""
    found = open_to(states.SIGN_UP_BUTTONS, sign_up, words, facts)
    if activity.state == ActivityState.PUBLISHED and _comes_again(sign_up, parts):
        # Into the next session it is the same button.
        found += ["check_in"] if open_to((states.COME_AGAIN,), sign_up, words, facts) else []
    if activity.state != ActivityState.PUBLISHED or (
        sign_up.state == SignUpState.CONFIRMED
        and clock.now() >= activity.starts_at
        and clock.now() > last_moment(sign_up, activity, parts)
    ):
        found = [name for name in found if name != "cancel_sign_up"]
    if (
        activity.state not in (ActivityState.PUBLISHED, ActivityState.ENDED)
        or activity.proposed_at is not None
    ):
        found = [name for name in found if name not in ("check_in", "check_out")]
    return found


def _comes_again(sign_up: SignUp, parts: Sequence[sessions.Session]) -> bool:
    """Is there a session to come after the one that the person was in last?"""
    since = sign_up.checked_in_at
    return since is not None and any(one.starts_at > since and one.ends_at > clock.now() for one in parts)


def to_come(parts: Sequence[sessions.Session]) -> bool:
    """Is there a session that has not begun?"""
    return any(one.starts_at > clock.now() for one in parts)
