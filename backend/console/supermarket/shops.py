"""超市设置: hours, closed days, deadlines; the street may let one person do what two should."""

import re
from datetime import date
from typing import Any

from flask import request
from wtforms.validators import ValidationError

from backend import spreadsheets
from backend.console.frame import sentences
from backend.console.frame.decisions import with_sentences
from backend.console.frame.forms import Form, choice, line, lines, offer, whole
from backend.console.frame.hours_form import WEEKDAYS, HoursForm, hours_data
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.errors import NotAllowed, NotFound, Refused
from backend.people import permissions, place_choices
from backend.people.permissions import Permission
from backend.supermarket import limits, queries, staff_queries
from backend.supermarket.actions import shops as verbs
from backend.supermarket.actions.closings import Effect
from backend.supermarket.models import Shop


class ShopForm(HoursForm):
    """A shop's settings; closed days a line each."""

    name = line("名称", most=limits.SHOP_NAME_MAX)
    address = line("地址", most=limits.ADDRESS_MAX, needed=False)
    approve_days = whole("几个营业日内审批", least=1, most=limits.APPROVE_DAYS_MAX)
    pick_up_days = whole("审批后几个营业日内领取", least=1, most=limits.PICK_UP_DAYS_MAX)
    closed = lines(
        "休息日",
        most=3000,
        needed=False,
        description="一行一天，例如 2027-01-01；这些天场地不能预订，审批和领取的期限不算这些天",
    )

    def validate_closed(self, field: Any) -> None:
        wrong = [one for one in _written(field) if _day(one) is None]
        if wrong:
            raise ValidationError(f"看不懂的日期：{'、'.join(wrong[:3])}，请写成 2027-01-01")
        if len(_written(field)) > limits.CLOSED_DAYS_MAX:
            raise ValidationError(f"最多 {limits.CLOSED_DAYS_MAX} 天")

    def values(self) -> dict[str, Any]:
        """What the verbs take."""
        return {
            "name": self.name.data,
            "address": self.address.data or "",
            "approve_days": self.approve_days.data,
            "pick_up_days": self.pick_up_days.data,
            "opening_hours": self.hours(),
            "closed_days": [day.isoformat() for day in map(_day, _written(self.closed)) if day],
        }


class NewShopForm(ShopForm):
    community = choice("社区", numbers=True)


class FourEyesForm(Form):
    ready = choice("常用理由", needed=False)
    reason = line("理由", most=limits.REASON_MAX, description="会记入日志")


def _written(field: Any) -> list[str]:
    """The days of the field, each as it was typed."""
    return [one for one in re.split(r"[\s、，,;；]+", field.data or "") if one]


def _day(typed: str) -> date | None:
    try:
        return spreadsheets.day(typed)
    except spreadsheets.NotADay:
        return None


def _form_data(shop: Shop) -> dict[str, Any]:
    """The shop as the form shows it."""
    return {
        "name": shop.name,
        "address": shop.address,
        "approve_days": shop.approve_days,
        "pick_up_days": shop.pick_up_days,
        "closed": "\n".join(shop.closed_days),
        **hours_data(shop.opening_hours),
    }


@page("/shops")
def shops(staff: Staff) -> Any:
    """The shops that this person sets up or exempts."""
    if not staff.may(Permission.SHOP_MANAGE, Permission.SHOP_EXEMPT):
        raise NotAllowed()
    found = {
        one.id: one
        for word in (Permission.SHOP_MANAGE, Permission.SHOP_EXEMPT)
        for one in staff_queries.shops(word, actor=staff)
    }
    return render("stock/shops.html", shops=queries.view_shops([found[key] for key in sorted(found)]))


@page("/shops/new", guard=Permission.SHOP_MANAGE, methods=("GET", "POST"))
def new_shop(staff: Staff) -> Any:
    begun = {"approve_days": verbs.APPROVE_DAYS, "pick_up_days": verbs.PICK_UP_DAYS}
    form = NewShopForm(**({} if request.method == "POST" else begun))
    offer(form.community, place_choices.choices(staff, Permission.SHOP_MANAGE, "community"))

    def work() -> Any:
        told = form.values()
        return verbs.open_shop(form.community.data, told.pop("name"), actor=staff, **told)

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message("console.shop", f"“{form.name.data}”已开设", shop_id=form.outcome.id)
    return render("stock/shop_form.html", form=form, weekdays=WEEKDAYS)


@page("/shops/<id:shop_id>", methods=("GET", "POST"))
def shop(staff: Staff, shop_id: int) -> Any:
    """One shop's settings; changed by whoever manages it."""
    found, words = _reached(staff, shop_id)
    form = ShopForm(**({} if request.method == "POST" else _form_data(found)))
    only_look = "look" in request.form

    def work() -> Any:
        effect = verbs.preview_change(shop_id, actor=staff, **form.values())
        if not only_look:
            verbs.change_shop(shop_id, end_bookings=_confirmed(), actor=staff, **form.values())
        return effect

    if request.method == "POST" and run_form(form, work) and not only_look:
        return redirect_with_message("console.shop", _done(form.outcome), shop_id=shop_id)
    return _page(shop_id, words, form, _four_eyes_form(formdata=None), _effect(form, shop_id, staff))


def _confirmed() -> list[int]:
    """The bookings that were on the page when they were agreed to end."""
    return [int(one) for one in request.form.getlist("end_bookings") if one.isascii() and one.isdigit()]


def _done(effect: Effect) -> str:
    ended = len({one.redemption_id for one in effect.bookings})
    told = [f"{ended} 个场地预订已取消"] if ended else []
    told += [f"{len(effect.deadlines)} 张兑换单的期限已顺延"] if effect.deadlines else []
    return "已保存" + ("，" + "，".join(told) + "，并已通知本人" if told else "")


def _effect(form: Any, shop_id: int, staff: Staff) -> Effect | None:
    """What the form would do to orders, once it was sent: looked at, or refused because of them."""
    if request.method == "POST" and not form.errors:
        try:
            return verbs.preview_change(shop_id, actor=staff, **form.values())
        except Refused:
            return None
    return None


def _reached(staff: Staff, shop_id: int) -> tuple[Shop, frozenset[str]]:
    found = queries.shop(shop_id)
    words = permissions.permissions_in(staff.id, found.place_id)
    if not words & {Permission.SHOP_MANAGE, Permission.SHOP_EXEMPT}:
        raise NotFound()
    return found, words


def _four_eyes_form(**more: Any) -> Any:
    return with_sentences(FourEyesForm(**more), sentences.EXEMPT)


def _page(
    shop_id: int, words: frozenset[str], form: Any, four_eyes_form: Any, effect: Effect | None = None
) -> Any:
    return render(
        "stock/shop.html",
        effect=effect,
        shop=queries.view_shops([queries.shop(shop_id)])[0],
        words=words,
        form=form,
        four_eyes_form=four_eyes_form,
        weekdays=WEEKDAYS,
    )


@page("/shops/<id:shop_id>/four-eyes", guard=Permission.SHOP_EXEMPT, methods=("POST",))
def set_four_eyes(staff: Staff, shop_id: int) -> Any:
    """The street lets the approver hand over too, or takes that back; with a reason."""
    found, words = _reached(staff, shop_id)
    form, on = _four_eyes_form(), request.form.get("on") == "yes"
    if run_form(form, lambda: verbs.set_four_eyes(shop_id, on, form.reason.data, actor=staff)):
        told = "审批和发放须由两人办理" if on else "审批的人也可以发放"
        return redirect_with_message("console.shop", told, shop_id=shop_id)
    return _page(shop_id, words, ShopForm(formdata=None, **_form_data(found)), form)
