"""Pictures, codes and links over the wire: what is asked, what is refused, what the simulator does with it."""

import threading

import pytest
from flask import Flask, request

from backend.wechat.gateway import WeChatRejected
from backend.wechat.simulator import pages as simulator_pages
from backend.wechat.simulator.rules import openid_of
from backend.wechat.simulator.server import server

PEI = openid_of("pei")
PAGE = "pages/wish/detail"


def errcode_of(call):
    with pytest.raises(WeChatRejected) as refused:
        call()
    return refused.value.errcode


def test_a_picture_check_answers_its_trace(simulator, wechat):
    trace = wechat.check_picture("https://example.cn/1.jpg", openid=PEI, scene=3)
    assert simulator.memory.checks[trace]["url"] == "https://example.cn/1.jpg"
    body = simulator.calls("/wxa/media_check_async")[0]["body"]
    assert (body["media_type"], body["version"], body["scene"]) == (2, 2, 3)


def test_a_picture_check_is_refused_for_what_is_wrong_with_it(wechat):
    assert errcode_of(lambda: wechat.check_picture("https://x.cn/1", openid="o-x", scene=3)) == 40003
    assert errcode_of(lambda: wechat.check_picture("https://x.cn/1", openid=PEI, scene=9)) == 40129
    assert errcode_of(lambda: wechat.check_picture("ftp://x.cn/1", openid=PEI, scene=3)) == 40097
    wechat.check_picture("https://x.cn/2", openid=PEI, scene=3)
    assert errcode_of(lambda: wechat.check_picture("https://x.cn/2", openid=PEI, scene=3)) == 87020


def test_a_code_is_an_image_and_each_page_has_another(wechat):
    first, second = wechat.page_code(PAGE, "id=1"), wechat.page_code(PAGE, "id=2")
    assert first.startswith(b"\x89PNG")
    assert first != second


@pytest.mark.parametrize(
    ("page", "scene", "errcode"),
    [
        ("/pages/wish/detail", "id=1", 41030),
        ("pages/wish/detail?id=1", "id=1", 41030),
        (PAGE, "", 40169),
        (PAGE, "x" * 33, 40169),
        (PAGE, "编号", 40169),
    ],
)
def test_a_code_is_refused_for_a_page_or_scene_that_wechat_does_not_take(wechat, page, scene, errcode):
    assert errcode_of(lambda: wechat.page_code(page, scene)) == errcode


@pytest.mark.parametrize(
    ("path", "query", "days", "errcode"),
    [("?", "id=1", 30, 40165), (PAGE, "x" * 513, 30, 40212), (PAGE, "id=1", 31, 85401), (PAGE, "", 0, 85401)],
)
def test_a_link_is_refused_for_what_is_wrong_with_it(wechat, path, query, days, errcode):
    assert errcode_of(lambda: wechat.page_link(path, query, days)) == errcode


def test_the_same_page_has_the_same_link(wechat):
    first = wechat.page_link(PAGE, "id=1", 30)
    assert first == wechat.page_link(PAGE, "id=1", 30) != wechat.page_link(PAGE, "id=2", 30)
    assert first.startswith("https://wxaurl.cn/")


def test_a_token_gone_stale_does_not_cost_a_code(simulator, wechat):
    wechat.page_code(PAGE, "id=1")
    simulator.memory.expire_tokens()
    assert wechat.page_code(PAGE, "id=1").startswith(b"\x89PNG")


@pytest.fixture
def listener(simulator):
    """A product that notes what is pushed to it."""
    heard, came = [], threading.Event()
    app = Flask("listener")

    @app.post("/wechat/push")
    def push():
        heard.append((request.args.to_dict(), request.get_data()))
        came.set()
        return "success"

    running = server(app, 0)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    pushes = simulator.app.extensions["pushes"]
    pushes.address = f"http://127.0.0.1:{running.server_port}/wechat/push"
    yield heard, came
    pushes.address = None
    running.shutdown()
    thread.join()
    running.server_close()


def test_the_verdict_is_pushed_a_moment_later_encrypted(simulator, wechat, listener, monkeypatch):
    monkeypatch.setattr(simulator_pages, "VERDICT_SECONDS", 0.01)
    heard, came = listener
    assert control(simulator, "verdict", {"suggest": "risky"}).status_code == 200
    wechat.check_picture("https://x.cn/3", openid=PEI, scene=3)
    assert came.wait(5)
    ((query, body),) = heard
    assert query["encrypt_type"] == "aes"
    assert b"Encrypt" in body
    assert b"risky" not in body
    assert simulator.app.test_client().get("/simulator/checks").get_json()[0]["suggest"] == "risky"


def control(simulator, path, order):
    return simulator.app.test_client().post(f"/simulator/{path}", json=order)


def test_any_event_can_be_pushed_in_a_persons_name(simulator, listener):
    heard, _ = listener
    order = {"name": "pei", "Event": "user_info_modified"}
    assert control(simulator, "pushes", order).get_json() == {"status": 200}
    assert len(heard) == 1


def test_without_a_listener_nothing_is_pushed(simulator):
    assert control(simulator, "pushes", {"Event": "x"}).get_json() == {"status": None}
    assert control(simulator, "verdict", {"suggest": "lovely"}).status_code == 400
