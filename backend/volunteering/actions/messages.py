"""The organiser writes to everybody who signed up or waits: what to bring, where to stand."""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import TooManyRequests
from backend.journal import Actor
from backend.lifecycle import authorize
from backend.screening import Screened, needs_look
from backend.volunteering import notices, states
from backend.volunteering.message_models import ActivityMessage
from backend.volunteering.models import ATTENDED, Activity, SignUpState

# Of one activity on one day in China: enough for a change of plan, too few to be a nuisance.
MOST_A_DAY = 3
_READERS = (SignUpState.CONFIRMED, SignUpState.WAITLISTED, *ATTENDED)


class TooManyMessages(TooManyRequests):
    code, message = 42993, "一个活动一天最多发 {most} 条消息，请明天再发；急事请打电话"


def send(activity_id: int, words: str, *, found: Screened | None = None, actor: Actor) -> int:
    """Tells all who have a place or wait for one, those who came included; answers how many they are.

    By the activity's organiser; `found` is what WeChat thinks of the words. Raises NotAllowed/NotFound,
    ActivityMovedOn for a draft or what is over, TooManyMessages.
    """
    activity = lock_row(Activity, activity_id)
    authorize(states.MESSAGE, activity, actor)
    if activity.state not in states.MESSAGE.sources:
        raise states.ActivityMovedOn()
    _refuse_too_many(activity)
    people = notices.attending(activity.id, *_READERS)
    if people:
        _keep(activity, words, needs_look(found, words), len(people), actor)
        notices.message(activity, people, words)
    return len(people)


def check_sends(activity_id: int, *, actor: Actor) -> None:
    """May this person write here? Raises NotAllowed or NotFound."""
    authorize(states.MESSAGE, lock_row(Activity, activity_id), actor)


def _refuse_too_many(activity: Activity) -> None:
    today = clock.today()
    sent = sa.select(sa.func.count()).where(
        ActivityMessage.activity_id == activity.id, ActivityMessage.sent_at >= clock.day_starts(today)
    )
    if session.scalars(sent).one() >= MOST_A_DAY:
        wait: timedelta = clock.day_ends(today) - clock.now()
        raise TooManyMessages(most=MOST_A_DAY).retry_after(wait.total_seconds())


def _keep(activity: Activity, words: str, doubtful: bool, told: int, actor: Actor) -> None:
    session.add(
        ActivityMessage(
            activity_id=activity.id,
            author_id=actor.id,
            text=words,
            doubtful=doubtful,
            sent_at=clock.now(),
            told=told,
        )
    )
    session.flush()
    facts = {"told": told, **({"doubtful": True} if doubtful else {})}
    journal.write("message", "activity", activity.id, actor=actor, place=activity.community_id, facts=facts)
