"""Who is told what about their points."""

from datetime import date, timedelta

from backend import app_pages, clock
from backend.outbox.actions import notify
from backend.points.models import Adjustment
from backend.points.opening_models import OpeningSheet

_PAGE = app_pages.page_of("points_adjusted")


def adjusted(adjustment: Adjustment, moved: int) -> None:
    """The person learns what the ledger gave or took, and why."""
    points = abs(moved)
    word = "增加" if moved > 0 else "扣减"
    notify(
        adjustment.person_id,
        "points_adjusted",
        f"积分调整：{word} {points} 分",
        f"社区{word}了您的 {points} 积分，原因：{_bare(adjustment.reason)}。如有疑问，请联系社区工作人员。",
        subject=("adjustment", adjustment.id),
        template="points_changed",
        data={"thing1": f"社区{word}：{adjustment.reason}", "number2": points, "time3": clock.now()},
        page=_PAGE,
    )


def rejected(adjustment: Adjustment) -> None:
    """Whoever proposed it learns why it was not approved; the person, whose points stay, learns nothing."""
    notify(
        adjustment.proposed_by_id,
        "adjustment_rejected",
        "积分调整未获批准",
        f"您提出的积分调整（{adjustment.points:+d} 分）未获批准：{_bare(adjustment.decision_reason)}。",
        subject=("adjustment", adjustment.id),
    )


def opened(person_id: int, points: int, year: int) -> None:
    """The person learns what was brought over from the paper book."""
    notify(
        person_id,
        "points_opened",
        f"期初积分：增加 {points} 分",
        f"社区把纸质账本上的 {points} 积分记到了您的账户，{year}-12-31 之前可以使用。如有疑问，请联系社区工作人员。",
        template="points_changed",
        data={"thing1": "期初积分", "number2": points, "time3": clock.now()},
        page=_PAGE,
    )


def opening_rejected(sheet: OpeningSheet, reason: str) -> None:
    """Whoever brought a sheet of opening balances in learns why it was not confirmed."""
    notify(
        sheet.uploaded_by_id,
        "opening_rejected",
        "期初积分表未获确认",
        f"您上传的期初积分表“{sheet.file_name}”未获确认：{_bare(reason)}。改好后可以重新上传。",
        subject=("opening_sheet", sheet.id),
    )


def ending(person_id: int, points: int, ends_on: date) -> None:
    """Points end on this day, the last on which they can be used."""
    last_minute = clock.day_ends(ends_on) - timedelta(minutes=1)
    notify(
        person_id,
        "points_ending",
        "积分即将到期",
        f"您有 {points} 积分将在 {ends_on.isoformat()} 之后到期，请在当天结束前使用。",
        template="points_changed",
        data={"thing1": "积分即将到期", "number2": points, "time3": last_minute},
        page=_PAGE,
    )


def _bare(sentence: str | None) -> str:
    """Without its full stop, to stand inside another sentence."""
    return (sentence or "").rstrip("。.")
