"""Whoever reported a wish for somebody speaks for it as long as their office lets them."""

import pytest

from backend.db import transaction
from backend.errors import NotFound
from backend.wishes import queries
from backend.wishes.actions import reviewing, writing
from tests.wishes import cast


@pytest.fixture
def reported(town):
    """A wish of ning's that the grid worker shao reported, and that was sent back to him."""
    wish_id = cast.submitted(town, "ning", reporter="shao")
    with transaction():
        reviewing.send_back(wish_id, "请写明门牌号", actor=cast.by(town, "tong"))
    return wish_id


def test_in_office_they_see_complete_and_withdraw_it(town, reported):
    shao = cast.by(town, "shao")
    assert queries.view_wish(reported, actor=shao).actions == ["submit", "withdraw"]
    assert queries.written_by(shao.id).rows(20)[0].id == reported
    with transaction():
        writing.edit(reported, {**cast.CONTENT, "title": "吊灯"}, actor=shao)
        writing.withdraw(reported, actor=shao)
    assert cast.wish(reported).state == "withdrawn"


def test_out_of_office_it_is_not_theirs_any_more(town, reported):
    shao = cast.by(town, "shao")
    town.out_of_office("shao")
    for verb in (
        lambda: writing.withdraw(reported, actor=shao),
        lambda: writing.submit(reported, actor=shao),
        lambda: writing.edit(reported, cast.CONTENT, actor=shao),
        lambda: queries.one(reported, actor=shao),
        lambda: queries.view_wish(reported, actor=shao),
    ):
        with pytest.raises(NotFound), transaction():
            verb()
    assert queries.written_by(shao.id).rows(20) == []
    assert cast.wish(reported).state == "sent_back"


def test_who_reported_it_may_never_review_it_in_whatever_office(town, reported):
    town.out_of_office("shao")
    assert "reporter" in cast.wish(reported).facts_about(cast.by(town, "shao").id)
