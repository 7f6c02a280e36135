"""Rounds: opened, reviewed, published, closed. While one is published the next one collects."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, savepoint, session
from backend.errors import Refused
from backend.journal import Actor
from backend.lifecycle import transition, transition_all
from backend.organisations import queries as places
from backend.people import permissions
from backend.people.permissions import Permission
from backend.wishes import notices, states
from backend.wishes.kinds import RoundState, WishState
from backend.wishes.models import Round, Wish


class RoundAlreadyCollecting(Refused):
    code, message = 40908, "社区已有一期正在征集或审核，请先完成那一期"


class RoundAlreadyPublished(Refused):
    code, message = 40909, "上一期还在发布中，请先结束上一期"


class DaysOutOfOrder(Refused):
    code, message = 42232, "发布截止日不能早于征集截止日，征集截止日不能早于今天"


def open_round(
    community_id: int, title: str, collect_until: date, publish_until: date, *, actor: Actor
) -> Round:
    """Starts collecting the community's next round; it gets the next number.

    Raises RoundAlreadyCollecting while another one is collecting or reviewing, DaysOutOfOrder.
    """
    places.community(community_id)
    permissions.require(actor.id, Permission.ROUND_OPEN, community_id)
    if publish_until < collect_until or collect_until < clock.today():
        raise DaysOutOfOrder()
    number = session.scalars(
        sa.select(sa.func.coalesce(sa.func.max(Round.number), 0)).where(Round.community_id == community_id)
    ).one()
    made = Round(
        community_id=community_id,
        number=number + 1,
        title=title,
        state=RoundState.COLLECTING,
        collect_until=collect_until,
        publish_until=publish_until,
        last_sequence=0,
        opened_at=clock.now(),
    )
    try:
        with savepoint():
            session.add(made)
            session.flush()
    except sa.exc.IntegrityError:
        # The partial unique index decides, so two clerks at once cannot both open one.
        raise RoundAlreadyCollecting() from None
    journal.write(
        "open", "round", made.id, actor=actor, states=(None, RoundState.COLLECTING), place=community_id
    )
    return made


def open_everywhere(
    organisation_id: int, title: str, collect_until: date, publish_until: date, *, actor: Actor
) -> tuple[list[Round], list[int]]:
    """The city opens a round in every community below a place; answers the rounds, and the communities
    skipped because they have one already."""
    permissions.require(actor.id, Permission.ROUND_OPEN_EVERYWHERE, organisation_id)
    opened, skipped = [], []
    for community_id in places.below(organisation_id, "community"):
        try:
            opened.append(open_round(community_id, title, collect_until, publish_until, actor=actor))
        except RoundAlreadyCollecting:
            skipped.append(community_id)
    return opened, skipped


def review(round_id: int, *, actor: Actor | None) -> Round:
    """Ends collecting: what is submitted from now on waits for the next round."""
    found = lock_row(Round, round_id)
    transition(states.REVIEW_ROUND, found, actor=actor)
    return found


def publish(round_id: int, *, actor: Actor) -> Round:
    """Publishes the round with its accepted wishes and those carried over. Raises RoundAlreadyPublished."""
    found = lock_row(Round, round_id)
    days: dict[str, Any] = {"published_at": clock.now(), "publish_until": _last_day(found)}
    try:
        with savepoint():
            transition(states.PUBLISH_ROUND, found, actor=actor, **days)
    except sa.exc.IntegrityError:
        raise RoundAlreadyPublished() from None
    wishes = _wishes(found, (WishState.ACCEPTED, WishState.CARRIED_OVER))
    told = {"round_id": found.id, "published_at": clock.now()}
    transition_all(states.PUBLISH, wishes, place_id=found.community_id, actor=actor, **told)
    notices.published(wishes)
    return found


def _last_day(found: Round) -> date:
    """As planned. Where the review took until after that day, the round would end within the minute, and its wishes
    be carried over before anyone saw them: it is published for as many days as were planned, from today."""
    today = clock.today()
    if found.publish_until >= today:
        return found.publish_until
    return today + (found.publish_until - found.collect_until)


def close(round_id: int, *, actor: Actor | None) -> Round:
    """Ends the round. Unclaimed wishes go into the next round once, a second time up to the street."""
    found = lock_row(Round, round_id)
    transition(states.CLOSE_ROUND, found, actor=actor, closed_at=clock.now())
    wishes = _wishes(found, (WishState.PUBLISHED,))
    first, second = [w for w in wishes if not w.carried], [w for w in wishes if w.carried]
    transition_all(states.CARRY_OVER, first, place_id=found.community_id, actor=actor, carried=1)
    transition_all(states.ESCALATE, second, place_id=found.community_id, actor=actor)
    notices.carried_over(first)
    notices.escalated(second)
    return found


def _wishes(found: Round, wish_states: tuple[str, ...]) -> list[Wish]:
    """The round's wishes in these states (and the community's carried-over ones), locked in order of id."""
    mine = sa.and_(Wish.round_id == found.id, Wish.state.in_(wish_states))
    if WishState.CARRIED_OVER in wish_states:
        mine = sa.or_(mine, Wish.state == WishState.CARRIED_OVER)
    wanted = sa.select(Wish).where(Wish.community_id == found.community_id, mine)
    return list(
        session.scalars(
            wanted.order_by(Wish.id).with_for_update(), execution_options={"populate_existing": True}
        )
    )
