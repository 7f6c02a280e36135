"""Duty lists over HTTP: versions and items, the import of the next version, and what should be changed."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint

from backend.api.duties.shown import NamedOut, TermOut
from backend.api.frame.bodies import Reason
from backend.api.frame.fields import (
    Actions,
    Boolean,
    Choice,
    DateTime,
    Day,
    Integer,
    List,
    Nested,
    QueryInteger,
    Schema,
    Sought,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import get, post
from backend.api.frame.sheets import LARGEST_FORM, SheetFile, table_of
from backend.duties import models, queries, sheets, states
from backend.duties.actions import changes, lists
from backend.duties.kinds import ChangeState, ImportState, ListKind, RowKind
from backend.duties.models import DutyImport, DutyImportRow, DutyItem, ItemChange
from backend.duties.sheets import Compared
from backend.identity.sessions import Caller
from backend.organisations import queries as places
from backend.paging import Pageable
from backend.people import permissions
from backend.people.permissions import Permission

bp = APIBlueprint("duty_lists", __name__, url_prefix="/api/v1", tag="权责清单")


class DutyListOut(Schema):
    id = Integer("编号")
    kind = Choice("哪一种清单", ListKind)
    version = Integer("第几版")
    title = Text("标题", most=models.TITLE_MAX)
    document_no = Text("文号", most=60, allow_none=True)
    valid_from = Day("生效日期")
    valid_to = Day("有效期至；现行一版为 null", allow_none=True)


class DutyListQuery(PageQuery):
    kind = Choice("哪一种清单", ListKind, load_default=None)


class DutyItemOut(Schema):
    id = Integer("编号")
    list_id = Integer("哪一版清单")
    kind = Choice("哪一种清单", ListKind)
    version = Integer("清单的第几版")
    code = Text("事项编号", most=models.CODE_MAX, example="B-012")
    name = Text("事项名称", most=models.NAME_MAX)
    lead_unit_id = Integer("牵头部门；null 为当地的网格、社区或街道（乡镇）", allow_none=True)
    lead_unit_name = Text("牵头部门名称", most=80, allow_none=True)
    lead_does = Text("牵头部门的职责", most=models.DOES_MAX, allow_none=True)
    cooperators = List("配合部门", Nested(NamedOut))
    cooperator_does = Text("配合部门的职责", most=models.DOES_MAX, allow_none=True)
    town_does = Text("街道（乡镇）的职责", most=models.DOES_MAX, allow_none=True)
    legal_basis = Text("法律依据", most=models.BASIS_MAX, allow_none=True)
    categories = List("事项分类的代码", Text("代码", most=models.CATEGORY_MAX))
    term = Nested(TermOut, "办理期限；null 为按分类和层级", allow_none=True)


class DutyItemQuery(PageQuery):
    list_id = QueryInteger("哪一版清单；不写为现行的全部", least=1, load_default=None)
    category = Text("事项分类的代码", most=models.CATEGORY_MAX, load_default=None)
    q = Sought("编号或名称里的词")
    on = Day("哪一天有效的清单；不写为今天", load_default=None)


class DutyImportIn(Schema):
    file = SheetFile(sheets.LAYOUT.columns)
    kind = Choice("哪一种清单", ListKind, required=True)
    title = Text("标题", most=models.TITLE_MAX, required=True)
    valid_from = Day("生效日期", required=True)


class ImportCountsOut(Schema):
    new = Integer("新增")
    same = Integer("相同")
    changed = Integer("有变化，含这一版里没有了的")
    reopened = Integer("重办；清单里没有")
    unreadable = Integer("没有读懂：原来有的保持不变")


class DutyImportOut(Schema):
    id = Integer("编号")
    state = Choice("待确认、已确认", ImportState)
    counts = Nested(ImportCountsOut, "各有多少行")
    kind = Choice("哪一种清单", ListKind)
    title = Text("标题", most=models.TITLE_MAX)
    valid_from = Day("生效日期")
    list_id = Integer("确认后的那一版；和现行一版相同时没有新的一版", allow_none=True)


class ImportRowOut(Schema):
    row = Integer("表格里的第几行；表里没有的为 null", attribute="line", allow_none=True)
    kind = Choice("新增、相同、有变化、没有读懂", RowKind)
    number = Text("事项编号", most=models.CODE_MAX, attribute="code", allow_none=True)
    changes = List("哪些列有变化", Text("列", most=40))
    faults = List("哪里没有读懂", Text("列和原因", most=300))
    ticket_id = Integer("事项（工单）；清单里没有", allow_none=True)


class ImportRowsQuery(PageQuery):
    kind = Choice("只看一种行", RowKind, load_default=None)


class ItemChangeIn(Schema):
    item_id = Integer("哪一项；清单里还没有的不写", least=1, load_default=None, allow_none=True)
    proposal = Text("建议怎么写", most=models.WORDS_MAX, required=True, lines=True)
    why = Text("为什么", most=models.WORDS_MAX, required=True, lines=True)


class ItemChangeOut(Schema):
    id = Integer("编号")
    item_id = Integer("哪一项", allow_none=True)
    item_code = Text("事项编号", most=models.CODE_MAX, allow_none=True)
    proposal = Text("建议怎么写", most=models.WORDS_MAX, lines=True)
    why = Text("为什么", most=models.WORDS_MAX, lines=True)
    state = Choice("状态", ChangeState)
    proposed_by_name = Text("提出人", most=60)
    proposed_at = DateTime("提出时间")
    decided_at = DateTime("决定时间", allow_none=True)
    reason = Text("决定的理由", most=models.WORDS_MAX, allow_none=True)
    actions = Actions(states.CHANGE_ACTIONS, example=["decide"])


class ItemChangeQuery(PageQuery):
    state = Choice("状态", ChangeState, load_default=None)


class ChangeDecisionIn(Schema):
    granted = Boolean("是否采纳", required=True)
    reason = Reason("理由", required=True)


@listing(
    bp,
    "/duty-lists",
    "权责清单的各版",
    DutyListOut,
    query=DutyListQuery,
    description="新的在前。同一种清单同时只有一版现行（`validTo` 为 null），以前的各版保留。",
)
def list_duty_lists(caller: Caller, kind: str | None) -> Pageable:
    return queries.lists(kind)


def _items(found: list[DutyItem], _caller: Caller) -> list[queries.ItemView]:
    return queries.view_items(found)


@listing(
    bp,
    "/duty-items",
    "权责清单的事项",
    DutyItemOut,
    _items,
    query=DutyItemQuery,
    description="不写 `listId` 时是现行各清单的事项；写了 `on` 是那一天有效的。",
)
def list_duty_items(
    caller: Caller, list_id: int | None, category: str | None, q: str | None, on: date | None
) -> Pageable:
    return queries.items(list_id, category, q, on)


def _imports(found: list[DutyImport], _caller: Caller) -> list[queries.ImportView]:
    return queries.view_imports(found)


def _import(found: DutyImport) -> queries.ImportView:
    return queries.view_imports([found])[0]


def _read_list(caller: Caller, body: dict[str, Any]) -> Compared:
    """All that is slow, outside any transaction."""
    permissions.require(caller.id, Permission.LIST_CHANGE, places.city_id())
    return sheets.read(table_of(body["file"]), body["kind"])


@post(
    bp,
    "/duty-lists/imports",
    "上传清单的下一版",
    Permission.LIST_CHANGE,
    form=DutyImportIn,
    largest=LARGEST_FORM,
    out=DutyImportOut,
    status=201,
    precheck=_read_list,
    description="只读表、和现行一版比较，确认以前什么都不写。现行一版里有、表里没有的，列为有变化（这一版里没有了）；"
    "有没有读懂的行时，原来的事项都保留。",
)
def upload_duty_list(caller: Caller, body: dict[str, Any], precheck_result: Compared) -> queries.ImportView:
    made = lists.preview(body["kind"], body["title"], body["valid_from"], precheck_result, actor=caller)
    return _import(made)


@listing(
    bp,
    "/duty-lists/imports",
    "上传过的清单",
    DutyImportOut,
    _imports,
    guard=Permission.LIST_CHANGE,
    description="新的在前，含待确认的和已确认的。",
)
def list_duty_imports(caller: Caller) -> Pageable:
    return queries.imports(actor=caller)


@get(
    bp,
    "/duty-lists/imports/<id:import_id>",
    "一次清单导入",
    Permission.LIST_CHANGE,
    out=DutyImportOut,
    description="各有多少行新增、相同、有变化、没有读懂。",
)
def get_duty_import(caller: Caller, import_id: int) -> queries.ImportView:
    return _import(queries.duty_import(import_id, actor=caller))


def _rows(found: list[DutyImportRow], _caller: Caller) -> list[dict[str, Any]]:
    return [
        {
            "line": one.line,
            "kind": one.kind,
            "code": one.code,
            "changes": one.changes,
            "faults": one.faults,
            "ticket_id": None,
        }
        for one in found
    ]


@listing(
    bp,
    "/duty-lists/imports/<id:import_id>/rows",
    "一次清单导入的行",
    ImportRowOut,
    _rows,
    guard=Permission.LIST_CHANGE,
    query=ImportRowsQuery,
    description="确认以前核对用：变了哪几列，没有读懂的说明哪一列有什么问题。",
)
def list_duty_import_rows(caller: Caller, import_id: int, kind: str | None) -> Pageable:
    return queries.import_rows(import_id, kind, actor=caller)


@post(
    bp,
    "/duty-lists/imports/<id:import_id>/confirm",
    "确认清单导入",
    Permission.LIST_CHANGE,
    out=DutyImportOut,
    description="成为下一版，原来的一版到生效前一天为止。和现行一版相同的表确认后什么都不变。",
)
def confirm_duty_import(caller: Caller, import_id: int) -> queries.ImportView:
    return _import(lists.confirm(import_id, actor=caller))


def _changes(found: list[ItemChange], caller: Caller) -> list[queries.ChangeView]:
    return queries.view_changes(found, actor=caller)


@listing(
    bp,
    "/duty-item-changes",
    "清单调整建议",
    ItemChangeOut,
    _changes,
    guard=Permission.LIST_PROPOSE,
    query=ItemChangeQuery,
    description="清单管理人员看到全部，其他工作人员看到自己提的；新的在前。",
)
def list_item_changes(caller: Caller, state: str | None) -> Pageable:
    return queries.changes(state, actor=caller)


@post(
    bp,
    "/duty-item-changes",
    "提出调整清单",
    Permission.LIST_PROPOSE,
    body=ItemChangeIn,
    out=ItemChangeOut,
    status=201,
    description="办理中发现清单写得不对、或清单里没有的，工作人员说明建议和理由，由清单管理人员决定。",
)
def propose_item_change(caller: Caller, body: dict[str, Any]) -> queries.ChangeView:
    made = changes.propose(body["proposal"], body["why"], item_id=body["item_id"], actor=caller)
    return _changes([made], caller)[0]


@post(
    bp,
    "/duty-item-changes/<id:change_id>/decide",
    "决定清单调整建议",
    Permission.LIST_CHANGE,
    body=ChangeDecisionIn,
    out=ItemChangeOut,
    description="由提出人以外的清单管理人员决定；采纳的写进清单的下一版。",
)
def decide_item_change(caller: Caller, change_id: int, body: dict[str, Any]) -> queries.ChangeView:
    decided = changes.decide(change_id, body["granted"], body["reason"], actor=caller)
    return _changes([decided], caller)[0]
