"""Erasing an identity: what is deleted, what is emptied, and whose words are taken out of what stays."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto
from backend.db import Base, db, dialect, session
from backend.people.kinds import PersonState
from backend.people.models import Appointment, Consent, Person
from backend.personal import OnErasure, declaration
from backend.rights import personal_tables, sealed
from backend.rights.personal_tables import PersonalRows
from backend.wishes import leaving as wishes

GONE = "（已删除）"
# A shorter word is more likely part of another word than a name.
SHORTEST = 2
_MOST = 500
# Milliseconds to wait for readers, before the old pages are left to the next time.
_PATIENCE = 500


def erase(person_id: int) -> None:
    """Erases for good, inside the caller's transaction. The row stays, as a number the books can point to."""
    if dialect() == "sqlite":
        # Else the old bytes would stay in the file until their page is written over.
        session.execute(sa.text("PRAGMA secure_delete = ON"))
    session.flush()
    accounts = personal_tables.accounts_of(person_id)
    words = _identifying_words(accounts)
    _redact_notices_of_others(person_id, words)
    _redact_rows_of_others(person_id, words)
    wishes.forget_unpublished(person_id)
    wishes.forget_phones_of_guardian(person_id)
    for account in accounts:
        _erase_rows(account, words)
    session.expire_all()


def _erase_rows(account: int, words: re.Pattern[str] | None) -> None:
    """All that stands under one number."""
    found = personal_tables.existing()
    for held in found:
        _redact(held, words, held.of(account))
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


def _identifying_words(accounts: list[int]) -> re.Pattern[str] | None:
    """Whatever identifies the person and is known to us: names, phones, addresses, card, openid."""
    known = (word for account in accounts for word in _known(account))
    found = {word for word in known if word and len(word) >= SHORTEST}
    # The longest first, so that a part of it does not spoil the whole.
    return re.compile("|".join(map(_spelled, sorted(found, key=len, reverse=True)))) if found else None


def _spelled(word: str) -> str:
    """A number is the same number with blanks or dashes between its digits."""
    return r"[\s\-–—]*".join(word) if word.isdigit() else re.escape(word)


def _known(person_id: int) -> Iterator[str | None]:
    for held in personal_tables.existing():
        names = [column.name for column in held.columns if declaration(column).identifies]
        seals = sealed.of(held.table.name)
        for row in _rows(held, held.of(person_id)) if names else ():
            yield from (sealed.opened(seals[name], row) if name in seals else row[name] for name in names)


def _rows(held: PersonalRows, whose: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(sa.select(held.table).where(whose)).mappings()]


def _redact(held: PersonalRows, words: re.Pattern[str] | None, whose: Any) -> None:
    """Takes the words out of the texts of these rows."""
    texts = [column.name for column in held.on_erasure(OnErasure.REDACT)]
    if words is None or not texts:
        return
    seals = sealed.of(held.table.name)
    (key,) = held.table.primary_key.columns
    for row in _rows(held, whose):
        clean = {name: _without(words, seals.get(name), name, row) for name in texts if row[name]}
        changed = {name: value for name, value in clean.items() if value != row[name]}
        if changed:
            session.execute(sa.update(held.table).where(key == row[key.name]).values(changed))


def _without(words: re.Pattern[str], seal: Any, name: str, row: dict[str, Any]) -> str:
    text = sealed.opened(seal, row) if seal else row[name]
    if text is None or not words.search(text):
        return row[name]
    clean = words.sub(GONE, text)
    return crypto.seal(clean, seal.place_of(row)) if seal else clean


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
    clean = {name: words.sub(GONE, row[name]) for name in ("title", "body")}
    if any(clean[name] != row[name] for name in clean):
        session.execute(sa.update(told).where(told.c.id == row["id"]).values(clean))
    data = session.scalar(sa.select(sent.c.data).where(sent.c.notice_id == row["id"]))
    if data and words.search(str(data)):
        fields = {name: words.sub(GONE, str(value)) for name, value in data.items()}
        session.execute(sa.update(sent).where(sent.c.notice_id == row["id"]).values(data=fields))


def incomplete() -> list[int]:
    """Cancelled people to whom something came back that an erasure would have deleted, ended or given up."""
    cancelled = sa.select(Person.id).where(Person.state == PersonState.CANCELLED)
    found: set[int] = set()
    for held in personal_tables.existing():
        if held.deleted and not held.said.via:
            whose = held.columns[held.said.owner]
            found.update(session.scalars(sa.select(whose).where(whose.in_(cancelled)).limit(_MOST)))
    purses = Base.metadata.tables["purses"].c
    rich = sa.select(purses.person_id).where(
        sa.or_(purses.available > 0, purses.held > 0), purses.person_id.in_(cancelled)
    )
    found.update(session.scalars(rich.limit(_MOST)), wishes.unfinished_among(cancelled))
    return sorted(found)


def clear_old_pages() -> None:
    """SQLite: empties the write-ahead log, in which pages from before an erasure still stand.

    Done outside of any transaction, after it. Under load readers may be in the way; the next one does it.
    """
    if dialect() != "sqlite":
        return
    with db.engine.execution_options(reading=True).connect() as connection:
        before = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_PATIENCE}")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {before}")
