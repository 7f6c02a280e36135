"""The limits of a field are the same at every door, and what they let through fits what is answered and its column."""

from types import SimpleNamespace

import pytest
from marshmallow import validate
from wtforms.validators import Length, NumberRange

from backend.api import points as points_api
from backend.api.frame.bodies import LookIn, OnBehalfIn, ReasonIn
from backend.api.supermarket import items, redemptions, shops, stock
from backend.console.points import adjustments, rules
from backend.console.supermarket import counter, item_pictures, on_behalf, parts, stocktakes
from backend.console.supermarket import redemptions as redemption_pages
from backend.console.supermarket import shops as shop_pages
from backend.console.supermarket import stock as stock_pages
from backend.supermarket.models import Item, Line, Shop
from backend.supermarket.stock_models import Batch, Movement

ONE = SimpleNamespace(id=1, name="大米")
Units = on_behalf._units_form("activity_support", [ONE])
Counts = stocktakes._count_form([ONE])

# Where the console takes it, where the API takes it, where the API answers it, and its column.
FIELDS = {
    "a shop's name": (
        [(shop_pages.ShopForm, "name")],
        [(shops.ShopIn, "name"), (shops.ShopChange, "name")],
        [(shops.ShopOut, "name"), (redemptions.RedemptionOut, "shop_name")],
        Shop.name,
    ),
    "its address": (
        [(shop_pages.ShopForm, "address")],
        [(shops.ShopIn, "address"), (shops.ShopChange, "address")],
        [(shops.ShopOut, "address")],
        Shop.address,
    ),
    "days to approve": (
        [(shop_pages.ShopForm, "approve_days")],
        [(shops.ShopIn, "approve_days"), (shops.ShopChange, "approve_days")],
        [(shops.ShopOut, "approve_days")],
        None,
    ),
    "days to pick up": (
        [(shop_pages.ShopForm, "pick_up_days")],
        [(shops.ShopIn, "pick_up_days"), (shops.ShopChange, "pick_up_days")],
        [(shops.ShopOut, "pick_up_days")],
        None,
    ),
    "an item's own days to pick up": (
        [(stock_pages.ItemForm, "pick_up_days")],
        [(items.ItemIn, "pick_up_days")],
        [],
        None,
    ),
    "weeks of a series": ([(on_behalf.SlotsForm, "weeks")], [(redemptions.SeriesIn, "weeks")], [], None),
    "an item's name": (
        [(stock_pages.ItemForm, "name")],
        [(items.ItemIn, "name")],
        [
            (schema, "name")
            for schema in (
                items.ItemOut,
                redemptions.RedemptionLineOut,
                stock.StocktakeLineOut,
                shops.LowOut,
                shops.EndingOut,
                shops.BookedOut,
            )
        ],
        Line.name,
    ),
    "its description": (
        [(stock_pages.ItemForm, "description")],
        [(items.ItemIn, "description")],
        [(items.ItemOut, "description")],
        Item.description,
    ),
    "its unit": (
        [(stock_pages.ItemForm, "unit")],
        [(items.ItemIn, "unit")],
        [(items.ItemOut, "unit"), (redemptions.RedemptionLineOut, "unit"), (stock.StocktakeLineOut, "unit")],
        Line.unit,
    ),
    "its points": (
        [(stock_pages.ItemForm, "points")],
        [(items.ItemIn, "points")],
        [(items.ItemOut, "points")],
        None,
    ),
    "units a person": (
        [(stock_pages.ItemForm, "limit_per_person")],
        [(items.ItemIn, "limit_per_person")],
        [(items.ItemOut, "limit_per_person")],
        None,
    ),
    "the mark of low stock": (
        [(stock_pages.ItemForm, "low_stock")],
        [(items.ItemIn, "low_stock")],
        [(items.ItemOut, "low_stock")],
        None,
    ),
    "a slot's minutes": (
        [(stock_pages.ItemForm, "slot_minutes")],
        [(items.ItemIn, "slot_minutes")],
        [(items.ItemOut, "slot_minutes")],
        None,
    ),
    "units of an order": (
        [(Units, "units_1")],
        [(redemptions.LineIn, "quantity")],
        [(redemptions.RedemptionLineOut, "quantity")],
        None,
    ),
    "a purpose": (
        [(Units, "purpose")],
        [(redemptions.RedemptionIn, "purpose")],
        [(redemptions.RedemptionOut, "purpose")],
        None,
    ),
    "on whose behalf": ([(on_behalf.OnBehalfForm, "reason")], [(OnBehalfIn, "reason")], [], None),
    "who collects": ([(counter.ProxyForm, "proxy_name")], [(redemptions.HandOverIn, "proxy_name")], [], None),
    "why an order ended": (
        [(redemption_pages.RejectForm, "reason"), (parts.ReturnForm, "reason")],
        [(ReasonIn, "reason"), (redemptions.GiveUpIn, "reason")],
        [(redemptions.RedemptionOut, "reason")],
        None,
    ),
    "units of a receipt": (
        [(stock_pages.ReceiptForm, "quantity"), (stock_pages.SpoilForm, "quantity")],
        [(stock.ReceiptIn, "quantity"), (stock.SpoilageIn, "quantity")],
        [(stock.StockMovementOut, "quantity")],
        None,
    ),
    "a donor": (
        [(stock_pages.ReceiptForm, "donor")],
        [(stock.ReceiptIn, "donor")],
        [(stock.StockMovementOut, "donor")],
        None,
    ),
    "a batch": (
        [(stock_pages.ReceiptForm, "batch_no")],
        [(stock.ReceiptIn, "batch_no")],
        [(stock.StockMovementOut, "batch"), (stock.BatchOut, "batch_no"), (shops.EndingOut, "batch_no")],
        Batch.batch_no,
    ),
    "a document": (
        [(stock_pages.ReceiptForm, "document")],
        [(stock.ReceiptIn, "document")],
        [(stock.StockMovementOut, "document")],
        Movement.document,
    ),
    "what it cost": (
        [(stock_pages.ReceiptForm, "cost")],
        [(stock.ReceiptIn, "cost")],
        [(stock.StockMovementOut, "cost")],
        None,
    ),
    "why it was written off": (
        [(stock_pages.SpoilForm, "reason")],
        [(stock.SpoilageIn, "reason")],
        [(stock.StockMovementOut, "reason")],
        None,
    ),
    "units counted": (
        [(Counts, "counted_1")],
        [(stock.CountedIn, "counted")],
        [(stock.StocktakeLineOut, "counted")],
        None,
    ),
    "why it differs": (
        [(Counts, "why_1")],
        [(stock.CountedIn, "reason")],
        [(stock.StocktakeLineOut, "reason"), (stock.StockMovementOut, "reason")],
        None,
    ),
    "why it is counted again": (
        [(stocktakes.TurnBackForm, "reason")],
        [(ReasonIn, "reason")],
        [(stock.StocktakeOut, "review_reason")],
        None,
    ),
    "why a picture is hidden": ([(item_pictures.ItemLookForm, "reason")], [(LookIn, "reason")], [], None),
    "why points are adjusted": (
        [(adjustments.ProposeForm, "reason")],
        [(points_api.AdjustmentIn, "reason")],
        [(points_api.AdjustmentOut, "reason")],
        None,
    ),
    "points adjusted": (
        [(adjustments.ProposeForm, "points")],
        [(points_api.AdjustmentIn, "points")],
        [(points_api.AdjustmentOut, "points")],
        None,
    ),
    "why they are not": (
        [(adjustments.TurnDownForm, "reason")],
        [(ReasonIn, "reason")],
        [(points_api.AdjustmentOut, "decision_reason")],
        None,
    ),
    "points earned": (
        [(rules.RuleForm, "points")],
        [(points_api.RuleIn, "points")],
        [(points_api.RuleOut, "points")],
        None,
    ),
    "a cap of them": (
        [(rules.RuleForm, "cap_per_activity"), (rules.RuleForm, "cap_per_day")],
        [(points_api.RuleIn, "cap_per_activity"), (points_api.RuleIn, "cap_per_day")],
        [(points_api.RuleOut, "cap_per_activity"), (points_api.RuleOut, "cap_per_day")],
        None,
    ),
    "things in an order": (
        [],
        [(redemptions.RedemptionIn, "lines")],
        [(redemptions.RedemptionOut, "lines")],
        None,
    ),
    "slots of an order": (
        [],
        [(redemptions.RedemptionIn, "slot_ids"), (redemptions.SeriesIn, "slot_ids")],
        [(redemptions.RedemptionOut, "slots")],
        None,
    ),
    "things counted at once": ([], [(stock.StocktakeIn, "lines")], [(stock.StocktakeOut, "lines")], None),
    "closed days": (
        [],
        [(shops.ShopIn, "closed_days"), (shops.ShopChange, "closed_days")],
        [(shops.ShopOut, "closed_days")],
        None,
    ),
}


def most_of_schema(schema, name):
    field = schema().fields[name]
    (rule,) = [one for one in field.validators if isinstance(one, validate.Length | validate.Range)]
    return rule.max


def most_of_form(form, name):
    _label, checks, *_more = getattr(form, name).args
    (rule,) = [one for one in checks if isinstance(one, Length | NumberRange)]
    return rule.max


@pytest.mark.parametrize("what", FIELDS)
def test_a_field_has_one_limit(what):
    console, taken, answered, column = FIELDS[what]
    (most,) = {most_of_form(*one) for one in console} | {most_of_schema(*one) for one in taken}
    assert all(most_of_schema(*one) >= most for one in answered)
    assert column is None or getattr(column.type, "length", None) in (None, most)
