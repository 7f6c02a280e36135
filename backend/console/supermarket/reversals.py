"""冲销入库: somebody else looks at a receipt that was booked wrongly, and takes it back with a reason."""

from typing import Any

from flask import request

from backend.console.frame import sentences
from backend.console.frame.decisions import with_sentences
from backend.console.frame.forms import Form, choice, line
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.people.permissions import Permission
from backend.supermarket import limits, queries, staff_queries, stock_queries
from backend.supermarket.actions import reversals


class ReverseForm(Form):
    ready = choice("常用原因", needed=False)
    reason = line("原因", most=limits.REASON_MAX)


@page(
    "/stock/items/<id:item_id>/receipts/<id:movement_id>/reverse",
    guard=Permission.STOCK_REVERSE,
    methods=("GET", "POST"),
)
def reverse_receipt(staff: Staff, item_id: int, movement_id: int) -> Any:
    item, shop = staff_queries.item(item_id, Permission.STOCK_REVERSE, actor=staff)
    receipt = stock_queries.receipt(item_id, movement_id, actor=staff)
    form = with_sentences(ReverseForm(), sentences.REVERSE_RECEIPT)

    def work() -> Any:
        return reversals.reverse_receipt(item_id, movement_id, form.reason.data, actor=staff)

    if request.method == "POST" and run_form(form, work):
        taken = f"{receipt.reference} 的 {receipt.quantity} {item.unit}"
        return redirect_with_message("console.item", f"已冲销 {taken}，原来的记录仍在", item_id=item_id)
    (shown,) = queries.view_items([item], actor=staff)
    return render(
        "stock/reverse.html", form=form, item=shown, shop=queries.view_shops([shop])[0], receipt=receipt
    )
