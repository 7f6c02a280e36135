"""The items of all one's shops as a list."""

from flask import request, url_for

from backend.console.frame.forms import choice, line
from backend.console.frame.lists import Column, Filters, Listed, register
from backend.console.frame.page import Staff
from backend.people.permissions import Permission
from backend.supermarket import item_list, staff_queries
from backend.supermarket.labels import ITEM_KINDS


class ItemFilters(Filters):
    text = line("名称", most=40, needed=False)
    kind = choice("类别", ITEM_KINDS, needed=False)
    shop = choice("超市", needed=False, numbers=True)
    condition = choice("情况", item_list.CONDITIONS, needed=False)


def _form(staff: Staff) -> ItemFilters:
    form = ItemFilters(request.args)
    del form.first, form.last
    shops = staff_queries.shops(Permission.STOCK_READ, actor=staff)
    form.kind.choices = {"": "全部类别", **ITEM_KINDS}
    form.shop.choices = {"": "全部超市", **{one.id: one.name for one in shops}}
    form.condition.choices = {"": "全部", **item_list.CONDITIONS}
    return form


register(
    Listed(
        name="物品列表",
        measure="种",
        rule="/stock/list",
        endpoint="items_listed",
        word=Permission.STOCK_READ,
        form=_form,
        plain=("text", "kind", "shop", "condition"),
        sorts=item_list.SORTS,
        find=lambda asked, sort, staff: item_list.listed(item_list.ItemFilters(**asked), sort, actor=staff),
        rows=lambda found, staff: item_list.rows(found, actor=staff),
        columns=(
            Column(
                "名称",
                lambda one: one.name,
                address=lambda one: url_for("console.item", item_id=one.id),
                width=28,
            ),
            Column("类别", lambda one: one.kind, words=ITEM_KINDS),
            Column("超市", lambda one: one.shop, width=24),
            Column("积分", lambda one: one.points, "number"),
            Column("现有", lambda one: one.on_hand, "number"),
            Column("已预留", lambda one: one.reserved, "number"),
            Column("可兑", lambda one: one.available, "number"),
            Column("上架", lambda one: "是" if one.on_shelf else "否"),
        ),
    )
)
