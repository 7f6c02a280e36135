"""减负自查: what each register (台账) still asks of a hand, and what people reported as a burden.

Counted from the registers' own columns, so that a column that somebody has to fill in by pen shows here the day
it is added. The five bans of 国办函〔2026〕12号 are kept by tests (no ranking, no forced check-in), not by this page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from backend.complaints.models import Complaint, ComplaintKind, ComplaintState
from backend.db import session
from backend.journal import JournalLine
from backend.organisations.models import Organisation
from backend.people.permissions import Permission
from backend.registers.definition import Column, ComputedRows, Register, Scope


@dataclass(frozen=True)
class Burden:
    """One line: a register with its columns, or (last) the burdens that people reported in these days."""

    title: str
    columns: int | None = None
    by_hand: tuple[str, ...] = ()
    reported: int | None = None
    answered: int | None = None


def of_register(register: Register) -> Burden:
    """A column without a source stays empty in the file: it is signed, stamped or written on the printed sheet."""
    empty = tuple(one.heading for one in register.columns if one.source.startswith("nothing:"))
    return Burden(register.title, len(register.columns), empty)


def _reports(scope: Scope) -> Burden:
    here = sa.select(Organisation.id).where(
        sa.or_(Organisation.id.in_(scope.communities), Organisation.id == scope.place_id)
    )
    line = JournalLine
    # By the journal: what was answered in these days was answered, whatever became of it afterwards.
    told = sa.exists().where(
        line.subject_kind == "complaint",
        line.subject_id == Complaint.id,
        line.to_state == ComplaintState.ANSWERED,
        line.at < scope.until,
    )
    answered = sa.func.count(sa.case((told, 1)))
    row = session.execute(
        sa.select(sa.func.count(), answered).where(
            Complaint.complaint_kind == ComplaintKind.RELIEF_REPORT,
            Complaint.place_id.in_(here),
            Complaint.filed_at >= scope.since,
            Complaint.filed_at < scope.until,
        )
    ).one()
    return Burden("减负反映", reported=row[0], answered=row[1])


def title(burden: Burden) -> str:
    return burden.title


def columns(burden: Burden) -> int | None:
    return burden.columns


def by_hand(burden: Burden) -> str | None:
    return "、".join(burden.by_hand) or None


def reported(burden: Burden) -> int | None:
    return burden.reported


def answered(burden: Burden) -> int | None:
    return burden.answered


_COMPLAINTS = "complaints.complaint_kind, complaints.place_id, complaints.filed_at"


def relief(registers: Callable[[], Iterable[Register]]) -> Register:
    """`registers` answers all of them, this one too."""

    def rows(scope: Scope) -> list[Burden]:
        return [*(of_register(one) for one in registers()), _reports(scope)]

    return Register(
        "relief",
        "减负自查",
        Permission.REGISTER_TOTALS,
        ComputedRows(rows),
        (
            Column("项目", "= title()", title, width=24),
            Column("栏目数", "= columns()", columns, "number", width=8),
            Column("留空待手写的栏目", "= by_hand()", by_hand, width=40),
            Column("收到减负反映", f"= reported({_COMPLAINTS})", reported, "number", width=12),
            Column("已答复", f"= answered({_COMPLAINTS}, complaints.state)", answered, "number", width=8),
        ),
        note="除列出的手写栏目外，各台账的栏目都取自业务记录，不需要另填。",
    )
