"""Erasing an identity: what is deleted, what is emptied, and whose words are taken out of what stays.

What is the person's own goes by whose it is; what was typed of them in other people's records is looked for
(`elsewhere`) before the transaction.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, erasable, journal
from backend.crypto import without_numbers
from backend.db import Base, session
from backend.ledger import titles
from backend.people.kinds import PersonState
from backend.people.models import Appointment, Consent, Person
from backend.personal import OnErasure, declaration
from backend.rights import elsewhere, personal_tables, sealed, texts
from backend.rights.elsewhere import Found
from backend.rights.personal_tables import PersonalRows
from backend.rights.sealed import SealedColumn
from backend.wishes import leaving as wishes

# A shorter word is more likely part of another word than a name.
SHORTEST = 2
# In other people's records a short one is none: a nickname may be any word, an address only a number of a house.
SHORTEST_ELSEWHERE = {"nickname": 3, "address_sealed": 6}
_MOST = 500
# What the journal tells of under the person's own number, and as what it tells of rows that have no word for it.
_OF_A_PERSON = ("person", "residency", "party_registration")
_KINDS = {"transfers": "transfer", "files": "file"}


def look(person_id: int) -> Found:
    """Where the person is named in the records of others. It reads all texts: best done before the transaction."""
    known = _known_words(person_id)
    return elsewhere.look(
        person_id, {word for name, word in known if len(word) >= SHORTEST_ELSEWHERE.get(name, SHORTEST)}
    )


def erase(person_id: int, found: Found | None = None) -> None:
    """Erases for good, inside the caller's transaction. The row stays, as a number the books can point to.

    `found` is what `look` answered; without it, that is done now.
    """
    session.flush()
    found = found or look(person_id)
    accounts = personal_tables.accounts_of(person_id)
    identifying = {word for _, word in _known_words(person_id) if len(word) >= SHORTEST}
    words = texts.pattern_of(identifying) if identifying else None
    _redact_notices_of_others(person_id, words)
    _redact_rows_of_others(person_id, words)
    wishes.forget_unpublished(person_id)
    wishes.forget_phones_of_guardian(person_id)
    for account in accounts:
        _erase_reasons(account)
        _erase_rows(account, words)
    elsewhere.take_out(found)
    session.expire_all()


def _erase_reasons(account: int) -> None:
    """Why something was done to the person or to what is theirs: whole, because staff may have named them in words
    that nobody else knows."""
    for kind in _OF_A_PERSON:
        journal.erase_reasons(kind, [account])
    for held in personal_tables.existing():
        if kind := _kind(held):
            journal.erase_reasons(kind, sa.select(held.columns.id).where(held.of(account)))
    titles.erase_reasons(account)


def _kind(held: PersonalRows) -> str:
    """What the journal calls these rows, if it tells of them by their number."""
    return (held.journal_kind or _KINDS.get(held.table.name, "")) if "id" in held.columns else ""


def _erase_rows(account: int, words: re.Pattern[str] | None) -> None:
    """All that stands under one number."""
    found = personal_tables.existing()
    for held in found:
        _redact(held, words, held.of(account), whole=True)
    for held in personal_tables.to_be_deleted():
        session.execute(sa.delete(held.table).where(held.of(account)))
    _end_roles_and_consents(account)
    for held in found:
        _clear(held, account)


def _end_roles_and_consents(person_id: int) -> None:
    """No role, no agreement and no account outlives the person."""
    today, unsynchronized = clock.today(), {"synchronize_session": False}
    yesterday = today - timedelta(days=1)
    session.execute(
        sa.update(Appointment)
        .where(
            Appointment.person_id == person_id,
            sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
        )
        .values(to_day=sa.case((Appointment.from_day > yesterday, Appointment.from_day), else_=yesterday)),
        execution_options=unsynchronized,
    )
    session.execute(
        sa.update(Consent)
        .where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now()),
        execution_options=unsynchronized,
    )
    # Only the active sign in: a rule of the table, so both go in one statement.
    session.execute(
        sa.update(Person)
        .where(Person.id == person_id, Person.state == PersonState.ACTIVE)
        .values(state=PersonState.CANCELLED, openid=None),
        execution_options=unsynchronized,
    )


def _clear(held: PersonalRows, person_id: int) -> None:
    columns = held.on_erasure(OnErasure.CLEAR)
    if columns:
        values = {column.name: None if column.nullable else "" for column in columns}
        session.execute(sa.update(held.table).where(held.of(person_id)).values(values))


def _known_words(person_id: int) -> list[tuple[str, str]]:
    return [one for account in personal_tables.accounts_of(person_id) for one in _known(account)]


def _known(person_id: int) -> Iterator[tuple[str, str]]:
    """Whatever identifies the person and is known to us, with its column: names, phones, addresses, card, openid."""
    for held in personal_tables.existing():
        names = [column.name for column in held.columns if declaration(column).identifies]
        seals = sealed.of(held.table.name)
        for row in _rows(held, held.of(person_id)) if names else ():
            found = (
                (name, sealed.opened(seals[name], row) if name in seals else row[name]) for name in names
            )
            yield from ((name, word) for name, word in found if word)


def _rows(held: PersonalRows, whose: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(sa.select(held.table).where(whose)).mappings()]


def _redact(held: PersonalRows, words: re.Pattern[str] | None, whose: Any, *, whole: bool = False) -> None:
    """Takes the words out of the texts of these rows; a `whole` text that staff typed about the person goes."""
    said = {column: declaration(column).on_erasure for column in held.columns}
    wholly = [column for column, what in said.items() if whole and what == OnErasure.ERASE]
    partly = [column for column, what in said.items() if what in _SEARCHED and column not in wholly]
    seals = sealed.of(held.table.name)
    for row in _rows(held, whose) if wholly or partly else ():
        left: dict[Any, str | None] = {column: erasable.ERASED for column in wholly if row[column.name]}
        for column in partly:
            seal = seals.get(column.name)
            text = sealed.opened(seal, row) if seal else row[column.name]
            left[column] = text and _without(words, text, whole)
        _keep(held, row, left, seals)


_SEARCHED = (OnErasure.REDACT, OnErasure.ERASE)


def _without(words: re.Pattern[str] | None, text: str, own: bool) -> str:
    """In what is the person's `own` a number of a telephone or a card is theirs, too, known to us or not."""
    left = texts.without(words, text) if words else text
    return without_numbers(left) if own else left


def _keep(
    held: PersonalRows, row: dict[str, Any], left: dict[Any, Any], seals: dict[str, SealedColumn]
) -> None:
    """Writes what is left of these texts of a row, if that is less than there was."""
    (key,) = held.table.primary_key.columns
    changed: dict[str, Any] = {}
    for column, text in left.items():
        seal = seals.get(column.name)
        if text and text != (sealed.opened(seal, row) if seal else row[column.name]):
            changed |= texts.written(column, row, text, seal)
    if changed:
        session.execute(sa.update(held.table).where(key == row[key.name]).values(changed))


def _redact_notices_of_others(person_id: int, words: re.Pattern[str] | None) -> None:
    """What claimers and staff were told about the person's wishes and orders, in their inbox and on its way."""
    notices = Base.metadata.tables["notices"]
    for held in personal_tables.existing() if words else ():
        if not held.said.redact_notices:
            continue
        theirs = notices.c.subject_id.in_(sa.select(held.columns.id).where(held.of(person_id)))
        about = (notices.c.subject_kind == held.journal_kind, theirs, notices.c.person_id != person_id)
        for row in session.execute(sa.select(notices).where(*about)).mappings().all():
            _redact_notice(row, words)


def _redact_rows_of_others(person_id: int, words: re.Pattern[str] | None) -> None:
    """What a claimer noted of the person's wish: whom they met, and where. What stands of a guardian in the wishes
    of their child, which stay: who asked, and whom to call."""
    for held in personal_tables.existing():
        for name in held.said.also_about:
            _redact(held, words, held.about(name, person_id))


def _redact_notice(row: Any, words: Any) -> None:
    told, sent = Base.metadata.tables["notices"], Base.metadata.tables["deliveries"]
    clean = {name: texts.without(words, row[name]) for name in ("title", "body")}
    if any(clean[name] != row[name] for name in clean):
        session.execute(sa.update(told).where(told.c.id == row["id"]).values(clean))
    data = session.scalar(sa.select(sent.c.data).where(sent.c.notice_id == row["id"]))
    if data and words.search(str(data)):
        fields = {name: texts.without(words, str(value)) for name, value in data.items()}
        session.execute(sa.update(sent).where(sent.c.notice_id == row["id"]).values(data=fields))


def incomplete() -> list[int]:
    """Cancelled people to whom something came back that an erasure would have deleted, ended or given up."""
    cancelled = sa.select(Person.id).where(Person.state == PersonState.CANCELLED)
    if session.scalar(cancelled.limit(1)) is None:
        # Where nobody has left, nothing came back: a hundred tables need not be asked every hour.
        return []
    found: set[int] = set()
    for held in personal_tables.existing():
        if held.deleted and not held.said.via:
            whose = held.columns[held.said.owner]
            found.update(session.scalars(sa.select(whose).where(whose.in_(cancelled)).limit(_MOST)))
    purses = Base.metadata.tables["purses"].c
    rich = sa.select(purses.person_id).where(
        sa.or_(purses.available > 0, purses.held > 0), purses.person_id.in_(cancelled)
    )
    found.update(
        session.scalars(rich.limit(_MOST)), wishes.unfinished_among(cancelled), _spoken_of(cancelled)
    )
    return sorted(found)


def _spoken_of(cancelled: Any) -> Iterator[int]:
    """About whom, or about whose things, a reason was written since, or by a program that erased none."""
    people = Base.metadata.tables["persons"].c
    for kind in _OF_A_PERSON:
        wanted = sa.select(people.id).where(people.id.in_(cancelled), journal.tells_why(kind, people.id))
        yield from session.scalars(wanted.limit(_MOST))
    for held in personal_tables.existing():
        if (kind := _kind(held)) and held.said.owner in held.columns:
            whose = held.columns[held.said.owner]
            told = (whose.in_(cancelled), journal.tells_why(kind, held.columns.id))
            yield from session.scalars(sa.select(whose).where(*told).limit(_MOST))
