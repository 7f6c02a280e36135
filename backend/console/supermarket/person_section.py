"""A resident's orders, on their page."""

from typing import Any

from flask import url_for

from backend.console.frame.page import Staff
from backend.console.frame.person_sections import Line, Section, Subject, register
from backend.people.permissions import Permission
from backend.supermarket import staff_queries


def _orders(_staff: Staff, _subject: Subject, rows: list[Any]) -> list[Line]:
    told = staff_queries.contents(rows)
    return [
        Line(
            title=told.get(one.id, ""),
            address=url_for("console.redemption", redemption_id=one.id),
            number=one.number,
            state=(one.state, "redemption_state"),
            at=one.requested_at,
        )
        for one in rows
    ]


register(
    Section(
        name="orders",
        heading="兑换",
        word=Permission.REDEMPTION_READ,
        position=30,
        empty="还没有兑换过。",
        rows=lambda staff, subject: staff_queries.orders_of_resident(subject.person_id, actor=staff),
        lines=_orders,
    )
)
