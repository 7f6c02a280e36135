"""微心愿台账: each wish once, with the claim that stands or stood to its end."""

from typing import Any

import sqlalchemy as sa

from backend.people.models import PartyRegistration, Team
from backend.people.permissions import Permission
from backend.registers.definition import NUMBER, Column, Query, Register, Scope
from backend.wishes.kinds import Party, WishState
from backend.wishes.labels import CATEGORIES, CLAIM_PARTIES, GROUPS, METHODS, REFERRALS, REVIEW_OUTCOMES
from backend.wishes.models import Claim, Round, Wish

_UNFULFILLED = (
    WishState.SENT_BACK,
    WishState.DECLINED,
    WishState.REFERRED,
    WishState.WITHDRAWN,
    WishState.MERGED,
    WishState.TAKEN_DOWN,
)


def _wanted(scope: Scope) -> sa.Select[Any]:
    return (
        sa.select(
            *(column for column in Wish.__table__.columns if not column.name.endswith("_sealed")),
            Round.number.label("round_number"),
            Claim.person_id,
            Claim.party,
            Claim.claimed_at,
            Claim.promised_on,
            sa.func.coalesce(Claim.unit_id, PartyRegistration.unit_id).label("unit_id"),
            Team.name.label("team_name"),
        )
        .outerjoin(Round, Round.id == Wish.round_id)
        .outerjoin(Claim, sa.and_(Claim.wish_id == Wish.id, Claim.is_current))
        .outerjoin(Team, Team.id == Claim.team_id)
        .outerjoin(PartyRegistration, PartyRegistration.person_id == Claim.person_id)
        .where(
            Wish.community_id.in_(scope.communities),
            Wish.state != WishState.DRAFT,
            Wish.submitted_at >= scope.since,
            Wish.submitted_at < scope.until,
        )
    )


def round_name(row: Any) -> str | None:
    return f"第 {row.round_number} 期" if row.round_number else None


def way_in(row: Any) -> str:
    """Who wrote it down: the wisher, a guardian for a child, or staff on behalf of someone."""
    if row.reporter_id is not None:
        return "代办"
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
        "上一期结转": row.carried,
        "已合并": row.state == WishState.MERGED,
        "已撤下": row.state == WishState.TAKEN_DOWN,
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
    Query(_wanted, (Wish.id,)),
    (
        NUMBER,
        Column("心愿编号", "wishes.number", width=9),
        Column("期次", "= round_name(rounds.number)", round_name, width=7),
        Column("社区", "wishes.community_id", kind="place", width=7),
        Column("网格", "wishes.grid_id", kind="place", width=7),
        Column("许愿人(脱敏)", "wishes.wisher_id", kind="person", masked=of_a_child, width=6),
        Column("人群类别", "wishes.beneficiary_group", words=GROUPS, width=6),
        Column("心愿类别", "wishes.category", words=CATEGORIES, width=6),
        Column("心愿内容", "wishes.title", width=16),
        Column("预估金额", "wishes.estimated_cost", kind="number", total=True, width=6),
        Column("征集日期", "wishes.submitted_at", kind="day", width=10),
        Column("征集方式", "= way_in(wishes.reporter_id, wishes.guardian_id)", way_in, width=6),
        Column("审核人", "wishes.reviewer_id", kind="person", width=6),
        Column("审核结果", "= review_outcome(wishes.state, wishes.reviewer_id)", review_outcome, width=6),
        Column("发布日期", "wishes.published_at", kind="day", width=10),
        Column("认领人/党组织", "= claimant(claims.person_id, teams.name)", claimant, "person", width=8),
        Column("所在单位", "claims.unit_id, party_registrations.unit_id", "unit_id", "place", width=9),
        Column("认领日期", "claims.claimed_at", kind="day", width=10),
        Column("承诺完成日", "claims.promised_on", kind="day", width=10),
        Column("点亮日期", "wishes.fulfilled_at", kind="day", width=10),
        Column("实现方式", "claims.party", words=CLAIM_PARTIES, width=7),
        Column("确认方式", "wishes.confirm_method", words=METHODS, width=8),
        Column("满意度", "wishes.satisfaction", kind="number", width=5),
        Column(
            "未实现原因",
            "= unfulfilled_reason(wishes.state, wishes.review_reason, wishes.solved)",
            unfulfilled_reason,
            width=12,
        ),
        Column("转介去向", "wishes.referred_to", words=REFERRALS, width=8),
        Column(
            "备注",
            "= remark(wishes.carried, wishes.state, wishes.redacted_at, wishes.reopens_id)",
            remark,
            width=7,
        ),
    ),
    note="按征集日期列出；草稿不在内。儿童的姓名始终遮盖。",
    position=10,
)

REGISTERS = (WISHES,)
