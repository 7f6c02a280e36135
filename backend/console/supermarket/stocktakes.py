"""盘点: counted on paper or at the PC, differences shown, let into the books by somebody else."""

from typing import Any

from flask import request

from backend import clock
from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Decision, Queue, register, stay
from backend.console.frame.forms import Form, choice, line, lines, refuse_beyond, whole
from backend.console.frame.page import Staff, asked_page, page, redirect_with_message, render, run_form
from backend.console.supermarket import shop_choice
from backend.errors import InvalidInput
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import barcode_queries, limits, queues, staff_queries, stock_queries
from backend.supermarket.actions import barcodes
from backend.supermarket.actions import stocktakes as verbs
from backend.supermarket.views import CountedView, GoodsView

PAGE = 50


class TurnBackForm(Form):
    ready = choice("常用说法", needed=False)
    reason = lines("告诉盘点人的话", most=limits.REASON_MAX, rows=3)


class CountForm(Form):
    """With two fields for each item: see `_count_form`. Or scanned: a code a line, as often as it was scanned."""

    scans = lines("扫码盘点", most=20_000, needed=False, rows=4)

    def validate(self, extra_validators: Any = None) -> bool:
        good, most = super().validate(extra_validators), limits.COUNTED_ITEMS_MAX
        counted = [field for field in self if field.name.startswith("counted_") and field.data is not None]
        return refuse_beyond(counted, most, f"一次最多盘点 {most} 种，其余的下一次再盘") and good


def _explain_form(lines: list[CountedView]) -> type[Form]:
    """A field for each item that differs."""
    fields = {
        f"why_{one.item_id}": line(f"{one.name}差异原因", most=limits.REASON_MAX, needed=False)
        for one in lines
        if one.difference
    }
    return type("ExplainOf", (Form,), fields)


def _count_form(items: list[GoodsView]) -> type[CountForm]:
    """A form with two fields an item: what was counted, and why it differs."""
    fields: dict[str, Any] = {}
    for one in items:
        fields[f"counted_{one.id}"] = whole(f"{one.name}实盘", least=0, most=limits.UNITS_MAX, needed=False)
        fields[f"why_{one.id}"] = line(f"{one.name}差异原因", most=limits.REASON_MAX, needed=False)
    return type("CountOf", (CountForm,), fields)


@page("/stock/stocktakes", guard=Permission.STOCK_READ)
def stocktakes(staff: Staff) -> Any:
    shop, all_shops = shop_choice.chosen(staff, Permission.STOCK_READ)
    if shop is None:
        return render("stock/none.html")
    found, following = asked_page(stock_queries.stocktakes(shop.id, actor=staff), PAGE)
    return render(
        "stock/stocktakes.html",
        shop=shop,
        shops=all_shops,
        words=permissions.permissions_in(staff.id, shop.community_id),
        shown=stock_queries.view_stocktakes(found, actor=staff),
        following=following,
    )


@page("/stock/stocktakes/sheet", guard=Permission.STOCK_READ)
def count_sheet(staff: Staff) -> Any:
    """To count with a pen: without the books' numbers, so that one really counts."""
    shop = shop_choice.needed(staff, Permission.STOCK_READ)
    return render("stock/sheet.html", shop=shop, items=staff_queries.goods(shop.id), today=clock.today())


@page("/stock/stocktakes/new", guard=Permission.STOCKTAKE_PROPOSE, methods=("GET", "POST"))
def new_stocktake(staff: Staff) -> Any:
    """What was counted; what is left empty was not counted."""
    shop = shop_choice.needed(staff, Permission.STOCKTAKE_PROPOSE)
    items = staff_queries.goods(shop.id)
    form = _count_form(items)()

    def work() -> Any:
        scanned = _scanned(form.scans.data or "", shop.id, staff)
        counted = [
            (one.id, units + scanned.get(one.id, 0), form[f"why_{one.id}"].data or None)
            for one in items
            if (units := form[f"counted_{one.id}"].data or 0) or one.id in scanned or _typed(form, one.id)
        ]
        return verbs.propose(shop.id, counted, actor=staff)

    if request.method == "POST" and run_form(form, work):
        (shown,) = stock_queries.view_stocktakes([form.outcome], actor=staff)
        unexplained = sum(one.unexplained for one in shown.lines)
        done = (
            f"盘点已提交。{unexplained} 种与账面不符，请写明原因"
            if unexplained
            else "盘点已提交，等监盘人审核"
        )
        return redirect_with_message("console.stocktake", done, stocktake_id=form.outcome.id)
    return render("stock/count.html", shop=shop, items=items, form=form)


def _typed(form: Any, item_id: int) -> bool:
    return form[f"counted_{item_id}"].data is not None


def _scanned(text: str, shop_id: int, staff: Staff) -> dict[int, int]:
    """Pieces by item of what was scanned. Raises InvalidInput for a code that the shop does not know."""
    codes = [(line, barcodes.gtin(line)) for line in text.split()]
    known = barcode_queries.scanned(shop_id, [code for _, code in codes if code], actor=staff)
    strange = sorted({line for line, code in codes if code not in known})
    if strange:
        raise InvalidInput(scans=[f"本超市没有登记这些条码：{'、'.join(strange[:5])}"])
    pieces: dict[int, int] = {}
    for _, code in codes:
        found = known[code or ""]
        pieces[found.item_id] = pieces.get(found.item_id, 0) + found.factor
    return pieces


def _facts(staff: Staff, stocktake_id: int) -> dict[str, Any]:
    found = stock_queries.stocktake(stocktake_id, actor=staff)
    (shown,) = stock_queries.view_stocktakes([found], actor=staff)
    return {
        "one": shown,
        "different": [line for line in shown.lines if line.difference],
        "unexplained": [line.name for line in shown.lines if line.unexplained],
        "explain": _explain_form(shown.lines)(
            formdata=None, **{f"why_{one.item_id}": one.reason for one in shown.lines}
        ),
        "own": found.proposed_by_id == staff.id,
    }


@page("/stock/stocktakes/<id:stocktake_id>/explain", guard=Permission.STOCKTAKE_PROPOSE, methods=("POST",))
def explain_stocktake(staff: Staff, stocktake_id: int) -> Any:
    """Why items differ, from who counted: the books were not before them."""
    found = stock_queries.stocktake(stocktake_id, actor=staff)
    (shown,) = stock_queries.view_stocktakes([found], actor=staff)
    form = _explain_form(shown.lines)()

    def work() -> Any:
        written = [
            (one.item_id, reason)
            for one in shown.lines
            if one.difference and (reason := form[f"why_{one.item_id}"].data)
        ]
        return verbs.explain(stocktake_id, written, actor=staff)

    if run_form(form, work):
        return redirect_with_message(
            "console.stocktake", "原因已写明，等监盘人审核", stocktake_id=stocktake_id
        )
    return QUEUE.show(staff, stocktake_id, explain=form)


QUEUE = register(
    Queue(
        kind="审核盘点",
        word=Permission.STOCKTAKE_APPROVE,
        find=queues.stocktakes_to_check,
        titles=lambda found: [one.number for one in found],
        since=lambda found: found.proposed_at,
        one=Address("/stock/stocktakes/<id:stocktake_id>", "stocktake"),
        guard=Permission.STOCK_READ,
        template="stock/stocktake.html",
        facts=_facts,
        # A shop has one at a time; whoever let it into the books sees what became of them.
        then=stay,
        decisions=(
            Decision(
                name="approve",
                label="通过，调整账面",
                open=lambda facts: not facts["unexplained"],
                key=1,
                address=Address("/stock/stocktakes/<id:stocktake_id>/approve", "approve_stocktake"),
                verb=lambda one, _form, actor: verbs.approve(one, actor=actor),
                done=lambda _form: "已通过，账面已按差异调整",
            ),
            Decision(
                name="reject",
                label="退回重盘",
                key=2,
                address=Address("/stock/stocktakes/<id:stocktake_id>/turn-back", "turn_back_stocktake"),
                form=TurnBackForm,
                ready=sentences.REJECT_STOCKTAKE,
                send="退回",
                verb=lambda one, form, actor: verbs.reject(one, form.reason.data, actor=actor),
                done=lambda _form: "已退回，请重新盘点",
            ),
        ),
    )
)
