"""My rights over my data: the notice, my consents, a copy of everything, and leaving for good."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, send_file

from backend import clock
from backend.api.frame.bodies import Reason
from backend.api.frame.fields import Boolean, Choice, DateTime, Integer, List, Nested, Schema, Text
from backend.api.frame.old_pages import clear_after_answer
from backend.api.frame.route import GUESTS, PUBLIC, Done, delete, get, post
from backend.db import transaction
from backend.identity.sessions import Caller
from backend.people.permissions import Permission
from backend.rights import cancellation, consent, export, notice, purposes
from backend.rights.elsewhere import Found

bp = APIBlueprint("rights", __name__, url_prefix="/api/v1", tag="个人信息权利")


class DocumentOut(Schema):
    document = Choice("文件", notice.DOCUMENTS)
    version = Text("版本", most=20, example="2026-11")
    title = Text("标题", most=60)
    text = Text("正文（Markdown）", most=20_000, lines=True)
    required = Boolean("是否使用本程序的必要条件")


class PrivacyOut(Schema):
    list = List("现行的各份文件", Nested(DocumentOut))


class MyConsentOut(Schema):
    document = Choice("文件", notice.DOCUMENTS)
    title = Text("标题", most=60)
    required = Boolean("是否使用本程序的必要条件")
    current_version = Text("现行版本", most=20)
    version = Text("我同意的版本；没有同意时为 null", most=20, allow_none=True)
    given_at = DateTime("同意的时间", allow_none=True)
    up_to_date = Boolean("同意的就是现行版本")


class MyConsentsOut(Schema):
    list = List("各份文件", Nested(MyConsentOut))


class CancelIn(Schema):
    confirm = Boolean("已经知道会失去什么，确认注销", load_default=False)


class CancelForIn(CancelIn):
    reason = Reason("居民当面提出注销的情况", required=True)


class PurposeOut(Schema):
    purpose = Text("处理目的", most=60)
    fields: Any = List("处理的信息", Text("信息", most=60))
    basis = Text("法律依据", most=200)
    document = Choice("写在哪份文件里", notice.DOCUMENTS)
    version = Text("该文件的现行版本", most=20)
    retention = Text("留存期限", most=200)
    recipients = Text("谁能看到", most=200)


class RequestsOut(Schema):
    exports = Integer("导出次数")
    cancellations = Integer("注销次数")
    corrections = Integer("更正次数")
    openings = Integer("工作人员或认领人查看联系方式的次数")


class PurposesOut(Schema):
    list = List("处理目的清单", Nested(PurposeOut))
    requests = Nested(RequestsOut, "近十二个月全市的权利请求数，均当场办结")


@get(bp, "/privacy", "隐私说明和各份单独同意的现行文本", GUESTS, out=PrivacyOut)
def privacy(caller: Caller) -> dict[str, Any]:
    return {"list": notice.everything()}


@get(bp, "/privacy/<document>/<version>", "某一版本的文本，含已被替换的版本", PUBLIC, out=DocumentOut)
def privacy_version(document: str, version: str) -> notice.Document:
    return notice.one(document, version)


@get(bp, "/me/consents", "我的同意，对照现行版本", out=MyConsentsOut, at_kiosk=True)
def my_consents(caller: Caller) -> dict[str, Any]:
    return {"list": consent.documents_with_consent(caller.id)}


@get(
    bp,
    "/me/export",
    "导出我的全部信息",
    media="application/zip",
    description="一个 ZIP 压缩包：说明、每个主题一个 JSON，以及可用表格软件打开的 CSV。每天次数有限。",
)
def export_me(caller: Caller) -> Response:
    with transaction():
        export.ask(actor=caller)
    name = f"dianliang-{caller.id}-{clock.today():%Y%m%d}.zip"
    return send_file(export.archive(caller.id), "application/zip", as_attachment=True, download_name=name)


@delete(
    bp,
    "/me",
    "注销我的账号",
    body=CancelIn,
    out=Done,
    writes=False,
    while_suspended=True,
    description="没有未办完的事时立即注销。否则返回 409，列出会被撤回、释放或放弃的事项；"
    '带上 {"confirm": true} 再次请求即办理。注销后身份立即抹去，不能恢复。',
)
def cancel_me(caller: Caller, body: dict[str, Any]) -> None:
    found = cancellation.look(caller.id, confirmed=body["confirm"])
    with transaction():
        cancellation.cancel(caller.id, confirmed=body["confirm"], actor=caller, found=found)
    clear_after_answer()


def _look(caller: Caller, person_id: int, body: dict[str, Any]) -> Found | None:
    """Reading all texts is slow, and needs no transaction."""
    found = cancellation.look_for(person_id, confirmed=body["confirm"], actor=caller)
    clear_after_answer()
    return found


@post(
    bp,
    "/people/<id:person_id>/cancel",
    "代没有手机的居民注销",
    Permission.PERSON_CANCEL,
    body=CancelForIn,
    out=Done,
    precheck=_look,
)
def cancel_person(
    caller: Caller, person_id: int, body: dict[str, Any], precheck_result: Found | None
) -> None:
    cancellation.cancel_for(
        person_id, body["reason"], confirmed=body["confirm"], actor=caller, found=precheck_result
    )


@get(
    bp,
    "/processing-purposes",
    "个人信息处理目的清单",
    GUESTS,
    out=PurposesOut,
    description="没有登录也可以看：登录之前就要能知道。",
)
def processing_purposes(caller: Caller) -> dict[str, Any]:
    return {"list": purposes.purposes_in_words(), "requests": purposes.requests()}
