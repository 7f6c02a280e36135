"""The first screen, what waits for me, and my teams: each in one call, small and the same as elsewhere."""

from datetime import date, timedelta

from backend import app_pages, clock
from backend.complaints import queues as complaints
from backend.db import session, transaction
from backend.identity import sessions
from backend.people import permissions, queues, teams
from backend.reports import to_do
from backend.supermarket import card_queries, queries
from backend.supermarket import queues as shops
from backend.supermarket.models import Shop
from backend.volunteering import queues as volunteering_queues
from backend.wishes import queues as wishes
from backend.wishes.actions import claims, reviewing, rounds
from tests.api.test_frame import refusal
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast

HOME_BYTES = 12 * 1024
# The queues of the console of which each kind of staff is made.
QUEUES = {
    "wishes_to_review": (wishes.to_review,),
    "residencies_to_verify": (queues.residencies_to_verify,),
    "party_registrations_to_verify": (queues.party_registrations_to_verify,),
    "redemptions_to_approve": (shops.to_approve,),
    "hours_to_certify": (volunteering_queues.hours_to_certify,),
    "complaints_to_answer": (complaints.to_answer,),
    "merges_to_decide": (queues.merges_to_check, queues.merges_to_approve),
}


def waits(phone):
    found = phone.data("GET", "/me/to-do")
    assert found["total"] == sum(one["count"] for one in found["list"])
    return {one["kind"]: one for one in found["list"]}


def test_the_first_screen_is_one_small_call_that_costs_few_statements(town, statements):
    long = {"title": "愿" * 30, "description": "望" * 500, "disclosure": "title", "salutation": "女士"}
    cast.published(town, 7, **long)
    for number in range(7):
        starts = volunteering.STARTS + timedelta(days=number)
        volunteering.published(
            town, title="清" * 60, place="东" * 60, starts_at=starts, ends_at=starts + timedelta(hours=2)
        )
    shop_id = shop.opened(town)
    for number in range(5):
        shop.goods(town, shop_id, name=f"{number}" + "米" * 30)
    for phone in (town.phone("ning"), town.phone("tong"), town.phone()):
        session.remove()
        with statements() as seen:
            answer = phone.get(f"/home?communityId={town.songtao}")
        told = answer.json["data"]
        assert len(answer.data) < HOME_BYTES
        assert [len(told[name]) for name in ("wishes", "activities")] == [5, 5]
        assert len(told["shop"]["items"]) == 4
        assert len([one for one in seen if not one.startswith("BEGIN")]) <= 24, "\n".join(seen)


def test_home_is_where_one_lives_else_the_first_community(town):
    assert town.phone("bai").data("GET", "/home")["community"]["id"] == town.baihua
    assert town.phone("somebody-new").data("GET", "/home")["community"]["id"] == town.songtao
    assert town.phone().data("GET", f"/home?communityId={town.baihua}")["community"]["id"] == town.baihua
    refusal(town.phone().get("/home?communityId=999999"), 422, "NOT_A_COMMUNITY")


def test_home_shows_what_the_community_has_and_me(town):
    (wish_id,), round_id = cast.published(town)
    ning = town.phone("ning")
    told = ning.data("GET", "/home")
    assert told["round"]["id"] == round_id
    assert told["wishes"][0]["id"] == wish_id
    me = ning.data("GET", "/me")
    assert told["me"] == {
        "id": ning.id,
        "nickname": me["nickname"],
        "points": ning.data("GET", "/me/points")["available"],
        "unreadNotices": me["unreadNotices"],
        "toDo": ning.data("GET", "/me/to-do")["total"],
    }
    assert town.phone("pei").data("GET", "/home")["wishes"][0]["actions"] == ["claim"]


def test_the_shop_of_home_is_open_in_its_hours_and_shows_what_can_be_had(town):
    shop_id = shop.opened(town)
    gone = shop.goods(town, shop_id, stock=1)
    shop.asked(town, shop_id, {gone: 1})
    left = shop.goods(town, shop_id, stock=2)
    with clock.frozen_at(clock.day_starts(date(2026, 11, 30)) + timedelta(hours=10)):
        told = card_queries.shop_of(town.songtao, 50, actor=sessions.GUEST)
        assert told.id == queries.shops(town.songtao).rows(1)[0].id
        with transaction():
            session.get(Shop, told.id).opening_hours = [{"weekday": 1, "opens": "09:00", "closes": "11:00"}]
        assert card_queries.shop_of(town.songtao, 1, actor=sessions.GUEST).open_now
    with clock.frozen_at(clock.day_starts(date(2026, 11, 30)) + timedelta(hours=11)):
        assert not card_queries.shop_of(town.songtao, 1, actor=sessions.GUEST).open_now
    own = {one.id for one in card_queries._items(shop_id, 50, sessions.GUEST)}
    assert own == {left}


def test_what_waits_for_a_resident_is_counted_with_its_page(town):
    ning, pei = town.phone("ning"), town.phone("pei")
    before = {who: waits(phone) for who, phone in (("ning", ning), ("pei", pei))}

    def more(who, phone, kind):
        return waits(phone).get(kind, {"count": 0})["count"] - before[who].get(kind, {"count": 0})["count"]

    (wish_id, other), _ = cast.published(town, 2)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
        claims.claim(other, actor=cast.by(town, "pei"))
    assert more("pei", pei, "claims_to_fulfil") == 2
    with transaction():
        claims.fulfil(wish_id, "好了", actor=cast.by(town, "pei"))
    assert (more("pei", pei, "claims_to_fulfil"), more("ning", ning, "wishes_to_confirm")) == (1, 1)
    cast.open_round(town)
    back = cast.submitted(town, title="第三个", description="另一件事")
    with transaction():
        reviewing.send_back(back, "请写明尺寸", actor=cast.by(town, "tong"))
    assert more("ning", ning, "wishes_to_complete") == 1
    shop.approved(town, *_shelf(town), "ning")
    assert more("ning", ning, "redemptions_to_collect") == 1
    found = waits(ning)["wishes_to_confirm"]
    assert found["page"] == "pages/wish/mine?state=fulfilled"
    assert found["oldestAt"] <= clock.now().astimezone(clock.CHINA).isoformat()


def test_an_activity_of_this_week_is_one_with_a_place_that_begins_within_seven_days(town):
    later = volunteering.STARTS + timedelta(days=6)
    (ning,) = volunteering.newcomers(town, 1)
    volunteering.sign_up(volunteering.published(town), ning)
    volunteering.sign_up(
        volunteering.published(town, starts_at=later, ends_at=later + timedelta(hours=1)), ning
    )
    with volunteering.after_start(days=-2):
        (found,) = to_do.to_do(actor=ning)
    assert (found.kind, found.count, found.oldest_at) == ("activities_this_week", 1, volunteering.STARTS)
    with volunteering.after_start(hours=1):
        assert to_do.to_do(actor=ning)[0].count == 2
    with volunteering.after_start(hours=2):
        assert to_do.to_do(actor=ning)[0].count == 1


def _shelf(town):
    shop.rich(town, "ning")
    shop_id = shop.opened(town)
    return shop_id, {shop.goods(town, shop_id): 1}


def test_the_kinds_of_staff_are_the_queues_of_the_console(town):
    cast.submitted(town)
    shop.asked(town, *_shelf(town), "ning")
    town.phone("ning").data("POST", "/complaints", {"kind": "suggestion", "text": "路灯不亮"})
    twice = [
        town.phone("tong").data("POST", "/people", {"realName": "高大全", "communityId": town.songtao})["id"]
        for _ in range(2)
    ]
    told = {"fromId": twice[0], "intoId": twice[1], "proof": "known", "reason": "同一个人"}
    town.phone("tong").data("POST", "/person-merges", told)
    of_staff = {one.kind: one.word for one in to_do.kinds() if one.word is not None}
    assert of_staff.keys() == QUEUES.keys()
    seen = set()
    for name in ("tong", "lan", "bu", "yan", "jie", "bai", "admin", "ning"):
        actor = cast.by(town, name)
        words = permissions.permissions_anywhere(actor.id)
        expected = {
            kind: sum(find(actor=actor).count() for find in QUEUES[kind])
            for kind, word in of_staff.items()
            if word in words
        }
        found = {one.kind: one.count for one in to_do.to_do(actor=actor) if one.kind in QUEUES}
        assert found == {kind: number for kind, number in expected.items() if number}, name
        seen |= found.keys()
    assert {"wishes_to_review", "redemptions_to_approve", "complaints_to_answer", "merges_to_decide"} <= seen


def test_every_page_of_the_list_is_one_that_the_mini_program_has():
    paths = {one.path for one in app_pages.PAGES}
    assert {page.split("?")[0] for page in to_do.pages()} <= paths
    for one in app_pages.PAGES:
        for kind in one.kinds:
            path, _, query = app_pages.page_of(kind, 17).partition("?")
            asked = {part.split("=")[0] for part in query.split("&") if part}
            assert (path, asked <= set(one.query)) == (one.path, True)


def test_my_teams_are_those_that_i_lead_and_those_that_i_am_in_or_ask_for(town):
    (riders,) = teams.listed(town.songtao, "social").rows(1)
    led = [one for one in town.phone("wulan").data("GET", "/me/teams")["list"] if one["id"] == riders.id]
    assert led == [
        {"id": riders.id, "name": "骑手先锋队", "part": "leader", "status": "accepted", "actions": []}
    ]
    qin = town.phone("qin")
    before = qin.data("GET", "/me/teams")["list"]
    assert {one["part"] for one in before} <= {"leader"}
    qin.data("POST", f"/teams/{riders.id}/join")
    (asked,) = [one for one in qin.data("GET", "/me/teams")["list"] if one not in before]
    assert (asked["part"], asked["status"], asked["actions"]) == ("member", "applied", ["leave"])
    ning = town.phone("ning").data("GET", "/me/teams")["list"]
    assert (riders.id, "member", "accepted") in [(one["id"], one["part"], one["status"]) for one in ning]
    qin.data("POST", f"/teams/{riders.id}/leave")
    assert qin.data("GET", "/me/teams")["list"] == before


def test_without_a_round_that_is_published_a_resident_sees_the_one_that_collects_and_a_guest_none(town):
    cast.open_round(town)
    assert town.phone("ning").data("GET", "/home")["round"]["state"] in ("collecting", "published")
    with transaction():
        for one in wishes.rounds_to_close(actor=cast.by(town, "tong")).rows(5):
            rounds.close(one.id, actor=cast.by(town, "tong"))
    told = town.phone().data("GET", f"/home?communityId={town.songtao}")
    assert told["me"] is None
    assert told["round"] is None or told["round"]["state"] == "published"
