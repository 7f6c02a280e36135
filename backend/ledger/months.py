"""What moved in a community's name, month by month: given, spent, ended. Of a community, never of a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.ledger.lots import accounts
from backend.ledger.writing import transfers

MONTHS = 12
# What comes out of `issuance` and `adjusted` was given; what goes into the others has left.
_GIVING = ("issuance", "adjusted")


@dataclass(frozen=True)
class Month:
    """A month by its first day, in points; `given` is what was issued or adjusted, less what was taken back."""

    first: date
    given: int
    spent: int
    expired: int


def by_month(community_id: int, last: date) -> list[Month]:
    """The twelve months up to the one of `last`, in China's time; in one statement a direction."""
    firsts = list(_firsts(last))
    into, out_of = (_sums(community_id, side, firsts) for side in ("target_id", "source_id"))

    def came_in(kind: str, number: int) -> int:
        return into.get((kind, number), 0) - out_of.get((kind, number), 0)

    return [
        Month(
            first,
            -sum(came_in(kind, number) for kind in _GIVING),
            came_in("spent", number),
            came_in("expired", number),
        )
        for number, first in enumerate(firsts)
    ]


def _firsts(last: date) -> Iterator[date]:
    """The first days of the months, the oldest first."""
    whole = last.year * 12 + last.month - MONTHS
    for number in range(whole, whole + MONTHS):
        yield date(number // 12, number % 12 + 1, 1)


def _sums(community_id: int, side: str, firsts: list[date]) -> dict[tuple[str, int], int]:
    """By kind of account and number of the month, what went through one side of the community's accounts."""
    at, begins = transfers.c.at, [clock.day_starts(one) for one in firsts]
    ends = clock.day_starts((firsts[-1] + timedelta(days=31)).replace(day=1))
    month: Any = sa.case(
        *((at >= moment, sa.literal_column(str(number))) for number, moment in reversed([*enumerate(begins)]))
    )
    wanted = (
        sa.select(accounts.c.kind, month.label("month"), sa.func.sum(transfers.c.amount))
        .join(accounts, accounts.c.id == transfers.c[side])
        .where(
            accounts.c.community_id == community_id,
            accounts.c.person_id.is_(None),
            at >= begins[0],
            at < ends,
        )
        .group_by(accounts.c.kind, sa.text("month"))
    )
    return {(row[0], row[1]): int(row[2]) for row in session.execute(wanted)}
