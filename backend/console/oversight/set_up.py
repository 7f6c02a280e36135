"""开办清单: from an empty city to its first round, step by step; each ticks itself from the books."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from backend.console.frame import todo
from backend.console.frame.page import Staff, page, render
from backend.people.permissions import Permission
from backend.reports import set_up
from backend.reports.set_up import Step


@dataclass(frozen=True)
class Guide:
    """How a step is told: its title, who does it and how, and the page where it is done."""

    title: str
    how: str
    endpoint: str = ""
    kind: str = ""
    button: str = ""


GUIDES = {
    "places": Guide(
        "组织", "街道、社区、网格、单位，一张表导入。", "console.new_import", "places", "导入组织"
    ),
    "administrators": Guide(
        "第二位市级管理员", "登录链接、初始口令要两位管理员。", "console.appointments", button="任职"
    ),
    "staff": Guide(
        "工作人员",
        "姓名、手机号、角色、任职地点，一张表导入；一人经办、另一人审核，每个社区至少两位社区工作者。",
        "console.new_import",
        "staff",
        "导入工作人员",
    ),
    "entering": Guide(
        "首次登录", "打印登录条，当面交给本人。", "console.first_links_page", button="打印登录条"
    ),
    "sponsor": Guide("主办单位、备案编号和监督电话", "运维人员在设置文件里填写，重启后生效。"),
    "shops": Guide(
        "超市和期初库存",
        "超市一张表导入；库存由各超市管理员导入。",
        "console.new_import",
        "shops",
        "导入超市",
    ),
    "residents": Guide("居民", "由各社区的工作人员从“导入”里导入，随表发纸质卡号。"),
    "opening_points": Guide("纸质积分账", "一人上传、另一人核对后入账；没有纸质账的不用做。"),
    "templates": Guide("微信订阅消息模板", "运维人员运行 flask wechat templates；还没有小程序的以后再设。"),
    "sign_in": Guide(
        "统一身份登录",
        "单位有统一身份认证（OpenID Connect）的，运维人员填写 OIDC_ISSUER 等设置；工作人员各自在“我的账号”里绑定一次。",
    ),
    "group": Guide(
        "工作群提醒",
        "在企业微信群里加一个机器人，运维人员把它的地址填在 STAFF_ROBOT_URL；每个工作日早上报待办件数，不含个人信息。",
    ),
    "backup": Guide("备份", "运维人员启用备份定时器，或运行 flask backup。"),
    "round": Guide("第一期", "全市一起开启征集，社区审核后发布。", "console.rounds", button="开启一期"),
}


@dataclass(frozen=True)
class StepView:
    step: Step
    guide: Guide
    address: str | None


@page("/set-up", guard=Permission.ORGANISATION_MANAGE)
def set_up_guide(staff: Staff) -> Any:
    found = set_up.steps(actor=staff)
    return render("set_up/page.html", steps=[_view(one) for one in found], left=len(set_up.left(found)))


def _view(step: Step) -> StepView:
    guide = GUIDES[step.key]
    more: dict[str, Any] = {"kind": guide.kind} if guide.kind else {}
    return StepView(step, guide, url_for(guide.endpoint, **more) if guide.endpoint else None)


def _panel(staff: Staff) -> list[todo.Panel]:
    """Until the first round is published, what is still to be done."""
    if set_up.begun():
        return []
    waiting = [GUIDES[one.key].title for one in set_up.left(set_up.steps(actor=staff))]
    address = url_for("console.set_up_guide")
    return [todo.Panel("开办清单", tuple(todo.Line(title, address) for title in waiting))]


todo.TELLERS.append(todo.Teller(Permission.ORGANISATION_MANAGE, _panel))
