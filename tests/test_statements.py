"""Hot statements: said on the driver's own cursor, and still in the same transaction, heard and refused as all others."""

from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
import pytest
import sqlalchemy as sa

from backend import clock, statements
from backend.db import Id, Json, db, dialect, lock_row, session, transaction
from backend.journal import JournalLine
from backend.numbering import Counter
from backend.people.models import Person
from backend.statements import Statement, Writing

MORNING = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
persons, counters, journal = Person.__table__, Counter.__table__, JournalLine.__table__


class Known(NamedTuple):
    id: int
    nickname: str
    created_at: datetime


NAMED = Statement(
    sa.select(persons.c.id, persons.c.nickname, persons.c.created_at)
    .where(persons.c.nickname == sa.bindparam("name"))
    .order_by(persons.c.id),
    Known,
)


SETTING = Statement(sa.select(sa.func.current_setting(sa.literal_column("'plan_cache_mode'"))), tuple)


def person(nickname="某人"):
    made = Person(nickname=nickname, state="active", created_at=MORNING)
    session.add(made)
    session.flush()
    return made


def test_rows_are_read_with_what_the_transaction_has_written_and_else_without_a_session(app):
    with transaction():
        made = person("小宁")
        assert NAMED.one({"name": "小宁"}) == (made.id, "小宁", MORNING)
        known = (made.id, "小宁", MORNING)
    session.remove()
    assert NAMED.all({"name": "小宁"}) == [known]
    assert NAMED.first({"name": "小宁"}).created_at.tzinfo is UTC
    assert NAMED.first({"name": "没有"}) is None
    assert not session.registry.has()


def test_a_row_is_the_only_one_or_refused(app):
    with transaction():
        person("小宁"), person("小宁")
    with pytest.raises(sa.exc.MultipleResultsFound):
        NAMED.one({"name": "小宁"})
    with pytest.raises(sa.exc.NoResultFound):
        NAMED.one({"name": "没有"})


def test_values_and_rows_are_as_the_session_has_them(app):
    """Every type of the house's columns: a moment, JSON, a day, a truth value, nothing."""
    columns = (journal.c.at, journal.c.facts, journal.c.reason, journal.c.actor_id)
    wanted = sa.select(*columns).where(
        journal.c.at == sa.bindparam("at", type_=journal.c.at.type), sa.literal(value=True)
    )
    with transaction():
        session.add(
            JournalLine(at=MORNING, verb="try", subject_kind="it", subject_id=1, facts={"字": [1, None]})
        )
        session.flush()
        given = {"at": clock.CHINA.fromutc(MORNING.replace(tzinfo=clock.CHINA))}
        rows = Statement(wanted, tuple).all(given)
        assert rows == [tuple(one) for one in session.execute(wanted, given)]
        assert rows == [(MORNING, {"字": [1, None]}, None, None)]


def test_what_needs_more_than_one_text_is_refused_where_it_is_built(app):
    among = sa.select(persons.c.id).where(persons.c.id.in_(sa.bindparam("ids", expanding=True)))
    with pytest.raises(TypeError):
        Statement(among, tuple).all({"ids": [1]})


def test_rows_are_given_as_a_list_of_any_length(app):
    def wanted(dialect_name):
        each = statements.given_rows("each", {"id": Id, "at": journal.c.at.type}, dialect_name)
        return sa.select(each.c.id, each.c.at).order_by(each.c.id)

    both = [{"id": 2, "at": None}, {"id": 1, "at": MORNING}]
    said = Statement(wanted, tuple)
    assert said.all({"each": both}) == [(1, MORNING), (2, None)]
    assert said.all({"each": []}) == []


def test_a_change_outside_a_transaction_is_refused(app):
    change = Statement(sa.update(persons).values(nickname=sa.bindparam("name")), tuple)
    with pytest.raises(RuntimeError):
        change.all({"name": "小宁"})
    with pytest.raises(RuntimeError):
        COUNTED.run({"name": "a", "people": []})


def test_a_refusal_of_the_database_is_sqlalchemys_and_the_transaction_is_undone(app):
    once = Statement(
        sa.insert(counters).values(name=sa.bindparam("name"), value=sa.literal_column("1")), tuple
    )
    with transaction():
        once.all({"name": "a"})

    def again():
        with transaction():
            once.all({"name": "b"})
            once.all({"name": "a"})

    with pytest.raises(sa.exc.IntegrityError):
        again()
    with transaction():
        assert session.scalars(sa.select(Counter.name)).all() == ["a"]


def test_who_listens_to_the_engine_hears_it(app, statements):
    with statements() as seen:
        NAMED.all({"name": "a"})
        with transaction():
            NAMED.all({"name": "b"})
    assert [one for one in seen if "nickname" in one] == [NAMED.form(db.engine.dialect).text] * 2


def test_a_lost_connection_is_given_up_and_the_next_one_is_new(app):
    if dialect() == "sqlite":
        return
    NAMED.all({"name": "a"})
    ends = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid != pg_backend_pid()"
    )
    with db.engine.connect() as line:
        line.execute(ends)
    with pytest.raises(sa.exc.OperationalError):
        NAMED.all({"name": "a"})
    assert NAMED.all({"name": "a"}) == []


def test_behind_pgbouncer_which_refuses_the_setting_it_is_read_all_the_same(app, monkeypatch):
    if dialect() == "sqlite":
        return
    db.engine.dispose()
    connect = psycopg.connect

    def refused(*place, **named):
        if "options" in named:
            raise psycopg.OperationalError("FATAL: unsupported startup parameter in options: plan_cache_mode")
        return connect(*place, **named)

    monkeypatch.setattr(psycopg, "connect", refused)
    monkeypatch.setattr(psycopg.Connection, "connect", refused)
    assert SETTING.one({})[0] == "auto"


def test_plans_of_what_is_read_are_kept_and_those_of_what_is_written_are_not(app):
    if dialect() == "sqlite":
        return
    assert SETTING.one({}) == ("force_generic_plan",)
    with transaction():
        assert SETTING.one({}) == ("auto",)


# --- all that a verb writes -------------------------------------------------------------------------------------------

# A counter that stands at most at two; a person for each name, with a line in the journal.
COUNTED = Writing(
    counter=lambda of: (
        sa.update(counters)
        .where(counters.c.name == sa.bindparam("name"), counters.c.value < sa.literal_column("2"))
        .values(value=counters.c.value + 1)
        .returning(counters.c.name, counters.c.value)
    ),
    person=lambda of: _persons(of),
    line=lambda of: (
        sa.insert(journal)
        .from_select(
            ["at", "verb", "subject_kind", "subject_id", "facts"],
            sa.select(
                sa.bindparam("at", type_=journal.c.at.type),
                sa.literal_column("'try'"),
                of["person"].c.nickname,
                of["person"].c.id,
                sa.bindparam("facts", type_=Json),
            ),
        )
        .returning(journal.c.id)
    ),
    answers=("counter", "person"),
)


def _persons(of):
    each = of.each("people", {"nickname": persons.c.nickname.type})
    columns = ["nickname", "status", "created_at"]
    wanted = sa.select(
        each.c.nickname, sa.literal_column("'active'"), sa.bindparam("at", type_=journal.c.at.type)
    ).select_from(each.join(of["counter"], sa.true()))
    return (
        sa.insert(persons)
        .from_select(columns, wanted, include_defaults=False)
        .returning(persons.c.id, persons.c.nickname)
    )


def given(*names):
    people = [{"nickname": name} for name in names]
    return {"name": "a", "people": people, "at": MORNING, "facts": {"字": 1}}


def test_all_is_written_and_what_was_reached_is_answered(app, statements):
    with transaction():
        session.add(Counter(name="a", value=1))
        session.flush()
        with statements() as seen:
            reached = COUNTED.run(given("小宁", "小裴"))
        assert reached["counter"] == [("a", 2)]
        ids = {nickname: person_id for person_id, nickname in reached["person"]}
        assert list(ids) == ["小宁", "小裴"]
    lines = session.scalars(sa.select(JournalLine).order_by(JournalLine.id)).all()
    assert [(one.subject_kind, one.subject_id) for one in lines] == list(ids.items())
    assert [(one.at, one.facts) for one in lines] == [(MORNING, {"字": 1})] * 2
    assert len(seen) == (3 if dialect() == "sqlite" else 1)


def test_where_the_guard_reaches_nothing_nothing_is_written(app):
    with transaction():
        session.add(Counter(name="a", value=2))
        session.flush()
        assert COUNTED.run(given("小宁")) == {"counter": [], "person": []}
    assert session.scalars(sa.select(Person)).all() == []
    assert session.scalars(sa.select(JournalLine)).all() == []


def test_a_row_that_the_session_knows_is_read_again_after_it_was_written(app):
    with transaction():
        session.add(Counter(name="a", value=0))
        session.flush()
        known = lock_row(Counter, "a")
        COUNTED.run(given())
        assert known.value == 1


def test_what_the_session_has_not_written_yet_is_not_forgotten(app):
    with transaction():
        session.add(Counter(name="a", value=0))
        session.flush()
        known = lock_row(Counter, "a")
        known.value = 7
        COUNTED.run(given())
        assert known.value == 7
