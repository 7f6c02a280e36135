"""The tree of places and bodies."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import Choice, Integer, QueryInteger, Schema, Text
from backend.api.frame.paging import PageQuery, after, page
from backend.api.frame.route import get, paged
from backend.identity.sessions import Caller
from backend.organisations import queries
from backend.organisations.models import KINDS

bp = APIBlueprint("organisations", __name__, url_prefix="/api/v1", tag="组织")


class OrganisationOut(Schema):
    id = Integer("编号")
    parent_id = Integer("上级", allow_none=True)
    kind = Choice("类别", KINDS)
    name = Text("名称", most=80, example="松涛社区")
    short = Text("简称", most=40, example="松涛")


class TreeQuery(PageQuery):
    parent_id = QueryInteger("上级编号", least=1, load_default=None)
    kind = Choice("类别", KINDS, load_default=None)


@get(bp, "/organisations", "组织列表", query=TreeQuery, out=paged(OrganisationOut))
def list_organisations(caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    start, limit = after(query["cursor"], int), query["limit"]
    rows = queries.children(query["parent_id"], query["kind"], start[0] if start else 0, limit + 1)
    return page(rows, limit, lambda row: (row.id,))


@get(bp, "/organisations/<id:organisation_id>", "一个组织", out=OrganisationOut)
def get_organisation(caller: Caller, organisation_id: int) -> Any:
    return queries.get(organisation_id)
