"""The register of processing purposes covers every column that tells something of a person."""

import re

from backend.db import Base
from backend.personal import Purpose
from backend.rights import notice, personal_tables, purposes

# What speaks of a person by its name, or may hold a person's own words.
PERSONAL = re.compile(
    r"_sealed$|_index$|openid|nickname|birth|card_number|phone|address|password|token_digest"
    r"|(^|_)(reason|comment|note|description|content|answer|facts)$|^body$|^purpose$"
)


def existing():
    return {
        f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns
    }


def impersonal():
    """Words that are about things and places; each says so beside itself, with the reason."""
    return {str(column) for column, said in personal_tables.declarations() if said.not_personal}


def test_every_personal_column_has_a_purpose(app):
    personal = {key for key in existing() if PERSONAL.search(key.split(".")[1])}
    unexplained = sorted(personal - purposes.covered() - impersonal())
    assert not unexplained, f"say beside {unexplained} what they are needed for: info=personal(Purpose.…)"


def test_every_sealed_column_has_a_purpose(app):
    assert {key for key in existing() if key.endswith("_sealed")} <= purposes.covered()


def test_the_register_names_columns_that_exist_and_no_one_twice(app):
    named = [column for one in purposes.PURPOSES for column in one.columns]
    assert len(named) == len(set(named))
    assert purposes.covered() <= existing()
    assert not purposes.covered() & impersonal()


def test_the_register_says_every_purpose_in_words(app):
    assert [one.key for one in purposes.PURPOSES] == list(Purpose)


def test_each_purpose_has_a_basis_a_document_and_a_period(app):
    for one in purposes.PURPOSES:
        assert "法" in one.basis
        assert one.document in notice.DOCUMENTS
        assert one.fields
        assert one.recipients


def test_periods_are_those_that_are_configured(app):
    told = {row["purpose"]: row["retention"] for row in purposes.purposes_in_words()}
    assert "办结后 30 天删除地址和电话" in told["办理微心愿"]
    assert all("{" not in text for text in told.values())


def test_requests_are_counted_and_name_nobody(town):
    before = purposes.requests()
    phone = town.phone("ning")
    phone.put("/me", {"nickname": "小舟"})
    after = purposes.requests()
    assert after["corrections"] == before["corrections"] + 1
    assert set(after) == {"exports", "cancellations", "corrections", "openings"}
