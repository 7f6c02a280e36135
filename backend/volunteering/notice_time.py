"""How long somebody may decline a place that they did not take themselves at that moment.

Whoever moves up from the waitlist got the place then, and whose activity was moved has had this place since then: their
deadlines and what is called late are judged from that moment, not from a plan that was older.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backend import config
from backend.volunteering.models import Activity, SignUp
from backend.volunteering.sessions import Session

# The sessions of an activity that has several.
Parts = Sequence[Session]


def declines_until(sign_up: SignUp, activity: Activity) -> datetime | None:
    """Until when the person may decline in any case, even where it has begun; None for who chose it as it stands."""
    moved = activity.moved_at if activity.moved_at and sign_up.signed_up_at < activity.moved_at else None
    since = [at for at in (sign_up.moved_up_at, moved) if at is not None]
    return max(since) + timedelta(hours=config.settings().decline_hours) if since else None


def in_time_until(sign_up: SignUp, activity: Activity, parts: Parts) -> datetime:
    """Until when cancelling is not late."""
    planned = activity.cancel_until or _first_start(sign_up, activity, parts)
    return max(planned, declines_until(sign_up, activity) or planned)


def asked_until(sign_up: SignUp, activity: Activity, parts: Parts) -> datetime:
    """Until when to cancel, as whoever moved up is asked: the start of what they can come to, or later."""
    starts = _first_start(sign_up, activity, parts)
    return max(starts, declines_until(sign_up, activity) or starts)


def last_moment(sign_up: SignUp, activity: Activity, parts: Parts) -> datetime:
    """Until when a place can be cancelled at all: the start, or later for who got it late. Who came to none of several
    sessions may still give the place back to somebody who comes to the last one."""
    starts = _last_start(activity, parts)
    return max(starts, declines_until(sign_up, activity) or starts)


def had_notice(sign_up: SignUp, activity: Activity, parts: Parts) -> bool:
    """Whether the time to decline was over when it, or its last session, began; who had none is no no-show."""
    fair = declines_until(sign_up, activity)
    return fair is None or fair <= _last_start(activity, parts)


def _first_start(sign_up: SignUp, activity: Activity, parts: Parts) -> datetime:
    """Of several sessions the first one after the person got the place: nobody cancels what was over before."""
    since = sign_up.moved_up_at or sign_up.signed_up_at
    return next((one.starts_at for one in parts if one.starts_at > since), _last_start(activity, parts))


def _last_start(activity: Activity, parts: Parts) -> datetime:
    return parts[-1].starts_at if parts else activity.starts_at
