"""Who speaks for a resident, and for whom they speak, on their page."""

from typing import Any

from flask import url_for

from backend.console.frame.labels import word
from backend.console.frame.page import Staff
from backend.console.frame.person_sections import Line, Section, Subject, register
from backend.people import family
from backend.people.permissions import Permission


def _family(staff: Staff, subject: Subject, rows: list[Any]) -> list[Line]:
    return [
        Line(
            title=f"{'监护人' if one.is_guardian else '孩子'}　{one.name}（{word(one.relation, 'relation')}）",
            address=url_for("console.person", person_id=one.person_id) if one.within_reach else None,
            state=(one.state, "residency"),
            at=one.declared_at,
        )
        for one in family.view_family(rows, subject.person_id, actor=staff)
    ]


register(
    Section(
        name="family",
        heading="家人",
        word=Permission.GUARDIAN_VERIFY,
        position=70,
        empty="没有登记监护关系。",
        rows=lambda staff, subject: family.links_of(subject.person_id, actor=staff),
        lines=_family,
    )
)
