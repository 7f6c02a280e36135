"""查看申请: what I asked my colleagues to agree to, and what they ask of me."""

from typing import Any

from flask import url_for

from backend.console.frame.decisions import Address, Decision, Queue, home, register
from backend.console.frame.journal_words import KINDS
from backend.console.frame.page import Staff, page, render
from backend.people import opening_requests
from backend.people.opening_requests import OpeningRequest, RequestView
from backend.people.permissions import Permission

PAGE = 50
_PAGES = {
    "person": ("console.person", "person_id"),
    "wish": ("console.wish", "wish_id"),
    "complaint": ("console.complaint", "complaint_id"),
}


def _subject(row: OpeningRequest | RequestView) -> str:
    return f"{KINDS[row.subject_kind]} {row.subject_id}"


def _address(row: RequestView) -> str:
    endpoint, argument = _PAGES[row.subject_kind]
    parts: dict[str, Any] = {argument: row.subject_id}
    return url_for(endpoint, **parts)


@page("/openings")
def my_openings(staff: Staff) -> Any:
    rows = opening_requests.mine(actor=staff).rows(PAGE)
    shown = opening_requests.view_requests(rows)
    return render("openings/mine.html", rows=[(row, _subject(row), _address(row)) for row in shown])


def _facts(staff: Staff, request_id: int) -> dict[str, Any]:
    (row,) = opening_requests.view_requests([opening_requests.one(request_id, actor=staff)])
    return {"row": row, "subject": _subject(row)}


QUEUE = register(
    Queue(
        kind="同意查看",
        word=Permission.OPENING_GRANT,
        find=opening_requests.to_decide,
        titles=lambda rows: [_subject(row) for row in rows],
        since=lambda row: row.asked_at,
        place=lambda row: row.place_id,
        one=Address("/openings/<id:request_id>", "opening_request"),
        template="openings/decide.html",
        facts=_facts,
        then=home,
        decisions=(
            Decision(
                name="grant",
                label="同意查看",
                key=1,
                address=Address("/openings/<id:request_id>", "decide_opening"),
                verb=lambda one, _form, actor: opening_requests.decide(one, True, actor=actor),
                done=lambda _form: "已同意，同事半小时内可以查看",
            ),
            Decision(
                name="refuse",
                label="不同意",
                key=2,
                address=Address("/openings/<id:request_id>", "decide_opening"),
                verb=lambda one, _form, actor: opening_requests.decide(one, False, actor=actor),
                done=lambda _form: "没有同意，同事会收到消息",
            ),
        ),
    )
)
