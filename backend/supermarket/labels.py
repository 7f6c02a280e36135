"""Chinese words for the states and kinds of the exchange supermarket, and for what the journal says of them."""

REDEMPTION_STATES = {
    "requested": "待审批",
    "approved": "待领取",
    "handed_over": "已发放",
    "rejected": "未通过",
    "cancelled": "已取消",
    "expired": "已过期",
    "returned": "已退回",
    "no_show": "没有到场",
}
STOCKTAKE_STATES = {"proposed": "待审核", "approved": "已通过", "rejected": "未通过"}
TRANSFER_STATES = {"sent": "待收货", "received": "已收到", "called_back": "已撤回"}
ITEM_KINDS = {"goods": "物品", "venue": "场地", "activity_support": "活动支持"}
# Of a limit on what one person may redeem.
PERIODS = {"month": "每月", "quarter": "每季度", "year": "每年", "once": "总共"}
COLLECTORS = {"self": "本人", "proxy": "代领"}
STOCK_SOURCES = {"purchase": "采购", "donation": "捐赠"}
FATES = {"shelf": "放回货架", "quarantine": "待检", "written_off": "报损"}
MOVEMENTS = {
    "receipt": "入库",
    "reserve": "预留",
    "release": "取消预留",
    "hand_over": "发放",
    "return": "退回",
    "spoilage": "报损",
    "expired": "过保质期下架",
    "stocktake": "盘点调整",
    "receipt_reversal": "冲销入库",
    "transfer_out": "调出",
    "transfer_in": "调入",
}
# 用途 in 物资出入库台账: a bookkeeper reads there what units left or came back for, beside 入库数 and 出库数.
STOCK_USES = {
    "receipt": "入库",
    "hand_over": "兑换发放",
    "return": "退回入库",
    "spoilage": "报损",
    "expired": "过期下架",
    "stocktake": "盘点调整",
    "receipt_reversal": "红字冲销入库",
    "transfer_out": "调出",
    "transfer_in": "调入",
}

# Who somebody is to a thing, as its moves and permissions name it.
FACTS = {
    "owner": "兑换人",
    "requester": "代办人",
    "requesting": "代办人（仍在岗）",
    "family": "代办的家人",
    "first_pair_of_eyes": "审批人",
    "clerk": "核销人",
    "sender": "调出人",
}

LABELS = {
    "redemption_state": REDEMPTION_STATES,
    "stocktake_state": STOCKTAKE_STATES,
    "transfer_state": TRANSFER_STATES,
    "item_kind": ITEM_KINDS,
    "period": PERIODS,
    "stock_source": STOCK_SOURCES,
    "movement": MOVEMENTS,
    "collector": COLLECTORS,
    "fate": FATES,
}
JOURNAL_KINDS = {
    "redemption": "兑换单",
    "item": "商品",
    "batch": "批次",
    "stocktake": "盘点",
    "shop": "超市",
    "shop_transfer": "调拨",
}
JOURNAL_STATES = {
    "redemption": REDEMPTION_STATES,
    "stocktake": STOCKTAKE_STATES,
    "shop_transfer": TRANSFER_STATES,
}
# What is done besides the moves of states.py, which carry their own labels.
JOURNAL_VERBS = {
    "redemption": {
        "see_names": "查看姓名",
        "request": "申请",
        "move_deadline": "期限顺延",
        "move_collect_on": "领取日顺延",
        "return_part": "退回一部分",
    },
    "item": {
        "put_up": "上架",
        "change": "修改设置",
        "look": "查看图片和文字",
        "take_down": "撤下",
        "add_barcode": "登记条码",
        "remove_barcode": "删除条码",
        "receive": "入库",
        "reverse_receipt": "冲销入库",
        "spoil": "报损",
    },
    "batch": {"expire": "过保质期下架", "release": "待检后上架"},
    "stocktake": {"propose": "提出", "explain": "写明盈亏原因"},
    "shop_transfer": {"send": "调出"},
    "shop": {"open": "开启", "change": "修改设置", "set_four_eyes": "改变由两人办理的规定"},
}
