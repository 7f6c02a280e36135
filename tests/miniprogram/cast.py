"""A few things on their way in the demo city, so that no page of the mini-program is empty; and an activity of today."""

from datetime import timedelta

from backend import clock
from backend.db import transaction
from backend.volunteering.actions import activities, roll_call, sign_ups
from backend.volunteering.actions.session_roll import Called
from backend.wishes.actions import claims
from tests.people import proxies_cast
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteers
from tests.wishes import cast as wishes
from tests.wishes.cast import by

CLEARING = {
    "title": "清扫单元门前的雪",
    "kind": "volunteer_service",
    "category": "便民服务",
    "place": "雪松家园东门",
    "capacity": 20,
    "latitude": 46.99,
    "longitude": 128.05,
}


def clearing(town, began=40, lasts=120, names=("ning", "pei", "geng")):
    """The riders clear snow, since so many minutes ago; these people have signed up for it."""
    starts_at = clock.now() - timedelta(minutes=began)
    content = {**CLEARING, "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=lasts)}
    leader = by(town, "wulan")
    with clock.frozen_at(starts_at - timedelta(days=3)), transaction():
        made = activities.plan(town.songtao, volunteers.riders(town), content, actor=leader)
        activities.publish(made.id, actor=leader)
    with clock.frozen_at(starts_at - timedelta(days=2)), transaction():
        for name in names:
            sign_ups.sign_up(made.id, actor=by(town, name))
    return made.id


def things(town):
    """The ids of what the pages show, by what `test_screens.OPENED` calls them."""
    (claimed, fulfilled, open_), _round = wishes.published(town, 3)
    with transaction():
        for wish_id in (claimed, fulfilled):
            claims.claim(wish_id, actor=by(town, "pei"))
        claims.fulfil(fulfilled, "送到了", actor=by(town, "pei"))
    ning = town.phone("ning").agrees()
    shop_id = ning.get(f"/shops?communityId={town.songtao}").json["data"]["list"][0]["id"]
    shelf = ning.get(f"/shops/{shop_id}/items?kind=goods").json["data"]["list"]
    item = min(shelf, key=lambda one: one["points"])["id"]
    told = ning.data("POST", "/complaints", {"kind": "suggestion", "text": "希望超市周末也开门。"})
    proxies_cast.agreed(town)
    proxies_cast.asked(town, "qin", of="ning", relation="neighbour")
    ning.data("POST", "/me/children", {"realName": "宁小禾", "birthYear": 2018, "relation": "mother"})
    ning.data("POST", "/me/phone", {"code": "phone:11100000018:screens"})
    town.phone("geng").data("POST", "/me/certificates", certified(town))
    snow = clearing(town)
    with transaction():
        roll_call.call(snow, [Called(ning.id, clock.now() - timedelta(minutes=30))], actor=by(town, "wulan"))
    return {
        "claimed": claimed,
        "fulfilled": fulfilled,
        "open": open_,
        "shop": shop_id,
        "item": item,
        "order": shop.approved(town, shop_id, {item: 1}, name="ning"),
        "activity": ning.get("/activities?state=published&limit=1").json["data"]["list"][0]["id"],
        "complaint": told["id"],
        "riders": volunteers.riders(town),
        "clearing": snow,
    }


def certified(town):
    """The year that a certificate of geng is about."""
    today = clock.today()
    return {"from": f"{today - timedelta(days=365)}", "to": f"{today}"}
