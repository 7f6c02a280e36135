"""Orders of the supermarket: approved one after the other, looked up, given up, returned."""

from typing import Any

import segno
from flask import Response, request, url_for

from backend.console.frame import sentences
from backend.console.frame.decisions import following, with_sentences
from backend.console.frame.forms import Form, JustDo, choice, line, lines
from backend.console.frame.page import (
    Staff,
    asked_page,
    bp,
    next_page_url,
    page,
    redirect_with_message,
    render,
    run_form,
)
from backend.console.frame.todo import Waiting, provider
from backend.errors import NotFound
from backend.organisations import queries as places
from backend.people import permissions
from backend.people import queries as people
from backend.supermarket import limits, queries, sealed, staff_queries
from backend.supermarket.actions import approvals
from backend.supermarket.labels import REDEMPTION_STATES
from backend.supermarket.models import Redemption, RedemptionState

PAGE = 50


class Filters(Form):
    class Meta(Form.Meta):
        csrf = False

    number = line("单号", most=40, needed=False)
    state = choice("状态", REDEMPTION_STATES, needed=False)
    shop = choice("超市", needed=False, numbers=True)


class RejectForm(Form):
    ready = choice("常用说法", needed=False)
    reason = lines("告诉居民的话", most=200, rows=3)


class CancelForm(RejectForm):
    pass


class ReturnForm(RejectForm):
    pass


@bp.app_template_filter("qr")
def qr(text: str) -> str:
    """A code as a picture in the page itself: no other address is asked, and it prints sharply."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=2)


@provider("redemption:approve")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    found = staff_queries.waiting_orders(most, actor=staff)
    names = places.names({one.community_id for one in found})
    told = staff_queries.contents(found)
    return [
        Waiting(
            "审批兑换",
            told[one.id],
            names[one.community_id],
            one.requested_at,
            url_for("console.approve_redemption", redemption_id=one.id),
            one.approve_until,
        )
        for one in found
    ]


@page("/redemptions", guard="redemption:read")
def redemptions(staff: Staff) -> Any:
    """What waits for this clerk, and below it every order of their places, newest first."""
    form = Filters(request.args)
    form.state.choices = {"": "全部状态", **REDEMPTION_STATES}
    form.shop.choices = {
        "": "全部超市",
        **{one.id: one.name for one in staff_queries.shops("redemption:read", actor=staff)},
    }
    form.validate()
    orders = staff_queries.orders(
        form.state.data if not form.state.errors else None,
        form.shop.data if not form.shop.errors else None,
        (form.number.data or None) if not form.number.errors else None,
        actor=staff,
    )
    found, following = asked_page(orders, PAGE)
    decides = staff.may("redemption:approve")
    return render(
        "redemptions/list.html",
        form=form,
        waiting=_waiting(staff, PAGE) if decides and not request.args else [],
        others=staff_queries.for_a_colleague(actor=staff) if decides else 0,
        shown=queries.view_redemptions(found, actor=staff),
        contents=staff_queries.contents(found),
        following=following and next_page_url(following),
    )


# --- one after the other ------------------------------------------------------------------------------


@page("/redemptions/<id:redemption_id>/decide", guard="redemption:approve")
def approve_redemption(staff: Staff, redemption_id: int) -> Any:
    order = queries.order(redemption_id, actor=staff)
    permissions.require(staff.id, "redemption:approve", order.place_id)
    if order.state != RedemptionState.REQUESTED:
        return redirect_with_message(
            "console.redemption", "这张兑换单已经处理过了", redemption_id=redemption_id
        )
    return _decide(staff, order)


def _decide(staff: Staff, order: Redemption, **given: Any) -> Any:
    (shown,) = queries.view_redemptions([order], actor=staff)
    facts: dict[str, Any] = {
        "form": JustDo(formdata=None),
        "reject_form": with_sentences(RejectForm(formdata=None), sentences.REJECT_REDEMPTION),
        **given,
    }
    return render(
        "redemptions/decide.html",
        order=order,
        shown=shown,
        waiting=len(staff_queries.waiting_orders(100, actor=staff)),
        shares=limits.shares(order),
        names=people.masked_names({order.requested_by_id} - {None}),
        **facts,
    )


@page("/redemptions/<id:redemption_id>/approve", guard="redemption:approve", methods=("POST",))
def approve_order(staff: Staff, redemption_id: int) -> Any:
    form = JustDo()
    if run_form(form, lambda: approvals.approve(redemption_id, actor=staff)):
        return _next(staff, redemption_id, f"{form.outcome.number}：已通过")
    return _decide(staff, queries.order(redemption_id, actor=staff), form=form)


@page("/redemptions/<id:redemption_id>/turn-down", guard="redemption:approve", methods=("POST",))
def reject_order(staff: Staff, redemption_id: int) -> Any:
    form = with_sentences(RejectForm(), sentences.REJECT_REDEMPTION)
    if run_form(form, lambda: approvals.reject(redemption_id, form.reason.data, actor=staff)):
        return _next(staff, redemption_id, f"{form.outcome.number}：不予通过，已告诉居民")
    return _decide(staff, queries.order(redemption_id, actor=staff), reject_form=form)


@page("/redemptions/<id:redemption_id>/next", guard="redemption:approve")
def later(staff: Staff, redemption_id: int) -> Response:
    """Leaves this one for later."""
    return _next(staff, redemption_id)


def _next(staff: Staff, after: int, sentence: str | None = None) -> Response:
    found = following(after, lambda one: staff_queries.waiting_orders(2, actor=staff, after=one))
    if found is None:
        return redirect_with_message("console.today", sentence and f"{sentence}。待审批的兑换单都看完了")
    return redirect_with_message("console.approve_redemption", sentence, redemption_id=found.id)


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
        "return_form": with_sentences(ReturnForm(formdata=None), sentences.RETURN_REDEMPTION),
        **given,
    }
    inside = "redemption:read" in permissions.permissions_in(staff.id, order.place_id)
    return render(
        "redemptions/one.html",
        order=order,
        shown=shown,
        timeline=staff_queries.timeline(order),
        proxy=sealed.proxy_of(order) if inside else None,
        person_page=staff.may("person:read") and inside,
        **facts,
    )


@page("/redemptions/<id:redemption_id>/slip")
def pick_up_slip(staff: Staff, redemption_id: int) -> Any:
    """The paper with the code that a resident without a phone takes to the counter."""
    order = queries.order(redemption_id, actor=staff)
    (shown,) = queries.view_redemptions([order], actor=staff)
    if shown.code is None:
        raise NotFound()
    return render("redemptions/slip.html", order=order, shown=shown)


@page("/redemptions/<id:redemption_id>/cancel", methods=("POST",))
def cancel_redemption(staff: Staff, redemption_id: int) -> Any:
    form = with_sentences(CancelForm(), sentences.CANCEL_REDEMPTION)
    if run_form(form, lambda: approvals.cancel(redemption_id, form.reason.data, actor=staff)):
        return redirect_with_message(
            "console.redemption", "已取消，积分和物品都已退回", redemption_id=redemption_id
        )
    return redemption_page(staff, redemption_id, cancel_form=form)


@page("/redemptions/<id:redemption_id>/return", guard="redemption:return", methods=("POST",))
def return_redemption(staff: Staff, redemption_id: int) -> Any:
    form = with_sentences(ReturnForm(), sentences.RETURN_REDEMPTION)
    if run_form(form, lambda: approvals.give_back(redemption_id, form.reason.data, actor=staff)):
        return redirect_with_message("console.redemption", "已退回，积分已返还", redemption_id=redemption_id)
    return redemption_page(staff, redemption_id, return_form=form)


@page("/redemptions/<id:redemption_id>/no-show", guard="redemption:no_show", methods=("POST",))
def not_shown(staff: Staff, redemption_id: int) -> Any:
    form = JustDo()
    if run_form(form, lambda: approvals.no_show(redemption_id, actor=staff)):
        return redirect_with_message(
            "console.redemption", "已登记没有到场，积分已退回", redemption_id=redemption_id
        )
    return redemption_page(staff, redemption_id, form=form)
