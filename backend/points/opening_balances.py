"""Opening balances are brought in by one, confirmed by another, and booked part by part.

A sheet is read outside any transaction (`opening_sheets`). What is confirmed is booked in parts of a transaction each:
some of it by whoever waits for it, the rest by the worker, so that it goes on wherever it stopped.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import NotFound, StateConflict
from backend.journal import Actor
from backend.ledger import actions as ledger
from backend.ledger.posting import lock_purse
from backend.lifecycle import FourEyes, authorize_by_id, transition
from backend.people import accounts
from backend.people.kinds import PersonState
from backend.people.models import Person
from backend.points import notices, states
from backend.points.opening_models import OpeningRow, OpeningSheet, OpeningState, RowKind
from backend.points.opening_sheets import ReadRow, other_points

# Rows that are booked in one transaction.
PART = 20
# So many parts are booked by whoever confirms; the worker goes on with the others.
PARTS_AT_ONCE = 25


@dataclass(frozen=True)
class Confirmer:
    """Who confirmed the sheet, whose decision the worker carries out."""

    id: int


class NothingToBook(StateConflict):
    message = "这张表里没有可以入账的积分，请改好后重新上传"


def propose(community_id: int, file_name: str, rows: Sequence[ReadRow], *, actor: Actor) -> OpeningSheet:
    """Keeps what was read until another one confirms it; no points move. Who may do so was asked by `read`."""
    made = OpeningSheet(
        community_id=community_id,
        file_name=file_name[:120],
        state=OpeningState.PROPOSED,
        uploaded_by_id=actor.id,
        uploaded_at=clock.now(),
    )
    session.add(made)
    session.flush()
    session.execute(sa.insert(OpeningRow), [{**asdict(row), "sheet_id": made.id} for row in rows])
    proposed, facts = (None, OpeningState.PROPOSED), {"rows": len(rows)}
    journal.write(
        "propose", "opening_sheet", made.id, actor=actor, states=proposed, place=community_id, facts=facts
    )
    return made


def confirm(sheet_id: int, *, actor: Actor) -> OpeningSheet:
    """Another one has compared the sheet with the book: its points are booked from now on, by `book_part`.

    Raises OpeningBalancesDecided, NothingToBook, FourEyes for whoever brought it in and for whose own points stand in it.
    """
    found = lock_row(OpeningSheet, sheet_id)
    told: dict[str, Any] = {"decided_by_id": actor.id, "decided_at": clock.now()}
    transition(states.CONFIRM, found, actor=actor, precondition=lambda: _check_rows(found, actor), **told)
    return found


def may_decide(opening_id: int, *, actor: Actor) -> None:
    """Refuses who may not decide on this sheet. Raises NotFound, NotAllowed, FourEyes."""
    authorize_by_id(states.REJECT_OPENING, OpeningSheet, opening_id, actor=actor)


def _check_rows(found: OpeningSheet, actor: Actor) -> None:
    own = session.scalar(sa.select(Person.phone_index).where(Person.id == actor.id))
    theirs = sa.or_(Person.id == actor.id, Person.phone_index == own)
    rows = sa.select(OpeningRow.id).where(OpeningRow.sheet_id == found.id, OpeningRow.kind == RowKind.NEW)
    if session.scalar(rows.limit(1)) is None:
        raise NothingToBook()
    if session.scalar(rows.join(Person, Person.id == OpeningRow.person_id).where(theirs).limit(1)):
        raise FourEyes()
    if accounts.same_phone(found.uploaded_by_id, actor.id):
        raise FourEyes()


def reject(sheet_id: int, reason: str, *, actor: Actor) -> OpeningSheet:
    """Another one does not agree; nothing is booked, and whoever brought it in learns why. Raises OpeningBalancesDecided,
    FourEyes."""
    found = lock_row(OpeningSheet, sheet_id)
    told: dict[str, Any] = {"decided_by_id": actor.id, "decided_at": clock.now()}
    transition(states.REJECT_OPENING, found, actor=actor, reason=reason, **told)
    notices.opening_rejected(found, reason)
    return found


def waiting_parts(sheet_id: int | None = None) -> list[int]:
    """For each part that is confirmed and not yet booked the id of its first row; of one sheet or of all."""
    wanted = (
        sa.select(OpeningRow.id)
        .join(OpeningSheet, OpeningSheet.id == OpeningRow.sheet_id)
        .where(OpeningSheet.state == OpeningState.CONFIRMED, *_UNBOOKED)
    )
    if sheet_id is not None:
        wanted = wanted.where(OpeningRow.sheet_id == sheet_id)
    return list(session.scalars(wanted.order_by(OpeningRow.sheet_id, OpeningRow.id)))[::PART]


_UNBOOKED = (OpeningRow.kind == sa.literal_column("'new'"), OpeningRow.booked_at.is_(None))


def book_part(first_id: int) -> None:
    """Books the rows of a part that are still to be booked. A second one waits for the sheet, and finds them done."""
    first = session.get(OpeningRow, first_id)
    if first is None:
        raise NotFound()
    sheet = lock_row(OpeningSheet, first.sheet_id)
    confirmer = Confirmer(sheet.decided_by_id)
    rows = sa.select(OpeningRow).where(OpeningRow.sheet_id == sheet.id, OpeningRow.id >= first_id, *_UNBOOKED)
    part = session.scalars(
        rows.order_by(OpeningRow.id).limit(PART), execution_options={"populate_existing": True}
    )
    # Several persons' purses are locked in the order of their ids.
    for row in sorted(part, key=lambda one: one.balance.person_id):
        _book(row, sheet, confirmer)


def _book(row: OpeningRow, sheet: OpeningSheet, confirmer: Actor) -> None:
    """Decided under the person's lock: another sheet may have brought the same, and the person may be gone."""
    told = row.balance
    lock_purse(told.person_id)
    same = (OpeningRow.person_id == told.person_id, OpeningRow.year == told.year)
    before = session.scalar(sa.select(OpeningRow.points).where(*same, OpeningRow.booked_at.is_not(None)))
    if before == told.points:
        row.kind = RowKind.SAME
    elif before is not None:
        row.kind, row.problem = RowKind.UNREADABLE, other_points(told.year, before)
    elif told.year < clock.today().year:
        row.kind, row.problem = RowKind.UNREADABLE, "入账时已经到期，没有入账"
    elif session.scalar(sa.select(Person.state).where(Person.id == told.person_id)) != PersonState.ACTIVE:
        row.kind, row.problem = RowKind.UNREADABLE, "入账时账号已注销，没有入账"
    else:
        _grant(row, sheet, confirmer)
    session.flush()


def _grant(row: OpeningRow, sheet: OpeningSheet, confirmer: Actor) -> None:
    told = row.balance
    granted = ledger.grant(
        told.person_id,
        told.points,
        reference=f"opening:{told.person_id}:{told.year}",
        title=f"期初积分（{told.year} 年底到期）",
        community_id=sheet.community_id,
        actor=confirmer,
        year=told.year,
    )
    row.booked_at, row.booked_by_id = clock.now(), confirmer.id
    notices.opened(told.person_id, granted.points, told.year)
