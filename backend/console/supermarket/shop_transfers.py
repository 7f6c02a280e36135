"""调拨: goods sent to another shop, and what arrived from one."""

from typing import Any

from flask import request

from backend.console.frame.forms import Form, choice, line, offer, whole
from backend.console.frame.page import Staff, asked_page, page, redirect_with_message, render, run_form
from backend.console.supermarket import shop_choice
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import limits, queries, staff_queries, transfer_queries
from backend.supermarket.actions import shop_transfers as verbs

PAGE = 50


class SendForm(Form):
    shop = choice("调到", numbers=True)
    quantity = whole("数量", least=1, most=limits.UNITS_MAX)
    reason = line("原因", most=limits.REASON_MAX)


class ArrivedForm(Form):
    received = whole("实收数量", least=1, most=limits.UNITS_MAX)
    item = choice("记在本超市的哪种物品下", numbers=True)
    reason = line("少收的原因", most=limits.REASON_MAX, needed=False)


class CallBackForm(Form):
    reason = line("撤回的原因", most=limits.REASON_MAX)


@page("/stock/transfers", guard=Permission.STOCK_READ)
def shop_transfers(staff: Staff) -> Any:
    shop, all_shops = shop_choice.chosen(staff, Permission.STOCK_READ)
    if shop is None:
        return render("stock/none.html")
    found, following = asked_page(transfer_queries.of_shop(shop.id, actor=staff), PAGE)
    shown = transfer_queries.view(found, actor=staff)
    return render("stock/transfers.html", shop=shop, shops=all_shops, shown=shown, following=following)


@page("/stock/items/<id:item_id>/send", guard=Permission.STOCK_TRANSFER, methods=("GET", "POST"))
def send_goods(staff: Staff, item_id: int) -> Any:
    item, shop = staff_queries.item(item_id, Permission.STOCK_TRANSFER, actor=staff)
    form = SendForm()
    offer(form.shop, transfer_queries.other_shops(shop.id))

    def work() -> Any:
        return verbs.send(item_id, form.shop.data, form.quantity.data, form.reason.data, actor=staff)

    if request.method == "POST" and run_form(form, work):
        told = f"已调出 {form.quantity.data} {item.unit}，单号 {form.outcome.number}，等对方确认到货"
        return redirect_with_message("console.shop_transfer", told, transfer_id=form.outcome.id)
    (shown,) = queries.view_items([item], actor=staff)
    return render("stock/send.html", form=form, item=shown)


@page("/stock/transfers/<id:transfer_id>", guard=Permission.STOCK_READ)
def shop_transfer(staff: Staff, transfer_id: int) -> Any:
    return _one(staff, transfer_id)


def _one(staff: Staff, transfer_id: int, **given: Any) -> Any:
    found = transfer_queries.one(transfer_id, actor=staff)
    (shown,) = transfer_queries.view([found], actor=staff)
    begun = {"formdata": None, "received": shown.quantity}
    facts = {"arrived_form": _arrived_form(found, **begun), "back_form": CallBackForm(formdata=None), **given}
    return render("stock/transfer.html", one=shown, **facts)


def _arrived_form(found: Any, **more: Any) -> Any:
    form = ArrivedForm(**more)
    offer(form.item, {one.id: one.name for one in transfer_queries.kept_as(found)})
    return form


@page("/stock/transfers/<id:transfer_id>/receive", guard=Permission.STOCK_TRANSFER, methods=("POST",))
def receive_goods(staff: Staff, transfer_id: int) -> Any:
    found = transfer_queries.one(transfer_id, actor=staff)
    permissions.require(staff.id, Permission.STOCK_TRANSFER, found.to_community_id)
    form = _arrived_form(found)

    def work() -> Any:
        told = (form.received.data, form.item.data, form.reason.data or None)
        return verbs.receive(transfer_id, *told, actor=staff)

    if run_form(form, work):
        return redirect_with_message("console.shop_transfer", "已确认到货，已入账", transfer_id=transfer_id)
    return _one(staff, transfer_id, arrived_form=form)


@page("/stock/transfers/<id:transfer_id>/call-back", guard=Permission.STOCK_TRANSFER, methods=("POST",))
def call_back_goods(staff: Staff, transfer_id: int) -> Any:
    found = transfer_queries.one(transfer_id, actor=staff)
    permissions.require(staff.id, Permission.STOCK_TRANSFER, found.from_community_id)
    form = CallBackForm()
    if run_form(form, lambda: verbs.call_back(transfer_id, form.reason.data, actor=staff)):
        return redirect_with_message(
            "console.shop_transfer", "已撤回，物品已回到库存", transfer_id=transfer_id
        )
    return _one(staff, transfer_id, back_form=form)
