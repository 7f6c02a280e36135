"""Lots: which points end when, and the accounts that carry them."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from backend import clock, config
from backend.db import dialect, session
from backend.ledger.models import Account
from backend.statements import Statement

accounts = Account.__table__


class Lot(NamedTuple):
    """Points that end together. `ends_on` is the last day they can be used; None: they never end."""

    name: str
    ends_on: date | None


class AccountRef(NamedTuple):
    """One end of a transfer."""

    id: int
    kind: str


class LotShare(NamedTuple):
    """So many points of one lot; `held` is the account in which they are set aside."""

    lot: AccountRef
    held: AccountRef
    name: str
    ends_on: date | None
    points: int


def lot_of(day: date) -> Lot:
    """The lot into which points given on this business day fall, by the setting LOT_RULE."""
    rule = config.settings().lot_rule
    if rule == "never":
        return Lot("never", None)
    if rule == "next-year-end":
        return lot_of_year(day.year + 1)
    word, _, number = rule.partition(":")
    if word != "months" or not number.isdigit() or number == "0":
        raise ValueError(f"LOT_RULE {rule!r} is neither next-year-end, never nor months:N")
    years, month = divmod(day.month - 1 + int(number), 12)
    year, month = day.year + years, month + 1
    return Lot(f"{year}-{month:02}", date(year, month, monthrange(year, month)[1]))


def lot_of_year(year: int) -> Lot:
    """The lot of points that can be used until the end of that year, whatever the rule for new ones."""
    return Lot(str(year), date(year, 12, 31))


@cache
def insert_once(table: sa.Table, key: str | None, dialect_name: str) -> Any:
    """An INSERT that leaves a row with the same key (None: any key) alone and then returns nothing."""
    insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[dialect_name]
    return insert(table).on_conflict_do_nothing(index_elements=[key] if key else None)


_BY_ADDRESS = sa.select(accounts.c.address, accounts.c.id, accounts.c.kind).where(
    accounts.c.address.in_(sa.bindparam("addresses", expanding=True))
)


def get_or_create_accounts(wanted: Iterable[dict[str, Any]]) -> list[AccountRef]:
    """The accounts that these rows describe, in their order; those that do not exist yet are made."""
    rows = list(wanted)
    addresses = [row["address"] for row in rows]
    found = _by_address(addresses)
    missing = [row for row in rows if row["address"] not in found]
    if missing:
        made = sorted((each for row in missing for each in _twins(row)), key=lambda row: row["address"])
        session.execute(insert_once(accounts, "address", dialect()), made)
        found = _by_address(addresses)
    return [found[address] for address in addresses]


def _by_address(addresses: list[str]) -> dict[str, AccountRef]:
    rows = session.execute(_BY_ADDRESS, {"addresses": addresses})
    return {address: AccountRef(id, kind) for address, id, kind in rows}


def _twins(row: dict[str, Any]) -> list[dict[str, Any]]:
    # A lot is opened together with its held side, so that a hold never has to open one.
    if row["kind"] != "lot":
        return [row]
    return [row, {**row, "address": f"{row['address']}:held", "kind": "held"}]


def lot_account(person_id: int, lot: Lot) -> dict[str, Any]:
    """`person:<id>:<lot>`, to be handed to sides()."""
    return {
        "address": f"person:{person_id}:{lot.name}",
        "kind": "lot",
        "person_id": person_id,
        "community_id": None,
        "lot": lot.name,
        "ends_on": lot.ends_on,
        "balance": 0,
    }


def community_account(community_id: int, kind: str) -> dict[str, Any]:
    """`community:<id>:<kind>`: issuance, expired or adjusted."""
    return _systems(f"community:{community_id}:{kind}", kind, community_id)


def shop_account(shop_id: int, community_id: int) -> dict[str, Any]:
    """`shop:<id>:spent`, of the community whose shop it is."""
    return _systems(shops_address(shop_id), "spent", community_id)


def shops_address(shop_id: int) -> str:
    return f"shop:{shop_id}:spent"


def _systems(address: str, kind: str, community_id: int) -> dict[str, Any]:
    return {
        "address": address,
        "kind": kind,
        "person_id": None,
        "community_id": community_id,
        "lot": None,
        "ends_on": None,
        "balance": None,
    }


_sibling = accounts.alias("held")
# Spent in this order: what ends first goes first, what never ends goes last.


class _LiveLot(NamedTuple):
    id: int
    held_id: int
    lot: str
    ends_on: date | None
    balance: int


_LIVE_LOTS = Statement(
    sa.select(
        accounts.c.id, _sibling.c.id.label("held_id"), accounts.c.lot, accounts.c.ends_on, accounts.c.balance
    )
    .select_from(accounts)
    .join(
        _sibling,
        sa.and_(
            _sibling.c.person_id == accounts.c.person_id,
            _sibling.c.lot == accounts.c.lot,
            _sibling.c.kind == sa.literal_column("'held'"),
        ),
    )
    .where(
        accounts.c.person_id == sa.bindparam("person"),
        accounts.c.kind == sa.literal_column("'lot'"),
        accounts.c.balance > 0,
        sa.or_(accounts.c.ends_on.is_(None), accounts.c.ends_on >= sa.bindparam("today")),
    )
    .order_by(accounts.c.ends_on.is_(None), accounts.c.ends_on, accounts.c.id),
    _LiveLot,
)


def live_lots(person_id: int) -> list[LotShare]:
    """What the person can use today, all of each lot, the lot that ends first first."""
    rows = _LIVE_LOTS.all({"person": person_id, "today": clock.today()})
    return [
        LotShare(
            AccountRef(row.id, "lot"), AccountRef(row.held_id, "held"), row.lot, row.ends_on, row.balance
        )
        for row in rows
    ]


def oldest_first(lots: Iterable[LotShare], amount: int) -> list[LotShare]:
    """The parts of these lots that make up `amount` points, from the first on."""
    parts = []
    for lot in lots:
        points = min(lot.points, amount)
        if points:
            parts.append(lot._replace(points=points))
        amount -= points
    return parts
