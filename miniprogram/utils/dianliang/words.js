// 由代码里的状态表生成，请不要手工修改：flask open-api
// states：各种状态的说法；actions：`actions` 里的操作对应的按钮文字。
module.exports = {
  "states": {
    "wish": {
      "draft": "草稿",
      "submitted": "待审核",
      "sent_back": "退回补充",
      "accepted": "审核通过",
      "declined": "不予受理",
      "referred": "已转介",
      "published": "等待认领",
      "claimed": "已认领",
      "fulfilled": "已送达，待确认",
      "confirmed": "已点亮",
      "closed_unconfirmed": "办结未回访",
      "carried_over": "转下一期",
      "escalated": "已报街道",
      "withdrawn": "已撤回",
      "merged": "已合并",
      "taken_down": "已撤下"
    },
    "round": {
      "collecting": "征集中",
      "reviewing": "审核中",
      "published": "发布中",
      "closed": "已结束"
    },
    "activity": {
      "draft": "草稿",
      "published": "已发布",
      "ended": "已结束",
      "certified": "已认定",
      "cancelled": "已取消"
    },
    "sign_up": {
      "confirmed": "已报名",
      "waitlisted": "候补",
      "checked_in": "已签到",
      "checked_out": "已签退",
      "certified": "已认定",
      "unverified": "没有签退",
      "cancelled": "已取消",
      "late_cancelled": "临时取消",
      "excused": "请假",
      "no_show": "没有到场"
    },
    "correction": {
      "requested": "待处理",
      "approved": "已同意",
      "rejected": "不同意"
    },
    "backfill": {
      "requested": "待处理",
      "approved": "已同意",
      "rejected": "不同意"
    },
    "certificate": {
      "issued": "有效",
      "revoked": "已撤销"
    },
    "redemption": {
      "requested": "待审批",
      "approved": "待领取",
      "handed_over": "已发放",
      "rejected": "未通过",
      "cancelled": "已取消",
      "expired": "已过期",
      "returned": "已退回",
      "no_show": "没有到场"
    },
    "stocktake": {
      "proposed": "待审核",
      "approved": "已通过",
      "rejected": "未通过"
    },
    "shop_transfer": {
      "sent": "待收货",
      "received": "已收到",
      "called_back": "已撤回"
    },
    "adjustment": {
      "proposed": "待审核",
      "approved": "已通过",
      "rejected": "未通过"
    },
    "opening_sheet": {
      "proposed": "待确认",
      "confirmed": "已确认",
      "rejected": "未通过"
    },
    "complaint": {
      "received": "已收到",
      "escalated": "上一级办理",
      "answered": "已答复",
      "withdrawn": "已撤回"
    },
    "residency": {
      "declared": "待核实",
      "verified": "已核实",
      "rejected": "未通过"
    },
    "party_registration": {
      "pending": "待核实",
      "verified": "已核实",
      "rejected": "未通过"
    },
    "team": {
      "applied": "申请加入",
      "accepted": "队员",
      "declined": "没有同意",
      "left": "已退出"
    },
    "guardianship": {
      "declared": "待核实",
      "verified": "已核实",
      "rejected": "未通过",
      "ended": "已结束"
    },
    "proxy": {
      "asked": "等对方同意",
      "agreed": "已同意",
      "declined": "没有同意",
      "ended": "已结束"
    },
    "person_merge": {
      "asked": "本人申请",
      "proposed": "待复核",
      "approved": "已合并",
      "rejected": "没有合并"
    },
    "duty_item_change": {
      "proposed": "待决定",
      "granted": "已采纳",
      "rejected": "未采纳"
    },
    "ticket": {
      "reported": "待分流",
      "assigned": "待签收",
      "handling": "办理中",
      "needs_info": "待补充",
      "returned": "退回待裁定",
      "resolved": "已办结，待回访",
      "closed": "已结束",
      "merged": "已并案",
      "referred": "已转出",
      "declined": "不予受理",
      "withdrawn": "已撤回"
    }
  },
  "actions": {
    "wish": {
      "submit": "提交",
      "withdraw": "撤回",
      "accept": "审核通过",
      "send_back": "退回补充",
      "decline": "不予受理",
      "refer": "转介",
      "merge": "合并",
      "publish": "发布",
      "claim": "认领",
      "release": "放弃认领",
      "expire": "逾期释放",
      "fulfil": "送达",
      "confirm": "确认",
      "dispute": "没有办好",
      "close_unconfirmed": "未确认办结",
      "carry_over": "结转下期",
      "escalate": "上报街道",
      "republish": "街道重新发布",
      "explain": "街道说明退回",
      "take_down": "撤下",
      "redact": "遮盖部分内容",
      "reopen": "再次提出"
    },
    "round": {
      "review": "停止征集",
      "publish": "发布",
      "close": "结束"
    },
    "activity": {
      "move_up": "候补转正",
      "cancel_sign_up": "取消报名",
      "cancel_late": "临时取消",
      "excuse": "请假",
      "check_in": "签到",
      "check_in_again": "签到（下一场）",
      "check_out": "签退",
      "call_in": "点名（到场）",
      "call_in_again": "点名（又一场到场）",
      "call_out": "点名（到场和离开）",
      "lapse": "未签退",
      "miss": "未到场",
      "call_off": "活动取消或结束",
      "certify": "认定时长",
      "publish": "发布",
      "cancel": "取消",
      "end": "结束",
      "propose_hours": "申报时长",
      "edit": "修改",
      "repeat": "每周重复",
      "show_code": "显示签到码",
      "message": "发消息",
      "roll_call": "点名",
      "sign_up": "报名"
    },
    "sign_up": {
      "move_up": "候补转正",
      "cancel_sign_up": "取消报名",
      "cancel_late": "临时取消",
      "excuse": "请假",
      "check_in": "签到",
      "check_in_again": "签到（下一场）",
      "check_out": "签退",
      "call_in": "点名（到场）",
      "call_in_again": "点名（又一场到场）",
      "call_out": "点名（到场和离开）",
      "lapse": "未签退",
      "miss": "未到场",
      "call_off": "活动取消或结束",
      "certify": "认定"
    },
    "correction": {
      "approve": "同意更正",
      "reject": "不同意更正"
    },
    "backfill": {
      "approve": "同意补录",
      "reject": "不同意补录"
    },
    "certificate": {
      "revoke": "撤销"
    },
    "redemption": {
      "approve": "审批通过",
      "reject": "不予通过",
      "cancel": "取消",
      "expire": "过期",
      "extend": "延长领取期限",
      "hand_over": "核销",
      "return": "退回",
      "no_show": "未到场"
    },
    "stocktake": {
      "approve": "盘点通过",
      "reject": "盘点退回",
      "explain": "写明盈亏原因"
    },
    "shop_transfer": {
      "receive": "收到调拨",
      "call_back": "撤回调拨"
    },
    "adjustment": {
      "approve": "批准",
      "reject": "驳回"
    },
    "opening_sheet": {
      "confirm": "确认",
      "reject": "驳回"
    },
    "complaint": {
      "answer": "答复",
      "escalate": "提级办理",
      "appeal": "不满意，请上级复核",
      "withdraw": "撤回"
    },
    "residency": {
      "declare_residency": "登记居住",
      "verify": "核实",
      "reject": "不通过"
    },
    "party_registration": {
      "register_party_member": "双报到",
      "verify": "核实",
      "reject": "不通过",
      "import": "导入"
    },
    "team": {
      "join": "申请加入",
      "leave": "退出",
      "accept": "同意加入",
      "decline": "不同意加入",
      "edit": "修改"
    },
    "guardianship": {
      "verify": "核实",
      "reject": "不通过",
      "end": "结束监护"
    },
    "proxy": {
      "agree": "同意",
      "decline": "不同意",
      "end": "结束代办"
    },
    "person_merge": {
      "propose": "提交复核",
      "approve": "同意合并",
      "reject": "不合并"
    },
    "duty_item_change": {
      "grant": "采纳",
      "reject": "不采纳",
      "decide": "决定"
    },
    "ticket": {
      "close_on_spot": "现场办结",
      "close_on_spot_unasked": "现场办结",
      "assign": "分流",
      "sign": "签收",
      "ask_return": "申请退回",
      "grant_return": "同意退回，改派",
      "refuse_return": "不同意退回",
      "refuse_return_signed": "不同意退回",
      "ask_info": "请上报人补充",
      "supply": "补充",
      "resolve": "办结",
      "resolve_unasked": "办结",
      "merge": "并案",
      "unmerge": "撤销并案",
      "answer_child": "随主案办结",
      "answer_child_unasked": "随主案办结",
      "confirm": "确认",
      "call_back": "回访",
      "reopen": "重新办理",
      "reopen_above": "提级重新办理",
      "reopen_child": "回到主案重新办理",
      "close_by_time": "到期未回访到",
      "refer": "转出",
      "decline": "不予受理",
      "withdraw": "撤回"
    },
    "service_record": {
      "correct": "申请更正"
    },
    "stock_movement": {
      "reverse": "冲销"
    },
    "member": {
      "accept": "同意加入",
      "decline": "不同意加入"
    },
    "security_event": {
      "deny": "不是我操作的"
    }
  }
}
