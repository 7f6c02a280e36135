"""在职党员服务情况反馈表: members who agree today that their unit is told, as `party_service_records` gathers it."""

from typing import Any

from backend.journal import Actor
from backend.people.masking import Kind, masked
from backend.people.models import PartyRegistration
from backend.people.permissions import Permission
from backend.registers.definition import Column, Cursor, Either, Register, Scope
from backend.reports import party_service_records as members

# No sheet has more members: what one page hands out is far less.
MOST_NOTED = 100_000


class _Members:
    """In the order of their numbers, never by what they did."""

    def page(self, scope: Scope, after: Cursor, limit: int) -> list[tuple[Cursor, Any]]:
        begun = after[0] if after else 0
        rows = members.feedback_rows(scope.first, scope.last, _which(scope), after=begun, limit=limit)
        return [((row.person_id,), row) for row in rows]

    def counted(self, scope: Scope, most: int) -> int:
        return len(self.page(scope, (), most))


def _which(scope: Scope) -> Any:
    """A unit's members wherever they registered, or those who registered in these communities."""
    if scope.kind == "unit":
        return PartyRegistration.unit_id == scope.place_id
    return PartyRegistration.community_id.in_(scope.communities)


def period(row: Any) -> str:
    return row.period


def member(row: Any) -> Either:
    return Either(masked(Kind.NAME, row.name), row.name)


def _note(scope: Scope, actor: Actor) -> None:
    """Each member told about finds it in the copy of their data."""
    rows = [row for _key, row in _ROWS.page(scope, (), MOST_NOTED)]
    if rows:
        members.note_feedback(rows, scope.place_id, actor=actor)


_ROWS = _Members()
FEEDBACK = Register(
    "feedback",
    "在职党员服务情况反馈表",
    Permission.REGISTER_FEEDBACK,
    _ROWS,
    (
        Column("姓名", "= member(persons.real_name_sealed)", member, "either", width=9),
        Column("所在单位党组织", "party_registrations.unit_id", "unit", width=16),
        Column("报到社区", "party_registrations.community_id", "community"),
        Column("报到时间", "party_registrations.declared_at", "reported_on", "day", width=11),
        Column("六大员岗位", "party_registrations.service_roles", "service_roles", width=12),
        Column("服务次数", "service_records.id", "times", "number", total=True, width=9),
        Column("服务时长", "service_records.minutes", "minutes", "hours", total=True, width=9),
        Column("认领/点亮微心愿数", "claims.wish_id, wishes.state", "wishes", width=10),
        Column("主要服务内容", "service_records.category", "kinds", width=16),
        Column("社区党组织评价", "nothing: written on the printed sheet", width=13),
        Column("反馈期间", "= period()", period, width=12, aside=True),
        Column("社区(盖章)", "nothing: stamped on the printed sheet", width=12),
        Column("本人同意日期", "consents.given_at", "consented_on", "day", width=11, aside=True),
    ),
    note="只列今天仍同意向单位反馈的党员，按登记次序；不写哪一天、在哪里、帮了谁。",
    period="quarter",
    places=("city", "street", "community", "unit"),
    opened=_note,
)
