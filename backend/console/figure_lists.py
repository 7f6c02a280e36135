"""Wishes of places and days, counted: stages, times, what wishers said. Reads only; knows no person."""

from collections import Counter
from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.wishes.models import Claim, Wish

STAGES = (
    ("待审核", ("submitted", "sent_back")),
    ("没有受理", ("declined", "referred", "withdrawn")),
    ("待发布", ("accepted", "carried_over")),
    ("等待认领", ("published", "escalated")),
    ("办理中", ("claimed", "fulfilled")),
    ("已点亮", ("confirmed",)),
    ("办结未回访", ("closed_unconfirmed",)),
)
DAYS = ((1, "1 天内"), (3, "2–3 天"), (7, "4–7 天"), (14, "8–14 天"), (30, "15–30 天"), (10**6, "30 天以上"))


def wishes_of(community_ids: list[int], first: date, last: date) -> list[Any]:
    """Rows of wishes submitted in these days, each with the claim that stands or stood to its end."""
    kept = sa.or_(Claim.outcome.is_(None), Claim.outcome.in_(("confirmed", "closed_unconfirmed")))
    wanted = (
        sa.select(
            Wish.community_id,
            Wish.state,
            Wish.category,
            Wish.solved,
            Wish.satisfaction,
            Wish.published_at,
            Claim.claimed_at,
            Claim.fulfilled_at,
        )
        .outerjoin(Claim, sa.and_(Claim.wish_id == Wish.id, kept))
        .where(
            Wish.community_id.in_(community_ids),
            Wish.submitted_at >= clock.day_starts(first),
            Wish.submitted_at < clock.day_ends(last),
        )
    )
    return list(session.execute(wanted))


def stages(told: list[Any]) -> dict[str, int]:
    counted = Counter(row.state for row in told)
    return {label: sum(counted[state] for state in states) for label, states in STAGES}


def by_community(told: list[Any], places: list[tuple[int, str]]) -> tuple[list[str], dict[str, list[int]]]:
    """Stages of each community, in the order of the places."""
    counted = Counter((row.community_id, row.state) for row in told)
    return [name for _one, name in places], {
        label: [sum(counted[one, state] for state in states) for one, _name in places]
        for label, states in STAGES
    }


def days_to_claim(told: list[Any]) -> dict[str, int]:
    """From the publication to the claim that stood; a wish that waited two rounds counts from the last."""
    return _in_days((row.published_at, row.claimed_at) for row in told)


def days_to_fulfil(told: list[Any]) -> dict[str, int]:
    return _in_days((row.claimed_at, row.fulfilled_at) for row in told)


def _in_days(pairs: Any) -> dict[str, int]:
    counted = dict.fromkeys((label for _most, label in DAYS), 0)
    for begun, ended in pairs:
        if begun is not None and ended is not None and ended >= begun:
            took = (ended - begun).total_seconds() / 86400
            counted[next(label for most, label in DAYS if took <= most)] += 1
    return counted


def solved(told: list[Any]) -> dict[str, int]:
    """What wishers said; silence is counted as silence, not as yes."""
    return {
        "解决了": sum(row.solved is True for row in told),
        "没有解决": sum(row.solved is False for row in told),
        "没有回访到": sum(row.state == "closed_unconfirmed" for row in told),
    }


def satisfaction(told: list[Any]) -> dict[str, int]:
    counted = Counter(row.satisfaction for row in told)
    return {f"{value} 分": counted[value] for value in (5, 4, 3, 2, 1)}


def categories(told: list[Any]) -> dict[str, int]:
    return dict(Counter(row.category for row in told).most_common())
