"""The first screen: GET /home, of five rooms."""

from typing import Any

import sqlalchemy as sa
from answers import ActivityCard, Answer, HomeOut, ItemCard, ShopCard, WishCard
from callers import Caller, Token, caller, request_id
from fastapi import APIRouter, Query
from reading import newest, roles_of, unread_of, wish_out
from sqlalchemy.ext.asyncio import AsyncConnection
from tables import now, reading, t, today, told

router = APIRouter(prefix="/api/v1")


@router.get("/home", response_model=Answer[HomeOut])
async def home(authorization: Token, community_id: int = Query(alias="communityId")) -> Any:
    async with reading() as connection:
        who = await caller(connection, authorization)
        places, rounds = t["organisations"], t["rounds"]
        place = (await connection.execute(sa.select(places).where(places.c.id == community_id))).one()
        current = (
            await connection.execute(
                sa.select(rounds)
                .where(rounds.c.community_id == community_id, rounds.c.state != "closed")
                .order_by(sa.case((rounds.c.state == "published", 0), else_=1), rounds.c.id.desc())
                .limit(1)
            )
        ).one_or_none()
        wishes = [wish_out(row, who) for row in await connection.execute(newest(who, community_id, 5))]
        activities = await _activities(connection, who, community_id)
        shop = await _shop(connection, community_id)
        mine = await _mine(connection, who)
        to_do = await _to_do(connection, who)
    round_told = None
    if current is not None:
        names = ("id", "number", "title", "state", "collect_until", "publish_until")
        round_told = {name: getattr(current, name) for name in names}
    data = HomeOut(
        community={"id": place.id, "name": place.name, "telephone": place.telephone},
        round=round_told,
        wishes=[WishCard(**{name: getattr(one, name) for name in WishCard.model_fields}) for one in wishes],
        activities=activities,
        shop=shop,
        me=mine,
        to_do=to_do,
    )
    return Answer(data=data, request_id=request_id())


async def _activities(connection: AsyncConnection, who: Caller, place_id: int) -> list[ActivityCard]:
    activities, signed, teams = t["activities"], t["sign_ups"], t["teams"]
    found = (
        await connection.execute(
            sa.select(activities, teams.c.name.label("team"))
            .outerjoin(teams, teams.c.id == activities.c.team_id)
            .where(
                activities.c.community_id == place_id,
                activities.c.state == "published",
                activities.c.taken_down_at.is_(None),
                activities.c.ends_at > now(),
            )
            .order_by(activities.c.starts_at, activities.c.id)
            .limit(5)
        )
    ).all()
    ids = [row.id for row in found]
    mine = dict(
        (
            await connection.execute(
                sa.select(signed.c.activity_id, signed.c.state).where(
                    signed.c.person_id == who.id,
                    signed.c.activity_id.in_(ids),
                    signed.c.state.not_in(("cancelled", "late_cancelled", "excused")),
                )
            )
        ).all()
    )
    counted = await connection.execute(
        sa.select(signed.c.activity_id, signed.c.state, sa.func.count())
        .where(signed.c.activity_id.in_(ids))
        .group_by(signed.c.activity_id, signed.c.state)
    )
    confirmed = {activity: number for activity, state, number in counted if state == "confirmed"}
    return [
        ActivityCard(
            id=row.id,
            state=row.state,
            title=row.title,
            kind=row.activity_kind,
            category=row.category,
            place=row.place,
            starts_at=told(row.starts_at),
            ends_at=told(row.ends_at),
            capacity=row.capacity,
            confirmed=confirmed.get(row.id, 0),
            team_name=row.team,
            my_sign_up=mine.get(row.id),
            actions=[] if row.id in mine else ["sign_up"],
        )
        for row in found
    ]


async def _shop(connection: AsyncConnection, place_id: int) -> ShopCard | None:
    shops, items, batches = t["shops"], t["items"], t["batches"]
    shop = (
        await connection.execute(
            sa.select(shops).where(shops.c.community_id == place_id).order_by(shops.c.id).limit(1)
        )
    ).one_or_none()
    if shop is None:
        return None
    spoilt = (
        sa.select(sa.func.coalesce(sa.func.sum(batches.c.on_hand), 0))
        .where(
            batches.c.item_id == items.c.id,
            batches.c.on_hand > 0,
            batches.c.quarantined | (batches.c.best_before < today()),
        )
        .scalar_subquery()
    )
    free = items.c.on_hand - items.c.reserved - spoilt
    found = await connection.execute(
        sa.select(items.c.id, items.c.name, items.c.unit, items.c.points, free.label("free"))
        .where(items.c.shop_id == shop.id, items.c.on_shelf, (items.c.kind != "goods") | (free > 0))
        .order_by(items.c.id)
        .limit(4)
    )
    cards = [ItemCard(**row._mapping) for row in found]
    return ShopCard(id=shop.id, name=shop.name, opening_hours=shop.opening_hours, items=cards)


async def _mine(connection: AsyncConnection, who: Caller) -> dict[str, Any]:
    persons, accounts = t["persons"], t["accounts"]
    nickname = (
        await connection.execute(sa.select(persons.c.nickname).where(persons.c.id == who.id))
    ).scalar_one()
    found = await connection.execute(
        sa.select(accounts.c.kind, accounts.c.ends_on, accounts.c.balance)
        .where(accounts.c.person_id == who.id, accounts.c.balance > 0)
        .order_by(accounts.c.ends_on.is_(None), accounts.c.ends_on, accounts.c.id)
    )
    available = sum(row.balance for row in found if row.kind == "lot")
    roles = await roles_of(connection, who)
    unread = await unread_of(connection, who)
    return {
        "nickname": nickname,
        "points": available,
        "unreadNotices": unread,
        "roles": [one.role for one in roles],
    }


async def _to_do(connection: AsyncConnection, who: Caller) -> dict[str, int]:
    wishes, claims, signed = t["wishes"], t["claims"], t["sign_ups"]
    activities, orders, proxies = t["activities"], t["redemptions"], t["proxies"]
    mine = wishes.c.wisher_id == who.id
    counts = {
        "wishesToConfirm": sa.select(sa.func.count()).where(mine, wishes.c.state == "fulfilled"),
        "wishesToComplete": sa.select(sa.func.count()).where(mine, wishes.c.state == "sent_back"),
        "claimsToFulfil": sa.select(sa.func.count()).where(
            claims.c.person_id == who.id, claims.c.outcome.is_(None), claims.c.fulfilled_at.is_(None)
        ),
        "activitiesThisWeek": sa.select(sa.func.count())
        .join_from(signed, activities, activities.c.id == signed.c.activity_id)
        .where(
            signed.c.person_id == who.id,
            signed.c.state.in_(("confirmed", "checked_in")),
            activities.c.state == "published",
            activities.c.ends_at > now(),
        ),
        "redemptionsToCollect": sa.select(sa.func.count()).where(
            orders.c.person_id == who.id, orders.c.state == "approved"
        ),
        "proxiesToAnswer": sa.select(sa.func.count()).where(
            proxies.c.for_id == who.id, proxies.c.state == "asked"
        ),
    }
    wanted = sa.select(*(one.scalar_subquery().label(name) for name, one in counts.items()))
    return dict((await connection.execute(wanted)).one()._mapping)
