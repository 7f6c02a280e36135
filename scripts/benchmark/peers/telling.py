"""What every writing work writes besides: a line in the journal, a notice and its delivery."""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from tables import now, t


async def journal(
    connection: AsyncConnection,
    verb: str,
    kind: str,
    subject_id: int,
    actor_id: int,
    states: tuple[str | None, str],
    place_id: int,
    facts: dict[str, Any] | None = None,
) -> None:
    values = {
        "at": now(),
        "actor_id": actor_id,
        "verb": verb,
        "subject_kind": kind,
        "subject_id": subject_id,
        "from_state": states[0],
        "to_state": states[1],
        "organisation_id": place_id,
        "facts": sa.null() if facts is None else facts,
        "request": secrets.token_hex(12),
    }
    await connection.execute(sa.insert(t["journal"]).values(values))


async def notify(
    connection: AsyncConnection,
    readers: list[int],
    kind: str,
    title: str,
    body: str,
    subject: tuple[str, int],
    message: dict[str, Any],
) -> None:
    """A notice for each, and its delivery for whoever has WeChat. `message`: template, data, page."""
    persons, notices, deliveries = t["persons"], t["notices"], t["deliveries"]
    reachable = set(
        (
            await connection.execute(
                sa.select(persons.c.id).where(persons.c.id.in_(readers), persons.c.openid.is_not(None))
            )
        ).scalars()
    )
    for reader in readers:
        told = (
            await connection.execute(
                sa.insert(notices)
                .values(
                    person_id=reader,
                    kind=kind,
                    title=title,
                    body=body,
                    subject_kind=subject[0],
                    subject_id=subject[1],
                    created_at=now(),
                )
                .returning(notices.c.id)
            )
        ).scalar_one()
        if reader in reachable:
            sent = {"notice_id": told, **message, "state": "waiting", "attempts": 0, "next_at": now()}
            await connection.execute(sa.insert(deliveries).values(sent))
