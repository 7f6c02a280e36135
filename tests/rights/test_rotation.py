"""Rotating the keys: resumable, beside a running system, and nothing sealed is forgotten."""

import base64
import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

import backend
from backend import config, crypto
from backend.db import Base, session, transaction
from backend.people import queries as people
from backend.people import sealed as persons
from backend.people.models import Person
from backend.rights import rotation, sealed
from tests.wishes import cast

NEW = "2027a:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def with_keys(settings):
    """Makes SEAL_KEYS, INDEX_KEY and INDEX_KEY_OLD those of the process."""

    def use(**changes):
        config.use(replace(settings, **changes))

    yield use
    config.use(settings)


@pytest.fixture
def sealed_city(town):
    cast.claimed(town)
    phone = town.phone("ning")
    phone.data(
        "POST", "/complaints", {"kind": "suggestion", "text": "多放几把椅子"}, Idempotency_Key="k" * 12
    )
    return town


def every_value():
    """(column, place, value) of all that is sealed."""
    for column in sealed.columns():
        for row in session.execute(sa.select(column.table).where(column.column.is_not(None))).mappings():
            yield column, column.place_of(row), row[column.name]


def test_every_sealed_column_is_in_the_registry():
    named = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    assert named == {column.key for column in sealed.columns()}


def test_every_place_the_source_seals_for_is_one_of_the_registry():
    """A value sealed for a place that the registry does not know could not be opened by the rotation."""
    known = {f"{column.table.name}.{column.place}" for column in sealed.columns()}
    source = Path(backend.__file__).parent
    found = {
        place
        for path in source.rglob("*.py")
        if path.parent.name != "rights"
        for place in re.findall(r'f"([a-z_]+\.[a-z_]+):\{', path.read_text(encoding="utf-8"))
    }
    # The token of WeChat is fetched anew under a new key by itself.
    places = {place for place in found if place.split(".")[0] in Base.metadata.tables} - {
        "wechat_tokens.sealed"
    }
    assert places <= known
    assert {"persons.real_name", "wishes.address", "redemptions.pick_up_code"} <= places


def test_every_index_has_its_sealed_value_beside_it_or_lives_shortly():
    named = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_index")
    }
    rotated = {f"{index.seal.table.name}.{index.name}" for index in rotation.indexes()}
    assert named == rotated | (rotation.not_rotated() & named)


def test_every_value_of_the_city_opens_where_the_registry_says(sealed_city):
    values = list(every_value())
    assert {column.key for column, _, _ in values} >= {
        "persons.real_name_sealed",
        "persons.phone_sealed",
        "residencies.address_sealed",
        "wishes.phone_sealed",
        "complaints.text_sealed",
        "idempotency_keys.answer_sealed",
    }
    for _, place, value in values:
        assert crypto.unseal(value, place)


def test_everything_is_sealed_under_the_first_key_and_the_old_one_may_go(sealed_city, settings, with_keys):
    with_keys(seal_keys=f"{NEW},{settings.seal_keys}")
    said = []
    assert rotation.rotate(said.append) == 0
    assert any(line.startswith("persons.phone_sealed: ") for line in said)
    with_keys(seal_keys=NEW)
    for column, place, value in every_value():
        assert value.split("|")[2] == "2027a", column.key
        assert crypto.unseal(value, place)
    assert persons.real_name(sealed_city.person("ning")) == "宁小舟"


def test_stopped_in_the_middle_it_goes_on_where_it_was(sealed_city, settings, with_keys, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    with_keys(seal_keys=f"{NEW},{settings.seal_keys}")

    class Stopped(Exception):
        pass

    def stop_soon(line, seen=[]):  # noqa: B006 - counts on purpose
        seen.append(line)
        if len(seen) == 4:
            raise Stopped

    with pytest.raises(Stopped):
        rotation.rotate(stop_soon)
    before = {(place, value) for _, place, value in every_value() if "|2027a|" in value}
    assert before
    assert rotation.rotate(lambda _line: None) == 0
    after = {(place, value) for _, place, value in every_value()}
    assert before <= after, "what was done is not done again"
    assert all("|2027a|" in value for _, value in after)


def test_an_event_of_stock_still_cannot_be_changed(town):
    for change in ("on_hand_change = 99", "reason = 'x'", "by_id = NULL, donor_sealed = NULL"):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), transaction():
            session.execute(sa.text(f"UPDATE stock_movements SET {change}"))


def test_another_algorithm_is_a_rotation_too(sealed_city, with_keys):
    with_keys(seal_algorithm="sm4-gcm")
    assert rotation.rotate(lambda _line: None) == 0
    assert {value.split("|")[1] for _, _, value in every_value()} == {"sm4-gcm"}


def test_a_value_that_nobody_can_open_is_named_and_stops_nothing(sealed_city, settings, with_keys):
    ning = sealed_city.person("ning")
    with transaction():
        session.execute(sa.update(Person).where(Person.id == ning.id).values(real_name_sealed="v1|x|y|z|w"))
    with_keys(seal_keys=f"{NEW},{settings.seal_keys}")
    said = []
    assert rotation.rotate(said.append) == 1
    assert f"persons.real_name_sealed: row {ning.id} cannot be opened with any key of SEAL_KEYS" in said


def test_a_phone_is_found_before_during_and_after_the_index_key_changes(sealed_city, settings, with_keys):
    ning = sealed_city.person("ning")
    phone = persons.phone(ning)
    old = session.get(Person, ning.id).phone_index

    def found():
        wanted = sa.select(Person.id).where(Person.phone_index.in_(crypto.blind_indexes("phone", phone)))
        return session.scalars(wanted).all()

    assert found() == [ning.id]
    with_keys(index_key="another-index-key", index_key_old=settings.index_key)
    assert found() == [ning.id]
    rotation.rotate(lambda _line: None)
    with_keys(index_key="another-index-key")
    assert found() == [ning.id]
    assert session.get(Person, ning.id, populate_existing=True).phone_index != old
    assert people.masked_names({ning.id}) == {ning.id: "宁**"}


def test_the_command_tells_how_far_it_is(sealed_city, settings, with_keys):
    with_keys(seal_keys=f"{NEW},{settings.seal_keys}")
    answer = sealed_city.app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert answer.exit_code == 0, answer.output
    assert "Everything is sealed under the first key." in answer.output
    assert re.search(r"persons\.phone_index: all \d+ stand as they are", answer.output)
