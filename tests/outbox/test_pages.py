"""What the server names is a page that the mini-program has: notices, messages, the to-do list, codes and links."""

import json
import re

from backend import app_pages
from backend.db import session
from backend.outbox.models import Delivery, Notice
from backend.reports import to_do
from backend.wechat import pages
from tests.outbox.test_city_templates import TOP
from tests.wishes import cast

LISTED = json.loads((TOP / "miniprogram_api_docs" / "pages.json").read_text(encoding="utf-8"))
KINDS = {kind: one for one in LISTED for kind in one["kinds"]}


def listed(page):
    """Whether a client that has these pages opens this, with no more asked of it than it knows."""
    path, _, query = page.partition("?")
    (found,) = [one for one in LISTED if one["path"] == path]
    return {part.split("=")[0] for part in query.split("&") if part} <= set(found["query"])


def test_no_kind_has_two_pages_and_no_page_stands_twice():
    kinds = [kind for one in LISTED for kind in one["kinds"]]
    assert len(kinds) == len(set(kinds))
    paths = [one["path"] for one in LISTED]
    assert len(paths) == len(set(paths))


def test_the_list_says_where_to_find_all_that_notices_tell_of_codes_open_and_waits():
    source = "\n".join(one.read_text(encoding="utf-8") for one in (TOP / "backend").rglob("*.py"))
    told = set(re.findall(r'subject=\(\s*"(\w+)"', source)) | set(
        re.findall(r'subject(?:, | = ).*?\("(\w+)", \w+\.id\)', source)
    )
    assert {"wish", "activity", "complaint", "team", "item"} <= told
    assert told - KINDS.keys() == set()
    assert set(pages.PAGES) <= KINDS.keys()
    assert {one.kind for one in to_do.kinds()} <= KINDS.keys()


def test_every_notice_of_the_city_and_every_message_opens_a_page_of_the_list(town):
    cast.fulfilled(town)
    town.phone("ning").data("POST", "/complaints", {"kind": "suggestion", "text": "路灯不亮"})
    notices = session.query(Notice).all()
    assert len({one.kind for one in notices}) > 10
    for one in notices:
        opened = app_pages.page_of_notice(one.kind, one.subject_kind, one.subject_id)
        assert listed(opened), one.kind
        assert one.subject_kind is None or one.subject_kind in KINDS, one.kind
    messages = session.query(Delivery, Notice).join(Notice, Notice.id == Delivery.notice_id).all()
    assert messages
    for message, one in messages:
        # The message and its notice open the same.
        assert message.page == app_pages.page_of_notice(one.kind, one.subject_kind, one.subject_id), one.kind


def test_a_row_of_the_inbox_says_its_page(town):
    wish_id = cast.fulfilled(town)
    rows = town.phone("ning").data("GET", "/me/notices")["list"]
    (page,) = {one["page"] for one in rows if (one["subjectKind"], one["subjectId"]) == ("wish", wish_id)}
    assert page == f"pages/wish/detail?id={wish_id}"
    assert app_pages.page_of_notice("points_ending", None, None) == "pages/points/index"
    assert app_pages.page_of_notice("something_new", "nothing", 7) == "pages/notice/index"
