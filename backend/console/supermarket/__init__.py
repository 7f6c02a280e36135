"""Console pages of the exchange supermarket: counter, redemptions, stock, shops, venues."""

from backend.console.frame.menu import Entry
from backend.people.permissions import Permission

MENU = (
    Entry("积分超市", "柜台", "console.counter", (Permission.REDEMPTION_HAND_OVER,)),
    Entry("积分超市", "兑换单", "console.redemptions", (Permission.REDEMPTION_READ,)),
    Entry("积分超市", "库存", "console.stock", (Permission.STOCK_READ,)),
    Entry("积分超市", "超市设置", "console.shops", (Permission.SHOP_MANAGE, Permission.SHOP_EXEMPT)),
)

# What the journal calls by a kind, the page that shows it, and what that page calls the id.
THINGS = (
    ("redemption", "redemption", "redemption_id"),
    ("item", "item", "item_id"),
    ("stocktake", "stocktake", "stocktake_id"),
    ("shop", "shop", "shop_id"),
    ("shop_transfer", "shop_transfer", "transfer_id"),
)
