"""A phone, an address, a name and an identity number are put into every input of the API. They come out nowhere
they may not: in no log line, in no refusal, and what is personal by its field in no column in clear."""

import logging

import pytest
import sqlalchemy as sa
import structlog

from backend.db import Base, db, session
from backend.operations import backups
from tests.attacks import matrix

PHONE = "13987654321"
IDENTITY = "110101199003074514"
ADDRESS = "金丝雀家园八栋八〇八"
NAME = "金思雀"
TYPED = f"{NAME} {PHONE} {IDENTITY} {ADDRESS}"
WORDS = (PHONE, IDENTITY, ADDRESS, NAME)
# What these fields are told is sealed, whoever tells it; the rest of a person's own words may stand in clear.
SEALED = {
    "realName": NAME,
    "phone": PHONE,
    "contactPhone": PHONE,
    "contact": PHONE,
    "address": ADDRESS,
    "proxyName": NAME,
    "donor": NAME,
}
# An account that has ended refuses everything after it.
LAST = {"DELETE /api/v1/me", "POST /api/v1/people/{person_id}/cancel"}


def filled(schema, document, value, sealed_only):
    """The example `value` with a canary in each text field that takes one."""
    if "$ref" in schema:
        schema = _named(document, schema["$ref"])
    if isinstance(value, list):
        return [filled(schema["items"], document, one, sealed_only) for one in value]
    for part in schema.get("allOf", []):
        value = filled(part, document, value, sealed_only)
    told = dict(value)
    for name, inner in schema.get("properties", {}).items():
        while "$ref" in inner or "allOf" in inner:
            inner = inner["allOf"][0] if "allOf" in inner else _named(document, inner["$ref"])
        if inner.get("properties") and isinstance(told.get(name), dict):
            told[name] = filled(inner, document, told[name], sealed_only)
        elif name in SEALED:
            told[name] = SEALED[name]
        elif _takes_words(inner) and not sealed_only:
            told[name] = TYPED[: inner.get("maxLength", 500)]
    return told


def _named(document, reference):
    return document["components"]["schemas"][reference.rsplit("/", 1)[1]]


def _takes_words(schema):
    closed = {"enum", "format", "pattern"} & schema.keys()
    return schema.get("type") == "string" and not closed


@pytest.fixture
def lines(caplog):
    """Everything that is logged, by us and by libraries, from the lowest level on."""
    caplog.set_level(logging.DEBUG)
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    with structlog.testing.capture_logs() as told:
        yield (
            lambda: (
                [str(line) for line in told]
                + [f"{record.getMessage()} {record.exc_text}" for record in caplog.records]
            )
        )
    structlog.configure(**before)


def everything_said(town, *, sealed_only):
    """Each writing operation, by each person who might get in; yields what was asked and the answer."""
    things = matrix.Things(town)
    document = matrix.documentation.document(town.app)
    told = matrix.operations(town.app)
    for operation in sorted(told, key=lambda name: name in LAST):
        content = told[operation].get("requestBody", {}).get("content", {}).get("application/json")
        # Where a shop stands is on its door.
        if sealed_only and "/shops" in operation:
            continue
        if content is None or operation.startswith("GET") or operation in matrix.ENDING:
            continue
        body = filled(content["schema"], document, things.body(told[operation]), sealed_only)
        for actor in ("owner", "leader", "member", "staff", "second", "keeper", "parent"):
            phone = things.phones[actor]
            yield operation, phone.call(operation.split(" ")[0], things.path(operation), body)


@pytest.mark.slow
def test_no_log_line_and_no_refusal_repeats_what_somebody_typed(town, wechat, lines):
    done, refused = 0, 0
    for operation, answer in everything_said(town, sealed_only=False):
        text = answer.get_data(as_text=True)
        if answer.status_code >= 400:
            refused += 1
            assert not [word for word in WORDS if word in text], (operation, text)
        else:
            done += 1
    assert done > 40
    assert refused > 100
    found = [line for line in lines() if any(word in line for word in WORDS)]
    assert found == []
    assert lines(), "the test sees what is logged"


@pytest.mark.slow
def test_what_is_personal_by_its_field_stands_in_no_column_in_clear(town, wechat, tmp_path):
    done = [
        operation for operation, answer in everything_said(town, sealed_only=True) if answer.status_code < 300
    ]
    assert {"POST /api/v1/people", "PUT /api/v1/me", "POST /api/v1/items/{item_id}/receipts"} <= set(done)
    session.expire_all()
    hits = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(sa.text(f"SELECT * FROM {table.name}")).mappings():
            hits += [
                f"{table.name}.{name}" for name, value in row.items() if any(w in str(value) for w in WORDS)
            ]
    assert sorted(set(hits)) == []
    if db.engine.dialect.name == "sqlite":
        session.remove()
        saved = backups.create_backup(tmp_path, lambda _line: None)
        for path in saved.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert [word for word in WORDS if word.encode() in content] == [], path.name
