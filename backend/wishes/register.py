"""微心愿台账: each wish once in the period in which it was handed in, as it stood when that period ended; and once in each
later period in which something became of it."""

from typing import Any

import sqlalchemy as sa

from backend.db import Moment
from backend.people.permissions import Permission
from backend.registers.definition import NUMBER, Column, Query, Register, Scope
from backend.wishes.as_of import as_they_stood, first_submitted, moved_between
from backend.wishes.kinds import Party, WishState
from backend.wishes.labels import CATEGORIES, CLAIM_PARTIES, GROUPS, METHODS, REFERRALS, REVIEW_OUTCOMES
from backend.wishes.models import Wish

_UNFULFILLED = (
    WishState.SENT_BACK,
    WishState.DECLINED,
    WishState.REFERRED,
    WishState.WITHDRAWN,
    WishState.MERGED,
    WishState.TAKEN_DOWN,
)


def _wanted(scope: Scope) -> sa.Select[Any]:
    first = sa.func.coalesce(first_submitted(Wish.id), Wish.submitted_at)
    went_on = sa.and_(first < scope.since, moved_between(Wish.id, scope.since, scope.until))
    return sa.select(
        *(
            column
            for column in Wish.__table__.columns
            if not column.name.endswith("_sealed") and column.name != "submitted_at"
        ),
        first.label("submitted_at"),
        sa.literal(scope.since, Moment).label("since"),
        sa.literal(scope.until, Moment).label("until"),
    ).where(
        Wish.community_id.in_(scope.communities),
        Wish.submitted_at.is_not(None),
        Wish.created_at < scope.until,
        sa.or_(sa.and_(first >= scope.since, first < scope.until), went_on),
    )


def round_name(row: Any) -> str | None:
    """The round in which it was collected, which its number has: carried over, it keeps both."""
    return f"第 {int(row.number.split('-')[-2])} 期" if row.number else None


def cost(row: Any) -> int | None:
    """Told once, in the period in which the wish was handed in: the column adds up to what was wished for."""
    return None if _from_before(row) else row.estimated_cost


def _from_before(row: Any) -> bool:
    return row.submitted_at < row.since


def way_in(row: Any) -> str:
    """Who wrote it down: the wisher, a guardian for a child, or a relative or staff on behalf of someone."""
    if row.reporter_id is not None:
        return "家人代办" if row.by_family else "代办"
    return "监护人" if row.guardian_id is not None else "本人"


def review_outcome(row: Any) -> str | None:
    """Withdrawn before the review has none; a reviewed wish that went on was accepted."""
    if row.state == WishState.WITHDRAWN and row.reviewer_id is None:
        return "已撤回"
    return REVIEW_OUTCOMES.get(row.state, "通过")


def claimant(row: Any) -> int | str | None:
    """The team where one claimed, else the person; the unit has a column of its own."""
    return row.team_name if row.party == Party.TEAM else row.person_id


def unfulfilled_reason(row: Any) -> str | None:
    """What staff answered where the wish was not taken up, or that its end was not heard of."""
    if row.state in _UNFULFILLED:
        return row.review_reason
    if row.state == WishState.CLOSED_UNCONFIRMED:
        return "送达后没有回访到"
    return "许愿人说没有解决" if row.solved is False else None


def remark(row: Any) -> str | None:
    told = {
        "以前征集，本期有进展": _from_before(row),
        "上一期结转": row.carried,
        "已合并": row.state == WishState.MERGED,
        "已撤下": row.state == WishState.TAKEN_DOWN,
        "没有认领，已报街道统筹": row.state == WishState.ESCALATED,
        "已遮盖": row.redacted_at is not None,
        "再次提出": row.reopens_id is not None,
    }
    return "、".join(words for words, true in told.items() if true) or None


def of_a_child(row: Any) -> bool:
    """A child's name stays masked, whatever the reason (未成年人网络保护条例 36)."""
    return bool(row.for_child)


WISHES = Register(
    "wishes",
    "微心愿台账",
    Permission.REGISTER_READ,
    Query(_wanted, (Wish.id,), as_they_stood),
    (
        NUMBER,
        Column("心愿编号", "wishes.number", width=9),
        Column("期次", "= round_name(wishes.number)", round_name, width=7, aside=True),
        Column("社区", "wishes.community_id", kind="place", width=7, aside=True),
        Column("网格", "wishes.grid_id", kind="place", width=7, aside=True),
        Column("许愿人(脱敏)", "wishes.wisher_id", kind="person", masked=of_a_child, width=6),
        Column("人群类别", "wishes.beneficiary_group", words=GROUPS, width=6, aside=True),
        Column("心愿类别", "wishes.category", words=CATEGORIES, width=6),
        Column("心愿内容", "wishes.title", width=20),
        Column("预估金额", "= cost(wishes.estimated_cost)", cost, "number", total=True, width=6),
        Column("征集日期", "wishes.submitted_at", kind="day", width=10),
        Column(
            "征集方式",
            "= way_in(wishes.reporter_id, wishes.by_family, wishes.guardian_id)",
            way_in,
            width=6,
            aside=True,
        ),
        Column("审核人", "wishes.reviewer_id", kind="person", width=6, aside=True),
        Column("审核结果", "= review_outcome(wishes.state, wishes.reviewer_id)", review_outcome, width=6),
        Column("发布日期", "wishes.published_at", kind="day", width=10, aside=True),
        Column("认领人/党组织", "= claimant(claims.person_id, teams.name)", claimant, "person", width=8),
        Column("所在单位", "claims.unit_id, claims.member_unit_id", "unit_id", "place", width=9, aside=True),
        Column("认领日期", "claims.claimed_at", kind="day", width=10),
        Column("承诺完成日", "claims.promised_on", kind="day", width=10, aside=True),
        Column("点亮日期", "wishes.fulfilled_at", kind="day", width=10),
        Column("实现方式", "claims.party", words=CLAIM_PARTIES, width=7, aside=True),
        Column("确认方式", "wishes.confirm_method", words=METHODS, width=10, aside=True),
        Column("满意度", "wishes.satisfaction", kind="number", width=5),
        Column(
            "未实现原因",
            "= unfulfilled_reason(wishes.state, wishes.review_reason, wishes.solved)",
            unfulfilled_reason,
            width=16,
        ),
        Column("转介去向", "wishes.referred_to", words=REFERRALS, width=8, aside=True),
        Column(
            "备注",
            "= remark(wishes.carried, wishes.state, wishes.submitted_at, wishes.redacted_at, wishes.reopens_id)",
            remark,
            width=7,
        ),
    ),
    note="列出本期征集的心愿，写到本期末为止的情况；以前征集、本期有进展的另列一行，预估金额不重复计。草稿不在内。儿童的姓名始终遮盖。",
    position=10,
)

REGISTERS = (WISHES,)
