"""What staff do about people: verify, register a resident without a phone, bind a card to WeChat later."""

from collections.abc import Callable
from typing import Any, cast

from apiflask import APIBlueprint

from backend.api.frame.bodies import ContactOut, ContactQuery, Reason, ReasonIn
from backend.api.frame.fields import (
    Boolean,
    CardNumber,
    Choice,
    DateTime,
    Integer,
    List,
    Phone,
    QueryInteger,
    Schema,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import Done, get, post, put
from backend.db import columns_of
from backend.identity import binding
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people import actions, correcting, openings, queries, queues, registering, residents, sealed
from backend.people.kinds import PartyRegistrationState, ResidencyState
from backend.people.masking import Kind, Level, masked
from backend.people.models import (
    ADDRESS_MAX,
    BIRTH_YEAR_MAX,
    BIRTH_YEAR_MIN,
    REAL_NAME_MAX,
    SERVICE_ROLES,
    Person,
    Residency,
)
from backend.people.neighbours import Neighbours
from backend.people.permissions import Permission
from backend.rights import gates
from backend.rights.gates import SaidConsent
from backend.wechat.gateway import gateway

# decide(id, accepted, reason, by=caller)
Decide = Callable[..., Any]
bp = APIBlueprint("people", __name__, url_prefix="/api/v1", tag="人员")


class CardHolderIn(Schema):
    real_name = Text("真实姓名", most=REAL_NAME_MAX, required=True, example="鄂桂兰")
    community_id = Integer("居住的社区", required=True, least=1)
    phone = Phone("手机号；加密保存。国外和港澳号码写 + 和国家代码", load_default=None, allow_none=True)
    grid_id = Integer("网格", least=1, load_default=None, allow_none=True)
    address = Text("住址；加密保存", most=ADDRESS_MAX, load_default=None, allow_none=True)
    birth_year = Integer(
        "出生年份", least=BIRTH_YEAR_MIN, most=BIRTH_YEAR_MAX, load_default=None, allow_none=True
    )
    consent = Choice(
        "本人对《敏感信息单独同意》的同意：纸上签字、口头；不填为没有说",
        SaidConsent,
        load_default=None,
        allow_none=True,
    )


class CardOut(Schema):
    id = Integer("人员编号")
    card_number = Text("纸质卡号", most=16, example="P000001")


class CardHolderOut(CardOut):
    warnings = List("已登记，但请核对的事：手机号还有别人在用、有同名的居民", Text("一句话", most=200))


class ResidentOut(Schema):
    id = Integer("人员编号")
    real_name = Text("姓名；居住地的工作人员看到全名", most=REAL_NAME_MAX, allow_none=True)
    phone = Text("手机号（脱敏）", most=20, allow_none=True)
    card_number = Text("纸质卡号", most=16, allow_none=True)
    birth_year = Integer("出生年份", allow_none=True)
    has_we_chat = Boolean("是否已绑定微信")
    community_id = Integer("社区")
    grid_id = Integer("网格", allow_none=True)
    residency_status = Choice("居住登记", ResidencyState)


class ResidentQuery(PageQuery):
    community_id = QueryInteger("社区", least=1, load_default=None)
    card_number = CardNumber("纸质卡号", most=16, load_default=None, example="P000001")
    phone = Phone("完整手机号", load_default=None)


class ResidentCorrectionIn(ReasonIn):
    real_name = Text("真实姓名", most=REAL_NAME_MAX, example="鄂桂兰")
    phone = Phone("手机号；null 是删除。国外和港澳号码写 + 和国家代码", allow_none=True)
    birth_year = Integer("出生年份", least=BIRTH_YEAR_MIN, most=BIRTH_YEAR_MAX, allow_none=True)
    address = Text("本社区里的住址；null 是删除", most=ADDRESS_MAX, allow_none=True)
    grid_id = Integer("本社区的网格；null 是不清楚", least=1, allow_none=True)


class BindIn(Schema):
    code = Text("居民本人手机上 wx.login 得到的凭证（工作人员扫码取得）", most=200, required=True)


class DecideIn(Schema):
    reason = Reason("说明", load_default=None, allow_none=True)


class WaitingOut(Schema):
    person_id = Integer("人员编号")
    real_name = Text("姓名；由所在社区核实，显示全名", most=REAL_NAME_MAX, allow_none=True)
    phone = Text("手机号（脱敏）", most=20, allow_none=True)
    community_id = Integer("社区")
    grid_id = Integer("网格", allow_none=True)
    unit_id = Integer("单位", allow_none=True)
    service_roles = List("六大员岗位", Choice("岗位", SERVICE_ROLES), allow_none=True)
    state = Choice(
        "状态",
        (
            ResidencyState.DECLARED,
            PartyRegistrationState.PENDING,
            ResidencyState.VERIFIED,
            ResidencyState.REJECTED,
        ),
        data_key="status",
    )
    declared_at = DateTime("登记时间")


def _serialize_waiting(rows: list[Any], _caller: Caller) -> list[dict[str, Any]]:
    return [_serialize(*row) for row in rows]


def _serialize(row: Any, person: Person) -> dict[str, Any]:
    return {
        "person_id": person.id,
        # Whoever is asked to verify somebody works where they live.
        "real_name": masked(Kind.NAME, sealed.real_name(person), Level.AT_WORK),
        "phone": masked(Kind.PHONE, sealed.phone(person)),
        "community_id": row.community_id,
        "grid_id": getattr(row, "grid_id", None),
        "unit_id": getattr(row, "unit_id", None),
        "service_roles": getattr(row, "service_roles", None),
        "state": row.state,
        "declared_at": row.declared_at,
    }


@listing(
    bp,
    "/residencies/to-verify",
    "待核实的居住登记",
    WaitingOut,
    _serialize_waiting,
    guard=Permission.RESIDENCY_VERIFY,
)
def residencies_to_verify(caller: Caller) -> Pageable:
    return queues.residencies_to_verify(actor=caller)


@listing(
    bp,
    "/party-registrations/to-verify",
    "待核实的双报到登记",
    WaitingOut,
    _serialize_waiting,
    guard=Permission.PARTY_REGISTRATION_VERIFY,
)
def party_registrations_to_verify(caller: Caller) -> Pageable:
    return queues.party_registrations_to_verify(actor=caller)


def decisions(blueprint: APIBlueprint, rule: str, noun: str, named: str, guard: str, decide: Decide) -> None:
    """`…/verify` and `…/reject` of what somebody declared: one verb, told yes or no."""

    def add(step: str, accepted: bool, body: type[Schema], summary: str) -> None:
        def view(caller: Caller, body: dict[str, Any], **ids: int) -> None:
            decide(*ids.values(), accepted, body["reason"], actor=caller)

        view.__name__ = f"{step}_{noun}"
        post(blueprint, f"{rule}/{step}", summary, guard, body=body, out=Done)(view)

    add("verify", True, DecideIn, f"核实{named}")
    add("reject", False, ReasonIn, f"{named}不通过")


decisions(
    bp,
    "/residencies/<id:person_id>",
    "residency",
    "居住登记",
    Permission.RESIDENCY_VERIFY,
    actions.decide_residency,
)
decisions(
    bp,
    "/party-registrations/<id:person_id>",
    "party_registration",
    "双报到登记",
    Permission.PARTY_REGISTRATION_VERIFY,
    actions.decide_party_registration,
)


def _serialize_residents(rows: list[tuple[Person, Residency]], caller: Caller) -> list[dict[str, Any]]:
    seen = residents.view_residents(caller, rows)
    return [
        {
            **columns_of(home),
            "id": one.id,
            "real_name": one.real_name,
            "phone": one.phone,
            "card_number": one.card,
            "birth_year": one.birth_year,
            "has_we_chat": one.wechat,
            "residency_status": home.state,
        }
        for one, (_person, home) in zip(seen, rows, strict=True)
    ]


@listing(
    bp,
    "/people",
    "查找居民（代办用，号码脱敏）",
    ResidentOut,
    _serialize_residents,
    guard=Permission.PERSON_READ,
    query=ResidentQuery,
)
def find_residents(caller: Caller, **filters: Any) -> Pageable:
    return queries.search_residents(**filters, actor=caller)


@put(
    bp,
    "/people/<id:person_id>",
    "更正居民的登记资料",
    Permission.PERSON_CORRECT,
    body=ResidentCorrectionIn,
    out=ResidentOut,
    may=correcting.person_of_staff,
    description="由居民所在社区或网格的工作人员办理，不能改自己的。没有写的字段不变；本人会收到消息，记入日志。"
    "改成和本社区另一张卡姓名、手机号都相同的返回 409：可能是同一个人，请合并档案。",
)
def correct_person(caller: Caller, person_id: int, body: dict[str, Any]) -> dict[str, Any]:
    reason = body.pop("reason")
    person, home, _fields = correcting.correct(
        person_id, cast(correcting.Changes, body), reason, actor=caller
    )
    return _serialize_residents([(person, home)], caller)[0]


@get(
    bp,
    "/people/<id:person_id>/contact",
    "居民的姓名、电话和住址",
    Permission.PERSON_OPEN,
    query=ContactQuery,
    out=ContactOut,
    writes=True,
    description="由居住社区或网格的工作人员写明理由打开，例如核实居住登记时。每次查看都记入日志并告诉本人；一小时里查看太多的，"
    "要同事在工作后台同意（429 OPENING_PACE）。",
)
def resident_contact(caller: Caller, person_id: int, query: dict[str, Any]) -> openings.Contact:
    # Without one it is refused like any other that says nothing, after who may ask.
    return openings.open_person(person_id, query["reason"] or "", actor=caller)


def _neighbours(caller: Caller, body: dict[str, Any]) -> Neighbours:
    return registering.look_ahead(body["real_name"], body["community_id"])


@post(
    bp,
    "/people",
    "为没有手机的居民登记并发卡",
    Permission.PERSON_CREATE,
    body=CardHolderIn,
    out=CardHolderOut,
    status=201,
    precheck=_neighbours,
    description="同一社区里姓名和手机号相同的是同一个人，返回 409；只有手机号相同的是另一个人，照样登记。",
)
def create_card_holder(caller: Caller, body: dict[str, Any], precheck_result: Neighbours) -> Any:
    return gates.register_resident(**body, ahead=precheck_result, actor=caller)


def _openid(caller: Caller, person_id: int, body: dict[str, Any]) -> str:
    """The account behind the code. It serves once: a repeat under the key does not ask WeChat again."""
    return gateway().sign_in(body["code"]).openid


@post(
    bp,
    "/people/<id:person_id>/bind",
    "把纸质卡绑定到居民的微信",
    Permission.PERSON_CREATE,
    body=BindIn,
    out=CardOut,
    precheck=_openid,
)
def bind_card(caller: Caller, person_id: int, body: dict[str, Any], precheck_result: str) -> Any:
    return binding.bind(person_id, precheck_result, actor=caller)
