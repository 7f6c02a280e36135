"""Orders of the supermarket: approved one after the other, looked up, given up, returned."""

from collections.abc import Sequence
from typing import Any

import segno
from flask import Response, request, url_for

from backend import clock
from backend.console.frame import sentences, things
from backend.console.frame.decisions import Address, Decision, Queue, register, with_sentences
from backend.console.frame.forms import Form, JustDo, choice, day, line, lines
from backend.console.frame.lists import Bulk, Column, Filters, Listed
from backend.console.frame.lists import register as list_of
from backend.console.frame.page import Staff, bp, page, redirect_with_message, render, run_form
from backend.console.supermarket import parts
from backend.errors import NotFound
from backend.ledger import trail
from backend.people import openings, permissions
from backend.people import queries as people
from backend.people.masking import Kind, masked
from backend.people.permissions import Permission
from backend.supermarket import (
    allowances,
    limits,
    list_queries,
    queries,
    queues,
    staff_queries,
    stock_queries,
)
from backend.supermarket.actions import approvals, extensions
from backend.supermarket.labels import REDEMPTION_STATES
from backend.supermarket.models import Redemption, RedemptionState
from backend.supermarket.notices import points_back

PAGE = 50


class OrderFilters(Filters):
    number = line("单号", most=40, needed=False)
    state = choice("状态", REDEMPTION_STATES, needed=False)
    shop = choice("超市", needed=False, numbers=True)
    item = line("物品", most=40, needed=False)
    person = line("谁", most=40, needed=False, looked_for=True, description="姓名、卡号或完整手机号")


class RejectForm(Form):
    ready = choice("常用说法", needed=False)
    reason = lines("告诉居民的话", most=limits.REASON_MAX, rows=3)


class CancelForm(RejectForm):
    pass


class ExtendForm(RejectForm):
    until = day("延长到", description="超市营业的日子")


@bp.app_template_filter("qr")
def qr(text: str) -> str:
    """A code as a picture in the page itself: no other address is asked, and it prints sharply."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=2)


def _filters(staff: Staff) -> OrderFilters:
    form = OrderFilters(request.args)
    if not staff.may(Permission.PERSON_READ):
        del form.person
    form.state.choices = {"": "全部状态", **REDEMPTION_STATES}
    shops = staff_queries.shops(Permission.REDEMPTION_READ, actor=staff)
    form.shop.choices = {"": "全部超市", **{one.id: one.name for one in shops}}
    return form


def _waiting(staff: Staff) -> dict[str, Any]:
    """What waits for this clerk, above every order of their places."""
    decides = staff.may(Permission.REDEMPTION_APPROVE)
    return {
        "others": queues.for_a_colleague(actor=staff) if decides else 0,
        **(QUEUE.head(staff) if decides and not request.args else {}),
    }


def _slips(found: Sequence[Redemption], staff: Staff) -> dict[str, Any]:
    shown = queries.view_redemptions(found, actor=staff)
    return {
        "orders": [one for one in shown if one.pick_up_code is not None],
        "without": [one.number for one in shown if one.pick_up_code is None],
    }


def _delivery_note(found: Sequence[Redemption], staff: Staff) -> dict[str, Any]:
    return {"orders": list_queries.rows(found, actor=staff), "staff": staff, "today": clock.today()}


LIST = list_of(
    Listed(
        name="兑换单",
        measure="张",
        rule="/redemptions",
        endpoint="redemptions",
        word=Permission.REDEMPTION_READ,
        form=_filters,
        plain=("number", "state", "shop", "person"),
        sorts=list_queries.SORTS,
        find=lambda asked, sort, staff: list_queries.listed(
            list_queries.OrderFilters(**asked), sort, actor=staff
        ),
        rows=lambda found, staff: list_queries.rows(found, actor=staff),
        bulk=(
            Bulk("打印取货单", "/redemptions/slips", "redemption_slips", "redemptions/slips.html", _slips),
            Bulk(
                "打印送货签收单",
                "/redemptions/delivery-note",
                "delivery_note",
                "redemptions/delivery_note.html",
                _delivery_note,
            ),
        ),
        template="redemptions/list.html",
        facts=_waiting,
        columns=(
            Column(
                "单号",
                lambda one: one.number,
                address=lambda one: url_for("console.redemption", redemption_id=one.id),
            ),
            Column("内容", lambda one: one.content, width=30),
            Column("谁", lambda one: one.person, on_paper=lambda one: masked(Kind.NAME, one.person)),
            Column("积分", lambda one: one.points, "number"),
            Column("状态", lambda one: one.state, "state", REDEMPTION_STATES),
            Column("超市", lambda one: one.shop, width=20),
            Column("期限", lambda one: one.due, "day", late=lambda one: one.late),
            Column("申请", lambda one: one.requested_at, "moment", width=18),
        ),
    )
)


# --- one after the other ------------------------------------------------------------------------------


def titles(orders: list[Redemption]) -> list[str]:
    """What each of these orders is called where it waits: what it is for."""
    contents = staff_queries.contents(orders)
    return [contents[one.id] for one in orders]


def _gone(staff: Staff, redemption_id: int) -> Response | None:
    order = queries.order(redemption_id, actor=staff)
    permissions.require(staff.id, Permission.REDEMPTION_APPROVE, order.place_id)
    if order.state == RedemptionState.REQUESTED:
        return None
    return redirect_with_message("console.redemption", "这张兑换单已经处理过了", redemption_id=redemption_id)


def _facts(staff: Staff, redemption_id: int) -> dict[str, Any]:
    order = queries.order(redemption_id, actor=staff)
    (shown,) = queries.view_redemptions([order], actor=staff)
    openings.note_names("redemption", order.id, order.community_id, actor=staff)
    return {
        "order": shown,
        "shares": allowances.shares(order),
        "names": people.officer_names({shown.requested_by_id} - {None}),
    }


QUEUE = register(
    Queue(
        kind="审批兑换",
        word=Permission.REDEMPTION_APPROVE,
        find=queues.to_approve,
        titles=titles,
        since=lambda order: order.requested_at,
        due=lambda order: order.approve_until,
        one=Address("/redemptions/<id:redemption_id>/decide", "approve_redemption"),
        template="redemptions/decide.html",
        facts=_facts,
        gone=_gone,
        later=Address("/redemptions/<id:redemption_id>/next", "later"),
        most=PAGE,
        finished="待审批的兑换单都看完了",
        decisions=(
            Decision(
                name="approve",
                label="审批通过",
                key=1,
                address=Address("/redemptions/<id:redemption_id>/approve", "approve_order"),
                verb=lambda one, _form, actor: approvals.approve(one, actor=actor),
                done=lambda form: f"{form.outcome.number}：已通过",
            ),
            Decision(
                name="reject",
                label="不予通过",
                key=2,
                address=Address("/redemptions/<id:redemption_id>/turn-down", "reject_order"),
                form=RejectForm,
                ready=sentences.REJECT_REDEMPTION,
                prefix="reject-",
                verb=lambda one, form, actor: approvals.reject(one, form.reason.data, actor=actor),
                done=lambda form: f"{form.outcome.number}：不予通过，已告诉居民",
            ),
        ),
    )
)


# --- one order ----------------------------------------------------------------------------------------


@page("/redemptions/<id:redemption_id>")
def redemption(staff: Staff, redemption_id: int) -> Any:
    return redemption_page(staff, redemption_id)


def redemption_page(staff: Staff, redemption_id: int, **given: Any) -> Any:
    """An order with what happened to it, and a tried form among `given`."""
    order = queries.order(redemption_id, actor=staff)
    (shown,) = queries.view_redemptions([order], actor=staff)
    facts: dict[str, Any] = {
        "form": JustDo(formdata=None),
        "cancel_form": with_sentences(CancelForm(formdata=None), sentences.CANCEL_REDEMPTION),
        "extend_form": with_sentences(ExtendForm(formdata=None), sentences.EXTEND_REDEMPTION),
        "return_form": with_sentences(parts.return_form(shown, formdata=None), sentences.RETURN_REDEMPTION),
        **given,
    }
    inside = Permission.REDEMPTION_READ in permissions.permissions_in(staff.id, order.place_id)
    return render(
        "redemptions/one.html",
        order=shown,
        timeline=staff_queries.timeline(shown),
        person_page=things.address_of("person", order.person_id, staff) if inside else None,
        moved=trail.of_hold(order.hold_reference) if inside and staff.may(Permission.POINTS_READ) else [],
        movements=stock_queries.of_order(order) if inside and staff.may(Permission.STOCK_READ) else [],
        **facts,
    )


@page("/redemptions/<id:redemption_id>/slip")
def pick_up_slip(staff: Staff, redemption_id: int) -> Any:
    """The paper with the code that a resident without a phone takes to the counter."""
    (shown,) = queries.view_redemptions([queries.order(redemption_id, actor=staff)], actor=staff)
    if shown.pick_up_code is None:
        raise NotFound()
    return render("redemptions/slip.html", order=shown)


def _back(ended: approvals.GivenUp) -> str:
    """What came back of the points, as the ledger answered."""
    return points_back(ended.back.came_back, ended.back.ended)


@page("/redemptions/<id:redemption_id>/cancel", methods=("POST",))
def cancel_redemption(staff: Staff, redemption_id: int) -> Any:
    form = with_sentences(CancelForm(), sentences.CANCEL_REDEMPTION)
    if run_form(form, lambda: approvals.take_back(redemption_id, form.reason.data, actor=staff)):
        return redirect_with_message(
            "console.redemption", f"已取消，{_back(form.outcome)}", redemption_id=redemption_id
        )
    return redemption_page(staff, redemption_id, cancel_form=form)


@page("/redemptions/<id:redemption_id>/extend", guard=Permission.REDEMPTION_EXTEND, methods=("POST",))
def extend_redemption(staff: Staff, redemption_id: int) -> Any:
    """More time to collect it, for this one order."""
    form = with_sentences(ExtendForm(), sentences.EXTEND_REDEMPTION)

    def work() -> Any:
        return extensions.extend(redemption_id, form.until.data, form.reason.data, actor=staff)

    if run_form(form, work):
        told = f"领取期限已延长到 {form.outcome.pick_up_until:%m月%d日}，已告诉居民"
        return redirect_with_message("console.redemption", told, redemption_id=redemption_id)
    return redemption_page(staff, redemption_id, extend_form=form)


@page("/redemptions/<id:redemption_id>/return", guard=Permission.REDEMPTION_RETURN, methods=("POST",))
def return_redemption(staff: Staff, redemption_id: int) -> Any:
    (shown,) = queries.view_redemptions([queries.order(redemption_id, actor=staff)], actor=staff)
    form = with_sentences(parts.return_form(shown), sentences.RETURN_REDEMPTION)

    def work() -> Any:
        back = parts.coming_back(form, shown)
        return approvals.give_back(redemption_id, form.reason.data, back, actor=staff)

    if run_form(form, work):
        return redirect_with_message("console.redemption", "已退回，已通知居民", redemption_id=redemption_id)
    return redemption_page(staff, redemption_id, return_form=form)


@page("/redemptions/<id:redemption_id>/no-show", guard=Permission.REDEMPTION_NO_SHOW, methods=("POST",))
def not_shown(staff: Staff, redemption_id: int) -> Any:
    form = JustDo()
    if run_form(form, lambda: approvals.end_unused(redemption_id, actor=staff)):
        return redirect_with_message(
            "console.redemption", f"已登记没有到场，{_back(form.outcome)}", redemption_id=redemption_id
        )
    return redemption_page(staff, redemption_id, form=form)
