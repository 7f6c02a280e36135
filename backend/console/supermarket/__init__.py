"""Console pages of the exchange supermarket: counter, redemptions, stock, shops, venues."""

from backend.console.frame.menu import Entry

MENU = (
    Entry("积分超市", "柜台", "console.counter", ("redemption:hand_over",)),
    Entry("积分超市", "兑换单", "console.redemptions", ("redemption:read",)),
    Entry("积分超市", "库存", "console.stock", ("stock:read",)),
    Entry("积分超市", "超市设置", "console.shops", ("shop:manage", "shop:exempt")),
)
