"""自助终端: pages under a device's token, for who stands there, and for a card's holder; how staff set a terminal up."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.identity import kiosks as terminals
from backend.identity.kiosk_models import Kiosk, KioskSession
from backend.supermarket.models import Redemption
from backend.volunteering.models import SignUp
from backend.wishes.actions import claims
from tests import kiosks
from tests.console.visitor import Visitor
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast

_FORM = re.compile(r'name="form" value="([^"]+)"')
_ONCE = re.compile(r'name="once" value="([^"]+)"')


class Terminal(Visitor):
    """A browser in a hall: sends its forms with what their page gave them."""

    def __init__(self, app):
        super().__init__(app)
        self.form, self.once = "", None

    def get(self, path, **kwargs):
        answer = super().get(path, **kwargs)
        text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        form, once = _FORM.search(text), _ONCE.search(text)
        self.form = form[1] if form else self.form
        self.once = once[1] if once else None
        return answer

    def send(self, path, told=None):
        once = {"once": self.once} if self.once else {}
        self.token = ""
        return self.post(path, {"form": self.form, **once, **(told or {})})

    def enter(self, town, name="e", giver="tong", following="/kiosk/card"):
        self.get(f"/kiosk/enter?next={following}")
        card, code = kiosks.card_of(town, name), kiosks.code_for(town, name, giver)
        return self.send("/kiosk/enter", {"card": card, "code": code, "next": following})


@pytest.fixture(autouse=True)
def fresh_limits(town):
    (limiter,) = town.app.extensions["limiter"]
    limiter.reset()
    yield
    limiter.reset()


@pytest.fixture
def terminal(town):
    one, token = Terminal(town.app), kiosks.device(town)
    assert one.post("/kiosk/set-up", {"code": token}, token="").status_code == 303
    return one


# --- setting up -------------------------------------------------------------------------------------------


def test_a_device_that_is_no_terminal_reads_nothing(town):
    one = Terminal(town.app)
    for path in ("", "/wishes", "/activities", "/shop", "/offices", "/card", "/enter"):
        answer = one.get(f"/kiosk{path}")
        assert answer.status_code == 401, path
        assert "还没有设置成自助终端" in one.text(answer)
    assert one.get("/kiosk/no-such-page").status_code == 404


def test_a_link_sets_a_device_up_once_and_voids_what_was_before(town, visitor):
    tong = visitor("tong")
    tong.page("/console/kiosks")
    text = tong.text(tong.post("/console/kiosks/new", {"community": str(town.songtao), "name": "新大厅"}))
    code = re.search(r"/kiosk/set-up/([a-z2-9-]{19})", text)[1]
    token = re.search(r"kiosk\.[\w-]{43}", text)[0]
    assert terminals.device(token).name == "新大厅"
    one = Terminal(town.app)
    # To look at the link spends nothing.
    for _ in range(2):
        assert "设为自助终端" in one.page(f"/kiosk/set-up/{code}")
    assert one.post("/kiosk/set-up", {"code": code}, token="").status_code == 303
    assert "您想办什么" in one.page("/kiosk")
    with pytest.raises(terminals.SessionEnded):
        terminals.device(token)
    again = Terminal(town.app)
    assert again.get(f"/kiosk/set-up/{code}").status_code == 409
    assert again.post("/kiosk/set-up", {"code": code}, token="").status_code == 409
    assert again.post("/kiosk/set-up", {"code": "kiosk.made-up"}, token="").status_code == 401


def test_a_code_to_set_up_stands_ten_minutes(town, visitor):
    tong = visitor("tong")
    tong.page("/console/kiosks")
    kiosk_id = session.scalar(sa.select(Kiosk.id).where(Kiosk.community_id == town.songtao).limit(1))
    text = tong.text(tong.post(f"/console/kiosks/{kiosk_id}/set-up"))
    code = re.search(r"/kiosk/set-up/([a-z2-9-]{19})", text)[1]
    assert "kiosk." not in re.sub(r"kiosk\.(css|js)", "", text)
    with clock.frozen_at(clock.now() + timedelta(minutes=10)):
        assert Terminal(town.app).post("/kiosk/set-up", {"code": code}, token="").status_code == 409


def test_the_cookies_are_read_by_no_script_and_sent_by_no_other_site(town, terminal):
    terminal.enter(town)
    answer = terminal.get("/kiosk/card")
    assert answer.headers["Cache-Control"] == "no-store"
    for cookie in [*answer.headers.getlist("Set-Cookie")]:
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
    told = {"code": kiosks.device(town, "另一台")}
    secure = terminal.post("/kiosk/set-up", told, token="", base_url="https://localhost")
    assert secure.headers["Set-Cookie"].startswith("__Host-kiosk=")
    assert "Secure" in secure.headers["Set-Cookie"]


def test_a_revoked_terminal_says_so(town, terminal, visitor):
    terminal.enter(town)
    kiosk_id = session.scalar(sa.select(Kiosk.id).where(Kiosk.name == "大厅"))
    tong = visitor("tong")
    assert "大厅" in tong.page("/console/kiosks")
    assert tong.post(f"/console/kiosks/{kiosk_id}/revoke").status_code == 303
    for path in ("/kiosk", "/kiosk/card"):
        answer = terminal.get(path)
        assert answer.status_code == 401
        assert "这台终端已经停用" in terminal.text(answer)


def test_terminals_of_another_place_are_not_on_the_page(town, visitor):
    kiosks.device(town, "松涛大厅")
    bai = visitor("bai")
    assert "松涛大厅" not in bai.page("/console/kiosks")
    kiosk_id = session.scalar(sa.select(Kiosk.id).where(Kiosk.name == "松涛大厅"))
    for step in ("revoke", "set-up"):
        assert bai.post(f"/console/kiosks/{kiosk_id}/{step}").status_code == 404
    assert visitor("bu").get("/console/kiosks").status_code == 403


# --- who stands there -------------------------------------------------------------------------------------


def test_what_anybody_reads_there_is_of_this_community_and_of_nobody(town, terminal):
    cast.published(town, title="一盏台灯", description="晚上的悄悄话", disclosure="title", salutation="女士")
    activity = volunteering.published(town, title="扫雪", description="扫楼前的雪")
    shelf = shop.opened(town)
    shop.goods(town, shelf, name="蓝色暖壶")
    pages = [terminal.page(f"/kiosk{path}") for path in ("", "/wishes", "/activities", "/shop", "/offices")]
    pages.append(terminal.page(f"/kiosk/activities/{activity}"))
    text = "".join(pages)
    for seen in ("一盏台灯", "扫雪", "蓝色暖壶", "松涛社区", "用我的卡报名"):
        assert seen in text, seen
    for unseen in ("悄悄话", "女士", "**", "乌兰", "宁"):
        assert unseen not in text, unseen


def test_a_place_without_anything_says_so(town):
    one = Terminal(town.app)
    token = kiosks.device(town, "溪畔大厅", town.place("溪畔社区"))
    one.post("/kiosk/set-up", {"code": token}, token="")
    for path, said in {
        "wishes": "墙上现在没有心愿",
        "activities": "还没有发布的活动",
        "shop": "还没有积分超市",
    }.items():
        assert said in one.page(f"/kiosk/{path}")


def test_a_wrong_code_is_said_and_the_number_stays(town, terminal):
    terminal.get("/kiosk/enter")
    answer = terminal.send("/kiosk/enter", {"card": "P000001", "code": "000000"})
    text = terminal.text(answer)
    assert answer.status_code == 401
    assert "卡号或验证码不对" in text
    assert 'value="P000001"' in text
    assert "000000" not in text
    assert terminal.send("/kiosk/enter", {"card": "1", "code": "12"}).status_code == 422


def test_one_goes_on_only_to_a_page_of_the_terminal(town, terminal):
    for wanted in ("https://example.com/", "//example.com", "/console/", "/kiosk/../console"):
        assert terminal.enter(town, following=wanted).headers["Location"] == "/kiosk/card", wanted


def test_a_form_of_another_page_does_nothing(town, terminal):
    activity = volunteering.published(town)
    terminal.enter(town)
    terminal.get(f"/kiosk/activities/{activity}")
    terminal.form = "made-up"
    assert terminal.send(f"/kiosk/activities/{activity}/sign-up").status_code == 400
    terminal.get(f"/kiosk/activities/{activity}")
    forged = terminal.post(
        f"/kiosk/activities/{activity}/sign-up",
        {"form": terminal.form},
        token="",
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert forged.status_code == 400
    assert session.scalar(sa.select(sa.func.count()).where(SignUp.activity_id == activity)) == 0


# --- a card's holder --------------------------------------------------------------------------------------


def test_a_holder_signs_up_and_cancels(town, terminal):
    activity = volunteering.published(town, title="扫雪")
    following = f"/kiosk/activities/{activity}"
    assert terminal.get("/kiosk/enter").status_code == 200
    # Without a card one is led to where one is let in, and back.
    answer = terminal.send(f"{following}/sign-up")
    assert answer.headers["Location"].startswith("/kiosk/enter")
    assert terminal.enter(town, following=following).headers["Location"] == following
    terminal.get(following)
    answer = terminal.send(f"{following}/sign-up")
    assert answer.headers["Location"] == f"{following}?done=signed-up"
    assert "报名成功" in terminal.page(f"{following}?done=signed-up")
    assert "扫雪" in terminal.page("/kiosk/card/sign-ups")
    terminal.get(following)
    assert terminal.send(f"{following}/cancel").status_code == 303
    assert "已取消" in terminal.page("/kiosk/card/sign-ups")


def test_a_holder_orders_once_however_often_the_button_is_pressed(town, terminal):
    shop.rich(town, "e", 50)
    item = shop.goods(town, shop.opened(town), name="暖壶")
    terminal.enter(town)
    assert "我有" in terminal.page(f"/kiosk/items/{item}")
    answers = [terminal.send(f"/kiosk/items/{item}/order", {"quantity": "2"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 409]
    order = session.scalars(sa.select(Redemption)).all()[-1]
    page = terminal.page(f"/kiosk/card/orders/{order.id}")
    assert "待审批" in page
    assert "暖壶 2" in terminal.page("/kiosk/card/orders").replace("\n", " ")
    terminal.get(f"/kiosk/card/orders/{order.id}")
    assert terminal.send(f"/kiosk/card/orders/{order.id}/cancel").status_code == 303
    session.expire_all()
    assert session.get(Redemption, order.id).state == "cancelled"
    terminal.get(f"/kiosk/items/{item}")
    refused = terminal.send(f"/kiosk/items/{item}/order", {"quantity": "9"})
    assert (refused.status_code, "一次兑换 1 到 5 件" in terminal.text(refused)) == (422, True)


def test_points_that_do_not_suffice_are_said(town, terminal):
    item = shop.goods(town, shop.opened(town), points=5000)
    terminal.enter(town)
    terminal.get(f"/kiosk/items/{item}")
    answer = terminal.send(f"/kiosk/items/{item}/order", {"quantity": "1"})
    assert answer.status_code == 409
    assert "积分" in terminal.text(answer)


def test_a_holder_confirms_what_was_brought(town, terminal):
    (wish_id,), _ = cast.published(town, wisher="e", reporter="shao")
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
        claims.fulfil(wish_id, "送到了", actor=cast.by(town, "pei"))
    terminal.enter(town)
    assert "1 个等您确认" in terminal.page("/kiosk/card")
    path = f"/kiosk/card/wishes/{wish_id}"
    assert "裴**" in terminal.page(path)
    assert terminal.send(f"{path}/confirm", {"solved": "yes"}).status_code == 422
    terminal.get(path)
    answer = terminal.send(f"{path}/confirm", {"solved": "yes", "satisfaction": "5"})
    assert answer.headers["Location"] == f"{path}?done=confirmed"
    assert "已点亮" in terminal.page("/kiosk/card/wishes")


def test_others_things_are_not_there(town, terminal):
    """Also for a clerk with a card, who reported the wish and works with the order."""
    reported = cast.submitted(town, wisher="e", reporter="tong")
    shop.rich(town, "ning", 50)
    shelf = shop.opened(town)
    order = shop.asked(town, shelf, {shop.goods(town, shelf): 1}, "ning")
    terminal.enter(town, "tong", giver="lan")
    assert "您还没有心愿" in terminal.page("/kiosk/card/wishes")
    for path in (f"wishes/{reported}", f"orders/{order}"):
        assert terminal.get(f"/kiosk/card/{path}").status_code == 404
    for path in (f"wishes/{reported}/confirm", f"orders/{order}/cancel"):
        answer = terminal.send(f"/kiosk/card/{path}", {"solved": "yes", "satisfaction": "5"})
        assert answer.status_code == 404


# --- and out again ----------------------------------------------------------------------------------------


def test_one_leaves_by_a_button_and_the_page_behind_tells_nothing(town, terminal):
    terminal.enter(town)
    assert terminal.get("/kiosk/card").status_code == 200
    answer = terminal.send("/kiosk/leave")
    assert answer.headers["Location"] == "/kiosk?done=left"
    assert session.scalar(sa.select(sa.func.count()).select_from(KioskSession)) == 0
    assert terminal.get("/kiosk/card").headers["Location"].startswith("/kiosk/enter")


def test_without_scripts_the_page_leaves_by_itself(town, terminal):
    terminal.enter(town)
    answer = terminal.get("/kiosk/card")
    text = answer.get_data(as_text=True)
    assert re.search(
        r'<noscript>\s*<meta http-equiv="refresh" content="60;url=/kiosk/leave\?done=time">', text
    )
    seconds, address = answer.headers["Refresh"].split("; url=")
    assert 170 < int(seconds) <= 181
    assert address == "/kiosk/leave?done=time"
    assert terminal.get(address).headers["Location"] == "/kiosk?done=time"
    assert "时间到了" in terminal.page("/kiosk?done=time")
    assert "Refresh" not in terminal.get("/kiosk").headers


def test_three_minutes_are_the_end_whatever_is_done(town, terminal):
    terminal.enter(town)
    with clock.frozen_at(clock.now() + timedelta(minutes=2)):
        assert terminal.get("/kiosk/card").status_code == 200
    with clock.frozen_at(clock.now() + timedelta(minutes=3)):
        answer = terminal.get("/kiosk/card")
        assert answer.headers["Location"] == "/kiosk/enter?next=/kiosk/card&done=ended"
        assert any("kiosk-card=;" in one for one in answer.headers.getlist("Set-Cookie"))
        assert "再给一个验证码" in terminal.page("/kiosk/enter?done=ended")


# --- at the counter ---------------------------------------------------------------------------------------


def test_a_clerk_gives_a_code_that_can_be_read_across_the_counter(town, visitor, terminal):
    e = town.person("e").id
    tong = visitor("tong")
    assert "自助终端验证码" in tong.page(f"/console/people/{e}")
    text = tong.text(tong.post(f"/console/people/{e}/one-time-code"))
    code = re.search(r"<strong>(\d{3}) (\d{3})</strong>", text)
    terminal.get("/kiosk/enter")
    answer = terminal.send("/kiosk/enter", {"card": "1", "code": f"{code[1]} {code[2]}"})
    assert answer.headers["Location"] == "/kiosk/card"
    # Nobody without a card is offered one.
    ning = town.person("ning").id
    assert "自助终端验证码" not in tong.page(f"/console/people/{ning}")
    refused = tong.post(f"/console/people/{ning}/one-time-code")
    assert "没有纸质卡" in tong.text(refused)
    assert visitor("bai").get("/console/kiosks").status_code == 200
