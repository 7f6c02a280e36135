"""期初积分: the paper book as a sheet, brought in by one and confirmed by another, who has the book at hand."""

import io
from typing import Any

from flask import Response, request, send_file

from backend.console.frame import sentences, uploads
from backend.console.frame.decisions import Address, Decision, Queue, register, stay
from backend.console.frame.forms import Form, choice, lines, offer
from backend.console.frame.page import (
    Staff,
    asked_page,
    next_page_url,
    page,
    redirect_with_message,
    render,
    run_form,
)
from backend.console.frame.uploads import XLSX, UploadForm
from backend.db import transaction
from backend.errors import NotAllowed
from backend.imports import reading
from backend.paging import Place
from backend.people import place_choices
from backend.people.permissions import Permission
from backend.points import limits, opening_balances, opening_queries, opening_sheets, queues
from backend.points.labels import OPENING_ROWS
from backend.points.opening_models import OpeningSheet
from backend.points.opening_sheets import ReadRow

PAGE, ROWS = 50, 100
EXAMPLES = (("P000042", "", "李某某", "120", "2027"), ("", "11100009999", "王某某", "36", "2027"))


class OpeningForm(UploadForm):
    community = choice("社区", numbers=True)


class RowFilter(Form):
    class Meta(Form.Meta):
        csrf = False

    kind = choice("看哪些行", OPENING_ROWS, needed=False)


class TurnDownOpeningForm(Form):
    ready = choice("常用说法", needed=False)
    reason = lines("告诉上传人的话", most=limits.REASON_MAX, rows=3)


@page(
    "/points/opening-balances",
    guard=Permission.POINTS_READ,
    methods=("GET", "POST"),
    largest=reading.MOST_BYTES,
)
def opening_balances_page(staff: Staff) -> Any:
    """Those that came in, what waits, and for community staff the form to bring one in."""
    form = OpeningForm()
    offer(form.community, place_choices.choices(staff, Permission.POINTS_ADJUST, "community"))

    def read() -> list[ReadRow]:
        return opening_sheets.read(form.table(), form.community.data, actor=staff)

    def work(rows: list[ReadRow]) -> OpeningSheet:
        name = form.sheet.data.filename or ""
        return opening_balances.propose(form.community.data, name, rows, actor=staff)

    if request.method == "POST" and not staff.may(Permission.POINTS_ADJUST):
        raise NotAllowed()
    if request.method == "POST" and run_form(form, work, precheck=read):
        return redirect_with_message(
            "console.opening_sheet", "已读完，等同事核对后确认", sheet_id=form.outcome.id
        )
    found, following = asked_page(opening_queries.sheets(actor=staff), PAGE)
    return render(
        "points/opening_balances.html",
        form=form,
        shown=opening_queries.view_sheets(found, actor=staff),
        following=following and next_page_url(following),
        columns=opening_sheets.LAYOUT.columns,
        examples=EXAMPLES,
        **(QUEUE.head(staff) if staff.may(QUEUE.word) and not request.args else {}),
    )


@page("/points/opening-balances/blank", guard=Permission.POINTS_ADJUST)
def blank_opening_sheet(_staff: Staff) -> Response:
    """An empty sheet to fill in."""
    layout = opening_sheets.LAYOUT
    file = io.BytesIO(uploads.blank(layout.columns, layout.needed, EXAMPLES))
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name="期初积分.xlsx")


def _titles(found: list[OpeningSheet]) -> list[str]:
    return [f"{one.file_name or '期初积分表'}" for one in found]


def _facts(staff: Staff, sheet_id: int) -> dict[str, Any]:
    found = opening_queries.sheet(sheet_id, actor=staff)
    form = RowFilter(request.args)
    form.kind.choices = {"": "全部行", **OPENING_ROWS}
    form.validate()
    kind = form.kind.data if not form.kind.errors else None
    rows, following = asked_page(opening_queries.rows(sheet_id, kind or None, actor=staff), ROWS)
    (shown,) = opening_queries.view_sheets([found], actor=staff)
    return {
        "one": shown,
        "form": form,
        "rows": opening_queries.view_rows(rows, actor=staff),
        "following": following and next_page_url(following),
    }


def _book(queue: Queue, staff: Staff, decided: int, place: Place | None, sentence: str | None) -> Response:
    """What was confirmed is booked, as far as somebody can wait for it; the worker goes on with the rest."""
    for part in opening_balances.waiting_parts(decided)[: opening_balances.PARTS_AT_ONCE]:
        with transaction():
            opening_balances.book_part(part)
    return stay(queue, staff, decided, place, sentence)


QUEUE = register(
    Queue(
        kind="确认期初积分",
        word=Permission.POINTS_APPROVE_ADJUSTMENT,
        find=queues.to_confirm,
        titles=_titles,
        since=lambda found: found.uploaded_at,
        one=Address("/points/opening-balances/<id:sheet_id>", "opening_sheet"),
        guard=Permission.POINTS_READ,
        template="points/opening_sheet.html",
        facts=_facts,
        then=_book,
        most=PAGE,
        decisions=(
            Decision(
                name="confirm",
                label="确认，入账",
                key=1,
                address=Address("/points/opening-balances/<id:sheet_id>/confirm", "confirm_opening_sheet"),
                verb=lambda one, _form, actor: opening_balances.confirm(one, actor=actor),
                done=lambda _form: "已确认",
            ),
            Decision(
                name="reject",
                label="驳回",
                key=2,
                address=Address(
                    "/points/opening-balances/<id:sheet_id>/turn-down", "turn_down_opening_sheet"
                ),
                form=TurnDownOpeningForm,
                ready=sentences.REJECT_OPENING,
                verb=lambda one, form, actor: opening_balances.reject(one, form.reason.data, actor=actor),
                done=lambda _form: "已驳回，没有积分入账",
            ),
        ),
    )
)
