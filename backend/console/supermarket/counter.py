"""The counter, made for a queue of people: a code is typed or scanned, looked at, handed over with one key."""

from datetime import datetime
from functools import partial
from typing import Any

from flask import request
from wtforms.validators import Regexp

from backend import clock
from backend.console.frame.decisions import Address, Queue, register
from backend.console.frame.forms import Form, JustDo, code, day, line
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_answered
from backend.console.supermarket import parts
from backend.console.supermarket.redemptions import titles
from backend.db import session
from backend.people import openings
from backend.people import queries as people
from backend.people.permissions import Permission
from backend.supermarket import allowances, limits, queries, queues
from backend.supermarket.actions import counter as verbs
from backend.supermarket.models import Collector, Redemption, RedemptionState

# So many of those who may come are shown beside the field.
BESIDE = 12
EIGHT_DIGITS = Regexp(r"^[0-9]{8}$", message="取货码是 8 位数字")


class CodeForm(Form):
    """Typed by a scanner, which presses Enter itself; spaces between the digits do no harm."""

    code = code("取货码", most=8, render_kw={"autocomplete": "off", "inputmode": "numeric"})

    def validate_code(self, field: Any) -> None:
        EIGHT_DIGITS(self, field)


class DayForm(Form):
    """Of those who may come the ones who chose this day."""

    class Meta(Form.Meta):
        csrf = False

    day = day("选了哪天来领的", needed=False)


class OwnerForm(CodeForm):
    """The owner stands at the counter."""


class ProxyForm(CodeForm):
    """Somebody collects it for the owner."""

    proxy_name = line(
        "代领人姓名", most=limits.PROXY_NAME_MAX, description="加密保存", render_kw={"autocomplete": "off"}
    )


# What has to be collected today: it is handed over at the counter, by its code.
register(
    Queue(
        kind="今天领取",
        word=Permission.REDEMPTION_HAND_OVER,
        find=queues.to_hand_over_today,
        titles=titles,
        since=lambda order: order.approved_at,
        due=lambda order: min(filter(None, (order.collect_on, order.pick_up_until))),
        one=Address("/redemptions/<id:redemption_id>", "redemption"),
    )
)


@page("/counter", guard=Permission.REDEMPTION_HAND_OVER, methods=("GET", "POST"))
def counter(staff: Staff) -> Any:
    """The empty field; with a code the order it opens, which changes nothing yet."""
    form = CodeForm()
    looked_up = partial(verbs.preview, form.code.data, actor=staff)
    if form.is_submitted() and run_answered(form, looked_up, repeatable=True):
        return _preview(staff, form.outcome, form.code.data)
    return _empty(staff, form)


def _empty(staff: Staff, form: Any) -> Any:
    tried = form.code.data
    form.code.raw_data, form.code.data = None, None
    day_form = DayForm(request.args)
    chosen = day_form.day.data if day_form.validate() else None
    soon = queues.to_hand_over(chosen=chosen, actor=staff).rows(BESIDE + 1)
    return render(
        "counter/page.html",
        form=form,
        tried=tried,
        soon=queries.view_redemptions(soon[:BESIDE], actor=staff),
        more=len(soon) > BESIDE,
        day_form=day_form,
        chosen=chosen,
        today=clock.today(),
    )


def _preview(
    staff: Staff, order: Redemption, code: str, form: Any = None, proxy_form: Any = None, less: Any = None
) -> Any:
    (shown,) = queries.view_redemptions([order], actor=staff)
    openings.note_names("redemption", order.id, order.community_id, actor=staff)
    full = {one.id for one in allowances.at_limit(order)}
    return render(
        "counter/preview.html",
        order=shown,
        names=people.officer_names({shown.approved_by_id, shown.requested_by_id} - {None}),
        full=[one.name for one in shown.lines if one.item_id in full],
        code=code,
        form=form or JustDo(formdata=None),
        proxy_form=proxy_form or ProxyForm(formdata=None),
        less=less or parts.less_form(shown, formdata=None),
        early=shown.starts_at is not None and _early(shown.starts_at),
    )


def _early(starts_at: datetime) -> bool:
    return clock.business_day(starts_at) > clock.today()


@page("/counter/<id:redemption_id>/hand-over", guard=Permission.REDEMPTION_HAND_OVER, methods=("POST",))
def hand_over(staff: Staff, redemption_id: int) -> Any:
    """To the owner. Then the empty field again, with a sentence of what was handed over."""
    form = OwnerForm()
    if run_answered(
        form, lambda: verbs.hand_over(redemption_id, form.code.data, Collector.SELF, actor=staff)
    ):
        return _handed_over(staff, form.outcome, "")
    return _again(staff, redemption_id, form)


@page(
    "/counter/<id:redemption_id>/hand-over-to-proxy", guard=Permission.REDEMPTION_HAND_OVER, methods=("POST",)
)
def hand_over_to_proxy(staff: Staff, redemption_id: int) -> Any:
    form = ProxyForm()

    def work() -> Any:
        return verbs.hand_over(
            redemption_id, form.code.data, Collector.PROXY, form.proxy_name.data, actor=staff
        )

    if run_answered(form, work):
        return _handed_over(staff, form.outcome, "，由代领人领取")
    return _again(staff, redemption_id, form)


@page("/counter/<id:redemption_id>/hand-over-less", guard=Permission.REDEMPTION_HAND_OVER, methods=("POST",))
def hand_over_less(staff: Staff, redemption_id: int) -> Any:
    """Less than was ordered: what is missing or broken is free again, with its points."""
    (shown,) = queries.view_redemptions([queries.order(redemption_id, actor=staff)], actor=staff)
    form = parts.less_form(shown)

    def work() -> Any:
        name = form.proxy_name.data or None
        who, given = Collector.PROXY if name else Collector.SELF, parts.to_hand_over(form, shown)
        return verbs.hand_over(redemption_id, form.code.data, who, name, given, actor=staff)

    if run_answered(form, work):
        return _handed_over(staff, form.outcome, "，其余的已退回")
    return _again(staff, redemption_id, form)


def _handed_over(staff: Staff, order: Redemption, how: str) -> Any:
    (shown,) = queries.view_redemptions([order], actor=staff)
    sentence = f"已发给 {shown.person_name}：{shown.content}，用 {shown.points_spent} 积分{how}"
    return redirect_with_message("console.counter", sentence)


def _again(staff: Staff, redemption_id: int, form: Any) -> Any:
    """The order stays in sight while it can still be handed over; else the field, with the sentence."""
    order = session.get(Redemption, redemption_id, populate_existing=True)
    known = order is not None and queries.order(redemption_id, actor=staff).state == RedemptionState.APPROVED
    if order is None or not known or form.code.errors or isinstance(form.refusal, verbs.WrongPickUpCode):
        told = CodeForm(formdata=None)
        told.refusal = form.refusal
        return _empty(staff, told)
    mine = {"proxy_form" if isinstance(form, ProxyForm) else "form": form}
    if "proxy_name" in form and not isinstance(form, ProxyForm):
        mine = {"less": form}
    return _preview(staff, order, form.code.data, **mine)
