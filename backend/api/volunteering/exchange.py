"""Hours that other platforms hold, over HTTP: mine, beside this system's own and never added to them."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import DateTime, Day, Integer, List, Nested, Schema, Text
from backend.api.frame.route import get
from backend.identity.sessions import Caller
from backend.volunteering import record_queries
from backend.volunteering.actions import exchange

bp = APIBlueprint("hours_elsewhere", __name__, url_prefix="/api/v1", tag="志愿服务")


class HeldRecordOut(Schema):
    reference = Text("那个平台的记录编号", most=60)
    activity_name = Text("活动名称", most=60)
    organising_body = Text("组织单位", most=80)
    served_on = Day("服务日期")
    minutes = Integer("服务时长（分钟）")
    imported_at = DateTime("导入时间")


class PlatformOut(Schema):
    platform = Text("平台", most=40)
    minutes = Integer("那个平台的合计（分钟）")
    records = List("那个平台的记录", Nested(HeldRecordOut, "一条记录"))


class HoursElsewhereOut(Schema):
    own_minutes = Integer("本系统的合计（分钟），不含其他平台")
    platforms = List("其他平台，按名称", Nested(PlatformOut, "一个平台"))


@get(
    bp,
    "/me/hours-elsewhere",
    "其他平台的服务时长",
    out=HoursElsewhereOut,
    description="由社区从其他平台导出的表格导入，只作展示：不计入本系统的时长，不产生积分，不进服务证明。",
)
def my_hours_elsewhere(caller: Caller) -> dict[str, Any]:
    own = record_queries.totals(caller.id)
    return {"own_minutes": own["minutes"], "platforms": exchange.held_elsewhere(caller.id)}
