"""My messages, what I subscribed to, and my points."""

from functools import partial
from typing import Any

from apiflask import APIBlueprint

from backend import app_pages
from backend.api.frame.fields import Choice, DateTime, Day, Integer, List, Nested, QueryBoolean, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import Done, get, post
from backend.identity.sessions import Caller
from backend.ledger import queries as ledger
from backend.outbox import actions, queries
from backend.outbox.kinds import NOTICE_KINDS, SUBJECT_KINDS
from backend.outbox.templates import CATALOGUE, template_id
from backend.paging import Pageable, by_id
from backend.points.statement import statement

bp = APIBlueprint("inbox", __name__, url_prefix="/api/v1", tag="消息与积分")


class NoticeOut(Schema):
    id = Integer("编号")
    kind = Choice("类别；新的类别会加进来，没见过的照常显示标题和内容", NOTICE_KINDS, example="wish_claimed")
    title = Text("标题", most=60)
    body = Text("内容", most=500)
    subject_kind = Choice("关于什么", SUBJECT_KINDS, allow_none=True)
    subject_id = Integer("它的编号", allow_none=True)
    page = Text(
        "点开的页面，连同参数；没有自己的页面时是消息列表", most=200, example="pages/wish/detail?id=17"
    )
    created_at = DateTime("时间")
    read_at = DateTime("已读时间", allow_none=True)


class SubscriptionsIn(Schema):
    accepted = List("用户同意的模板", Text("模板", most=40), load_default=list)
    rejected = List("用户拒绝的模板", Text("模板", most=40), load_default=list)


class SubscriptionOut(Schema):
    template = Choice("模板", tuple(CATALOGUE))
    remaining = Integer("还可以发送的次数")


class SubscriptionsOut(Schema):
    list = List("各模板的次数", Nested(SubscriptionOut))


class TemplateOut(Schema):
    template = Choice("模板", tuple(CATALOGUE))
    title = Text("名称", most=20)
    template_id = Text("微信的模板编号，传给 wx.requestSubscribeMessage", most=80, allow_none=True)


class InboxQuery(PageQuery):
    unread = QueryBoolean("只看还没有读的", load_default=False)


class TemplatesOut(Schema):
    list = List("可以订阅的消息", Nested(TemplateOut))


class LotOut(Schema):
    points = Integer("积分")
    expires_on = Day("到期日；长期有效时为 null", allow_none=True)


class PointsOut(Schema):
    available = Integer("可用积分")
    held = Integer("冻结积分")
    lots = List("按到期日分的积分", Nested(LotOut), most=1000)


class StatementRow(Schema):
    id = Integer("编号")
    at = DateTime("时间")
    points = Integer("增减", least=-(2**53))
    balance = Integer("之后的可用积分")
    kind = Choice("类别", ledger.STATEMENT_KINDS)
    title = Text("事项", most=120)
    reference = Text("依据单号", most=120)


def _with_pages(rows: list[Any], _caller: Caller) -> list[dict[str, Any]]:
    return [
        {**row._mapping, "page": app_pages.page_of_notice(row.kind, row.subject_kind, row.subject_id)}
        for row in rows
    ]


@listing(bp, "/me/notices", "我的消息", NoticeOut, _with_pages, query=InboxQuery)
def my_notices(caller: Caller, unread: bool) -> Pageable:
    return by_id(partial(queries.inbox, caller.id, unread_only=unread))


@post(bp, "/me/notices/<id:notice_id>/read", "标为已读", out=Done)
def read_notice(caller: Caller, notice_id: int) -> None:
    actions.read(notice_id, actor=caller)


@post(bp, "/me/notices/read-all", "全部标为已读", out=Done)
def read_all_notices(caller: Caller) -> None:
    actions.read_all(actor=caller)


@get(bp, "/subscription-templates", "可以订阅的消息模板", out=TemplatesOut)
def subscription_templates(caller: Caller) -> dict[str, Any]:
    return {
        "list": [
            {"template": key, "title": one.title, "template_id": template_id(key)}
            for key, one in CATALOGUE.items()
        ]
    }


@post(
    bp,
    "/me/subscriptions",
    "上报订阅消息的授权结果",
    body=SubscriptionsIn,
    out=SubscriptionsOut,
    description="小程序调用 wx.requestSubscribeMessage 之后上报；每同意一次可发送一条。",
)
def record_subscriptions(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    actions.record_subscriptions(caller, body["accepted"], body["rejected"])
    return {"list": queries.subscriptions(caller.id)}


@get(bp, "/me/points", "我的积分", out=PointsOut)
def my_points(caller: Caller) -> ledger.Balance:
    return ledger.balance(caller.id)


@listing(bp, "/me/points/statement", "我的积分流水", StatementRow)
def my_statement(caller: Caller) -> Pageable:
    return by_id(partial(statement, caller.id))
