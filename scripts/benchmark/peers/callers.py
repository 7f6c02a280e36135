"""Who asks: looked up on every request, as in the product; and the answers kept under an Idempotency-Key."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from answers import Answer
from fastapi import Header, HTTPException, Request, Response
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection
from tables import SQLITE, digest, now, t, today

insert = sqlite_insert if SQLITE else postgresql_insert
KEYS_PER_DAY = 1_000_000
Token = Annotated[str, Header(alias="Authorization")]
Key = Annotated[str | None, Header(alias="Idempotency-Key")]


@dataclass(slots=True)
class Caller:
    id: int
    session_id: int


async def caller(connection: AsyncConnection, authorization: str) -> Caller:
    sessions, persons = t["sessions"], t["persons"]
    wanted = (
        sa.select(
            persons.c.id, sessions.c.id, sessions.c.expires_at, persons.c.status, persons.c.suspended_until
        )
        .join_from(sessions, persons, persons.c.id == sessions.c.person_id)
        .where(sessions.c.token_digest == digest(authorization.removeprefix("Bearer ")))
    )
    found = (await connection.execute(wanted)).one_or_none()
    if found is None or found[2] <= now() or found[3] != "active":
        raise HTTPException(401)
    return Caller(found[0], found[1])


def request_id() -> str:
    return secrets.token_hex(12)


def appointed(person_id: int, roles: tuple[str, ...], place_id: int) -> sa.Exists:
    appointments, reach = t["appointments"], t["organisation_reach"]
    return (
        sa.select(appointments.c.id)
        .join_from(appointments, reach, reach.c.ancestor_id == appointments.c.organisation_id)
        .where(
            appointments.c.person_id == person_id,
            appointments.c.role.in_(roles),
            in_office(),
            reach.c.descendant_id == place_id,
        )
        .exists()
    )


def in_office() -> sa.ColumnElement[bool]:
    appointments = t["appointments"]
    return (appointments.c.from_day <= today()) & (
        appointments.c.to_day.is_(None) | (appointments.c.to_day >= today())
    )


class Keyed:
    """The key of one request: taken before the work, and answered with it."""

    def __init__(self, key: str | None, request: Request) -> None:
        self.key, self.request, self.id = key, request, 0

    async def begin(self, connection: AsyncConnection, person_id: int) -> Response | None:
        """None where the work is to be done; else the answer that was kept."""
        if self.key is None:
            return None
        keys = t["idempotency_keys"]
        body = await self.request.body()
        fingerprint = hashlib.sha256(self.request.url.path.encode() + b"\n" + body).hexdigest()
        mine = keys.alias()
        too_many = (
            sa.select(mine.c.created_at)
            .where(mine.c.person_id == person_id, mine.c.created_at > now() - timedelta(days=1))
            .order_by(mine.c.created_at.desc())
            .offset(KEYS_PER_DAY - 1)
            .limit(1)
        )
        given = [sa.literal(one) for one in (person_id, self.key, fingerprint)]
        names = ["person_id", "key", "fingerprint", "created_at"]
        row = sa.select(*given, sa.literal(now(), keys.c.created_at.type)).where(~too_many.exists())
        taken = (
            insert(keys)
            .from_select(names, row)
            .on_conflict_do_nothing(index_elements=["person_id", "key"])
            .returning(keys.c.id)
        )
        found = (await connection.execute(taken)).scalar()
        if found is not None:
            self.id = found
            return None
        kept = (
            await connection.execute(
                sa.select(keys.c.status, keys.c.answer_sealed, keys.c.fingerprint).where(
                    keys.c.person_id == person_id, keys.c.key == self.key
                )
            )
        ).one_or_none()
        if kept is None or kept.answer_sealed is None:
            raise HTTPException(409)
        if kept.fingerprint != fingerprint:
            raise HTTPException(422)
        return Response(kept.answer_sealed, status_code=kept.status, media_type="application/json")

    async def keep(self, connection: AsyncConnection, answer: Answer[Any], status: int) -> Response:
        """The answer, stored beside its effect. In clear: the peer seals nothing."""
        body = answer.model_dump_json(by_alias=True)
        if self.id:
            keys = t["idempotency_keys"]
            await connection.execute(
                sa.update(keys).where(keys.c.id == self.id).values(status=status, answer_sealed=body)
            )
        return Response(body, status_code=status, media_type="application/json")
