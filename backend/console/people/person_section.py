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


def _proxies(staff: Staff, subject: Subject, rows: list[Any]) -> list[Line]:
    return [
        Line(
            title=_proxy_line(one),
            address=url_for("console.proxy", proxy_id=one.proxy_id),
            state=(one.state, "proxy_state"),
            at=one.asked_at,
        )
        for one in family.view_proxies(rows, subject.person_id, actor=staff)
    ]


def _proxy_line(one: family.ProxyRelative) -> str:
    relation = word(one.relation, "proxy_relation")
    return f"{one.name}（{relation}）代办" if one.acts else f"代 {one.name} 办（是对方的{relation}）"


register(
    Section(
        name="proxies",
        heading="家人代办",
        word=Permission.PROXY_ANSWER,
        position=72,
        empty="没有家人代办。",
        rows=lambda staff, subject: family.proxies_of(subject.person_id, actor=staff),
        lines=_proxies,
    )
)
