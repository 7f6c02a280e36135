"""Lists over HTTP: several states at once, words that are looked for, one's own by state and time."""

from urllib.parse import quote

import pytest

from backend.db import transaction
from backend.outbox import actions as outbox
from backend.wishes.actions import claims
from tests.api.test_frame import refusal
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast


def listed(phone, path, key="id"):
    joint = "&" if "?" in path else "?"
    return [row[key] for row in phone.data("GET", f"{path}{joint}limit=50")["list"]]


@pytest.fixture
def wall(town):
    """Three wishes of a round: published, claimed by pei, fulfilled by pei."""
    (open_one, claimed, fulfilled), round_id = cast.published(town, 3)
    with transaction():
        for wish_id in (claimed, fulfilled):
            claims.claim(wish_id, actor=cast.by(town, "pei"))
        claims.fulfil(fulfilled, "好了", actor=cast.by(town, "pei"))
    return open_one, claimed, fulfilled, round_id


def test_the_wall_takes_several_states_and_lists_what_waits_for_its_confirmation(town, wall):
    open_one, claimed, fulfilled, round_id = wall
    phone, here = town.phone("qin"), f"/wishes?roundId={round_id}"
    assert set(wall[:3]) <= set(listed(phone, here))
    assert set(listed(phone, f"{here}&state=claimed,fulfilled")) == {claimed, fulfilled}
    waiting = listed(phone, f"{here}&state=published")
    assert (open_one in waiting, {claimed, fulfilled} & set(waiting)) == (True, set())
    assert listed(phone, f"{here}&state=fulfilled&beneficiaryGroup=child") == []


def test_what_is_claimable_has_the_button_and_nothing_else_has(town, wall):
    for name in ("qin", "ning", "lan"):
        phone = town.phone(name)
        rows = phone.data("GET", "/wishes?limit=50")["list"]
        assert listed(phone, "/wishes?claimable=true") == [
            row["id"] for row in rows if "claim" in row["actions"]
        ]
    assert listed(town.phone("qin"), "/wishes?claimable=true")


def test_words_are_looked_for_in_number_and_title(town, wall):
    phone = town.phone("qin")
    number = phone.data("GET", f"/wishes/{wall[0]}")["number"]
    assert listed(phone, f"/wishes?q={quote(number)}") == [wall[0]]
    assert set(wall[:3]) <= set(listed(phone, f"/wishes?q={quote('台灯')}"))
    assert listed(phone, f"/wishes?q={quote('台灯%')}") == []
    for short in ("灯", "灯" * 41):
        told = refusal(phone.get(f"/wishes?q={quote(short)}"), 422, "INVALID_INPUT")
        assert list(told["data"]) == ["q"]


@pytest.mark.parametrize(
    ("path", "word"), [("/teams", "骑手"), ("/organisations", "松涛社区"), ("/activities", "清雪")]
)
def test_other_lists_are_searched_by_name_or_title(town, path, word):
    phone = town.phone("wulan")
    volunteering.published(town)
    key = "title" if path == "/activities" else "name"
    found = listed(phone, f"{path}?q={quote(word)}", key)
    assert found
    assert all(word in one for one in found)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ning", "/wishes"),
        ("ning", "/activities"),
        ("ning", "/rounds"),
        ("ning", "/me/wishes"),
        ("pei", "/me/claims"),
        ("wulan", "/me/redemptions"),
        ("wulan", "/me/sign-ups"),
        ("tong", "/complaints"),
        ("tong", "/points/adjustments"),
        ("tong", "/person-merges"),
    ],
)
def test_a_state_that_nobody_knows_is_refused_with_its_field(town, name, path):
    phone = town.phone(name)
    for asked in ("nowhere", "published,nowhere", ""):
        assert list(refusal(phone.get(f"{path}?state={asked}"), 422, "INVALID_INPUT")["data"]) == ["state"]


def test_a_cursor_of_one_choice_of_states_is_not_one_of_another(town, wall):
    phone = town.phone("qin")
    cursor = phone.data("GET", "/wishes?state=claimed,fulfilled&limit=1")["nextCursor"]
    assert cursor
    refusal(phone.get(f"/wishes?state=claimed&limit=1&cursor={cursor}"), 422, "INVALID_INPUT")


def test_my_wishes_and_claims_by_state(town, wall):
    open_one, claimed, fulfilled, _ = wall
    ning, pei, qin = town.phone("ning"), town.phone("pei"), town.phone("qin")
    mine = set(listed(ning, "/me/wishes?state=published,claimed"))
    assert {open_one, claimed} <= mine
    assert fulfilled not in mine
    with transaction():
        claims.release(claimed, "出差", actor=cast.by(town, "pei"))
        claims.claim(claimed, actor=cast.by(town, "qin"))

    def wishes(phone, state):
        return [one["id"] for one in listed(phone, f"/me/claims?state={state}", "wish")]

    assert (wishes(pei, "fulfilled"), claimed in wishes(qin, "claimed")) == ([fulfilled], True)
    assert claimed not in wishes(pei, "claimed")


def test_my_orders_by_state(town):
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id)
    order_id = shop.asked(town, shop_id, {item_id: 1})
    phone = town.phone("wulan")
    assert order_id in listed(phone, "/me/redemptions?state=requested,approved")
    assert order_id not in listed(phone, "/me/redemptions?state=approved")


def test_what_i_organise_and_what_i_signed_up_for(town):
    activity_id, other = volunteering.published(town), volunteering.published(town, "tong", team=False)
    volunteering.sign_up(activity_id, volunteering.by(town, "geng"))
    wulan, geng = town.phone("wulan"), town.phone("geng")
    organised = listed(wulan, "/activities?mine=organised")
    assert (activity_id in organised, other in organised) == (True, False)
    signed_up = listed(geng, "/activities?mine=signed_up")
    assert (activity_id in signed_up, other in signed_up) == (True, False)
    team = wulan.data("GET", f"/activities/{activity_id}")["teamId"]
    assert set(listed(wulan, f"/activities?teamId={team}&limit=50", "teamId")) == {team}


def test_my_sign_ups_are_to_come_or_past(town):
    activity_id = volunteering.published(town)
    volunteering.sign_up(activity_id, volunteering.by(town, "geng"))
    for later, when, other in ((0, "upcoming", "past"), (3, "past", "upcoming")):
        with volunteering.after_start(hours=later):
            phone = town.phone("geng")
            found = {
                one: [row["id"] for row in listed(phone, f"/me/sign-ups?when={one}", "activity")]
                for one in (when, other)
            }
        assert (activity_id in found[when], activity_id in found[other]) == (True, False)
    assert activity_id not in [
        row["id"] for row in listed(town.phone("geng"), "/me/sign-ups?state=cancelled", "activity")
    ]


def test_unread_notices_alone(town):
    phone, ning = town.phone("ning"), town.person("ning").id
    with transaction():
        for number in range(2):
            outbox.notify(ning, "wish_claimed", f"消息{number}", "内容")
    newest, other = listed(phone, "/me/notices")[:2]
    phone.data("POST", f"/me/notices/{newest}/read", {})
    unread = listed(phone, "/me/notices?unread=true")
    assert (newest in unread, other in unread) == (False, True)


def test_one_wish_tells_its_timeline_to_each_as_they_may_read_it(town, wall):
    for name in ("ning", "qin"):
        phone = town.phone(name)
        told = phone.data("GET", f"/wishes/{wall[1]}")["timeline"]
        assert told == phone.data("GET", f"/wishes/{wall[1]}/timeline")["list"]
        assert [one["move"] for one in told][-1] == "claim"
