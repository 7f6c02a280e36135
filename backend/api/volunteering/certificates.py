"""Certificates of service and stars over HTTP: asked for by the volunteer, revoked by staff."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from backend.api.frame import callers
from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import Choice, DateTime, Day, Integer, List, Nested, QueryInteger, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.route import PUBLIC, get, post
from backend.errors import NotFound
from backend.identity.sessions import Caller
from backend.journal import REASON_MAX
from backend.paging import Pageable
from backend.people.permissions import Permission
from backend.volunteering import certificate_links as links
from backend.volunteering import certificate_pdf, sealed
from backend.volunteering import certificate_queries as queries
from backend.volunteering.actions import certificates, stars
from backend.volunteering.certificate_models import STAR_HOURS, Certificate, Star, Validity
from backend.volunteering.models import RecordSource
from backend.volunteering.record_models import SyncState
from backend.volunteering.views import CertificateView

bp = APIBlueprint("certificates", __name__, url_prefix="/api/v1", tag="志愿服务")


class CertificateIn(Schema):
    first_day = Day("从哪一天起", data_key="from", required=True, example="2026-01-01")
    last_day = Day("到哪一天止（含），最晚今天", data_key="to", required=True, example="2026-06-30")
    community_id = Integer(
        "由哪个社区开具；只在一个社区有记录时不填", least=1, allow_none=True, load_default=None
    )


class CertificateOut(Schema):
    number = Text("证明编号", most=20, example="ZM-7K3F-9QXA-M2PD")
    first_day = Day("从哪一天起", data_key="from")
    last_day = Day("到哪一天止", data_key="to")
    minutes = Integer("服务时长（分钟）")
    issuer = Text("开具单位", most=80)
    issued_at = DateTime("开具时间")
    status = Choice("有效、有记录已更正（请重新开具）、已撤销、与开具时不一致", Validity)
    revoked_at = DateTime("撤销时间", allow_none=True)
    revoke_reason = Text("撤销原因", most=REASON_MAX, allow_none=True)
    verify_url = Text("任何人都可以打开的查验页", most=300)
    pdf_url = Text("PDF 的地址，一段时间后失效；证明不再有效时为 null", most=400, allow_none=True)


class CertifiedOut(Schema):
    record_id = Integer("服务记录")
    served_on = Day("服务日期")
    activity_name = Text("活动名称", most=60)
    category = Text("服务类别", most=20)
    place = Text("服务地点", most=120)
    content = Text("服务内容", most=1000, lines=True)
    minutes = Integer("服务时长（分钟）")
    organising_body = Text("组织单位", most=80)
    source = Choice("来源", RecordSource)
    sync_state = Choice("与全国志愿服务信息系统的同步状态", SyncState, data_key="sync_status")


class CertificateDetailOut(CertificateOut):
    name = Text("持证人姓名", most=40, allow_none=True)
    volunteer_number = Text("志愿者编号", most=20, example="V0000042")
    records = List("证明包含的服务记录", Nested(CertifiedOut), most=10000)


class RevokedOut(Schema):
    number = Text("证明编号", most=20)
    status = Choice("状态", Validity)
    revoked_at = DateTime("撤销时间")


class PdfQuery(Schema):
    until = QueryInteger("链接失效的时刻", load_default=0)
    signature = Text("签名", most=64, load_default=None)


class StarIn(Schema):
    stars = Integer("申请几星", least=1, most=max(STAR_HOURS), required=True, example=1)


class StarOut(Schema):
    stars = Integer("几星", least=1, most=max(STAR_HOURS))
    hours = Integer("需要的小时数")
    minutes = Integer("申请时的累计时长（分钟）")
    granted_at = DateTime("授予时间")


class StarsOut(Schema):
    list = List("我的星级，只有本人能看到", Nested(StarOut))


def _serialize_many(rows: list[Certificate], caller: Caller) -> list[CertificateView]:
    statuses = queries.statuses(rows)
    return [queries.view_certificate(row, statuses[row.id], actor=caller) for row in rows]


def _star(star: Star) -> dict[str, Any]:
    return {
        "stars": star.stars,
        "hours": STAR_HOURS[star.stars],
        "minutes": star.minutes,
        "granted_at": star.granted_at,
    }


@post(
    bp,
    "/me/certificates",
    "开具我的服务证明",
    body=CertificateIn,
    out=CertificateOut,
    status=201,
    description="把这段时间已认定的服务记录固定在一份带编号的证明里；内容没有变化时再次申请得到同一份。",
)
def issue_certificate(caller: Caller, body: dict[str, Any]) -> CertificateView:
    return _serialize_many([certificates.issue(**body, actor=caller)], caller)[0]


@listing(bp, "/me/certificates", "我的服务证明", CertificateOut, _serialize_many, at_kiosk=True)
def my_certificates(caller: Caller) -> Pageable:
    return queries.of_person(caller.id)


@get(
    bp, "/me/certificates/<number>", "我的一份服务证明和它包含的记录", out=CertificateDetailOut, at_kiosk=True
)
def my_certificate(caller: Caller, number: str) -> dict[str, Any]:
    found = queries.mine(number, actor=caller)
    rows = queries.contents([found.id]).get(found.id, [])
    return {
        **vars(queries.view_certificate(found, queries.status(found, rows), actor=caller)),
        "name": sealed.name(found),
        "volunteer_number": queries.volunteer_number(found.person_id),
        "records": rows,
    }


@get(
    bp,
    "/certificates/<number>/pdf",
    "服务证明 PDF",
    PUBLIC,
    query=PdfQuery,
    media="application/pdf",
    description="凭带签名的链接打开；持证人也可以用自己的令牌打开。",
)
def certificate_paper(number: str, query: dict[str, Any]) -> Response:
    if query["signature"] is None:
        number = queries.mine(number, actor=callers.signed_in()).number
    elif not links.genuine(number, **query):
        raise NotFound()
    answer = Response(certificate_pdf.pdf(number), mimetype="application/pdf")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Disposition"] = f'inline; filename="{number}.pdf"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@post(
    bp,
    "/certificates/<number>/revoke",
    "撤销一份服务证明",
    Permission.CERTIFICATE_REVOKE,
    body=ReasonIn,
    out=RevokedOut,
    description="由开具社区的另一位工作人员办理；编号仍可查验，显示为已撤销。服务记录不受影响。",
)
def revoke_certificate(caller: Caller, number: str, body: dict[str, Any]) -> dict[str, Any]:
    revoked = certificates.revoke(number, body["reason"], actor=caller)
    return {"number": revoked.number, "status": Validity.REVOKED, "revoked_at": revoked.revoked_at}


@post(bp, "/me/stars", "申请志愿者星级", body=StarIn, out=StarOut, status=201)
def apply_for_stars(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    return _star(stars.apply(body["stars"], actor=caller))


@get(bp, "/me/stars", "我的星级", out=StarsOut, at_kiosk=True)
def my_stars(caller: Caller) -> dict[str, Any]:
    return {"list": [_star(star) for star in queries.stars_of(caller.id)]}
