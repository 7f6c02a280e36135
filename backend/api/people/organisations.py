"""The tree of places and bodies."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import Choice, Integer, QueryInteger, Schema, Sought, Text
from backend.api.frame.listing import listing
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import get
from backend.identity.sessions import Caller
from backend.organisations import queries
from backend.organisations.models import KINDS
from backend.paging import Pageable

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
    q = Sought("名称里的词")


@listing(bp, "/organisations", "组织列表", OrganisationOut, query=TreeQuery)
def list_organisations(caller: Caller, parent_id: int | None, kind: str | None, q: str | None) -> Pageable:
    return queries.children(parent_id, kind, q)


@get(bp, "/organisations/<id:organisation_id>", "一个组织", out=OrganisationOut)
def get_organisation(caller: Caller, organisation_id: int) -> Any:
    return queries.get(organisation_id)
