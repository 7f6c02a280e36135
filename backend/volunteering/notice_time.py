"""How long somebody may decline a place that they did not take themselves at that moment.

Whoever moves up from the waitlist got the place then, and whose activity was moved has had this place since then: their
deadlines and what is called late are judged from that moment, not from a plan that was older.
"""

from datetime import datetime, timedelta

from backend import config
from backend.volunteering.models import Activity, SignUp


def declines_until(sign_up: SignUp, activity: Activity) -> datetime | None:
    """Until when the person may decline in any case, even where it has begun; None for who chose it as it stands."""
    moved = activity.moved_at if activity.moved_at and sign_up.signed_up_at < activity.moved_at else None
    since = [at for at in (sign_up.moved_up_at, moved) if at is not None]
    return max(since) + timedelta(hours=config.settings().decline_hours) if since else None


def in_time_until(sign_up: SignUp, activity: Activity) -> datetime:
    """Until when cancelling is not late."""
    planned = activity.cancel_until or activity.starts_at
    return max(planned, declines_until(sign_up, activity) or planned)


def last_moment(sign_up: SignUp, activity: Activity) -> datetime:
    """Until when a place can be cancelled at all: the start, or later for who got it late."""
    return max(activity.starts_at, declines_until(sign_up, activity) or activity.starts_at)


def had_notice(sign_up: SignUp, activity: Activity) -> bool:
    """Whether the time to decline was over when it began; who had none is no no-show."""
    fair = declines_until(sign_up, activity)
    return fair is None or fair <= activity.starts_at
