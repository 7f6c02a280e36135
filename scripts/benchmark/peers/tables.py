"""The product's own tables, read from the database when the peer starts, and the two ways to it."""

import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

CHINA = timezone(timedelta(hours=8))
URL = os.environ["PEER_DATABASE"]
SQLITE = URL.startswith("sqlite")
POOL = int(os.environ.get("PEER_POOL", "8"))
NAMES = (
    *("persons", "sessions", "residencies", "party_registrations", "organisations", "organisation_reach"),
    *("appointments", "consents", "notices", "deliveries", "journal", "idempotency_keys", "counters"),
    *("wishes", "claims", "rounds", "teams", "files", "activities", "sign_ups", "proxies"),
    *("shops", "items", "batches", "stock_movements", "redemptions", "redemption_lines", "pick_up_guards"),
    *("accounts", "purses", "holds", "transfers", "peer_names"),
)
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
    "cache_size=-65536",
)

engine = create_async_engine(URL, pool_size=POOL, max_overflow=0)
metadata = sa.MetaData()
t: dict[str, sa.Table] = metadata.tables  # type: ignore[assignment]

if SQLITE:

    @sa.event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "begin")
    def _began(connection: Any) -> None:
        if not connection.get_execution_options().get("reading"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


_reader = (
    engine.execution_options(reading=True)
    if SQLITE
    else engine.execution_options(isolation_level="AUTOCOMMIT")
)


async def reflect() -> None:
    async with _reader.connect() as connection:
        await connection.run_sync(lambda bind: metadata.reflect(bind, only=NAMES, resolve_fks=False))


@asynccontextmanager
async def reading() -> AsyncIterator[AsyncConnection]:
    """Each statement alone."""
    async with _reader.connect() as connection:
        yield connection


@asynccontextmanager
async def writing() -> AsyncIterator[AsyncConnection]:
    """All of it or nothing."""
    async with engine.begin() as connection:
        yield connection


def now() -> datetime:
    """As the database takes it: SQLite keeps UTC without saying so."""
    moment = datetime.now(UTC)
    return moment.replace(tzinfo=None) if SQLITE else moment


def today() -> date:
    return datetime.now(CHINA).date()


def told(moment: datetime | None) -> datetime | None:
    """A moment as an answer tells it."""
    if moment is None:
        return None
    return (
        (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)
        .astimezone(CHINA)
        .replace(microsecond=0)
    )


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def code_index(code: str) -> str:
    """Under which an order of this pick-up code stands: a keyed digest, as the product makes it."""
    key = os.environ["PEER_INDEX_KEY"].encode()
    return hmac.new(key, f"pick_up_code|{code}".encode(), hashlib.sha256).hexdigest()


_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def screen_codes(activity_id: int) -> set[str]:
    """The check-in code of this half minute and of the one before, as the product makes them."""
    key, slot = os.environ["PEER_SECRET_KEY"].encode(), int(datetime.now(UTC).timestamp()) // 30
    found = set()
    for one in (slot, slot - 1):
        raw = hmac.new(key, f"check-in|{activity_id}|{one}".encode(), hashlib.sha256).digest()[:8]
        number = int.from_bytes(raw, "big")
        found.add("".join(_SIGNS[number >> 5 * place & 31] for place in range(8)))
    return found
