"""Service records over HTTP: mine with totals, corrections, and hours entered afterwards (补录)."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import Choice, DateTime, Day, Integer, List, Nested, Schema, Text
from backend.api.frame.paging import PageQuery, after, page
from backend.api.frame.route import paged, route
from backend.db import columns_of
from backend.identity.sessions import Caller
from backend.volunteering import record_queries as queries
from backend.volunteering.actions import backfills, corrections
from backend.volunteering.models import DAY_MINUTES
from backend.volunteering.record_models import (
    RECORD_SOURCES,
    REQUEST_STATES,
    SYNC_STATES,
    Backfill,
    Correction,
)

bp = APIBlueprint("service_records", __name__, url_prefix="/api/v1", tag="志愿服务")


class RecordOut(Schema):
    id = Integer("编号")
    activity_id = Integer("活动；补录的其他服务为 null", allow_none=True)
    activity_name = Text("活动名称", most=60)
    category = Text("服务类别", most=20)
    served_on = Day("服务日期")
    started_at = DateTime("开始时间")
    place = Text("服务地点", most=120)
    content = Text("服务内容", most=1000, lines=True)
    minutes = Integer("服务时长（分钟）")
    organising_body = Text("组织单位", most=80)
    in_charge = Text("负责人（脱敏）", most=40)
    certified_by = Text("认定人（脱敏）", most=40)
    recorded_at = DateTime("记录时间")
    source = Choice("来源：扫码、点名、补录、导入", RECORD_SOURCES)
    sync_state = Choice("与全国志愿服务信息系统的同步状态", SYNC_STATES, data_key="sync_status")
    corrects_id = Integer("更正的是哪一条", allow_none=True)
    corrected_by_id = Integer("已由哪一条更正；有值时这一条不再计入", allow_none=True)
    actions = List("您现在可以做的操作", Text("操作", most=24), example=["correct"])


class YearOut(Schema):
    year = Integer("年份")
    minutes = Integer("分钟")


class CategoryOut(Schema):
    category = Text("服务类别", most=20)
    minutes = Integer("分钟")


class SourceOut(Schema):
    source = Choice("来源", RECORD_SOURCES)
    minutes = Integer("分钟")


class TotalsOut(Schema):
    minutes = Integer("合计（分钟）；不会因为积分的使用而减少")
    by_year = List("按年", Nested(YearOut), most=1000)
    by_category = List("按服务类别", Nested(CategoryOut), most=1000)
    by_source = List("按来源；补录单列", Nested(SourceOut), most=10)


class MyRecordsOut(paged(RecordOut)):
    totals = Nested(TotalsOut, "合计，与翻页无关")


class CorrectionIn(ReasonIn):
    minutes = Integer("应为多少分钟", most=DAY_MINUTES, required=True, example=120)


class CorrectionOut(Schema):
    id = Integer("编号")
    record_id = Integer("服务记录")
    activity_name = Text("活动名称", most=60)
    person_id = Integer("人员编号")
    name = Text("姓名（脱敏）", most=40)
    state = Choice("状态", REQUEST_STATES)
    recorded_minutes = Integer("原来的分钟数")
    minutes = Integer("申请的分钟数")
    reason = Text("原因", most=200)
    requested_at = DateTime("申请时间")
    decided_at = DateTime("处理时间", allow_none=True)
    decision_reason = Text("处理说明", most=200, allow_none=True)


class BackfillIn(ReasonIn):
    person_id = Integer("人员编号", required=True, least=1)
    community_id = Integer("社区", required=True, least=1)
    team_id = Integer("志愿队", least=1, allow_none=True, load_default=None)
    activity_id = Integer("已认定的活动；其他服务不填", least=1, allow_none=True, load_default=None)
    activity_name = Text("活动名称", most=60, required=True)
    category = Text("服务类别", most=20, required=True)
    started_at = DateTime("开始时间", required=True)
    place = Text("服务地点", most=120, required=True)
    content = Text("服务内容", most=500, lines=True, required=True)
    minutes = Integer("服务时长（分钟）", least=1, most=DAY_MINUTES, required=True, example=90)


class BackfillOut(Schema):
    id = Integer("编号")
    state = Choice("状态", REQUEST_STATES)
    person_id = Integer("人员编号")
    name = Text("姓名（脱敏）", most=40)
    community_id = Integer("社区")
    team_id = Integer("志愿队", allow_none=True)
    activity_id = Integer("活动", allow_none=True)
    activity_name = Text("活动名称", most=60)
    category = Text("服务类别", most=20)
    started_at = DateTime("开始时间")
    place = Text("服务地点", most=120)
    content = Text("服务内容", most=500, lines=True)
    minutes = Integer("服务时长（分钟）")
    reason = Text("补录原因", most=200)
    requested_at = DateTime("填报时间")
    decided_at = DateTime("处理时间", allow_none=True)
    decision_reason = Text("处理说明", most=200, allow_none=True)


def _backfills(rows: list[Backfill]) -> list[dict[str, Any]]:
    names = queries.requester_names(rows)
    return [{**columns_of(row), "name": names[row.person_id]} for row in rows]


def _corrections(rows: list[Correction]) -> list[dict[str, Any]]:
    names, records = queries.requester_names(rows), queries.records_by_id({row.record_id for row in rows})
    return [
        {
            **columns_of(row),
            "name": names[row.person_id],
            "activity_name": records[row.record_id].activity_name,
            "recorded_minutes": records[row.record_id].minutes,
        }
        for row in rows
    ]


@route(bp, "GET", "/me/service-records", query=PageQuery, out=MyRecordsOut, summary="我的服务记录和合计")
def my_service_records(caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    start, limit = after(query["cursor"], int), query["limit"]
    told = page(
        queries.records_of(caller.id, start[0] if start else None, limit + 1), limit, lambda row: (row.id,)
    )
    return {**told, "list": queries.view_records(told["list"]), "totals": queries.totals(caller.id)}


@route(
    bp,
    "POST",
    "/service-records/<id:record_id>/corrections",
    body=CorrectionIn,
    out=CorrectionOut,
    status=201,
    summary="申请更正我的服务记录",
)
def request_correction(caller: Caller, record_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return _corrections([corrections.request(record_id, body["minutes"], body["reason"], actor=caller)])[0]


@route(
    bp,
    "GET",
    "/service-records/corrections/to-decide",
    guard="service_record:decide",
    query=PageQuery,
    out=paged(CorrectionOut),
    summary="待处理的更正申请",
)
def corrections_to_decide(caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    return _queue(Correction, _corrections, caller, query)


@route(
    bp,
    "GET",
    "/service-records/backfill/to-decide",
    guard="service_record:decide",
    query=PageQuery,
    out=paged(BackfillOut),
    summary="待审核的补录",
)
def backfills_to_decide(caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    return _queue(Backfill, _backfills, caller, query)


def _queue(model: Any, tell: Any, caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    start, limit = after(query["cursor"], int), query["limit"]
    rows = queries.waiting_requests(model, start[0] if start else 0, limit + 1, actor=caller)
    told = page(rows, limit, lambda row: (row.id,))
    return {**told, "list": tell(told["list"])}


@route(
    bp,
    "POST",
    "/service-records/corrections/<id:correction_id>/approve",
    guard="service_record:decide",
    out=CorrectionOut,
    summary="同意更正（生成新记录）",
)
def approve_correction(caller: Caller, correction_id: int) -> dict[str, Any]:
    return _corrections([corrections.approve(correction_id, actor=caller)])[0]


@route(
    bp,
    "POST",
    "/service-records/corrections/<id:correction_id>/reject",
    guard="service_record:decide",
    body=ReasonIn,
    out=CorrectionOut,
    summary="不同意更正",
)
def reject_correction(caller: Caller, correction_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return _corrections([corrections.reject(correction_id, body["reason"], actor=caller)])[0]


@route(
    bp,
    "POST",
    "/service-records/backfill",
    body=BackfillIn,
    out=BackfillOut,
    status=201,
    summary="补录服务时长（须另一人审核）",
)
def request_backfill(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    person_id, community_id = body.pop("person_id"), body.pop("community_id")
    places = {"team_id": body.pop("team_id"), "activity_id": body.pop("activity_id")}
    return _backfills([backfills.request(person_id, community_id, body, **places, actor=caller)])[0]


@route(
    bp,
    "POST",
    "/service-records/backfill/<id:backfill_id>/approve",
    guard="service_record:decide",
    out=BackfillOut,
    summary="同意补录",
)
def approve_backfill(caller: Caller, backfill_id: int) -> dict[str, Any]:
    return _backfills([backfills.approve(backfill_id, actor=caller)])[0]


@route(
    bp,
    "POST",
    "/service-records/backfill/<id:backfill_id>/reject",
    guard="service_record:decide",
    body=ReasonIn,
    out=BackfillOut,
    summary="不同意补录",
)
def reject_backfill(caller: Caller, backfill_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return _backfills([backfills.reject(backfill_id, body["reason"], actor=caller)])[0]
