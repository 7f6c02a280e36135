"""A resident's wishes and the calls about them, on their page."""

from typing import Any

from flask import url_for

from backend.console.frame.page import Staff
from backend.console.frame.person_sections import Line, Section, Subject, register
from backend.people.permissions import Permission
from backend.wishes import of_person


def _wishes(_staff: Staff, _subject: Subject, rows: list[Any]) -> list[Line]:
    return [
        Line(
            title=one.title,
            address=url_for("console.wish", wish_id=one.id),
            number=one.number or "",
            state=(one.state, "wish_state"),
            at=one.at,
        )
        for one in of_person.view_wishes(rows)
    ]


def _calls(_staff: Staff, _subject: Subject, rows: list[Any]) -> list[Line]:
    return [
        Line(
            title=f"{one.by_name}：{one.title}",
            address=url_for("console.wish", wish_id=one.wish_id),
            number=one.number or "",
            at=one.at,
            said=one.reason or "",
        )
        for one in of_person.view_calls(rows)
    ]


register(
    Section(
        name="wishes",
        heading="心愿",
        word=Permission.WISH_READ,
        position=10,
        empty="还没有提交过心愿。",
        rows=lambda staff, subject: of_person.wishes_of(subject.person_id, actor=staff),
        lines=_wishes,
    )
)
register(
    Section(
        name="calls",
        heading="回访",
        word=Permission.WISH_CONTACT,
        position=20,
        empty="还没有为回访看过联系方式。",
        rows=lambda staff, subject: of_person.calls_about(subject.person_id, actor=staff),
        lines=_calls,
    )
)
