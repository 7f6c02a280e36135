"""Erasing an identity: what is deleted, what is emptied, and whose words are taken out of what stays."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto
from backend.db import Base, db, dialect, session
from backend.people.models import Appointment, Consent, Person
from backend.rights import holdings, sealed
from backend.rights.holdings import DELETED, PersonalTable
from backend.wishes.actions import leaving as wishes

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
    accounts = holdings.accounts_of(person_id)
    words = _identifying_words(accounts)
    _scrub_told_to_others(person_id, words)
    _scrub_written_by_claimers(person_id, words)
    _scrub_written_for_children(person_id, words)
    wishes.forget_unpublished(person_id)
    wishes.forget_phones_of_guardian(person_id)
    for account in accounts:
        _erase_rows(account, words)
    session.expire_all()


def _erase_rows(account: int, words: re.Pattern[str] | None) -> None:
    """All that stands under one number."""
    for holding in holdings.existing():
        _scrub(holding, words, holding.of(account))
    for holding in reversed(holdings.existing()):
        if holding.end == DELETED:
            session.execute(sa.delete(Base.metadata.tables[holding.table]).where(holding.of(account)))
    _end_roles_and_consents(account)
    for holding in holdings.existing():
        _empty(holding, account)


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
        .where(Person.id == person_id, Person.state == "active")
        .values(state="cancelled", openid=None),
        execution_options=unsynchronized,
    )


def _empty(holding: PersonalTable, person_id: int) -> None:
    columns = [holding.columns[name] for name in holding.empties]
    if columns:
        values = {column.name: None if column.nullable else "" for column in columns}
        table = Base.metadata.tables[holding.table]
        session.execute(sa.update(table).where(holding.of(person_id)).values(values))


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
    identifying = {
        "persons": ("openid", "nickname", "card_number", "real_name_sealed", "phone_sealed"),
        "residencies": ("address_sealed",),
        "wishes": ("address_sealed", "phone_sealed"),
        "complaints": ("contact_sealed",),
    }
    for holding in holdings.existing():
        names = identifying.get(holding.table, ())
        seals = sealed.of(holding.table)
        for row in _rows(holding, holding.of(person_id)) if names else ():
            yield from (sealed.opened(seals[name], row) if name in seals else row[name] for name in names)


def _rows(holding: PersonalTable, whose: Any) -> list[dict[str, Any]]:
    table = Base.metadata.tables[holding.table]
    return [dict(row) for row in session.execute(sa.select(table).where(whose)).mappings()]


def _scrub(holding: PersonalTable, words: re.Pattern[str] | None, whose: Any) -> None:
    if words is None or not holding.scrubs or holding.end == DELETED:
        return
    table, seals = Base.metadata.tables[holding.table], sealed.of(holding.table)
    (key,) = table.primary_key.columns
    for row in _rows(holding, whose):
        clean = {name: _without(words, seals.get(name), name, row) for name in holding.scrubs if row[name]}
        changed = {name: value for name, value in clean.items() if value != row[name]}
        if changed:
            session.execute(sa.update(table).where(key == row[key.name]).values(changed))


def _without(words: re.Pattern[str], seal: Any, name: str, row: dict[str, Any]) -> str:
    text = sealed.opened(seal, row) if seal else row[name]
    if text is None or not words.search(text):
        return row[name]
    clean = words.sub(GONE, text)
    return crypto.seal(clean, seal.place_of(row)) if seal else clean


# What a notice may be about, and whose it is.
_SUBJECTS = {
    "wish": ("wishes", "wisher_id"),
    "redemption": ("redemptions", "person_id"),
    "complaint": ("complaints", "person_id"),
}


def _scrub_told_to_others(person_id: int, words: re.Pattern[str] | None) -> None:
    """What claimers and staff were told about the person's wishes and orders, in their inbox and on its way."""
    told = Base.metadata.tables["notices"]
    for kind, (table, whose) in _SUBJECTS.items() if words else ():
        subjects = Base.metadata.tables[table]
        theirs = sa.select(subjects.c.id).where(subjects.c[whose] == person_id)
        about = (told.c.subject_kind == kind, told.c.subject_id.in_(theirs), told.c.person_id != person_id)
        for row in session.execute(sa.select(told).where(*about)).mappings().all():
            _scrub_notice(row, words)


def _scrub_written_by_claimers(person_id: int, words: re.Pattern[str] | None) -> None:
    """What a claimer noted of the person's wish: whom they met, and where."""
    own = Base.metadata.tables["wishes"].c
    theirs = sa.select(own.id).where(own.wisher_id == person_id)
    claims = _personal_table("claims")
    _scrub(claims, words, claims.columns.wish_id.in_(theirs))


def _scrub_written_for_children(person_id: int, words: re.Pattern[str] | None) -> None:
    """What stands of a guardian in the wishes of their child, which stay: who asked, and whom to call."""
    wished = _personal_table("wishes")
    _scrub(wished, words, wished.columns.guardian_id == person_id)


def _personal_table(table: str) -> PersonalTable:
    return next(holding for holding in holdings.existing() if holding.table == table)


def _scrub_notice(row: Any, words: Any) -> None:
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
    cancelled = sa.select(Person.id).where(Person.state == "cancelled")
    found: set[int] = set()
    for holding in holdings.existing():
        if holding.end == DELETED and holding.through is None:
            whose = holding.columns[holding.whose]
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
