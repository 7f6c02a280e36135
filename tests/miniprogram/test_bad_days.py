"""A day on which everything goes wrong, for each form that is new: 2G, a server that is away, a session that ended, an answer
that was lost. Nothing typed is lost, and what was handed in stands there once."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from backend.complaints.models import Complaint
from backend.db import session
from backend.people.proxy_models import Proxy
from backend.volunteering.models import Activity
from backend.wishes.models import Claim
from tests.miniprogram.cast import CLEARING
from tests.miniprogram.handset import broken
from tests.people import proxies_cast
from tests.volunteering import cast as volunteers
from tests.wishes import cast as wishes


def complaint(phone, town):
    phone.start("pages/complaint/write")
    phone.field("说清楚一点").fill("希望超市周末也开门。")
    return "提交", "说清楚一点", "pages/complaint/detail", sa.select(sa.func.count(Complaint.id))


def delivery(phone, town):
    wish_id = wishes.claimed(town)
    phone.start("pages/claim/mine").tap("送达：台灯").at("pages/claim/deliver")
    phone.field("怎么办好的").fill("台灯送到了")
    done = sa.select(sa.func.count(Claim.id)).where(Claim.wish_id == wish_id, Claim.fulfilled_at.is_not(None))
    return "送达", "怎么办好的", "pages/claim/mine", done


def relative(phone, town):
    proxies_cast.of_age(town, "ning")
    phone.start("pages/family/index").tap("申请替家人办").at("pages/family/ask")
    phone.field("对方的号码").fill(proxies_cast.phone_of(town, "wulan"))
    phone.tap("子女")
    return "发出申请", "对方的号码", "pages/family/index", sa.select(sa.func.count(Proxy.id))


def activity(phone, town):
    phone.start(f"pages/team/plan?team={volunteers.riders(town)}")
    phone.field("做什么").fill(CLEARING["title"])
    phone.field("在哪里集合").fill(CLEARING["place"])
    planned = sa.select(sa.func.count(Activity.id)).where(Activity.title == CLEARING["title"])
    return "保存", "做什么", "pages/activity/detail", planned


FORMS = {
    "complaint": (complaint, "ning"),
    "delivery": (delivery, "pei"),
    "relative": (relative, "ning"),
    "activity": (activity, "wulan"),
}


@pytest.fixture(params=FORMS)
def form(request, pocket, town):
    """A form that is filled in: the phone, what to press, a field, where it leads, and how often it was done."""
    fill, who = FORMS[request.param]
    phone = pocket.take(who)
    press, field, leads_to, done = fill(phone, town)
    before = counted(done)
    return phone, press, field, leads_to, lambda: counted(done) - before


def counted(rows):
    session.rollback()
    return session.scalar(rows)


@contextmanager
def slow(phone):
    """2G: half a second there and back, some thirty thousand signs a second."""
    line = phone.page.context.new_cdp_session(phone.page)
    told = {"offline": False, "latency": 500, "downloadThroughput": 30_000, "uploadThroughput": 10_000}
    line.send("Network.emulateNetworkConditions", told)
    yield
    line.send(
        "Network.emulateNetworkConditions",
        {**told, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def test_on_2g_pressed_again_and_again(form):
    phone, press, _field, leads_to, done = form
    with slow(phone):
        phone.tap_twice(press)
        phone.top.get_by_text("请稍等…").wait_for()
        phone.at(leads_to)
    phone.at_rest()
    assert done() == 1


def test_the_server_is_away_and_comes_back(form):
    phone, press, field, leads_to, done = form
    typed = phone.field(field).input_value()
    with broken(phone):
        phone.tap(press)
        if leads_to != "pages/claim/mine":
            phone.asked("知道了").tap()
            assert phone.at_rest().field(field).input_value() == typed
    if leads_to == "pages/claim/mine":
        # What may be handed in without a network waits, and is sent by itself.
        phone.at(leads_to).top.get_by_text("送达已存在手机里，连上网自动送出").wait_for()
        phone.page.evaluate("() => dispatchEvent(new Event('online'))")
        phone.top.get_by_text("送达已存在手机里，连上网自动送出").wait_for(state="detached")
    else:
        phone.tap(press)
    phone.at(leads_to).at_rest()
    assert done() == 1


def test_the_session_ended_while_it_was_filled_in(form, town):
    phone, press, _field, leads_to, done = form
    ended = town.phone()
    token = phone.page.evaluate("() => JSON.parse(localStorage.getItem('wx:dianliang.token'))")
    ended.headers = {"Authorization": f"Bearer {token}"}
    assert ended.delete("/sessions/current").status_code == 200
    phone.tap(press)
    # This phone has not noted that its owner agreed to the notice: asked once, then it goes on by itself.
    phone.at("pages/consent/index").tap("同意")
    phone.at(leads_to).at_rest()
    assert done() == 1
    assert phone.calls.count("POST /sessions") == 1


def test_the_answer_was_lost_on_the_way(form):
    phone, press, _field, leads_to, done = form
    lost = []

    def swallow(route):
        if route.request.method == "GET" or lost:
            return route.continue_()
        lost.append(route.fetch())
        return route.abort()

    phone.page.route("**/api/v1/**", swallow)
    phone.tap(press)
    if leads_to == "pages/claim/mine":
        phone.at(leads_to)
        phone.page.evaluate("() => dispatchEvent(new Event('online'))")
    phone.at(leads_to).at_rest()
    assert lost[0].ok
    assert done() == 1
