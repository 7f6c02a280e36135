"""Many rows at once for scripts/bench: people, published wishes, wishes with a past. Invented, plain inserts."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import Moment, session
from backend.journal import JournalLine
from backend.people import sealed
from backend.people.models import Person, Residency
from backend.wishes.models import Round, Wish

BATCH = 20_000
TITLE = "压力测试"
_AT, _DAY = sa.bindparam("at", type_=Moment), sa.bindparam("day", type_=sa.Date)
# Every third wish is confirmed, the others wait for someone.
_WISHES = sa.text("""
    INSERT INTO wishes (community_id, number, state, title, description, category, beneficiary_group,
        estimated_cost, disclosure, salutation, wisher_id, reviewer_id, claimer_id, confirmed_by_id,
        confirm_method, solved, satisfaction, for_child, needs_look, carried, created_at, submitted_at,
        published_at, fulfilled_at, closed_at)
    WITH RECURSIVE line(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM line WHERE n + 1 < :last),
    place AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM organisations WHERE kind = 'community'),
    wisher AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM persons WHERE id BETWEEN :low AND :high
    ),
    counted AS (SELECT (SELECT count(*) FROM place) AS places, (SELECT count(*) FROM wisher) AS wishers)
    SELECT place.id, '压力-' || n, CASE n % 3 WHEN 0 THEN 'confirmed' ELSE 'published' END,
        '想要一盏台灯 ' || n, '晚上看报纸看不清，想要一盏亮一点的台灯。',
        CASE n % 2 WHEN 0 THEN 'goods' ELSE 'service' END, 'elder', 80, 'title', '女士', wisher.id, :reviewer,
        CASE n % 3 WHEN 0 THEN :claimer END, CASE n % 3 WHEN 0 THEN wisher.id END,
        CASE n % 3 WHEN 0 THEN 'app' END, CASE n % 3 WHEN 0 THEN :yes END, CASE n % 3 WHEN 0 THEN 5 END,
        :no, :no, 0, :at, :at, :at, CASE n % 3 WHEN 0 THEN :at END, CASE n % 3 WHEN 0 THEN :at END
    FROM line CROSS JOIN counted
    JOIN place ON place.at = n % counted.places
    JOIN wisher ON wisher.at = n % counted.wishers
""").bindparams(
    _AT,
    sa.bindparam("yes", True, type_=sa.Boolean),
    sa.bindparam("no", False, type_=sa.Boolean),
    sa.bindparam("claimer", type_=sa.BigInteger),
    sa.bindparam("first", type_=sa.Integer),
)
_CLAIMS = sa.text("""
    INSERT INTO claims (wish_id, person_id, party, claimed_at, promised_on, fulfilled_at, ended_at, outcome,
        needs_look)
    SELECT id, claimer_id, 'personal', published_at, :day, published_at, published_at, 'confirmed', :no
    FROM wishes WHERE state = 'confirmed' AND id > :before AND number LIKE '压力-%'
""").bindparams(_DAY, sa.bindparam("no", False, type_=sa.Boolean))


def people(count: int, community_id: int, clerk_id: int, *, sealed_names: bool = True) -> list[int]:
    """So many verified residents with WeChat; answers their ids."""
    now = clock.now()
    rows = [
        {"openid": f"bench-{secrets.token_hex(8)}", "nickname": "邻居", "state": "active", "created_at": now}
        for _ in range(count)
    ]
    ids = sorted(session.scalars(sa.insert(Person).returning(Person.id), rows))
    if sealed_names:
        for person in session.scalars(sa.select(Person).where(Person.id.in_(ids))):
            sealed.keep_real_name(person, "王秀兰")
        session.flush()
    home = {"community_id": community_id, "state": "verified", "declared_at": now, "decided_by_id": clerk_id}
    session.execute(sa.insert(Residency), [{"person_id": one, **home} for one in ids])
    return ids


def round_of(community_id: int) -> int:
    """A published round."""
    today, now = clock.today(), clock.now()
    made = Round(
        community_id=community_id,
        number=9000,
        title=TITLE,
        state="published",
        collect_until=today,
        publish_until=today + timedelta(days=60),
        opened_at=now,
        published_at=now,
    )
    session.add(made)
    session.flush()
    return made.id


def wishes(done: int, wanted: int, wishers: list[int], claimer: int) -> int:
    """One batch of wishes in all communities, a minute older than the last; answers how many."""
    last = min(wanted, done + BATCH)
    reviewer = session.scalar(sa.select(Person.id).order_by(Person.id).limit(1))
    before = session.scalar(sa.select(sa.func.coalesce(sa.func.max(Wish.id), 0)))
    given = {"first": done, "last": last, "low": wishers[0], "high": wishers[-1], "claimer": claimer}
    at = clock.now() - timedelta(days=1, minutes=done // BATCH)
    session.execute(_WISHES, {**given, "reviewer": reviewer, "at": at})
    session.execute(_CLAIMS, {"day": clock.today(), "before": before})
    return last - done


def published(count: int, community_id: int, round_id: int, wishers: Sequence[Any], clerk: int) -> list[int]:
    """Wishes that wait for a party member; answers their ids."""
    now = clock.now()
    facts = {"community_id": community_id, "round_id": round_id, "state": "published", "title": "台灯"}
    facts |= {"description": "想要一盏台灯。", "category": "goods", "beneficiary_group": "elder"}
    facts |= {"estimated_cost": 80, "disclosure": "title", "salutation": "女士", "reviewer_id": clerk}
    facts |= {"created_at": now, "submitted_at": now, "published_at": now - timedelta(days=2)}
    rows = [
        {**facts, "number": f"松涛-{secrets.token_hex(6)}", "wisher_id": wishers[number % len(wishers)].id}
        for number in range(count)
    ]
    return sorted(session.scalars(sa.insert(Wish).returning(Wish.id), rows))


def with_a_past(count: int, clerk_id: int, community_id: int) -> list[int]:
    """Wishes of the filling whose journal tells how they came about; answers their ids."""
    wanted = sa.select(Wish.id, Wish.wisher_id, Wish.claimer_id).where(
        Wish.number.like("压力-%"), Wish.state == "confirmed"
    )
    found = session.execute(wanted.order_by(Wish.id).limit(count)).all()
    lines = []
    for wish in found:
        past = (
            ("submit", wish.wisher_id, "draft", "submitted"),
            ("accept", clerk_id, "submitted", "accepted"),
            ("publish", clerk_id, "accepted", "published"),
            ("claim", wish.claimer_id, "published", "claimed"),
            ("fulfil", wish.claimer_id, "claimed", "fulfilled"),
            ("confirm", wish.wisher_id, "fulfilled", "confirmed"),
        )
        lines += [
            {
                "at": clock.now(),
                "actor_id": by,
                "verb": verb,
                "subject_kind": "wish",
                "subject_id": wish.id,
                "from_state": before,
                "to_state": after,
                "organisation_id": community_id,
            }
            for verb, by, before, after in past
        ]
    session.execute(sa.insert(JournalLine), lines)
    return [wish.id for wish in found]


def analysed(engine: sa.Engine) -> None:
    """The planner knows the sizes, as it does in a database that has grown for years; and PostgreSQL has
    swept up already, so that it does not begin to while something is measured."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE")
        if engine.dialect.name != "sqlite":
            connection.exec_driver_sql("CHECKPOINT")
