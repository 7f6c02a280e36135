"""Pictures of goods: taken by a keeper, checked by WeChat, seen by everyone, kept when the keeper leaves."""

import pytest

from backend.db import transaction
from backend.files import actions
from tests.api.test_files import Callback, row, seen, upload, uploaded, verdict
from tests.supermarket import cast


@pytest.fixture
def bu(town):
    return town.phone("bu")


@pytest.fixture
def callback(town, settings):
    return Callback(town.app, settings)


def put_up(bu, shop_id, *file_ids):
    body = {"shopId": shop_id, "kind": "goods", "name": "东北大米 5 公斤", "points": 44}
    return bu.post("/items", {**body, "fileIds": list(file_ids)})


def taken(phone):
    return uploaded(phone, purpose="item")["id"]


def shown(phone, item_id):
    return phone.data("GET", f"/items/{item_id}")["files"]


def test_a_keepers_picture_is_seen_by_residents_once_it_has_passed(town, bu, callback):
    shop, file_id = cast.opened(town), taken(bu)
    item_id = put_up(bu, shop, file_id).json["data"]["id"]
    ning = town.phone("ning")
    assert shown(ning, item_id) == []
    assert [one["state"] for one in shown(bu, item_id)] == ["checking"]
    verdict(callback, file_id, "pass")
    (picture,) = shown(ning, item_id)
    assert seen(ning, picture["url"]) == seen(ning, picture["thumbnailUrl"]) == 200
    listed = ning.data("GET", f"/shops/{shop}/items")["list"]
    assert [one["id"] for one in listed[0]["files"]] == [file_id]


def test_another_looks_at_what_wechat_was_not_sure_of(town, bu, callback):
    file_id = taken(bu)
    item_id = put_up(bu, cast.opened(town), file_id).json["data"]["id"]
    verdict(callback, file_id, "review")
    ning, tong = town.phone("ning"), town.phone("tong")
    assert shown(ning, item_id) == []
    assert [one["id"] for one in tong.data("GET", "/items/to-look")["list"]] == [item_id]
    assert town.phone("bai").data("GET", "/items/to-look")["list"] == []
    look = f"/items/{item_id}/look"
    assert bu.post(look, {"passed": True}).json["error"] == "FOUR_EYES"
    assert tong.post(look, {"passed": False}).json["error"] == "REASON_NEEDED"
    assert town.phone("bai").post(look, {"passed": True}).status_code == 404
    assert ning.post(look, {"passed": True}).status_code == 403
    assert tong.post(look, {"passed": True}).status_code == 200
    assert [one["id"] for one in shown(ning, item_id)] == [file_id]
    assert tong.post(look, {"passed": True}).status_code == 409
    assert tong.data("GET", "/items/to-look")["list"] == []


def test_what_is_not_fit_is_never_shown(town, bu, callback):
    file_id = taken(bu)
    item_id = put_up(bu, cast.opened(town), file_id).json["data"]["id"]
    verdict(callback, file_id, "review")
    town.phone("tong").data("POST", f"/items/{item_id}/look", {"passed": False, "reason": "照片里有人"})
    assert row(file_id).state == "refused"
    assert shown(town.phone("ning"), item_id) == []


def test_pictures_are_changed_and_only_ones_own_for_items_are_taken(town, bu):
    shop, first = cast.opened(town), taken(bu)
    item_id = put_up(bu, shop, first).json["data"]["id"]
    for wrong in (uploaded(bu)["id"], taken(town.phone("tong")), 99999):
        assert put_up(bu, shop, wrong).json["error"] == "FILE_NOT_USABLE"
    second = taken(bu)
    changed = bu.data("PUT", f"/items/{item_id}", {"fileIds": [second]})
    assert [one["id"] for one in changed["files"]] == [second]
    assert row(first).state == "discarded"
    assert bu.data("PUT", f"/items/{item_id}", {"points": 40})["files"] != []
    assert bu.data("PUT", f"/items/{item_id}", {"fileIds": []})["files"] == []


def test_a_wishers_upload_is_no_picture_of_goods(bu):
    answer = upload(bu, purpose="goods")
    assert answer.json["error"] == "INVALID_INPUT"


def test_the_shops_pictures_stay_when_who_took_them_deletes_their_data(town, bu, callback):
    kept, unused = taken(bu), taken(bu)
    item_id = put_up(bu, cast.opened(town), kept).json["data"]["id"]
    verdict(callback, kept, "pass")
    with transaction():
        actions.discard_of(town.person("bu").id)
    assert (row(kept).state, row(unused).state) == ("passed", "discarded")
    assert len(shown(town.phone("ning"), item_id)) == 1
