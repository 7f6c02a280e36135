"""What WeChat tells us: its callback, and for staff what did not reach people through WeChat."""

import re
from collections.abc import Callable
from typing import Any

import structlog
from apiflask import APIBlueprint
from flask import Response, g, request

from backend.api.frame import hosting
from backend.api.frame.fields import Choice, DateTime, Integer, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.old_pages import clear_after_answer
from backend.api.frame.route import PUBLIC, route
from backend.db import transaction
from backend.files import actions as files
from backend.identity.sessions import Caller
from backend.outbox import acceptances, meanings
from backend.outbox import queries as outbox
from backend.outbox.kinds import NOTICE_KINDS
from backend.outbox.templates import CATALOGUE
from backend.paging import Pageable, by_id
from backend.people import accounts
from backend.people.permissions import Permission
from backend.rights import cancellation
from backend.rights.elsewhere import Found
from backend.wechat import push
from backend.wechat.gateway import gateway

bp = APIBlueprint("push", __name__, tag="微信")

# RevokeInfo: 6 昵称和头像, 19 the nickname typed; 8 手机号; 14 chosen pictures, 15 files, 20 avatar.
# WeChat: 服务端/事件通知.
NICKNAME, PHONE, TYPED_NICKNAME, PICTURES = 6, 8, 19, frozenset({14, 15})
CANCELLATION = "user_authorization_cancellation"

log = structlog.get_logger()


def _visited() -> Response:
    """WeChat's first visit wants its own words back."""
    return Response(push.echoed(request.args), mimetype="text/plain")


def _pushed() -> Response:
    pushed = push.opened(request.args, request.get_data(), from_inside=hosting.from_inside())
    # WeChat is asked before the transaction: it may be slow. Where it does not answer, it comes again itself.
    believed = pushed.signed or _confirmed(pushed.message)
    # An answer of its own is not needed: WeChat takes `success`, and asks again without it.
    g.found = _look(pushed.message) if believed else None
    with transaction():
        if pushed.message.get("action") != push.PROBE and push.is_first(pushed):
            _handle(pushed.message, believed)
    return Response("success", mimetype="text/plain")


def _confirmed(message: dict[str, Any]) -> bool:
    """Whether what an unsigned push tells may be done: it takes nothing away, or WeChat says so when it is asked.

    Of a withdrawn consent and a changed profile WeChat says nothing to anybody who asks.
    """
    event = message.get("Event")
    if event not in TAKING_AWAY:
        return True
    openid = _openid(message)
    return event == CANCELLATION and openid is not None and not _still_a_user(openid)


def _still_a_user(openid: str) -> bool:
    return _person(openid) is None or gateway().knows(openid)


def _handle(message: dict[str, Any], believed: bool) -> None:
    event = message.get("Event")
    known = TAKEN.get(event) if isinstance(event, str) else None
    if known is not None and believed:
        known(message)
    # What else it says may be personal.
    name = event if isinstance(event, str) and re.fullmatch(r"[A-Za-z0-9_]{1,60}", event) else "other"
    log.info("wechat.push", event_name=name, known=known is not None, believed=believed)


def _picture_checked(message: dict[str, Any]) -> None:
    trace, result = message.get("trace_id"), message.get("result")
    if not isinstance(trace, str) or not 0 < len(trace) <= 64:
        return
    suggest = result.get("suggest") if isinstance(result, dict) else None
    # -1008 and the like: WeChat could not fetch the picture, so it has said nothing about it.
    failed = str(message.get("errcode") or 0) != "0"
    label = _number(result.get("label")) if isinstance(result, dict) else None
    files.decide(trace, "review" if failed or not isinstance(suggest, str) else suggest, label)


def _subscribed(message: dict[str, Any]) -> None:
    person_id = _person(message.get("FromUserName"))
    answers = [(one.get("TemplateId"), one.get("SubscribeStatusString")) for one in push.entries(message)]
    if person_id is not None:
        acceptances.told_by_wechat(person_id, answers)


def _unsubscribed(message: dict[str, Any]) -> None:
    person_id = _person(message.get("FromUserName"))
    refused = [
        one.get("TemplateId") for one in push.entries(message) if one.get("SubscribeStatusString") == "reject"
    ]
    if person_id is not None:
        acceptances.refused_in_wechat(person_id, refused)


def _sent(message: dict[str, Any]) -> None:
    person_id = _person(message.get("FromUserName"))
    for one in push.entries(message):
        errcode = _number(one.get("ErrorCode"))
        if person_id is not None and errcode:
            acceptances.did_not_arrive(person_id, one.get("TemplateId"), errcode)


def _profile_changed(message: dict[str, Any]) -> None:
    if openid := _openid(message):
        cancellation.forget_revoked(openid, {NICKNAME})


def _revoked(message: dict[str, Any]) -> None:
    openid = _openid(message)
    kinds = {int(number) for number in re.findall(r"\d{1,4}", str(message.get("RevokeInfo") or ""))}
    if openid is None or (person_id := _person(openid)) is None:
        return
    forgotten = {NICKNAME} if kinds & {NICKNAME, TYPED_NICKNAME} else set()
    if forgotten := forgotten | (kinds & {PHONE}):
        cancellation.forget_revoked(openid, forgotten)
    if kinds & PICTURES:
        files.discard_of(person_id)


def _look(message: dict[str, Any]) -> Found | None:
    """Ahead of the transaction: who leaves is looked for in everybody's records."""
    leaves = message.get("Event") == CANCELLATION
    person_id = _person(_openid(message)) if leaves else None
    return cancellation.look(person_id, confirmed=True) if person_id is not None else None


def _cancelled(message: dict[str, Any]) -> None:
    if openid := _openid(message):
        cancellation.erase_by_openid(openid, g.found)
        clear_after_answer()


TAKEN: dict[str, Callable[[dict[str, Any]], None]] = {
    "wxa_media_check": _picture_checked,
    "subscribe_msg_popup_event": _subscribed,
    "subscribe_msg_change_event": _unsubscribed,
    "subscribe_msg_sent_event": _sent,
    "user_info_modified": _profile_changed,
    "user_authorization_revoke": _revoked,
    CANCELLATION: _cancelled,
}
# What erases or withdraws. The verdict on a picture names a trace that WeChat gave to us alone.
TAKING_AWAY = frozenset(
    {"subscribe_msg_change_event", "user_info_modified", "user_authorization_revoke", CANCELLATION}
)


def _openid(message: dict[str, Any]) -> str | None:
    """These events name the user in OpenID: FromUserName is the platform."""
    openid = message.get("OpenID")
    return openid if isinstance(openid, str) and openid else None


def _person(openid: Any) -> int | None:
    return accounts.person_behind(openid) if isinstance(openid, str) and openid else None


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else None


def _callback(method: str, path: str, summary: str) -> Callable[[Any], Any]:
    return route(
        method,
        bp,
        path,
        summary,
        PUBLIC,
        raw=True,
        largest=push.LARGEST,
        writes=False,
        media="text/plain",
        description="只供微信服务器调用；验证签名，拒绝过期、重放和其他应用的消息。",
    )


# The contract names the path without its base; WeChat is told either.
@_callback("GET", "/wechat/push", "微信消息推送：接入验证")
def wechat_visit() -> Response:
    return _visited()


@_callback("POST", "/wechat/push", "微信消息推送：接收消息和事件")
def wechat_push() -> Response:
    return _pushed()


@_callback("GET", "/api/v1/wechat/push", "微信消息推送：接入验证")
def wechat_visit_under_base() -> Response:
    return _visited()


@_callback("POST", "/api/v1/wechat/push", "微信消息推送：接收消息和事件")
def wechat_push_under_base() -> Response:
    return _pushed()


class DeadOut(Schema):
    notice_id = Integer("消息编号")
    kind = Choice("类别", NOTICE_KINDS, example="wish_claimed")
    template = Choice("订阅消息模板", tuple(CATALOGUE))
    state = Choice("结果：dead 没有送达，unknown 不知是否送达", outbox.LOST)
    errcode = Integer("微信返回的错误码", least=-(2**31), allow_none=True)
    why = Text("这意味着什么", most=200)
    attempts = Integer("试过几次")
    finished_at = DateTime("放弃的时间")


def _serialize_dead(rows: list[Any], _caller: Caller) -> list[dict[str, Any]]:
    return [{**row._mapping, "why": meanings.of(row)} for row in rows]


@listing(
    bp,
    "/api/v1/deliveries/dead",
    "没有送达的微信消息",
    DeadOut,
    _serialize_dead,
    guard=Permission.DELIVERY_READ,
    description="站内消息都在；这里只列微信没有送达的，不含内容和收件人。",
)
def dead_deliveries(caller: Caller) -> Pageable:
    return by_id(outbox.dead_letters, "notice_id")
