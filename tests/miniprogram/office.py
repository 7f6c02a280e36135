"""A community in which something waits for everybody who works there, made once for the tests of the staff's pages."""

from datetime import timedelta

from backend import clock
from backend.db import transaction
from backend.supermarket.actions import stocktakes
from backend.volunteering.actions import activities
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast as wishes

# Whose phone each page is looked at on: whoever decides there, and what it is asked for.
STAFF_PAGES = {
    "pages/staff/home": ("lan", ""),
    "pages/staff/wishes": ("lan", ""),
    "pages/staff/report": ("shao", "cardNumber=P000001"),
    "pages/staff/call-backs": ("tong", ""),
    "pages/staff/redemptions": ("lan", ""),
    "pages/staff/counter": ("bu", ""),
    "pages/staff/stock": ("bu", ""),
    "pages/staff/stocktakes": ("yan", ""),
    "pages/staff/count": ("bu", "shop={shop}"),
    "pages/staff/hours": ("lan", ""),
    "pages/staff/check-in": ("tong", "id={activity}"),
    "pages/staff/residencies": ("lan", ""),
    "pages/staff/members": ("lan", ""),
    "pages/staff/people": ("lan", ""),
    "pages/staff/merges": ("lan", ""),
    "pages/staff/complaints": ("lan", ""),
    "pages/staff/sign-in": ("lan", ""),
}


def fill(town):
    """One of everything that waits; answers the ids that pages are opened with."""
    ids = {"fulfilled": wishes.fulfilled(town)}
    wishes.open_round(town)
    ids["alike"] = wishes.submitted(town)
    ids["private"] = wishes.submitted(
        town, "wulan", title="换一把门锁", description="门锁坏了，电话 11100000003", category="repair"
    )
    _write_shop(town, ids)
    _write_activities(town, ids)
    _write_people(town)
    return ids


def _write_shop(town, ids):
    phone = town.phone("ning")
    ids["shop"] = phone.data("GET", f"/shops?communityId={town.songtao}")["list"][0]["id"]
    ids["mug"] = shop.goods(town, ids["shop"], stock=12, points=5, name="搪瓷茶缸", unit="个")
    shop.asked(town, ids["shop"], {ids["mug"]: 2}, name="wulan")
    ids["order"] = shop.approved(town, ids["shop"], {ids["mug"]: 3}, name="ning")
    with transaction():
        counted = [(ids["mug"], 11, "搬运中破损一个")]
        stocktakes.propose(ids["shop"], counted, actor=shop.by(town, "bu"))


def _write_activities(town, ids):
    volunteering.proposed(town, wishes.by(town, "ning"), wishes.by(town, "pei"))
    starts_at = clock.now() + timedelta(minutes=5)
    with clock.frozen_at(clock.now() - timedelta(days=3)), transaction():
        facts = {"title": "楼道大扫除", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        content = {**volunteering.CONTENT, **facts}
        made = activities.plan(town.songtao, None, content, actor=wishes.by(town, "tong"))
        activities.publish(made.id, actor=wishes.by(town, "tong"))
        ids["activity"] = made.id


def _write_people(town):
    newcomer = town.phone("an").agrees()
    newcomer.data("PUT", "/me", {"realName": "安之遥", "birthYear": 1988})
    home = {"communityId": town.songtao, "address": "雪松家园 5 号楼 2 单元 101"}
    newcomer.data("PUT", "/me/residency", home)
    unit = {"unitId": town.place("市水务局"), "communityId": town.songtao, "serviceRoles": ["relief"]}
    newcomer.data("PUT", "/me/party-registration", unit)
    told = {"kind": "complaint", "text": "活动改期没有通知。", "contactBack": "11100000019"}
    town.phone("ning").data("POST", "/complaints", told)
    born = {"communityId": town.songtao, "birthYear": 1950, "consent": "spoken"}
    clerk = town.phone("tong")
    kept, twin = (
        clerk.data("POST", "/people", {**born, "realName": name})["id"] for name in ("岑望舒", "岑望书")
    )
    same = {"fromId": twin, "intoId": kept, "proof": "id_seen", "reason": "同一张身份证，名字写错了一个字"}
    clerk.data("POST", "/person-merges", same)
