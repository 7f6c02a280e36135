"""Categories, estates, and who is in charge of what is reported somewhere."""

from typing import Any

from apiflask import APIBlueprint

from backend import clock
from backend.api.duties.shown import NamedOut, TermOut
from backend.api.frame.fields import Boolean, Choice, Day, Integer, List, Nested, QueryInteger, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import PUBLIC, get
from backend.duties import models, queries, routing
from backend.duties.kinds import ListKind, Outcome
from backend.duties.models import Estate, TicketCategory
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people.permissions import Permission

bp = APIBlueprint("duty_routing", __name__, url_prefix="/api/v1", tag="权责清单")


class TicketCategoryOut(Schema):
    code = Text("代码", most=models.CATEGORY_MAX, example="environment.rubbish")
    name = Text("名称", most=models.NAME_MAX, example="暴露垃圾")
    parent = Text("上一级的代码", most=models.CATEGORY_MAX, allow_none=True)
    active = Boolean("是否还在用")
    term = Nested(TermOut, "办理期限；没有单独规定时是上一级的，再没有就按层级", allow_none=True)


class EstateOut(Schema):
    id = Integer("编号")
    name = Text("名称", most=models.ESTATE_MAX, example="雪松家园")


class EstateQuery(PageQuery):
    community_id = QueryInteger("哪个社区", least=1, load_default=None)


class ItemNamedOut(Schema):
    id = Integer("编号")
    kind = Choice("哪一种清单", ListKind)
    version = Integer("清单的第几版")
    code = Text("事项编号", most=models.CODE_MAX)
    name = Text("事项名称", most=models.NAME_MAX)


class SuggestionOut(Schema):
    lead_id = Integer("牵头的组织")
    lead_name = Text("牵头的组织名称", most=80)
    cooperators = List("配合的组织", Nested(NamedOut))
    level = Integer("层级：1 网格员现场办，2 网格长跟进办，3 综治中心统筹办")
    list_item = Nested(ItemNamedOut, "依据的清单事项；清单里没有时为 null", allow_none=True)
    because = Text("为什么", most=600)


class RoutingOut(Schema):
    outcome = Choice("一个、几个、没有", Outcome)
    suggestions = List("可以交给谁，各有依据；没有时先由街道（乡镇）承接", Nested(SuggestionOut))
    town_allowed = Boolean("能不能交给街道（乡镇）牵头")


class RoutingQuery(Schema):
    category = Text("事项分类的代码", most=models.CATEGORY_MAX, required=True)
    organisation_id = QueryInteger("在哪里：网格、社区或街道（乡镇）", least=1, required=True)
    on = Day("哪一天；不写为今天", load_default=None)


def _categories(found: list[TicketCategory], _caller: Any) -> list[queries.CategoryView]:
    return queries.view_categories(found)


@listing(
    bp,
    "/ticket-categories",
    "事项分类",
    TicketCategoryOut,
    _categories,
    guard=PUBLIC,
    description="不用登录。最多三级，按代码先后，上一级在前；不再用的也在，`active` 是 false。",
)
def list_ticket_categories(caller: Caller | None) -> Pageable:
    return queries.categories()


def _estates(found: list[Estate], _caller: Any) -> list[Estate]:
    return found


@listing(
    bp,
    "/estates",
    "小区",
    EstateOut,
    _estates,
    guard=PUBLIC,
    query=EstateQuery,
    description="不用登录。一个社区里的小区，报事时选。",
)
def list_estates(caller: Caller | None, community_id: int | None) -> Pageable:
    return queries.estates(community_id)


@get(
    bp,
    "/routing",
    "这件事该由谁办",
    Permission.LIST_PROPOSE,
    query=RoutingQuery,
    out=RoutingOut,
    description="按事项分类、地点和日期查当天有效的清单，说明依据。部门的事不能交给街道（乡镇）。",
)
def get_routing(caller: Caller, query: dict[str, Any]) -> routing.Routing:
    return routing.route(query["category"], query["organisation_id"], query["on"] or clock.today())
