"""The plain peer: FastAPI and asyncpg with tables of its own. Few columns, three or four rows a write, no keys, nothing
sealed, nobody's role asked: what a small application would do. It is no equal, but a mark."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Header, HTTPException, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

Token = Annotated[str, Header(alias="Authorization")]
CALLER = "SELECT person_id FROM plain_sessions WHERE token_digest = $1 AND expires_at > now()"
SHOWN = "('published', 'claimed', 'fulfilled', 'confirmed')"
WALL = f"""
    SELECT id, community_id, state, title, description, published_at, wisher, claimer_id FROM plain_wishes
    WHERE community_id = $1 AND state IN {SHOWN} ORDER BY published_at DESC, id DESC LIMIT 21
"""  # noqa: S608 # nosec B608 - constants
pool: asyncpg.Pool


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    global pool
    address = os.environ["PEER_DATABASE"].replace("postgresql+asyncpg", "postgresql", 1)
    pool = await asyncpg.create_pool(address, min_size=4, max_size=int(os.environ.get("PEER_POOL", "8")))
    yield
    await pool.close()


app = FastAPI(lifespan=lifespan)


class Wish(BaseModel):
    id: int
    community_id: int
    state: str
    title: str
    description: str | None
    published_at: datetime | None
    wisher: str | None
    claimer_id: int | None


class Transfer(BaseModel):
    id: int
    at: datetime
    amount: int
    title: str
    balance: int


class Order(BaseModel):
    id: int
    item_id: int
    quantity: int
    points: int
    state: str


class LineIn(BaseModel):
    item_id: int = Field(alias="itemId")
    quantity: int


class OrderIn(BaseModel):
    shop_id: int = Field(alias="shopId")
    lines: list[LineIn]


async def _caller(connection: Any, authorization: str) -> int:
    digest = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    found = await connection.fetchval(CALLER, digest)
    if found is None:
        raise HTTPException(401)
    return found


@app.get("/ready", response_class=PlainTextResponse)
async def ready() -> str:
    return str(os.getpid())


@app.get("/api/v1/wishes", response_model=list[Wish])
async def wall(authorization: Token, community_id: int = Query(alias="communityId")) -> Any:
    async with pool.acquire() as connection:
        await _caller(connection, authorization)
        return [dict(row) for row in await connection.fetch(WALL, community_id)]


@app.get("/api/v1/me/points/statement", response_model=list[Transfer])
async def statement(authorization: Token) -> Any:
    async with pool.acquire() as connection:
        who = await _caller(connection, authorization)
        sql = "SELECT id, at, amount, title, balance FROM plain_transfers WHERE person_id = $1 ORDER BY id DESC LIMIT 21"
        return [dict(row) for row in await connection.fetch(sql, who)]


@app.post("/api/v1/wishes/{wish_id}/claim", response_model=Wish)
async def claim(wish_id: int, authorization: Token) -> Any:
    async with pool.acquire() as connection, connection.transaction():
        who = await _caller(connection, authorization)
        wish = await connection.fetchrow(
            "UPDATE plain_wishes SET state = 'claimed', claimer_id = $2 WHERE id = $1 AND state = 'published' RETURNING *",
            wish_id,
            who,
        )
        if wish is None:
            raise HTTPException(409)
        await connection.execute(
            "INSERT INTO plain_claims (wish_id, person_id, claimed_at) VALUES ($1, $2, now())", wish_id, who
        )
        await connection.execute(
            "INSERT INTO plain_journal (at, person_id, verb, subject_id) VALUES (now(), $1, 'claim', $2)",
            who,
            wish_id,
        )
        return dict(wish)


@app.post("/api/v1/redemptions", status_code=201, response_model=Order)
async def order(body: OrderIn, authorization: Token) -> Any:
    async with pool.acquire() as connection, connection.transaction():
        who = await _caller(connection, authorization)
        (line,) = body.lines
        item = await connection.fetchrow(
            "UPDATE plain_items SET on_hand = on_hand - $2 WHERE id = $1 AND on_hand >= $2 RETURNING points, name",
            line.item_id,
            line.quantity,
        )
        if item is None:
            raise HTTPException(409)
        points = item["points"] * line.quantity
        balance = await connection.fetchval(
            "UPDATE plain_accounts SET balance = balance - $2 WHERE person_id = $1 AND balance >= $2 RETURNING balance",
            who,
            points,
        )
        if balance is None:
            raise HTTPException(409)
        made = await connection.fetchrow(
            "INSERT INTO plain_orders (person_id, shop_id, item_id, quantity, points, state, created_at)"
            " VALUES ($1, $2, $3, $4, $5, 'requested', now()) RETURNING id, item_id, quantity, points, state",
            who,
            body.shop_id,
            line.item_id,
            line.quantity,
            points,
        )
        await connection.execute(
            "INSERT INTO plain_transfers (person_id, at, amount, title, balance) VALUES ($1, now(), $2, $3, $4)",
            who,
            -points,
            item["name"],
            balance,
        )
        return dict(made)
