"""Acting for a relative over HTTP: everything counts for the one who is acted for, who hears of it; and nothing more."""

from functools import partial

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed
from backend.ledger import queries as points
from backend.outbox.models import Notice
from backend.people import proxies
from backend.people.proxy_models import Proxy
from backend.people.states import ProxyDecided
from backend.rights import cancellation, readers, suspending
from backend.supermarket.actions import approvals, requests
from backend.supermarket.models import Redemption
from backend.volunteering.actions import sign_ups
from backend.volunteering.actions.sign_ups import AlreadySignedUp
from backend.volunteering.models import SignUp
from backend.wishes.actions import claims, writing
from backend.wishes.models import Wish
from tests.people.proxies_cast import YEAR, agreed, asked, born, ended, of_age, phone_of
from tests.supermarket import cast as shop
from tests.volunteering import cast as activities
from tests.wishes import cast
from tests.wishes.cast import by

WISH = {
    "title": "想要一盏亮一点的台灯",
    "description": "晚上看报纸看不清",
    "category": "goods",
    "beneficiaryGroup": "elder",
    "estimatedCost": 80,
    "disclosure": "anonymous",
}


@pytest.fixture
def family(town):
    """ning acts for wulan, who has 120 points; ning has 40."""
    return Family(town, agreed(town))


class Family:
    def __init__(self, town, proxy_id):
        self.town, self.proxy_id = town, proxy_id
        self.wulan, self.ning = town.person("wulan").id, town.person("ning").id
        self.phone = town.phone("ning")
        self.for_her = {"onBehalfOf": {"personId": self.wulan}}

    def wish(self, **more):
        content = {**WISH, "communityId": self.town.songtao, "submit": True}
        return self.phone.post("/wishes", {**content, **self.for_her, **more})

    def told(self, kind):
        wanted = sa.select(Notice.body).where(Notice.person_id == self.wulan, Notice.kind == kind)
        return session.scalars(wanted).all()

    def end(self, name="wulan"):
        ended(self.town, self.proxy_id, name)


@pytest.fixture
def shelf(town):
    shop_id = shop.opened(town)
    return shop_id, shop.goods(town, shop_id, points=50)


def order(family, shelf, phone=None, **more):
    shop_id, item_id = shelf
    asked_for = {"shopId": shop_id, "lines": [{"itemId": item_id, "quantity": 1}]}
    return (phone or family.phone).post("/redemptions", {**asked_for, **family.for_her, **more})


# --- asking over HTTP --------------------------------------------------------------------------------


def test_two_phones_agree(town):
    of_age(town, "ning", "wulan")
    ning, wulan = town.phone("ning"), town.phone("wulan")
    made = ning.data("POST", "/me/proxies", {"phone": phone_of(town, "wulan"), "relation": "child"})
    assert made == {
        "id": made["id"],
        "direction": "acts_for",
        "personId": None,
        "name": None,
        "relation": "child",
        "state": "asked",
        "askedAt": made["askedAt"],
        "agreedAt": None,
        "endedAt": None,
        "actions": ["end"],
    }
    todo = {one["kind"]: one for one in wulan.data("GET", "/me/to-do")["list"]}
    assert todo["proxies_to_answer"]["page"] == "pages/family/index"
    assert todo["proxies_to_answer"]["count"] == 1
    answered = wulan.data("POST", f"/me/proxies/{made['id']}/agree")
    assert (answered["state"], answered["name"], answered["direction"]) == ("agreed", "宁小舟", "acted_by")
    (row,) = ning.data("GET", "/me/proxies")["list"]
    assert (row["state"], row["name"], row["personId"]) == ("agreed", "乌兰舟", wulan.id)
    assert "proxies_to_answer" not in {one["kind"] for one in wulan.data("GET", "/me/to-do")["list"]}
    ning.data("DELETE", f"/me/proxies/{made['id']}")
    assert wulan.data("GET", "/me/proxies")["list"][0]["state"] == "ended"


def test_an_unknown_number_gets_the_same_answer(town):
    of_age(town, "ning")
    ning = town.phone("ning")
    answers = [
        ning.post("/me/proxies", {"cardNumber": number, "relation": "child"})
        for number in ("P000001", "P654321")
    ]
    first, second = (answer.json["data"] for answer in answers)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert {**first, "id": 0, "askedAt": ""} == {**second, "id": 0, "askedAt": ""}
    assert len(answers[0].get_data()) == len(answers[1].get_data())


def test_the_copy_of_ones_data_tells_no_more_than_the_list(town):
    """Neither a number that was asked, nor whose it is."""
    asked(town)
    of_age(town, "ning")
    with transaction():
        proxies.ask("child", card_number="P654321", actor=by(town, "ning"))
    (topic,) = (one for one in readers.topics() if one.file == "acts_for")
    rows = list(topic.read(town.person("ning").id))
    known, unknown = ({key: row[key] for key in row if key not in ("id", "asked_at")} for row in rows)
    assert known == unknown


def test_staff_agree_for_a_card_holder(town):
    proxy_id = asked(town)
    assert town.phone("bai").post(f"/proxies/{proxy_id}/agree", {"method": "seen"}).status_code == 404
    assert town.phone("ning").post(f"/proxies/{proxy_id}/agree", {"method": "seen"}).status_code == 403
    assert town.phone("tong").post(f"/proxies/{proxy_id}/agree", {"method": "by heart"}).status_code == 422
    town.phone("tong").data("POST", f"/proxies/{proxy_id}/agree", {"method": "seen"})
    (row,) = town.phone("ning").data("GET", "/me/proxies")["list"]
    assert (row["state"], row["name"]) == ("agreed", "鄂桂兰")


def _suspend(town, name):
    with transaction():
        tomorrow = clock.today() + proxies._DAY
        suspending.suspend(town.person(name).id, "反复提交广告", tomorrow, actor=by(town, "tong"))


def test_who_is_suspended_may_still_take_their_consent_back(family):
    _suspend(family.town, "wulan")
    wulan = family.town.phone("wulan")
    assert family.wish().json["error"] == "PROXY_RESTS"
    wulan.data("DELETE", f"/me/proxies/{family.proxy_id}")
    assert family.wish().status_code == 403


# --- wishes ------------------------------------------------------------------------------------------


def test_a_wish_is_the_others_and_they_hear_of_it(family):
    made = family.wish()
    assert made.status_code == 201, made.json
    shown = made.json["data"]
    assert (shown["onBehalf"], shown["byFamily"], shown["state"]) == (True, True, "submitted")
    kept = session.get(Wish, shown["id"])
    assert (kept.wisher_id, kept.reporter_id, kept.by_family) == (family.wulan, family.ning, True)
    (told,) = family.told("wish_by_family")
    assert "宁**" in told
    assert WISH["title"] in told
    assert family.town.phone("wulan").data("GET", "/me/wishes")["list"][0]["id"] == kept.id


def test_a_relative_reads_what_they_wrote_and_may_mend_and_withdraw_it(family):
    draft = family.wish(submit=False).json["data"]
    assert draft["actions"] == ["submit", "withdraw"]
    family.phone.data("PUT", f"/wishes/{draft['id']}", {"title": "想要一盏更亮的灯"})
    family.phone.data("POST", f"/wishes/{draft['id']}/submit")
    assert draft["id"] in [one["id"] for one in family.phone.data("GET", "/me/wishes")["list"]]
    family.phone.data("POST", f"/wishes/{draft['id']}/withdraw")
    assert len(family.told("wish_by_family")) == 3


def test_a_relative_is_told_nothing_that_is_for_the_wisher_alone(family):
    wish_id = family.wish().json["data"]["id"]
    shown = family.phone.data("GET", f"/wishes/{wish_id}")
    assert (shown["onBehalfReason"], shown["reviewReason"], shown["comment"]) == (None, None, None)
    assert {one["byName"] for one in shown["timeline"]} == {None}
    assert family.phone.get(f"/wishes/{wish_id}/contact?reason=想看看").status_code == 403


def test_only_the_wisher_confirms(family):
    town = family.town
    (wish_id,), _round = cast.published(town, wisher="wulan", reporter="ning")
    with transaction():
        claims.claim(wish_id, actor=by(town, "pei"))
    with transaction():
        claims.fulfil(wish_id, "送到了", actor=by(town, "pei"))
    assert cast.wish(wish_id).by_family
    assert family.phone.data("GET", f"/wishes/{wish_id}")["actions"] == []
    answers = {
        "confirm": family.phone.post(
            f"/wishes/{wish_id}/confirm", {"solved": True, "satisfaction": 5, "method": "app"}
        ),
        "dispute": family.phone.post(f"/wishes/{wish_id}/dispute", {"reason": "没有办好"}),
    }
    assert {move: answer.status_code for move, answer in answers.items()} == {"confirm": 403, "dispute": 403}
    town.phone("wulan").data(
        "POST", f"/wishes/{wish_id}/confirm", {"solved": False, "satisfaction": 3, "method": "app"}
    )
    assert family.phone.post(f"/wishes/{wish_id}/reopen", {"reason": "再来一次"}).status_code == 403


def test_nobody_reviews_what_they_wrote_for_a_relative(town):
    agreed(town, "lan", of="wulan")
    written = town.phone("lan").data(
        "POST",
        "/wishes",
        {
            **WISH,
            "communityId": town.songtao,
            "submit": True,
            "onBehalfOf": {"personId": town.person("wulan").id},
        },
    )
    assert session.get(Wish, written["id"]).by_family
    assert town.phone("lan").post(f"/wishes/{written['id']}/accept").json["error"] == "FOUR_EYES"


def test_it_is_the_others_community_that_counts(family):
    answer = family.wish(communityId=family.town.baihua)
    assert answer.status_code == 404


# --- the shop ----------------------------------------------------------------------------------------


def test_an_order_is_paid_with_the_others_points(family, shelf):
    before = points.balance(family.ning), points.balance(family.wulan)
    made = order(family, shelf)
    assert made.status_code == 201, made.json
    after = points.balance(family.ning), points.balance(family.wulan)
    assert after[0] == before[0]
    assert after[1]["available"] == before[1]["available"] - 50
    kept = session.get(Redemption, made.json["data"]["id"])
    assert (kept.person_id, kept.requested_by_id, kept.by_family) == (family.wulan, family.ning, True)
    (told,) = family.told("redemption_requested")
    assert "您的家人宁**" in told
    assert made.json["data"]["byFamily"] is True


def test_limits_count_for_the_other_one(family, town):
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id, points=10, limit_per_person=1)
    assert order(family, (shop_id, item_id)).status_code == 201
    assert order(family, (shop_id, item_id)).json["error"] == "LIMIT_REACHED"
    own = {"shopId": shop_id, "lines": [{"itemId": item_id, "quantity": 1}]}
    assert town.phone("wulan").post("/redemptions", own).json["error"] == "LIMIT_REACHED"
    assert family.phone.post("/redemptions", own).status_code == 201


def test_the_code_is_the_owners_and_a_relatives_only_where_the_owner_has_no_wechat(town, shelf):
    family = Family(town, agreed(town))
    order_id = order(family, shelf).json["data"]["id"]
    with transaction():
        approvals.approve(order_id, actor=by(town, "tong"))
    assert family.phone.data("GET", f"/redemptions/{order_id}")["pickUpCode"] is None
    assert town.phone("wulan").data("GET", f"/redemptions/{order_id}")["pickUpCode"]


def test_a_relative_takes_an_order_back_and_no_other_one(family, shelf):
    town, (shop_id, item_id) = family.town, shelf
    mine = order(family, shelf).json["data"]
    assert mine["actions"] == ["cancel"]
    family.phone.data("POST", f"/redemptions/{mine['id']}/cancel")
    assert "您的家人宁**代您取消" in family.told("redemption_cancelled")[0]
    own = {"shopId": shop_id, "lines": [{"itemId": item_id, "quantity": 1}]}
    hers = town.phone("wulan").data("POST", "/redemptions", own)
    assert family.phone.get(f"/redemptions/{hers['id']}").status_code == 404
    assert family.phone.post(f"/redemptions/{hers['id']}/cancel").status_code == 404


# --- activities --------------------------------------------------------------------------------------


def test_a_sign_up_is_the_others_and_only_they_check_in(family):
    town = family.town
    activity_id = activities.published(town, "tong", team=False)
    made = family.phone.data("POST", f"/activities/{activity_id}/sign-up", family.for_her)
    assert (made["onBehalf"], made["byFamily"]) == (True, True)
    kept = session.get(SignUp, made["id"])
    assert (kept.person_id, kept.reporter_id) == (family.wulan, family.ning)
    assert "宁**" in family.told("sign_up_by_family")[0]
    here = {"code": "123456", **family.for_her}
    assert family.phone.post(f"/activities/{activity_id}/check-in", here).status_code == 403
    family.phone.data("POST", f"/activities/{activity_id}/cancel-sign-up", family.for_her)
    assert len(family.told("sign_up_by_family")) == 2


def test_what_the_other_one_signed_up_for_is_theirs(family):
    activity_id = activities.published(family.town, "tong", team=False)
    family.town.phone("wulan").data("POST", f"/activities/{activity_id}/sign-up", {})
    answer = family.phone.post(f"/activities/{activity_id}/cancel-sign-up", family.for_her)
    assert answer.status_code == 403


def test_the_age_of_the_other_one_counts(family):
    activity_id = activities.published(family.town, "tong", team=False, min_age=50)
    answer = family.phone.post(f"/activities/{activity_id}/sign-up", family.for_her)
    assert answer.json["error"] == "TOO_YOUNG"
    born(family.town, wulan=YEAR - 60)
    family.phone.data("POST", f"/activities/{activity_id}/sign-up", family.for_her)


# --- at the same moment ------------------------------------------------------------------------------


def test_an_order_and_the_end_at_the_same_moment(family, town, at_once):
    """Whichever comes first: what was begun before the end is done, nothing is begun after it."""
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id, points=1, stock=100)

    def ordered():
        return requests.request(
            shop_id, [(item_id, 1)], on_behalf_of=(family.wulan, None), actor=by(town, "ning")
        )

    def over():
        return proxies.end(family.proxy_id, actor=by(town, "wulan"))

    answers = at_once(*[ordered] * 4, over, *[ordered] * 4)
    refused = [one for one in answers if isinstance(one, NotAllowed)]
    done = session.scalars(sa.select(Redemption).where(Redemption.by_family)).all()
    assert len(done) + len(refused) == 8
    ended_at = session.get(Proxy, family.proxy_id, populate_existing=True).ended_at
    assert all(one.requested_at <= ended_at for one in done)
    assert points.balance(family.wulan)["held"] == len(done)
    with transaction(), pytest.raises(NotAllowed):
        ordered()


def test_whoever_leaves_and_whoever_acts_for_them_do_not_wait_for_each_other(family, town, at_once):
    """Both lock what both agreed to first. Nothing of theirs is open afterwards."""
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id, points=1, stock=100)
    activity_id = activities.published(town, "tong", team=False)
    for_her, relative = {"on_behalf_of": (family.wulan, None)}, by(town, "ning")

    def gone():
        return cancellation.cancel(family.wulan, confirmed=True, actor=by(town, "wulan"))

    def ordered():
        return requests.request(shop_id, [(item_id, 1)], actor=relative, **for_her)

    def wished():
        return writing.write(town.songtao, cast.CONTENT, actor=relative, **for_her)

    def signed_up():
        return sign_ups.sign_up(activity_id, actor=relative, **for_her)

    answers = at_once(ordered, wished, gone, signed_up, ordered, wished)
    faults = [one for one in answers if isinstance(one, Exception)]
    assert {type(one) for one in faults} <= {NotAllowed, AlreadySignedUp}
    assert session.get(Proxy, family.proxy_id, populate_existing=True).state == "ended"
    open_orders = sa.select(Redemption.id).where(Redemption.by_family, Redemption.state == "requested")
    open_wishes = sa.select(Wish.id).where(Wish.by_family, Wish.state != "withdrawn")
    assert session.scalars(open_orders).all() == session.scalars(open_wishes).all() == []


def test_one_answer_is_the_first(town, at_once):
    proxy_id = asked(town, of="wulan")
    of_age(town, "wulan")
    me = by(town, "wulan")
    verbs = (proxies.agree, proxies.decline) * 3
    answers = at_once(*[partial(verb, proxy_id, actor=me) for verb in verbs])
    assert sum(not isinstance(one, Exception) for one in answers) == 1
    assert {type(one) for one in answers if isinstance(one, Exception)} == {ProxyDecided}


# --- who may not -------------------------------------------------------------------------------------


def _tries(phone, town, person_id, shelf, activity_id):
    proxy = {"onBehalfOf": {"personId": person_id}}
    shop_id, item_id = shelf
    return [
        phone.post("/wishes", {**WISH, "communityId": town.songtao, "submit": True, **proxy}),
        phone.post(
            "/redemptions", {"shopId": shop_id, "lines": [{"itemId": item_id, "quantity": 1}], **proxy}
        ),
        phone.post(f"/activities/{activity_id}/sign-up", proxy),
    ]


@pytest.mark.parametrize(
    "who", ["a stranger", "who only asked", "after the end", "the other way", "a minor", "suspended"]
)
def test_nobody_else_acts_with_anothers_points(town, shelf, who):
    activity_id = activities.published(town, "tong", team=False)
    name, person = "ning", town.person("wulan").id
    if who == "who only asked":
        asked(town, of="wulan")
    elif who != "a stranger":
        proxy_id = agreed(town)
        if who == "after the end":
            ended(town, proxy_id)
        elif who == "the other way":
            name, person = "wulan", town.person("ning").id
        elif who == "a minor":
            born(town, ning=YEAR - 15)
        else:
            _suspend(town, "ning")
    before = points.balance(town.person("wulan").id)
    answers = _tries(town.phone(name), town, person, shelf, activity_id)
    assert {answer.status_code for answer in answers} == {409 if who == "a minor" else 403}
    assert points.balance(town.person("wulan").id) == before
    assert session.scalar(sa.select(sa.func.count()).where(Wish.by_family)) == 0


def test_what_was_written_is_the_wishers_alone_after_the_end(family, shelf):
    wish_id, order_id = family.wish().json["data"]["id"], order(family, shelf).json["data"]["id"]
    family.end()
    phone = family.phone
    assert phone.get(f"/wishes/{wish_id}").status_code == 404
    assert phone.get(f"/redemptions/{order_id}").status_code == 404
    assert phone.post(f"/wishes/{wish_id}/withdraw").status_code == 404
    assert phone.post(f"/redemptions/{order_id}/cancel").status_code == 404
    assert wish_id not in [one["id"] for one in phone.data("GET", "/me/wishes")["list"]]
    before = session.scalar(sa.select(sa.func.count()).where(Notice.person_id == family.ning))
    with transaction():
        approvals.approve(order_id, actor=by(family.town, "tong"))
    assert session.scalar(sa.select(sa.func.count()).where(Notice.person_id == family.ning)) == before


def test_nothing_else_of_the_other_one_opens(family):
    """No statement, no profile, no list: what is one's own is asked of oneself."""
    wulan = family.wulan
    for path in (f"/people/{wulan}", f"/people?cardNumber={wulan}", f"/people/{wulan}/points"):
        assert family.phone.get(path).status_code in (403, 404, 405)
    own = family.phone.data("GET", "/me/points")
    assert own["available"] == 40


def test_staff_still_say_why(town):
    person = town.person("e").id
    body = {**WISH, "communityId": town.songtao, "onBehalfOf": {"personId": person}}
    answer = town.phone("tong").post("/wishes", body)
    assert answer.status_code == 422
    assert "reason" in answer.json["data"]["onBehalfOf"]
    assert town.phone("bai").post("/wishes", body).status_code == 404
