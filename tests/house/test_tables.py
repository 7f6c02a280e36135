"""The database says every rule again: migrations equal the models, on the database of this run."""

import warnings

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from backend.db import Base, db, migrate, session

APPEND_ONLY = ("journal", "transfers")
EXPRESSIONS = {
    index.name
    for table in Base.metadata.tables.values()
    for index in table.indexes
    if not all(isinstance(part, sa.Column) for part in index.expressions)
}


def test_there_is_one_line_of_migrations(app):
    assert len(ScriptDirectory(migrate.directory).get_heads()) == 1


def test_migrations_from_empty_make_exactly_the_tables_of_the_models(app):
    with db.engine.connect() as connection, warnings.catch_warnings():
        # Alembic cannot read expression indexes back from SQLite; the next test looks for them by name.
        warnings.filterwarnings("ignore", message=".*expression-based index.*")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
    assert [
        one for one in found if not (one[0] in ("add_index", "remove_index") and one[1].name in EXPRESSIONS)
    ] == []


def test_every_index_and_check_of_the_models_is_in_the_database(app):
    if db.engine.dialect.name == "sqlite":
        made = " ".join(session.scalars(sa.text("SELECT coalesce(sql, '') FROM sqlite_master")))
    else:
        made = " ".join(
            [
                *session.scalars(sa.text("SELECT indexname FROM pg_indexes")),
                *session.scalars(sa.text("SELECT conname FROM pg_constraint")),
            ]
        )
    wanted = {
        one.name
        for table in Base.metadata.tables.values()
        for one in (*table.indexes, *table.constraints)
        if isinstance(one, sa.Index | sa.CheckConstraint)
    }
    # A name of the convention is rendered with its table; PostgreSQL keeps 63 bytes of it.
    assert {name for name in wanted if str(name)[:63] not in made} == set()


def test_what_is_append_only_has_its_trigger(app):
    if db.engine.dialect.name == "sqlite":
        tables = session.scalars(sa.text("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"))
    else:
        tables = session.scalars(
            sa.text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        )
    assert set(APPEND_ONLY) <= set(tables)


def test_sqlite_keeps_what_it_acknowledged(app):
    if db.engine.dialect.name == "postgresql":
        assert session.scalar(sa.text("SHOW transaction_isolation")) == "read committed"
        return
    pragmas = {
        name: session.scalar(sa.text(f"PRAGMA {name}"))
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
