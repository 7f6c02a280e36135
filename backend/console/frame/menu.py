"""What stands in the head of every console page: the menu by words, the look that was chosen."""

from dataclasses import dataclass
from typing import Any

from flask import Response, g, request, url_for

from backend import config
from backend.console.frame.forms import JustDo
from backend.console.frame.page import PUBLIC, Staff, bp, own_address, page, redirect_to

YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Entry:
    """A line of the menu, for whoever has one of its words; without words for everyone."""

    label: str
    endpoint: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Lines of one loop of the work, under its heading; the first group has none."""

    heading: str
    entries: tuple[Entry, ...]


# Each capability adds its lines here, in the order in which they are shown. All of them stand on the page:
# whoever looks for a page reads a heading and five lines, and opens it with one click.
MENU = (
    Group("", (Entry("今日待办", "console.today"),)),
    Group(
        "微心愿",
        (
            Entry("审核心愿", "console.review", ("wish:review",)),
            Entry("心愿", "console.wishes", ("wish:read",)),
            Entry("各期", "console.rounds", ("wish:read", "round:open", "round:open_everywhere")),
        ),
    ),
    Group(
        "志愿服务",
        (
            Entry("志愿活动", "console.activities", ("activity:read",)),
            Entry("服务时长", "console.hours", ("activity:certify",)),
            Entry("志愿队", "console.teams", ("team:manage",)),
            Entry("服务证明", "console.certificates", ("certificate:revoke",)),
            Entry("时长交换", "console.exchange", ("service_record:synchronise",)),
        ),
    ),
    Group(
        "积分超市",
        (
            Entry("柜台", "console.counter", ("redemption:hand_over",)),
            Entry("兑换单", "console.redemptions", ("redemption:read",)),
            Entry("库存", "console.stock", ("stock:read",)),
            Entry("超市设置", "console.shops", ("shop:manage", "shop:exempt")),
            Entry("积分", "console.points", ("points:read", "points:liability", "rule:change")),
        ),
    ),
    Group(
        "居民与权益",
        (
            Entry("居民", "console.people", ("person:read",)),
            Entry("核实登记", "console.verifying", ("residency:verify", "party_registration:verify")),
            Entry("投诉建议", "console.complaints", ("complaint:answer",)),
        ),
    ),
    Group(
        "台账与数据",
        (
            Entry(
                "台账",
                "console.registers",
                ("register:read", "register:totals", "register:stock", "register:feedback"),
            ),
            Entry("数据", "console.figures"),
            Entry(
                "导入",
                "console.all_imports",
                ("organisation:manage", "person:create", "party_registration:verify", "stock:receive"),
            ),
        ),
    ),
    Group(
        "系统",
        (
            Entry("任职", "console.appointments", ("appointment:grant",)),
            Entry("组织", "console.places", ("organisation:manage",)),
            Entry("日志", "console.journal", ("journal:read",)),
            Entry("封存", "console.seals", ("journal:read",)),
            Entry("未送达消息", "console.deliveries", ("delivery:read",)),
        ),
    ),
)


def menu_of(staff: Staff | None) -> list[Group]:
    """The lines that this person may open, by group; a group of which they may open none is left out."""
    if staff is None or staff.first:
        return []
    open_to = (
        Group(one.heading, tuple(line for line in one.entries if not line.words or staff.may(*line.words)))
        for one in MENU
    )
    return [one for one in open_to if one.entries]


def current(groups: list[Group]) -> Entry | None:
    """The line whose page, or a page below it, is asked for; `/console/` itself has every page below it."""
    lines = [line for group in groups for line in group.entries]
    if not lines:
        return None
    home, *others = lines
    if request.path == url_for(home.endpoint):
        return home
    above = [line for line in others if request.path.startswith(url_for(line.endpoint))]
    return max(above, key=lambda line: len(url_for(line.endpoint)), default=None)


def addresses() -> list[tuple[str, str]]:
    """Every line with the name of its page, for the check against the bans of 减负."""
    return [(line.label, line.endpoint) for group in MENU for line in group.entries]


def look() -> set[str]:
    """`large` and `contrast`, as chosen in this browser."""
    return set(request.cookies.get("look", "").split("-")) & {"large", "contrast"}


@bp.app_context_processor
def _head() -> dict[str, Any]:
    staff = g.get("staff")
    menu = menu_of(staff)
    return {
        "staff": staff,
        "menu": menu,
        "current": current(menu),
        "look": look(),
        "settings": config.settings(),
        "just_do": JustDo,
    }


@page("/look", guard=PUBLIC, methods=("POST",))
def change_look() -> Response:
    """Turns large type or high contrast on or off, for this browser."""
    asked = {request.form.get("turn", "")} & {"large", "contrast"}
    answer = redirect_to(own_address(request.form.get("next")))
    chosen = "-".join(sorted(look() ^ asked))
    answer.set_cookie("look", chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer
