"""A complaint about one thing: named by who may read it, answered where it is, shown with a link."""

from backend.people import teams
from tests.api.test_frame import refusal
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast

# Where the console shows each.
PAGES = {
    "wish": "wishes",
    "activity": "activities",
    "redemption": "redemptions",
    "item": "stock/items",
    "team": "teams",
}


def complain(phone, kind, thing_id, **more):
    body = {"kind": "complaint", "text": "说好的没有做", "subjectKind": kind, "subjectId": thing_id, **more}
    return phone.post("/complaints", body)


def things(town):
    (wish_id,), _round = cast.published(town)
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id)
    return {
        "wish": wish_id,
        "activity": volunteering.published(town),
        "redemption": shop.asked(town, shop_id, {item_id: 1}),
        "item": item_id,
        "team": teams.listed(town.songtao, None).rows(1)[0].id,
    }


def test_it_names_what_one_may_read_and_staff_open_it_from_there(town, visitor):
    wulan, tong = town.phone("wulan"), town.phone("tong")
    clerk = visitor("tong")
    for kind, thing_id in things(town).items():
        made = complain(wulan, kind, thing_id).json["data"]
        assert (made["subjectKind"], made["subjectId"]) == (kind, thing_id)
        seen = tong.data("GET", f"/complaints/{made['id']}")
        assert (seen["subjectKind"], seen["subjectId"]) == (kind, thing_id)
        page = clerk.page(f"/console/complaints/{made['id']}")
        assert f'href="/console/{PAGES[kind]}/{thing_id}"' in page, kind


def test_what_one_may_not_read_does_not_exist_for_a_complaint(town):
    ning, found = town.phone("ning"), things(town)
    draft = volunteering.planned(town)
    for kind, thing_id in (
        ("redemption", found["redemption"]),
        ("activity", draft),
        ("wish", 999999),
        ("item", 999999),
        ("team", 999999),
    ):
        assert set(refusal(complain(ning, kind, thing_id), 422, "INVALID_INPUT")["data"]) == {"subjectId"}
    # There are no tickets yet.
    assert set(refusal(complain(ning, "ticket", 1), 422, "INVALID_INPUT")["data"]) == {"subjectKind"}
    half = {"kind": "complaint", "text": "说好的没有做"}
    told = refusal(ning.post("/complaints", {**half, "subjectId": 1}), 422, "INVALID_INPUT")
    assert set(told["data"]) == {"subjectKind"}
    told = refusal(ning.post("/complaints", {**half, "subjectKind": "wish"}), 422, "INVALID_INPUT")
    assert set(told["data"]) == {"subjectId"}


def test_the_community_of_the_thing_answers_and_not_that_of_the_complainant(town):
    (wish_id,), _round = cast.published(town)
    bai = town.phone("bai")
    assert complain(bai, "wish", wish_id).json["data"]["placeId"] == town.songtao
    elsewhere = complain(bai, "wish", wish_id, communityId=town.baihua).json["data"]
    assert elsewhere["placeId"] == town.baihua


def test_an_anonymous_one_does_not_name_an_order_that_only_its_owner_knows(town):
    wulan, tong, found = town.phone("wulan"), town.phone("tong"), things(town)
    made = complain(wulan, "redemption", found["redemption"], anonymous=True).json["data"]
    assert made["subjectId"] == found["redemption"]
    seen = tong.data("GET", f"/complaints/{made['id']}")
    assert (seen["subjectKind"], seen["subjectId"], seen["byName"]) == (None, None, "匿名居民")
    of_all = complain(wulan, "item", found["item"], anonymous=True).json["data"]
    assert tong.data("GET", f"/complaints/{of_all['id']}")["subjectId"] == found["item"]
