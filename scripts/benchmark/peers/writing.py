"""The works about wishes and activities that write: a wish, a claim, a check-in."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from answers import Answer, SignUpOut, WishOut
from callers import Key, Keyed, Token, caller, request_id
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field
from reading import wish_out, wishes_shown
from sqlalchemy.ext.asyncio import AsyncConnection
from tables import CHINA, now, screen_codes, t, today, told, writing
from telling import journal, notify

router = APIRouter(prefix="/api/v1")
PROMISE_DAYS, CLAIM_LIMIT, DRAFTS_PER_DAY = 30, 1_000_000, 1_000_000


class ClaimIn(BaseModel):
    as_: str = Field(alias="as", default="personal")


class WishIn(BaseModel):
    community_id: int = Field(alias="communityId")
    title: str = Field(max_length=60)
    description: str = Field(max_length=1000)
    category: str
    beneficiary_group: str = Field(alias="beneficiaryGroup")
    estimated_cost: int | None = Field(alias="estimatedCost", default=None)
    disclosure: str
    salutation: str | None = None


class CheckInIn(BaseModel):
    code: str


async def _wish(connection: AsyncConnection, who: Any, wish_id: int) -> WishOut:
    wanted = wishes_shown(who).where(t["wishes"].c.id == wish_id)
    return wish_out((await connection.execute(wanted)).one(), who)


async def lock_person(connection: AsyncConnection, person_id: int) -> None:
    persons = t["persons"]
    wanted = sa.select(persons.c.id).where(persons.c.id == person_id).with_for_update(key_share=True)
    await connection.execute(wanted)


@router.post("/wishes/{wish_id}/claim")
async def claim(wish_id: int, body: ClaimIn, request: Request, authorization: Token, key: Key = None) -> Any:
    async with writing() as connection:
        who, keyed = await caller(connection, authorization), Keyed(key, request)
        if (known := await keyed.begin(connection, who.id)) is not None:
            return known
        wishes, claims, members = t["wishes"], t["claims"], t["party_registrations"]
        await lock_person(connection, who.id)
        wish = (
            await connection.execute(
                sa.select(wishes).where(wishes.c.id == wish_id).with_for_update(key_share=True)
            )
        ).one_or_none()
        if wish is None:
            raise HTTPException(404)
        member = (
            await connection.execute(
                sa.select(members).where(members.c.person_id == who.id, members.c.status == "verified")
            )
        ).one_or_none()
        if member is None or member.community_id != wish.community_id:
            raise HTTPException(403)
        if who.id in (wish.wisher_id, wish.reporter_id, wish.guardian_id, wish.reviewer_id):
            raise HTTPException(403)
        moved = await connection.execute(
            sa.update(wishes)
            .where(wishes.c.id == wish_id, wishes.c.state == "published")
            .values(state="claimed", claimer_id=who.id)
            .returning(wishes.c.id)
        )
        if moved.one_or_none() is None:
            raise HTTPException(409)
        states, facts = ("published", "claimed"), {"party": body.as_}
        await journal(connection, "claim", "wish", wish_id, who.id, states, wish.community_id, facts)
        having = sa.select(sa.func.count()).where(
            claims.c.person_id == who.id, claims.c.outcome.is_(None), claims.c.fulfilled_at.is_(None)
        )
        if (await connection.execute(having)).scalar_one() >= CLAIM_LIMIT:
            raise HTTPException(409)
        promised = today() + timedelta(days=PROMISE_DAYS)
        await connection.execute(
            sa.insert(claims).values(
                wish_id=wish_id,
                person_id=who.id,
                party=body.as_,
                claimed_at=now(),
                promised_on=promised,
                needs_look=False,
                member_unit_id=member.unit_id,
            )
        )
        await _tell_the_wisher(connection, wish, promised)
        answer = Answer(data=await _wish(connection, who, wish_id), request_id=request_id())
        return await keyed.keep(connection, answer, 200)


async def _tell_the_wisher(connection: AsyncConnection, wish: Any, promised: Any) -> None:
    title = "心愿有人认领了"
    text = f"心愿“{wish.title}”（{wish.number}）已有党员认领，承诺在 {promised:%Y年%m月%d日} 前完成。"
    data = {
        "thing1": wish.title,
        "phrase2": "已认领",
        "time3": f"{datetime.now(CHINA):%Y-%m-%d %H:%M}",
        "thing4": title,
    }
    message = {"template": "wish_progress", "data": data, "page": f"pages/wish/detail?id={wish.id}"}
    await notify(connection, [wish.wisher_id], "wish_claimed", title, text, ("wish", wish.id), message)


@router.post("/wishes", status_code=201)
async def write(body: WishIn, request: Request, authorization: Token, key: Key = None) -> Any:
    async with writing() as connection:
        who, keyed = await caller(connection, authorization), Keyed(key, request)
        if (known := await keyed.begin(connection, who.id)) is not None:
            return known
        wishes, homes, places = t["wishes"], t["residencies"], t["organisations"]
        place = (
            await connection.execute(sa.select(places).where(places.c.id == body.community_id))
        ).one_or_none()
        if place is None or place.closed_at is not None or place.kind != "community":
            raise HTTPException(404)
        await lock_person(connection, who.id)
        drafts = (
            sa.select(wishes.c.created_at)
            .where(
                wishes.c.wisher_id == who.id,
                wishes.c.submitted_at.is_(None),
                wishes.c.created_at > now() - timedelta(days=1),
            )
            .order_by(wishes.c.created_at.desc())
            .offset(DRAFTS_PER_DAY - 1)
            .limit(1)
        )
        if (await connection.execute(drafts)).one_or_none() is not None:
            raise HTTPException(429)
        home = (
            await connection.execute(
                sa.select(homes.c.community_id).where(
                    homes.c.person_id == who.id, homes.c.status != "rejected"
                )
            )
        ).scalar()
        if home != body.community_id:
            raise HTTPException(403)
        values = {**body.model_dump(), "state": "draft", "wisher_id": who.id, "created_at": now()}
        values |= {"by_family": False, "for_child": False, "carried": 0, "needs_look": False}
        made = await connection.execute(sa.insert(wishes).values(values).returning(wishes.c.id))
        wish_id = made.scalar_one()
        await journal(connection, "write", "wish", wish_id, who.id, (None, "draft"), body.community_id)
        answer = Answer(data=await _wish(connection, who, wish_id), request_id=request_id())
        return await keyed.keep(connection, answer, 201)


@router.post("/activities/{activity_id}/check-in")
async def check_in(
    activity_id: int, body: CheckInIn, request: Request, authorization: Token, key: Key = None
) -> Any:
    async with writing() as connection:
        who, keyed = await caller(connection, authorization), Keyed(key, request)
        if (known := await keyed.begin(connection, who.id)) is not None:
            return known
        if body.code not in screen_codes(activity_id):
            raise HTTPException(409)
        activities, signed = t["activities"], t["sign_ups"]
        gone = ("cancelled", "late_cancelled", "excused")
        mine = (
            await connection.execute(
                sa.select(*signed.c, activities.c.state.label("activity_state"), activities.c.ends_at)
                .join_from(activities, signed, signed.c.activity_id == activities.c.id)
                .where(
                    activities.c.id == activity_id, signed.c.person_id == who.id, signed.c.state.not_in(gone)
                )
            )
        ).one_or_none()
        if mine is None or mine.activity_state != "published" or mine.ends_at <= now():
            raise HTTPException(409)
        elsewhere = sa.select(signed.c.id).where(
            signed.c.person_id == who.id, signed.c.state == "checked_in", signed.c.activity_id != activity_id
        )
        if (await connection.execute(elsewhere)).first() is not None:
            raise HTTPException(409)
        moved = (
            await connection.execute(
                sa.update(signed)
                .where(signed.c.id == mine.id, signed.c.state == "confirmed")
                .values(state="checked_in", checked_in_at=now(), source="check_in", place_check="not_given")
                .returning(*signed.c)
            )
        ).one_or_none()
        if moved is None:
            raise HTTPException(409)
        states, facts = ("confirmed", "checked_in"), {"place": "not_given"}
        await journal(connection, "check_in", "sign_up", mine.id, who.id, states, mine.community_id, facts)
        answer = Answer(data=_sign_up(moved), request_id=request_id())
        return await keyed.keep(connection, answer, 200)


def _sign_up(row: Any) -> SignUpOut:
    names = ("id", "activity_id", "person_id", "state", "by_family", "source", "place_check", "minutes")
    moments = ("signed_up_at", "checked_in_at", "checked_out_at")
    return SignUpOut(
        **{name: getattr(row, name) for name in names},
        **{name: told(getattr(row, name)) for name in moments},
        on_behalf=row.reporter_id is not None,
        actions=["check_out"],
    )
