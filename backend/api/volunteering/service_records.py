"""Service records over HTTP: mine with totals, corrections, and hours entered afterwards (补录)."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import Actions, Choice, DateTime, Day, Integer, List, Nested, Schema, Text
from backend.api.frame.listing import listing, paged
from backend.api.frame.moves import Moves
from backend.api.frame.paging import PageQuery, page
from backend.api.frame.route import get, post
from backend.identity.sessions import Caller
from backend.journal import REASON_MAX
from backend.paging import Pageable
from backend.people.models import REAL_NAME_MAX
from backend.people.permissions import Permission
from backend.volunteering import queues, states
from backend.volunteering import record_queries as queries
from backend.volunteering.actions import backfills, corrections
from backend.volunteering.models import (
    CATEGORY_MAX,
    DAY_MINUTES,
    DESCRIPTION_MAX,
    MOST_MINUTES,
    PLACE_MAX,
    TITLE_MAX,
)
from backend.volunteering.record_models import (
    CONTENT_MAX,
    Backfill,
    Correction,
    RecordSource,
    RequestState,
    SyncState,
)
from backend.volunteering.views import BackfillView, CorrectionView

bp = APIBlueprint("service_records", __name__, url_prefix="/api/v1", tag="志愿服务")

# Who decides what was asked for about a record.
DECIDE = Permission.SERVICE_RECORD_DECIDE


class RecordDayOut(Schema):
    day = Day("哪一天")
    minutes = Integer("这一天的分钟")


class RecordOut(Schema):
    id = Integer("编号")
    activity_id = Integer("活动；补录的其他服务为 null", allow_none=True)
    activity_name = Text("活动名称", most=TITLE_MAX)
    category = Text("服务类别", most=CATEGORY_MAX)
    served_on = Day("服务日期；过了零点的，是开始的那一天")
    started_at = DateTime("开始时间")
    place = Text("服务地点", most=PLACE_MAX)
    content = Text("服务内容", most=DESCRIPTION_MAX, lines=True)
    minutes = Integer("服务时长（分钟）")
    days = List("按天：过了零点的服务算在各自那一天，一天最多 480 分钟", Nested(RecordDayOut), most=4)
    organising_body = Text("组织单位", most=80)
    in_charge = Text("负责人（脱敏）", most=40)
    certified_by = Text("认定人（脱敏）", most=40)
    recorded_at = DateTime("记录时间")
    source = Choice("来源：扫码、点名、补录、导入", RecordSource)
    sync_state = Choice("与全国志愿服务信息系统的同步状态", SyncState, data_key="sync_status")
    corrects_id = Integer("更正的是哪一条", allow_none=True)
    corrected_by_id = Integer("已由哪一条更正；有值时这一条不再计入", allow_none=True)
    actions = Actions(states.RECORD_ACTIONS, example=["correct"])


class YearOut(Schema):
    year = Integer("年份")
    minutes = Integer("分钟")


class CategoryOut(Schema):
    category = Text("服务类别", most=CATEGORY_MAX)
    minutes = Integer("分钟")


class SourceOut(Schema):
    source = Choice("来源", RecordSource)
    minutes = Integer("分钟")


class TotalsOut(Schema):
    minutes = Integer("合计（分钟）；不会因为积分的使用而减少")
    by_year = List("按年", Nested(YearOut), most=1000)
    by_category = List("按服务类别", Nested(CategoryOut), most=1000)
    by_source = List("按来源；补录单列", Nested(SourceOut), most=10)


class MyRecordsOut(paged(RecordOut)):  # type: ignore[misc]
    totals = Nested(TotalsOut, "合计，与翻页无关")


class CorrectionIn(ReasonIn):
    minutes = Integer("应为多少分钟", most=MOST_MINUTES, required=True, example=120)


class CorrectionOut(Schema):
    id = Integer("编号")
    record_id = Integer("服务记录")
    activity_name = Text("活动名称", most=TITLE_MAX)
    person_id = Integer("人员编号")
    name = Text("姓名（本社区办理的人和同事看到全名，其他人看到脱敏的）", most=REAL_NAME_MAX)
    state = Choice("状态", RequestState)
    recorded_minutes = Integer("原来的分钟数")
    minutes = Integer("申请的分钟数")
    reason = Text("原因", most=REASON_MAX)
    requested_at = DateTime("申请时间")
    decided_at = DateTime("处理时间", allow_none=True)
    decision_reason = Text("处理说明", most=REASON_MAX, allow_none=True)


class BackfillIn(ReasonIn):
    person_id = Integer("人员编号", required=True, least=1)
    community_id = Integer("社区", required=True, least=1)
    team_id = Integer("志愿队", least=1, allow_none=True, load_default=None)
    activity_id = Integer("已认定的活动；其他服务不填", least=1, allow_none=True, load_default=None)
    activity_name = Text("活动名称", most=TITLE_MAX, required=True)
    category = Text("服务类别", most=CATEGORY_MAX, required=True)
    started_at = DateTime("开始时间", required=True)
    place = Text("服务地点", most=PLACE_MAX, required=True)
    content = Text("服务内容", most=CONTENT_MAX, lines=True, required=True)
    minutes = Integer("服务时长（分钟）", least=1, most=DAY_MINUTES, required=True, example=90)


class BackfillOut(Schema):
    id = Integer("编号")
    state = Choice("状态", RequestState)
    person_id = Integer("人员编号")
    name = Text("姓名（本社区办理的人和同事看到全名，其他人看到脱敏的）", most=REAL_NAME_MAX)
    community_id = Integer("社区")
    team_id = Integer("志愿队", allow_none=True)
    activity_id = Integer("活动", allow_none=True)
    activity_name = Text("活动名称", most=TITLE_MAX)
    category = Text("服务类别", most=CATEGORY_MAX)
    started_at = DateTime("开始时间")
    place = Text("服务地点", most=PLACE_MAX)
    content = Text("服务内容", most=CONTENT_MAX, lines=True)
    minutes = Integer("服务时长（分钟）")
    reason = Text("补录原因", most=REASON_MAX)
    requested_at = DateTime("填报时间")
    decided_at = DateTime("处理时间", allow_none=True)
    decision_reason = Text("处理说明", most=REASON_MAX, allow_none=True)


def _backfills(rows: list[Backfill], caller: Caller) -> list[BackfillView]:
    return queries.view_backfills(rows, actor=caller)


def _backfill(row: Backfill, caller: Caller) -> BackfillView:
    return _backfills([row], caller)[0]


def _corrections(rows: list[Correction], caller: Caller) -> list[CorrectionView]:
    return queries.view_corrections(rows, actor=caller)


def _correction(row: Correction, caller: Caller) -> CorrectionView:
    return _corrections([row], caller)[0]


@get(bp, "/me/service-records", "我的服务记录和合计", query=PageQuery, out=MyRecordsOut)
def my_service_records(caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    listed = page(queries.records_of(caller.id), **query, serialize=queries.view_records)
    return {**listed, "totals": queries.totals(caller.id)}


@post(
    bp,
    "/service-records/<id:record_id>/corrections",
    "申请更正我的服务记录",
    body=CorrectionIn,
    out=CorrectionOut,
    status=201,
    may=corrections.lock_own,
)
def request_correction(caller: Caller, record_id: int, body: dict[str, Any]) -> CorrectionView:
    return _correction(corrections.request(record_id, body["minutes"], body["reason"], actor=caller), caller)


@listing(
    bp,
    "/service-records/corrections/to-decide",
    "待处理的更正申请",
    CorrectionOut,
    _corrections,
    guard=DECIDE,
)
def corrections_to_decide(caller: Caller) -> Pageable:
    return queues.corrections_to_decide(actor=caller)


@listing(bp, "/service-records/backfill/to-decide", "待审核的补录", BackfillOut, _backfills, guard=DECIDE)
def backfills_to_decide(caller: Caller) -> Pageable:
    return queues.backfills_to_check(actor=caller)


move_correction = Moves(bp, "/service-records/corrections/<id:correction_id>", CorrectionOut, _correction)
move_correction("approve", "approve_correction", "同意更正（生成新记录）", corrections.approve, DECIDE)
move_correction("reject", "reject_correction", "不同意更正", corrections.reject, DECIDE, body=ReasonIn)


@post(
    bp,
    "/service-records/backfill",
    "补录服务时长（须另一人审核）",
    body=BackfillIn,
    out=BackfillOut,
    status=201,
    may=backfills.check_enters,
)
def request_backfill(caller: Caller, body: dict[str, Any]) -> BackfillView:
    person_id, community_id = body.pop("person_id"), body.pop("community_id")
    places = {"team_id": body.pop("team_id"), "activity_id": body.pop("activity_id")}
    return _backfill(backfills.request(person_id, community_id, body, **places, actor=caller), caller)


move_backfill = Moves(bp, "/service-records/backfill/<id:backfill_id>", BackfillOut, _backfill)
move_backfill("approve", "approve_backfill", "同意补录", backfills.approve, DECIDE)
move_backfill("reject", "reject_backfill", "不同意补录", backfills.reject, DECIDE, body=ReasonIn)
