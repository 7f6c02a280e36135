"""减负自查: every page of this system against the five bans of 国办函〔2026〕12号.

The pages stand above this room: whoever makes the app tells them here. What can be checked by a program is
checked by one; the same words are forbidden to every address and column by a test.
"""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from backend.complaints.models import Complaint, ComplaintKind, ComplaintState
from backend.db import session
from backend.organisations.models import Organisation
from backend.people.permissions import Permission
from backend.registers.definition import Column, ComputedRows, Register, Scope

# Each ban with the words by which a page that breaks it would be called.
BANS = {
    "重复填表报数": {"form", "forms", "fill", "survey", "daily"},
    "强制打卡、积分排名、在线时长": {"rank", "ranking", "leaderboard", "streak", "online", "punch"},
    "强制下载、安装率和登录通报": {"install", "installs", "download", "downloads", "logins"},
    "以应用代替考核，点赞转发学习时长作依据": {"assessment", "kpi", "likes", "share", "studytime", "track"},
    "经营性活动": {"pay", "payment", "advert", "adverts", "sale", "sales"},
}
# (label, address) of every line of the menu.
_pages: Callable[[], list[tuple[str, str]]] = list


def register_menu(pages: Callable[[], list[tuple[str, str]]]) -> None:
    """Says once, when the app is made, where the lines of the console's menu are known."""
    global _pages
    _pages = pages


def _rows(scope: Scope) -> list[Any]:
    pages = [SimpleNamespace(label=label, address=address, reports=None) for label, address in _pages()]
    return [*pages, SimpleNamespace(label="全部菜单", address="", reports=_reports(scope))]


def _reports(scope: Scope) -> tuple[int, int]:
    """Burdens that people reported here in these days, and how many of them were answered."""
    here = sa.select(Organisation.id).where(
        sa.or_(Organisation.id.in_(scope.communities), Organisation.id == scope.place_id)
    )
    answered = sa.func.count(sa.case((Complaint.state == ComplaintState.ANSWERED, 1)))
    row = session.execute(
        sa.select(sa.func.count(), answered).where(
            Complaint.complaint_kind == ComplaintKind.RELIEF_REPORT,
            Complaint.place_id.in_(here),
            Complaint.filed_at >= scope.since,
            Complaint.filed_at < scope.until,
        )
    ).one()
    return row[0], row[1]


def broken_bans(address: str) -> list[str]:
    """The bans that an address would break by what it is called."""
    words = set(re.split(r"[^a-z]+", address.lower()))
    return [ban for ban, forbidden in BANS.items() if words & forbidden]


def menu_label(row: Any) -> str:
    return row.label


def against_the_bans(row: Any) -> str:
    if not row.address:
        return "；".join(BANS)
    return "、".join(broken_bans(row.address)) or "没有涉及"


def groups_needed(_row: Any) -> int:
    """Nobody has to join a chat group to work here."""
    return 0


def sheets_typed(_row: Any) -> int:
    """No register is typed: each of its columns comes from a field, or stays empty on purpose."""
    return 0


def typed_twice(row: Any) -> str | None:
    return None if row.address else "各台账的栏目都来自业务记录，没有需要另填的"


def put_right(row: Any) -> str | None:
    if row.reports is None:
        return None
    filed, answered = row.reports
    return f"收到减负反映 {filed} 件，已答复 {answered} 件"


RELIEF = Register(
    "relief",
    "减负自查",
    Permission.REGISTER_TOTALS,
    ComputedRows(_rows),
    (
        Column("菜单项", "= menu_label()", menu_label, width=14),
        Column("五项禁止", "= against_the_bans()", against_the_bans, width=50),
        Column("群组数量", "= groups_needed()", groups_needed, "number", width=9),
        Column("填报表数量", "= sheets_typed()", sheets_typed, "number", width=10),
        Column("重复字段检查", "= typed_twice()", typed_twice, width=30),
        Column("整改", "= put_right(complaints.complaint_kind, complaints.state)", put_right, width=28),
    ),
    note="菜单项逐个由程序对照国办函〔2026〕12号的五项禁止。",
)
