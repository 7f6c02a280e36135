"""A resident's sign-ups and hours, on their page."""

from typing import Any

from flask import url_for

from backend.console.frame.labels import hours
from backend.console.frame.page import Staff
from backend.console.frame.person_sections import Line, Section, Subject, register
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, record_queries


def _sign_ups(_staff: Staff, _subject: Subject, rows: list[Any]) -> list[Line]:
    return [
        Line(
            title=one.title,
            address=url_for("console.activity", activity_id=one.activity_id),
            state=(one.state, "sign_up_state"),
            at=one.starts_at,
        )
        for one in desk_queries.view_signed_up(rows)
    ]


def _hours(_staff: Staff, subject: Subject) -> list[tuple[str, str]]:
    told = record_queries.totals(subject.person_id)
    if not told["minutes"]:
        return []
    return [
        ("一共", hours(told["minutes"])),
        *((f"{one['year']}年", hours(one["minutes"])) for one in told["by_year"]),
    ]


register(
    Section(
        name="sign-ups",
        heading="报名",
        word=Permission.ACTIVITY_READ,
        position=40,
        empty="还没有报名参加过活动。",
        rows=lambda staff, subject: desk_queries.signed_up(subject.person_id, actor=staff),
        lines=_sign_ups,
    )
)
register(
    Section(
        name="hours",
        heading="服务时长",
        word=Permission.PERSON_READ,
        position=50,
        empty="还没有认定的服务时长。",
        facts=_hours,
        onward=("console.hours_of_person", "时长明细"),
    )
)
