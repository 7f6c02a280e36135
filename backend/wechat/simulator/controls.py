"""The addresses under /simulator/: what the simulator received, and how it shall behave."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from flask import Blueprint, Response, jsonify, render_template_string, request

from backend.wechat.simulator.memory import Fault, Memory
from backend.wechat.simulator.push import Pushes
from backend.wechat.simulator.rules import openid_of

LONGEST_DELAY = 120
SHOWN_EACH = 20
FAULT_PARTS: dict[str, Any] = {
    **dict.fromkeys(("path", "errmsg", "body"), str),
    **dict.fromkeys(("times", "status", "errcode"), int),
    **dict.fromkeys(("garbage", "drop"), bool),
    "delaySeconds": (int, float),
}
CHINA = timezone(timedelta(hours=8))

PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>微信模拟器</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid #ccc; border-radius: .5rem; padding: .5rem 1rem; margin: .5rem 0; }
dt { color: #555; } dd { margin: 0 0 .25rem 1rem; } time { color: #555; }
</style>
<h1>微信模拟器</h1>
<p>这里代替微信：小程序登录用 <code>sim:名字:任意新内容</code> 作登录凭证，发出的订阅消息列在下面。</p>
{% for person, messages in people.items() %}
<section><h2>{{ person }}</h2>
{% for message in messages %}
<article><time>{{ message.at }}</time> <code>{{ message.templateId }}</code>
{% if message.page %}<br>点开后进入 {{ message.page }}{% endif %}
<dl>{% for key, value in message.data.items() %}<dt>{{ key }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
</article>
{% endfor %}</section>
{% else %}<p>还没有收到消息。</p>{% endfor %}
</html>"""


def shown_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, CHINA).isoformat(timespec="seconds")


def controls(memory: Memory, pushes: Pushes) -> Blueprint:
    """The control addresses over `memory`; a wrong order is answered 400 with the reason."""
    room = Blueprint("controls", __name__, url_prefix="/simulator")
    for fault in (ValueError, TypeError, KeyError):
        room.register_error_handler(fault, _refused)
    _add_views(room, memory)
    _add_orders(room, memory)
    _add_pushes(room, memory, pushes)
    return room


def _refused(fault: Exception) -> tuple[Response, int]:
    return jsonify(error=str(fault)), 400


def _add_views(room: Blueprint, memory: Memory) -> None:
    @room.get("/")
    def page() -> str:
        people: dict[str, list[Any]] = {}
        for message in memory.messages_of(None):
            mine = people.setdefault(message["name"] or message["openid"], [])
            if len(mine) < SHOWN_EACH:
                mine.append(message)
        return render_template_string(PAGE, people=people)

    @room.get("/messages")
    def messages() -> Response:
        name, openid = request.args.get("name"), request.args.get("openid")
        return jsonify(memory.messages_of(openid_of(name) if name else openid))

    @room.get("/calls")
    def calls() -> Response:
        path = request.args.get("path", "/")
        with memory.lock:
            return jsonify([call for call in memory.calls if call["path"].startswith(path)])


def _add_orders(room: Blueprint, memory: Memory) -> None:
    @room.post("/faults")
    def order_fault() -> Response:
        fault = _fault(_order())
        with memory.lock:
            memory.faults.append(fault)
        return jsonify(ok=True)

    @room.post("/codes")
    def issue_code() -> Response:
        wanted = _order("name", "phone", "ageSeconds")
        return jsonify(
            code=memory.issue_code(_word(wanted, "name"), wanted.get("phone"), wanted.get("ageSeconds", 0))
        )

    @room.post("/subscriptions")
    def count_subscriptions() -> Response:
        wanted = _order("name", "templateId", "count")
        person = openid_of(_word(wanted, "name"))
        with memory.lock:
            memory.left[person, _word(wanted, "templateId")] = max(0, int(wanted["count"]))
        return jsonify(openid=person)

    for path, method, work in (
        ("/faults", "DELETE", memory.forget_faults),
        ("/tokens", "DELETE", memory.expire_tokens),
        ("/reset", "POST", memory.reset),
    ):
        room.add_url_rule(path, work.__name__, _done_by(work), methods=[method])


def _add_pushes(room: Blueprint, memory: Memory, pushes: Pushes) -> None:
    @room.get("/checks")
    def checks() -> Response:
        with memory.lock:
            return jsonify(list(memory.checks.values()))

    @room.post("/verdict")
    def order_verdict() -> Response:
        suggest = _word(_order("suggest"), "suggest")
        if suggest not in ("pass", "review", "risky"):
            raise ValueError("suggest is pass, review or risky")
        with memory.lock:
            memory.verdict = suggest
        return jsonify(ok=True)

    @room.post("/pushes")
    def push() -> Response:
        """Pushes any event; a `name` in it becomes that person's openid."""
        event = _order()
        name = event.pop("name", None)
        person = {"FromUserName": openid_of(name), "OpenID": openid_of(name)} if name else {}
        return jsonify(status=pushes.send({"MsgType": "event", **person, **event}))


def _done_by(work: Callable[[], None]) -> Callable[[], Response]:
    def view() -> Response:
        work()
        return jsonify(ok=True)

    return view


def _order(*known: str) -> dict[str, Any]:
    order = request.get_json(force=True, silent=True)
    if not isinstance(order, dict):
        raise ValueError("a JSON object is needed")
    if known and (strange := set(order) - set(known)):
        raise ValueError(f"unknown: {', '.join(sorted(strange))}")
    return order


def _word(order: dict[str, Any], name: str) -> str:
    word = order.get(name)
    if not isinstance(word, str) or not word:
        raise ValueError(f"{name} is needed")
    return word


def _fault(order: dict[str, Any]) -> Fault:
    """Without `times` a fault lasts until it is deleted."""
    for name, value in order.items():
        if not isinstance(value, FAULT_PARTS.get(name, ())):
            raise ValueError(f"{name} is unknown or of the wrong type")
    delay = order.pop("delaySeconds", 0)
    if not 0 <= delay <= LONGEST_DELAY:
        raise ValueError(f"delaySeconds is 0 to {LONGEST_DELAY}")
    return Fault(**{"times": None, **order}, delay=delay)
