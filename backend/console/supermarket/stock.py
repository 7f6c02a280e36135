"""库存: what a shop has, lacks and gives away; items are put on the shelf, received, written off."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import request, url_for

from backend import clock, config
from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Queue, register, with_sentences
from backend.console.frame.forms import Form, JustDo, choice, code, day, line, lines, one_of, tick, whole
from backend.console.frame.page import (
    Staff,
    asked_page,
    page,
    redirect_to,
    redirect_with_message,
    render,
    run_form,
)
from backend.console.supermarket import shop_choice
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import barcode_queries, demand, limits, queries, queues, staff_queries, stock_queries
from backend.supermarket.actions import barcodes, receipts, returned_goods
from backend.supermarket.actions import items as item_verbs
from backend.supermarket.labels import ITEM_KINDS, PERIODS, STOCK_SOURCES
from backend.supermarket.models import Item, ItemKind, Period

PAGE = 50
MOST_ITEMS = 1000
ITEM = Address("/stock/items/<id:item_id>", "item")


class SearchForm(Form):
    class Meta(Form.Meta):
        csrf = False

    q = line("名称或条码", most=40, needed=False, looked_for=True)
    kind = choice("类别", ITEM_KINDS, needed=False)


class TakeDownForm(Form):
    reason = line("告诉上架人的话", most=limits.REASON_MAX)


class BarcodeForm(Form):
    code = code("商品条码", most=14, description="扫单件或整箱上的条码")
    factor = whole("扫一次算几件", least=1, most=limits.UNITS_MAX, default=1, description="整箱填箱内件数")


class ItemForm(Form):
    name = line("名称", most=limits.ITEM_NAME_MAX, description="写上规格，例如“东北大米 5 公斤”")
    description = lines("说明", most=limits.DESCRIPTION_MAX, needed=False, rows=2)
    unit = line("单位", most=limits.UNIT_MAX, description="袋、桶、场、份")
    points = whole("每单位的积分", least=1, most=limits.POINTS_MAX)
    limit_per_person = whole(
        "每人限兑", least=1, most=limits.UNITS_MAX, needed=False, description="不填为不限"
    )
    limit_period = choice("限兑的周期", PERIODS)
    on_shelf = tick("上架，居民可以兑换")
    low_stock = whole(
        "剩多少时提醒补货", least=0, most=limits.UNITS_MAX, needed=False, description="不填不提醒"
    )
    pick_up_days = whole(
        "审批后几个营业日内领取",
        least=1,
        most=limits.PICK_UP_DAYS_MAX,
        needed=False,
        description="生鲜可以填 1；不填按超市的期限",
    )
    same_name = tick("与超市里另一种同名，确实要这样")
    slot_minutes = whole(
        "每个时段多少分钟", least=limits.SLOT_MINUTES_MIN, most=limits.SLOT_MINUTES_MAX, needed=False
    )


class ReceiptForm(Form):
    quantity = whole("数量", least=1, most=limits.UNITS_MAX)
    source = one_of("来源", STOCK_SOURCES)
    donor = line("捐赠方", most=limits.DONOR_MAX, needed=False, description="捐赠时填，加密保存")
    donor_public = tick("捐赠方同意公开名称")
    batch_no = line("批次", most=limits.BATCH_MAX, needed=False)
    best_before = day("保质期至", needed=False, description="没有保质期的不填；当天仍可发放")
    document = line("票据号", most=limits.DOCUMENT_MAX, needed=False)
    cost = whole("采购金额或捐赠估值（元）", least=0, most=limits.COST_MAX, needed=False)


class SpoilForm(Form):
    quantity = whole("数量", least=1, most=limits.UNITS_MAX)
    batch = choice("从哪一批扣", needed=False, numbers=True)
    ready = choice("常用原因", needed=False)
    reason = line("原因", most=limits.REASON_MAX)


def _warned_at(row: Any) -> datetime:
    batch, warned = row[0], timedelta(days=config.settings().batch_warning_days)
    return batch.warned_at or min(clock.now(), clock.day_starts(batch.best_before - warned))


# Food and other lots that end soon, to be given away in time: a batch, its item and the community of its shop.
register(
    Queue(
        kind="快到保质期",
        word=Permission.STOCK_RECEIVE,
        find=queues.ending,
        titles=lambda rows: [
            f"{item.name}：{batch.on_hand} {item.unit}" for batch, item, _community_id in rows
        ],
        since=_warned_at,
        due=lambda row: row[0].best_before,
        # Goods wait for nobody.
        to_come=True,
        place=lambda row: row[2],
        identity=lambda row: row[0].id,
        one=ITEM,
        link=lambda row: url_for("console.item", item_id=row[1].id),
    )
)
# An item, the community of its shop, and since when.
register(
    Queue(
        kind="库存不多",
        word=Permission.STOCK_RECEIVE,
        find=queues.low,
        titles=lambda rows: [
            f"{item.name}：可兑 {item.on_hand - item.reserved} {item.unit}"
            for item, _community_id, _since in rows
        ],
        since=lambda row: row[2],
        to_come=True,
        place=lambda row: row[1],
        identity=lambda row: row[0].id,
        one=ITEM,
    )
)


@page("/stock", guard=Permission.STOCK_READ)
def stock(staff: Staff) -> Any:
    """One shop's items with what is there, set aside and left to be redeemed."""
    shop, all_shops = shop_choice.chosen(staff, Permission.STOCK_READ)
    if shop is None:
        return render("stock/none.html")
    form = SearchForm(request.args)
    form.kind.choices = {"": "全部类别", **ITEM_KINDS}
    form.validate()
    kind = form.kind.data if not form.kind.errors else None
    q = (form.q.data or None) if not form.q.errors else None
    scanned = barcodes.gtin(q or "")
    known = barcode_queries.scanned(shop.id, [scanned], actor=staff) if scanned else {}
    if scanned in known:
        return redirect_to(url_for("console.item", item_id=known[scanned].item_id))
    found = queries.items(shop.id, kind, q, actor=staff).rows(MOST_ITEMS)
    soon = stock_queries.warned_until(shop.id)
    first = staff_queries.first_days(shop.id)
    return render(
        "stock/list.html",
        shop=shop,
        shops=all_shops,
        words=permissions.permissions_in(staff.id, shop.community_id),
        today=stock_queries.today(shop.id, actor=staff),
        items=queries.view_items(found, actor=staff),
        first=first,
        ending={key for key, last in first.items() if last <= soon},
        kinds=ITEM_KINDS,
        form=form,
    )


@page("/stock/demand", guard=Permission.STOCK_READ)
def stock_demand(staff: Staff) -> Any:
    """What people want and do not get: figures by item, without names."""
    shop, all_shops = shop_choice.chosen(staff, Permission.STOCK_READ)
    if shop is None:
        return render("stock/none.html")
    shown = demand.of_shop(shop.id, actor=staff)
    return render("stock/demand.html", shop=shop, shops=all_shops, shown=shown)


# --- items --------------------------------------------------------------------------------------------


def _content(form: Any, kind: str) -> dict[str, Any]:
    """What the verbs take; only goods have a mark, only venues slots."""
    told = {name: value for name, value in form.data.items() if name != "csrf_token"}
    told["description"] = told["description"] or ""
    if kind != ItemKind.GOODS:
        told.pop("low_stock", None)
    told.pop("slot_minutes" if kind != ItemKind.VENUE else "pick_up_days", None)
    return told


def _item_form(kind: str, **more: Any) -> Any:
    form = ItemForm(**more)
    if kind != ItemKind.GOODS:
        del form.low_stock
    if kind != ItemKind.VENUE:
        del form.slot_minutes
    else:
        del form.pick_up_days
    return form


@page("/stock/items/new", guard=Permission.ITEM_MANAGE, methods=("GET", "POST"))
def new_item(staff: Staff) -> Any:
    shop = shop_choice.needed(staff, Permission.ITEM_MANAGE)
    kind = request.args.get("kind")
    kind = kind if kind in ITEM_KINDS else ItemKind.GOODS
    begun = {
        "unit": item_verbs.UNITS[kind],
        "limit_period": Period.QUARTER,
        "on_shelf": True,
        "slot_minutes": 60,
    }
    form = _item_form(kind, **({} if request.method == "POST" else begun))

    def work() -> Any:
        told = _content(form, kind)
        return item_verbs.create_item(
            shop.id, kind, told.pop("name"), told.pop("points"), actor=staff, **told
        )

    if request.method == "POST" and run_form(form, work):
        told = _with_warnings(f"已新增“{form.name.data}”", form.outcome)
        return redirect_with_message("console.item", told, item_id=form.outcome.id)
    return render("stock/item_form.html", form=form, shop=shop, kind=kind, item=None)


def _with_warnings(told: str, made: Item) -> str:
    return "。请注意：".join([told, *item_verbs.warnings(made)])


@page("/stock/items/<id:item_id>", guard=Permission.STOCK_READ)
def item(staff: Staff, item_id: int) -> Any:
    return item_page(staff, item_id)


def item_page(staff: Staff, item_id: int, **given: Any) -> Any:
    """An item with its batches and events, and a tried form among `given`."""
    found, shop = staff_queries.item(item_id, Permission.STOCK_READ, actor=staff)
    rows, following = asked_page(stock_queries.movements(item_id, actor=staff), PAGE)
    batches = stock_queries.batches(item_id, actor=staff)
    facts: dict[str, Any] = {
        "form": JustDo(formdata=None),
        "receipt_form": ReceiptForm(formdata=None),
        "spoil_form": _spoil_form(batches, formdata=None),
        "take_down_form": TakeDownForm(formdata=None),
        "barcode_form": BarcodeForm(formdata=None),
        **given,
    }
    return render(
        "stock/item.html",
        item=queries.view_items([found], actor=staff)[0],
        shop=queries.view_shops([shop])[0],
        words=permissions.permissions_in(staff.id, shop.place_id),
        batches=batches,
        barcodes=barcode_queries.of_item(item_id, actor=staff),
        soon=stock_queries.warned_until(shop.id),
        today=clock.today(),
        movements=stock_queries.view_movements(rows, actor=staff),
        following=following,
        **facts,
    )


@page("/stock/items/<id:item_id>/change", guard=Permission.ITEM_MANAGE, methods=("GET", "POST"))
def change_item(staff: Staff, item_id: int) -> Any:
    found, shop = staff_queries.item(item_id, Permission.ITEM_MANAGE, actor=staff)
    form = _item_form(found.kind, obj=found)
    if request.method == "POST" and run_form(
        form, lambda: item_verbs.change(item_id, _content(form, found.kind), actor=staff)
    ):
        return redirect_with_message("console.item", _with_warnings("已修改", form.outcome), item_id=item_id)
    (shown,) = queries.view_items([found], actor=staff)
    return render(
        "stock/item_form.html", form=form, shop=queries.view_shops([shop])[0], kind=shown.kind, item=shown
    )


@page("/stock/items/<id:item_id>/shelf", guard=Permission.ITEM_MANAGE, methods=("POST",))
def turn_shelf(staff: Staff, item_id: int) -> Any:
    """Puts the item on the shelf or takes it off; orders that stand keep what they have."""
    found, _shop = staff_queries.item(item_id, Permission.ITEM_MANAGE, actor=staff)
    form, onto = JustDo(), request.form.get("to") == "on"
    if run_form(form, lambda: item_verbs.change(item_id, {"on_shelf": onto}, actor=staff)):
        return redirect_with_message(
            "console.item", f"“{found.name}”已{'上架' if onto else '下架'}", item_id=item_id
        )
    return item_page(staff, item_id, form=form)


@page("/stock/items/<id:item_id>/take-down", guard=Permission.ITEM_TAKE_DOWN, methods=("POST",))
def take_down_item(staff: Staff, item_id: int) -> Any:
    """撤下: off the shelf at once, with a reason that whoever put it up is told. Orders that stand are named."""
    found, _shop = staff_queries.item(item_id, Permission.ITEM_TAKE_DOWN, actor=staff)
    form = TakeDownForm()
    if run_form(form, lambda: item_verbs.take_down(item_id, form.reason.data, actor=staff)):
        stay = "、".join(one.number for one in queries.open_orders_of(item_id)[:10])
        told = f"“{found.name}”已撤下" + (f"；没有办完的兑换单仍然有效：{stay}" if stay else "")
        return redirect_with_message("console.item", told, item_id=item_id)
    return item_page(staff, item_id, take_down_form=form)


# --- in and out ---------------------------------------------------------------------------------------


@page("/stock/items/<id:item_id>/receive", guard=Permission.STOCK_RECEIVE, methods=("POST",))
def receive(staff: Staff, item_id: int) -> Any:
    """入库."""
    staff_queries.item(item_id, Permission.STOCK_RECEIVE, actor=staff)
    form = ReceiptForm()

    def work() -> Any:
        told: dict[str, Any] = {
            name: value or None for name, value in form.data.items() if name != "csrf_token"
        }
        told["donor_public"] = bool(told["donor_public"])
        return receipts.receive(item_id, told.pop("quantity"), told.pop("source"), actor=staff, **told)

    if run_form(form, work):
        return redirect_with_message(
            "console.item", f"已入库 {form.quantity.data}，单号 {form.outcome.reference}", item_id=item_id
        )
    return item_page(staff, item_id, receipt_form=form)


def _spoil_form(batches: list[Any], **more: Any) -> Any:
    form = SpoilForm(**more)
    form.batch.choices = {"": "最早到期的", **{one.id: _batch_name(one) for one in batches}}
    return with_sentences(form, sentences.SPOIL)


def _batch_name(one: Any) -> str:
    ends = f"，保质期至 {one.best_before:%Y-%m-%d}" if one.best_before else ""
    apart = "，待检" if one.quarantined else ""
    return f"{one.batch_no or '无批次'}{ends}，现有 {one.on_hand}{apart}"


@page(
    "/stock/items/<id:item_id>/batches/<id:batch_id>/release", guard=Permission.STOCK_SPOIL, methods=("POST",)
)
def release_batch(staff: Staff, item_id: int, batch_id: int) -> Any:
    """待检后上架: what came back was looked at, and is good."""
    found, _shop = staff_queries.item(item_id, Permission.STOCK_SPOIL, actor=staff)
    form = JustDo()
    work = partial(returned_goods.release_from_quarantine, item_id, batch_id, actor=staff)
    if run_form(form, work):
        told = f"“{found.name}”待检的 {form.outcome.on_hand} {found.unit} 已放回货架"
        return redirect_with_message("console.item", told, item_id=item_id)
    return item_page(staff, item_id, form=form)


@page("/stock/items/<id:item_id>/spoil", guard=Permission.STOCK_SPOIL, methods=("POST",))
def spoil(staff: Staff, item_id: int) -> Any:
    """报损."""
    found: tuple[Item, Any] = staff_queries.item(item_id, Permission.STOCK_SPOIL, actor=staff)
    form = _spoil_form(stock_queries.batches(item_id, actor=staff))

    def work() -> Any:
        return receipts.spoil(item_id, form.quantity.data, form.reason.data, form.batch.data, actor=staff)

    if run_form(form, work):
        return redirect_with_message(
            "console.item", f"已报损 {form.quantity.data} {found[0].unit}", item_id=item_id
        )
    return item_page(staff, item_id, spoil_form=form)
