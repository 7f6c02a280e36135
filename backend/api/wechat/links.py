"""Codes and links to a page of the mini-program: to print, to send, and what they lead to outside WeChat."""

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response, redirect, render_template_string
from werkzeug.wrappers import Response as AnyResponse

from backend.api.frame.fields import Boolean, Choice, QueryInteger, Schema, Text
from backend.api.frame.route import PUBLIC, get
from backend.errors import NotFound
from backend.identity.sessions import Caller
from backend.supermarket import queries as supermarket
from backend.volunteering import queries as volunteering
from backend.wechat import pages
from backend.wishes import queries as wishes

bp = APIBlueprint("links", __name__, tag="小程序码")

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>点亮</title>
<meta name="viewport" content="width=device-width,initial-scale=1"></head>
<body><h1>点亮</h1><p>请用微信扫一扫打开，或在微信里搜索本小程序。</p></body></html>"""

# Who may not see a thing gets no code for it either; each raises NotFound.
SEEN: dict[str, Callable[[int, Caller], Any]] = {
    "wish": lambda subject_id, caller: wishes.one(subject_id, actor=caller),
    "activity": lambda subject_id, caller: volunteering.one(subject_id, actor=caller),
    "shop": lambda subject_id, _caller: supermarket.shop(subject_id),
}


class CodeQuery(Schema):
    kind = Choice("什么的页面：心愿、活动、兑换超市", tuple(SEEN), required=True)
    id = QueryInteger("它的编号", least=1, required=True)


class LinkOut(Schema):
    url = Text("链接", most=300, example="https://wxaurl.cn/abc")
    plain = Boolean("微信暂时给不出小程序链接，这是本站自己的链接")


def _code(kind: str, subject_id: int, caller: Caller) -> Response:
    SEEN[kind](subject_id, caller)
    code = pages.code(kind, subject_id)
    answer = Response(code.image, mimetype=code.media_type)
    answer.headers["X-Code"] = "plain" if code.plain else "mini-program"
    # A plain one is replaced as soon as WeChat is back.
    answer.headers["Cache-Control"] = "no-store" if code.plain else "private, max-age=86400"
    return answer


@get(
    bp,
    "/api/v1/qr",
    "打开某一页面的小程序码",
    query=CodeQuery,
    media="image/png",
    description="微信暂时给不出小程序码时是普通二维码（X-Code: plain）。",
)
def page_code(caller: Caller, query: dict[str, Any]) -> Response:
    return _code(query["kind"], query["id"], caller)


@get(bp, "/api/v1/wishes/<id:wish_id>/qr", "心愿的小程序码", media="image/png")
def wish_code(caller: Caller, wish_id: int) -> Response:
    return _code("wish", wish_id, caller)


@get(
    bp,
    "/api/v1/links",
    "从微信外打开某一页面的链接",
    query=CodeQuery,
    out=LinkOut,
    description="小程序 URL Link，30 天内有效；微信暂时给不出时是本站的链接。",
)
def page_link(caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    SEEN[query["kind"]](query["id"], caller)
    url, plain = pages.link(query["kind"], query["id"])
    return {"url": url, "plain": plain}


@get(
    bp,
    "/q/<kind>/<id:subject_id>",
    "普通二维码指向的页面",
    PUBLIC,
    media="text/html",
    description="有可用的小程序链接时转过去，否则说明怎样打开；不问微信，也不透露内容。",
)
def plain_code_target(kind: str, subject_id: int) -> AnyResponse:
    if kind not in SEEN:
        raise NotFound()
    known = pages.known_link(kind, subject_id)
    return redirect(known, 302) if known else Response(render_template_string(PAGE), mimetype="text/html")
