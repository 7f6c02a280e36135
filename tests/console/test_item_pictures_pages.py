"""Pictures of goods of which WeChat was not sure: a colleague looks before anyone else sees them."""

import pytest

from backend.db import session, transaction
from backend.files.models import File
from tests.api.test_files import uploaded
from tests.console.test_protection import MARKUP
from tests.supermarket import cast


@pytest.fixture
def waiting(town):
    """An item of the keeper's with a picture that has to be looked at; answers (item, file)."""
    bu = town.phone("bu")
    file_id = uploaded(bu, purpose="item")["id"]
    body = {"shopId": cast.opened(town), "kind": "goods", "name": MARKUP[:60], "points": 44}
    item_id = bu.data("POST", "/items", {**body, "fileIds": [file_id]})["id"]
    with transaction():
        session.get(File, file_id, populate_existing=True).state = "needs_look"
    return item_id, file_id


def state(file_id):
    return session.get(File, file_id, populate_existing=True).state


def test_a_colleague_sees_the_picture_and_lets_it_be_shown(visitor, waiting):
    item_id, file_id = waiting
    clerk = visitor("tong")
    assert f"/console/item-pictures/{item_id}" in clerk.page("/console/")
    page = clerk.page(f"/console/item-pictures/{item_id}")
    assert "<script>alert" not in page
    picture = page[page.index('<img src="') :].split('"')[1]
    assert clerk.client.get(picture.replace("&amp;", "&")).mimetype == "image/jpeg"
    answer = clerk.post(f"/console/item-pictures/{item_id}/look", {"verdict": "show"})
    assert answer.headers["Location"] == "/console/"
    assert state(file_id) == "passed"
    assert clerk.get(f"/console/item-pictures/{item_id}").headers["Location"] == "/console/item-pictures"


def test_hiding_it_needs_a_reason(visitor, waiting):
    item_id, file_id = waiting
    clerk = visitor("tong")
    clerk.page(f"/console/item-pictures/{item_id}")
    answer = clerk.post(f"/console/item-pictures/{item_id}/look", {"verdict": "hide"})
    assert answer.status_code == 422
    assert "请写明原因" in clerk.text(answer)
    assert clerk.post(f"/console/item-pictures/{item_id}/look", {"verdict": "maybe"}).status_code == 422
    assert state(file_id) == "needs_look"
    clerk.post(f"/console/item-pictures/{item_id}/look", {"verdict": "hide", "reason": "图片不清楚"})
    assert state(file_id) == "refused"


def test_who_took_it_leaves_it_to_a_colleague(visitor, waiting):
    item_id, file_id = waiting
    keeper = visitor("bu")
    assert f"/console/item-pictures/{item_id}" not in keeper.page("/console/")
    assert "请同事来看" in keeper.page(f"/console/item-pictures/{item_id}")
    assert keeper.post(f"/console/item-pictures/{item_id}/look", {"verdict": "show"}).status_code == 403
    assert state(file_id) == "needs_look"


def test_another_communitys_is_not_there(visitor, waiting):
    item_id, file_id = waiting
    stranger = visitor("bai")
    assert f"/console/item-pictures/{item_id}" not in stranger.page("/console/")
    assert stranger.get(f"/console/item-pictures/{item_id}").status_code == 404
    answer = stranger.post(f"/console/item-pictures/{item_id}/look", {"verdict": "show"})
    assert answer.status_code == 404
    assert visitor("shao").get("/console/item-pictures").status_code == 403
    assert state(file_id) == "needs_look"
