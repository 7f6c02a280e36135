"""Chinese words for the states and kinds of the exchange supermarket."""

COLLECTORS = {"self": "本人", "proxy": "代领"}


SOURCES = {"purchase": "采购", "donation": "捐赠"}


MOVEMENTS = {
    "receipt": "入库",
    "hand_over": "兑换发放",
    "return": "退回入库",
    "spoilage": "报损",
    "expired": "过期下架",
    "stocktake": "盘点调整",
}
