"""By which column people know these things."""

from backend.supermarket.models import Item, Redemption, Shop
from backend.supermarket.stock_models import ShopTransfer, Stocktake

NAMES = {
    "redemption": Redemption.number,
    "item": Item.name,
    "shop": Shop.name,
    "stocktake": Stocktake.number,
    "shop_transfer": ShopTransfer.number,
}
