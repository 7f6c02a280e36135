"""The tree of places and bodies, and how their offices are reached."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import (
    Choice,
    Degrees,
    Integer,
    List,
    Nested,
    Phone,
    QueryInteger,
    Schema,
    Sought,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.near import Distance, Near, with_distance
from backend.api.frame.opening_hours import OpeningHours
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import GUESTS, get, put
from backend.identity.sessions import Caller
from backend.nearness import Point
from backend.opening_hours import MOST
from backend.organisations import queries
from backend.organisations.models import ADDRESS_MAX, CAP_MAX, KINDS, NAME_MAX, SHORT_MAX, Organisation
from backend.organisations.queries import OfficeView, PlaceView
from backend.paging import Pageable
from backend.people import offices
from backend.people.permissions import Permission
from backend.text import PHONE_MAX

bp = APIBlueprint("organisations", __name__, url_prefix="/api/v1", tag="组织")


class PlaceOut(Schema):
    id = Integer("编号")
    parent_id = Integer("上级", allow_none=True)
    kind = Choice("类别", KINDS)
    name = Text("名称", most=NAME_MAX, example="松涛社区")
    short = Text("简称", most=SHORT_MAX, example="松涛")


class OrganisationOut(PlaceOut):
    distance_km = Distance()


class OfficeOut(PlaceOut):
    telephone = Text("办公电话", most=PHONE_MAX, allow_none=True, example="0458-2288123")
    opening_hours = List(
        "办公时间，和兑换超市的开放时间一样写；没有填写时为空", Nested(OpeningHours), most=MOST
    )
    address = Text("地址", most=ADDRESS_MAX, allow_none=True, example="林海街道松涛路 8 号")
    latitude = Degrees("纬度", 90, allow_none=True, example=47.0123)
    longitude = Degrees("经度", 180, allow_none=True, example=128.0345)
    wish_cost_cap = Integer(
        "社区：一个心愿最多多少元；其他组织为 null", least=1, most=CAP_MAX, allow_none=True, example=300
    )


class ContactIn(Schema):
    telephone = Phone(
        "办公电话：手机号，或带区号的座机号；null 为去掉",
        landline=True,
        allow_none=True,
        example="0458-2288123",
    )
    opening_hours = List("办公时间", Nested(OpeningHours), most=MOST)
    address = Text("地址", least=0, most=ADDRESS_MAX, allow_none=True, example="林海街道松涛路 8 号")
    latitude = Degrees("纬度，和经度一起填写；保留四位小数", 90, allow_none=True, example=47.0123)
    longitude = Degrees("经度", 180, allow_none=True, example=128.0345)


class TreeQuery(PageQuery):
    parent_id = QueryInteger("上级编号", least=1, load_default=None)
    kind = Choice("类别", KINDS, load_default=None)
    q = Sought("名称里的词")
    near = Near()


def _serialize_many(found: list[Organisation], _caller: Caller) -> list[PlaceView]:
    return queries.view_places(found)


@listing(
    bp,
    "/organisations",
    "组织列表",
    OrganisationOut,
    with_distance(_serialize_many),
    guard=GUESTS,
    query=TreeQuery,
    description="没有登录也可以看。已撤销、已合并的不列出。带 near 时由近到远，没有坐标的排在最后。",
)
def list_organisations(
    caller: Caller, parent_id: int | None, kind: str | None, q: str | None, near: Point | None
) -> Pageable:
    return queries.children(parent_id, kind, q, near)


@get(
    bp,
    "/organisations/<id:organisation_id>",
    "一个组织和它的办公室怎么联系",
    GUESTS,
    out=OfficeOut,
    description="没有登录也可以看。",
)
def get_organisation(caller: Caller, organisation_id: int) -> OfficeView:
    return queries.view_office(queries.get(organisation_id))


@put(
    bp,
    "/organisations/<id:organisation_id>/contact",
    "修改办公室的电话、办公时间、地址和坐标",
    Permission.ORGANISATION_CONTACT,
    body=ContactIn,
    out=OfficeOut,
    may=offices.lock_office,
    description="没有写的不变。由本地的工作人员或市级管理员办理。",
)
def change_contact(caller: Caller, organisation_id: int, body: dict[str, Any]) -> OfficeView:
    return queries.view_office(offices.change_contact(organisation_id, actor=caller, **body))
