"""No table that knows a person is forgotten: not by the export, and not by the erasure."""

import csv
import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from backend import config, crypto
from backend.db import Base, db, session, transaction
from backend.people import sealed as persons
from backend.people.models import Person
from backend.personal import OnErasure, Purpose, personal
from backend.rights import cancellation, export, personal_tables, purposes, sealed
from tests.wishes import cast


def held():
    return personal_tables.existing()


def direct():
    return {f"{rows.table.name}.{rows.said.owner}" for rows in held() if not rows.said.via}


def columns_that_know_a_person():
    return [
        f"{table.name}.{name}"
        for table in Base.metadata.sorted_tables
        for name in personal_tables.standing_in(table)
    ]


def test_every_column_that_points_to_a_person_is_exported_or_says_why_not(app):
    known = direct() | set(personal_tables.handlers())
    unknown = [key for key in columns_that_know_a_person() if key not in known]
    assert not unknown, (
        f"say beside {unknown} whose it is: in `__personal__` what is held on a person, "
        "with `info=handler()` what only says who handled it"
    )


def test_no_column_is_both_held_and_handled(app):
    handlers = personal_tables.handlers()
    assert not direct() & set(handlers)
    assert all(handlers.values())
    assert set(handlers) <= set(columns_that_know_a_person())


def test_what_a_table_says_names_columns_that_exist(app):
    assert held()
    for rows in held():
        said, names = rows.said, set(rows.columns.keys())
        assert {said.via or said.owner, *said.also_about, *said.lookups} <= names, said
        owners = personal_tables.target(rows.columns[said.via]).c if said.via else rows.columns
        assert said.owner in owners, said
        for name, columns in said.lookups.items():
            assert set(columns) <= set(personal_tables.target(rows.columns[name]).c.keys()), said
        assert rows.journal_kind or not said.redact_notices, said
        assert said.on_erasure in (OnErasure.DELETE, OnErasure.KEEP), said


def test_what_a_column_says_can_be_done(app):
    settings = config.settings()
    owned = {rows.table.name for rows in held()}
    for column, said in personal_tables.declarations():
        key = f"{column.table.name}.{column.name}"
        assert not said.sealed_for or said.sealed_for in column.table.c, key
        assert not said.kept_days or hasattr(settings, said.kept_days), key
        assert not said.identifies or column.table.name in owned, key


def test_what_is_deleted_has_nothing_to_clear_and_what_is_kept_says_what_becomes_of_it(app):
    kept = {rows.table.name for rows in held() if not rows.deleted}
    for column, said in personal_tables.declarations():
        key = f"{column.table.name}.{column.name}"
        asked = said.purpose is not None and column.table.name in kept
        assert (said.on_erasure is not None) == asked, f"{key}: say what a cancellation makes of it"


def test_every_file_of_the_export_has_a_name_and_a_place_of_its_own(app):
    files = [rows.said.file for rows in held()]
    assert len(files) == len(set(files))
    positions = [rows.said.position for rows in held()]
    assert len(positions) == len(set(positions))


def new_columns():
    redacted = personal(Purpose.WISHES, on_erasure="redact", label="另外要说的")
    cleared = personal(Purpose.WISHES, on_erasure="clear")
    return [
        sa.Column("remarks", sa.Text, info=redacted),
        sa.Column("second_phone_sealed", sa.Text, info=cleared),
    ]


@pytest.fixture
def two_new_columns(town):
    """Two columns more in the wishes, as a migration and a line in the model would bring them."""
    table = Base.metadata.tables["wishes"]
    made = new_columns()
    with transaction():
        for column in made:
            session.execute(sa.text(f"ALTER TABLE wishes ADD COLUMN {column.name} TEXT"))
    for column in made:
        table.append_column(column)
    db.engine.clear_compiled_cache()
    yield table
    for column in made:
        table._columns.remove(column)
    assert not {column.name for column in made} & set(table.c.keys())
    db.engine.clear_compiled_cache()


def test_a_new_column_is_exported_registered_and_erased_by_what_it_says(town, two_new_columns):
    table, phone = two_new_columns, town.phone("linghu")
    with transaction():
        persons.keep_real_name(session.get(Person, phone.id), "令狐小寒")
        wish = cast.writing.write(town.songtao, cast.CONTENT, actor=cast.By(phone.id))
    texts = {
        "remarks": "请找令狐小寒",
        "second_phone_sealed": crypto.seal("11155557777", f"wishes.second_phone:{wish.id}"),
    }
    with transaction():
        session.execute(sa.update(table).where(table.c.id == wish.id).values(texts))
    assert {"wishes.remarks", "wishes.second_phone_sealed"} <= purposes.covered()
    assert "second_phone_sealed" in sealed.of("wishes")
    with export.archive(phone.id) as file, zipfile.ZipFile(io.BytesIO(file.read())) as packed:
        (copy,) = json.loads(packed.read("wishes.json"))
        headings = next(csv.reader(io.StringIO(packed.read("wishes.csv").decode("utf-8-sig"))))
    assert (copy["remarks"], copy["second_phone"]) == ("请找令狐小寒", "11155557777")
    assert "另外要说的" in headings
    with transaction():
        cancellation.cancel(phone.id, confirmed=True, actor=cast.By(phone.id))
    left = session.execute(sa.select(table).where(table.c.id == wish.id)).mappings().one()
    assert (left["remarks"], left["second_phone_sealed"]) == ("请找（已删除）", None)
