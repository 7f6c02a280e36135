"""Codes and links to a page of the mini-program; plain ones when WeChat gives none."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config
from backend.db import session, transaction
from backend.supermarket.models import Shop
from backend.wechat import pages
from backend.wechat.models import PageCode, PageLink
from tests.conformance import checked
from tests.town import API
from tests.wishes import cast

CODE, LINK = "/wxa/getwxacodeunlimit", "/wxa/generate_urllink"
# What WeChat documents for getwxacodeunlimit; 45009 is the daily limit, -1 a busy system.
CODE_REFUSALS = [-1, 40097, 40129, 40169, 41030, 45009, 85096]
# And for generate_urllink.
LINK_REFUSALS = [-1, 40002, 40165, 40212, 44990, 44993, 85079, 85401, 85402]


@pytest.fixture
def ning(town):
    return town.phone("ning")


@pytest.fixture
def wish_id(town):
    return cast.claimed(town)


def image(phone, path):
    answer = phone.client.get(API + path, headers=phone.headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    return answer


def asked(wechat, path):
    return [call["body"] for call in wechat.calls(path) if call["errcode"] != 40001]


def test_a_wish_has_a_mini_program_code_that_wechat_draws_once(ning, wechat, wish_id):
    first = image(ning, f"/wishes/{wish_id}/qr")
    assert first.headers["X-Code"] == "mini-program"
    (body,) = asked(wechat, CODE)
    assert (body["page"], body["scene"]) == ("pages/wish/detail", f"id={wish_id}")
    assert (body["check_path"], body["env_version"]) == (True, "release")
    again = image(ning, f"/qr?kind=wish&id={wish_id}")
    assert again.data == first.data
    assert len(asked(wechat, CODE)) == 1


def test_a_shop_and_an_activity_have_codes_as_well(town, ning, wechat):
    shop_id = session.scalar(sa.select(Shop.id).limit(1))
    activity_id = session.scalar(sa.text("SELECT id FROM activities WHERE state = 'published' LIMIT 1"))
    image(ning, f"/qr?kind=shop&id={shop_id}")
    image(ning, f"/qr?kind=activity&id={activity_id}")
    assert [body["page"] for body in asked(wechat, CODE)] == ["pages/shop/detail", "pages/activity/detail"]


@pytest.mark.parametrize(
    "fault", [{"errcode": code} for code in CODE_REFUSALS] + [{"drop": True}, {"garbage": True}]
)
def test_whatever_wechat_says_there_is_a_code_to_print(ning, wechat, wish_id, fault):
    wechat.misbehave(CODE, times=2, **fault)
    plain = image(ning, f"/wishes/{wish_id}/qr")
    assert plain.headers["X-Code"] == "plain"
    assert plain.headers["Cache-Control"] == "no-store"
    assert session.query(PageCode).count() == 0
    wechat.memory.forget_faults()
    assert image(ning, f"/wishes/{wish_id}/qr").headers["X-Code"] == "mini-program"


def test_the_plain_code_holds_our_own_address(wish_id):
    address = pages.address("wish", wish_id)
    assert address == f"{config.settings().public_address}/q/wish/{wish_id}"


@pytest.mark.parametrize(("state", "version"), [("trial", "trial"), ("developer", "develop")])
def test_a_version_for_trying_out_has_codes_of_its_own(ning, wechat, wish_id, settings, state, version):
    from dataclasses import replace

    from backend.wechat.gateway import gateway

    image(ning, f"/wishes/{wish_id}/qr")
    config.use(replace(settings, wechat_page_state=state))
    gateway()._wechat._page_state, before = state, gateway()._wechat._page_state
    try:
        image(ning, f"/wishes/{wish_id}/qr")
    finally:
        gateway()._wechat._page_state = before
    body = asked(wechat, CODE)[-1]
    assert (body["env_version"], body["check_path"]) == (version, False)
    assert session.query(PageCode).count() == 2


def test_a_code_is_only_for_what_one_may_see(town, ning, wechat):
    with transaction():
        draft = cast.writing.write(town.songtao, cast.CONTENT, actor=cast.by(town, "wulan")).id
    for path in (
        f"/wishes/{draft}/qr",
        f"/qr?kind=wish&id={draft}",
        f"/links?kind=wish&id={draft}",
        "/qr?kind=wish&id=99999",
        "/qr?kind=activity&id=99999",
        "/qr?kind=shop&id=99999",
    ):
        assert ning.get(path).status_code == 404
    assert ning.get("/qr?kind=person&id=1").status_code == 422
    assert ning.get("/qr?kind=wish").status_code == 422
    assert town.phone().get(f"/wishes/{draft}/qr").status_code == 401
    assert asked(wechat, CODE) == asked(wechat, LINK) == []


def test_a_link_opens_the_page_from_outside_and_is_asked_for_once_while_it_lives(ning, wechat, wish_id):
    first = ning.data("GET", f"/links?kind=wish&id={wish_id}")
    assert (first["url"].split("/")[2], first["plain"]) == ("wxaurl.cn", False)
    (body,) = asked(wechat, LINK)
    assert (body["path"], body["query"]) == ("pages/wish/detail", f"id={wish_id}")
    assert (body["expire_type"], body["expire_interval"]) == (1, 29)
    assert ning.data("GET", f"/links?kind=wish&id={wish_id}") == first
    assert len(asked(wechat, LINK)) == 1
    # Its last days are not given out any more; the sign-in of thirty days has ended by then as well.
    with clock.frozen_at(clock.now() + timedelta(days=28)):
        assert pages.known_link("wish", wish_id) is None
        assert pages.link("wish", wish_id) == (first["url"], False)
    assert len(asked(wechat, LINK)) == 2
    assert session.query(PageLink).count() == 1


@pytest.mark.parametrize("errcode", LINK_REFUSALS)
def test_without_a_link_of_wechats_there_is_one_of_ours(ning, wechat, wish_id, errcode):
    wechat.misbehave(LINK, errcode=errcode, times=2)
    told = ning.data("GET", f"/links?kind=wish&id={wish_id}")
    assert told == {"url": pages.address("wish", wish_id), "plain": True}
    assert session.query(PageLink).count() == 0


def test_our_own_address_leads_on_when_there_is_a_link_and_explains_itself_otherwise(town, ning, wish_id):
    client = town.app.test_client()
    explained = client.get(f"/q/wish/{wish_id}")
    assert (explained.status_code, explained.mimetype) == (200, "text/html")
    assert "微信" in explained.get_data(as_text=True)
    url = ning.data("GET", f"/links?kind=wish&id={wish_id}")["url"]
    led = client.get(f"/q/wish/{wish_id}")
    assert (led.status_code, led.headers["Location"]) == (302, url)
    assert client.get("/q/wish/99999").status_code == 200
    assert checked(town.app, client.get("/q/person/1")).status_code == 404


def test_a_code_that_is_no_image_is_not_kept(ning, wechat, wish_id):
    wechat.misbehave(CODE, body='{"errcode": 0, "errmsg": "ok"}')
    assert image(ning, f"/wishes/{wish_id}/qr").headers["X-Code"] == "plain"


def test_a_jpeg_is_shown_as_one(ning, wish_id):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    with transaction():
        made = {"version": "formal", "page": "pages/wish/detail", "scene": f"id={wish_id}"}
        session.add(PageCode(**made, image=out.getvalue(), made_at=clock.now()))
    assert pages.code("wish", wish_id).media_type == "image/jpeg"
