"""The register of processing purposes covers every column that tells something of a person."""

import re

from backend.db import Base
from backend.rights import notice, purposes

# What speaks of a person by its name, or may hold a person's own words.
PERSONAL = re.compile(
    r"_sealed$|_index$|openid|nickname|birth|card_number|phone|address|password|token_digest"
    r"|(^|_)(reason|comment|note|description|content|answer|facts)$|^body$|^purpose$"
)
# Words that are about things and places, each with the reason.
IMPERSONAL = {
    "accounts.address": "the account's own name in the ledger",
    "shops.address": "a shop's",
    "items.description": "an item's",
    "activities.description": "an activity's, written by its organiser",
    "files.purpose": "what a picture is for: a wish, or its fulfilment",
    "stocktakes.review_reason": "about stock",
    "stocktake_lines.reason": "about stock",
    "stock_movements.reason": "about stock",
    "console_sessions.token_digest": "covered with the sign-in it belongs to",
}


def existing():
    return {
        f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns
    }


def test_every_personal_column_has_a_purpose(app):
    personal = {key for key in existing() if PERSONAL.search(key.split(".")[1])}
    unexplained = sorted(personal - purposes.covered() - set(IMPERSONAL))
    assert not unexplained, f"say in backend/rights/purposes.py what {unexplained} are needed for"


def test_every_sealed_column_has_a_purpose(app):
    assert {key for key in existing() if key.endswith("_sealed")} <= purposes.covered()


def test_the_register_names_columns_that_exist_and_no_one_twice(app):
    named = [column for one in purposes.PURPOSES for column in one.columns]
    assert len(named) == len(set(named))
    assert purposes.covered() <= existing()
    assert not purposes.covered() & set(IMPERSONAL)


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
