"""送货单: many lines of one paper in one page; goods are named or scanned. And the codes of an item."""

from typing import Any

from flask import request

from backend.console.frame.forms import Form, JustDo, choice, code, day, line, one_of, tick, whole
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.supermarket import shop_choice
from backend.console.supermarket.stock import BarcodeForm, item_page
from backend.errors import InvalidInput
from backend.people.permissions import Permission
from backend.supermarket import barcode_queries, limits, staff_queries
from backend.supermarket.actions import barcodes
from backend.supermarket.actions import deliveries as verbs
from backend.supermarket.actions.deliveries import Delivered
from backend.supermarket.labels import STOCK_SOURCES

ROWS = 15


class _DeliveryForm(Form):
    source = one_of("来源", STOCK_SOURCES)
    document = line("票据号", most=limits.DOCUMENT_MAX, needed=False)
    donor = line("捐赠方", most=limits.DONOR_MAX, needed=False, description="捐赠时填，加密保存")
    donor_public = tick("捐赠方同意公开名称")


def _form(goods: dict[int, str]) -> Any:
    fields: dict[str, Any] = {}
    for row in range(1, ROWS + 1):
        fields |= {
            f"code_{row}": code(f"第 {row} 行条码", most=14, needed=False),
            f"item_{row}": choice(f"第 {row} 行物品", goods, needed=False, numbers=True),
            f"units_{row}": whole(f"第 {row} 行数量", least=1, most=limits.UNITS_MAX, needed=False),
            f"batch_{row}": line(f"第 {row} 行批次", most=limits.BATCH_MAX, needed=False),
            f"ends_{row}": day(f"第 {row} 行保质期至", needed=False),
            f"cost_{row}": whole(f"第 {row} 行金额（元）", least=0, most=limits.COST_MAX, needed=False),
        }
    return type("DeliveryForm", (_DeliveryForm,), fields)()


@page("/stock/deliveries/new", guard=Permission.STOCK_RECEIVE, methods=("GET", "POST"))
def new_delivery(staff: Staff) -> Any:
    """All of it is received under one number, or nothing; a row that is left empty is none."""
    shop = shop_choice.needed(staff, Permission.STOCK_RECEIVE)
    goods = {one.id: one.name for one in staff_queries.goods(shop.id)}
    form = _form(goods)

    def work() -> Any:
        giver: dict[str, Any] = {"document": form.document.data or None, "donor": form.donor.data or None}
        giver["donor_public"] = bool(form.donor_public.data)
        return verbs.deliver(shop.id, form.source.data, _lines(form, shop.id, staff), **giver, actor=staff)

    if request.method == "POST" and run_form(form, work):
        number = form.outcome[0].reference.partition(":")[0]
        told = f"已入库 {len(form.outcome)} 行，单号 {number}"
        return redirect_with_message("console.stock", told, shop=shop.id)
    return render("stock/delivery.html", shop=shop, form=form, rows=range(1, ROWS + 1))


def _lines(form: Any, shop_id: int, staff: Staff) -> list[Delivered]:
    """The filled rows. Raises InvalidInput beside the field that is wrong."""
    typed = {row: form[f"code_{row}"].data for row in range(1, ROWS + 1)}
    codes = {row: barcodes.gtin(text) for row, text in typed.items() if text}
    known = barcode_queries.scanned(shop_id, [one for one in codes.values() if one], actor=staff)
    lines, wrong = [], {}
    for row in range(1, ROWS + 1):
        item_id, units = form[f"item_{row}"].data, form[f"units_{row}"].data
        found = known.get(codes.get(row) or "")
        if row in codes and (found is None or item_id not in (None, found.item_id)):
            wrong[f"code_{row}"] = ["这个条码没有登记，或不是这种物品的"]
        elif (found or item_id) and units is None:
            wrong[f"units_{row}"] = ["请填写数量"]
        elif units is not None and not (found or item_id):
            wrong[f"item_{row}"] = ["请选择物品或扫条码"]
        elif units is not None:
            lines.append(_line(form, row, found, item_id, units))
    if wrong:
        raise InvalidInput(wrong)
    return lines


def _line(form: Any, row: int, found: Any, item_id: Any, units: int) -> Delivered:
    batch, ends, cost = (form[f"{name}_{row}"].data for name in ("batch", "ends", "cost"))
    pieces = units * (found.factor if found else 1)
    return Delivered(found.item_id if found else item_id, pieces, batch or None, ends, cost)


@page("/stock/items/<id:item_id>/barcodes", guard=Permission.STOCK_RECEIVE, methods=("POST",))
def add_barcode(staff: Staff, item_id: int) -> Any:
    staff_queries.item(item_id, Permission.STOCK_RECEIVE, actor=staff)
    form = BarcodeForm()
    if run_form(form, lambda: barcodes.add(item_id, form.code.data, form.factor.data, actor=staff)):
        return redirect_with_message("console.item", "条码已登记", item_id=item_id)
    return item_page(staff, item_id, barcode_form=form)


@page(
    "/stock/items/<id:item_id>/barcodes/<id:barcode_id>/remove",
    guard=Permission.STOCK_RECEIVE,
    methods=("POST",),
)
def remove_barcode(staff: Staff, item_id: int, barcode_id: int) -> Any:
    staff_queries.item(item_id, Permission.STOCK_RECEIVE, actor=staff)
    form = JustDo()
    if run_form(form, lambda: barcodes.remove(item_id, barcode_id, actor=staff)):
        return redirect_with_message("console.item", "条码已删除", item_id=item_id)
    return item_page(staff, item_id, form=form)
