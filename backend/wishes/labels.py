"""Chinese words for the states and kinds of wishes, claims and rounds, and for what the journal says of them."""

from backend import private_data

WISH_STATES = {
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
    "taken_down": "已撤下",
}
# 审核结果 in the register says how the review ended, not where the wish stands: what went on is “通过”.
REVIEW_OUTCOMES = {
    "submitted": "待审核",
    "sent_back": "退回补充",
    "declined": "不予受理",
    "referred": "转介",
    "merged": "合并",
}
ROUND_STATES = {"collecting": "征集中", "reviewing": "审核中", "published": "发布中", "closed": "已结束"}
CATEGORIES = {
    "goods": "物品",
    "service": "服务",
    "company": "陪伴",
    "repair": "维修",
    "learning": "学习",
    "other": "其他",
}
GROUPS = {
    "elder": "老人",
    "child": "儿童",
    "disabled": "残疾人",
    "family": "困难家庭",
    "worker": "新就业群体",
    "other": "其他",
}
DISCLOSURES = {"anonymous": "不公开姓名", "title": "公开姓氏和称谓，如王女士"}
REFERRALS = {"relief": "临时救助窗口", "hotline": "12345 热线", "grid": "网格办理"}
# In the sentence “已转到…办理” of a notice.
REFERRED_TO = {"relief": "临时救助窗口", "hotline": "12345 热线", "grid": "网格"}
ANSWER_KINDS = {"send_back": "退回补充", "decline": "不予受理", "refer": "转介"}
# What may stand of a person in a text that everybody reads.
PRIVATE_DATA = private_data.WORDS
METHODS = {"app": "本人在手机上确认", "call": "电话回访", "signature": "上门签字"}
CLAIM_PARTIES = {"personal": "个人", "team": "志愿队", "unit": "单位"}

# Who somebody is to a thing, as its moves and permissions name it.
FACTS = {
    "wisher": "许愿人",
    "reporter": "代办人",
    "reporting": "代办人（仍在岗）",
    "family": "代办的家人",
    "guardian": "监护人",
    "reviewer": "审核人",
    "party_member": "本社区报到的在职党员",
    "claimer": "认领人",
}

LABELS = {
    "wish_state": WISH_STATES,
    "round_state": ROUND_STATES,
    "category": CATEGORIES,
    "group": GROUPS,
    "disclosure": DISCLOSURES,
    "referral": REFERRALS,
    "method": METHODS,
    "party": CLAIM_PARTIES,
    "answer_kind": ANSWER_KINDS,
    "private_data": PRIVATE_DATA,
}
JOURNAL_KINDS = {"wish": "心愿", "round": "期"}
JOURNAL_STATES = {"wish": WISH_STATES, "round": ROUND_STATES}
# What is done besides the moves of states.py, which carry their own labels.
JOURNAL_VERBS = {
    "wish": {
        "see_names": "查看姓名",
        "write": "填写",
        "edit": "修改",
        "look": "查看图片和文字",
        "open_contact": "查看联系方式",
        "no_answer": "回访没打通",
        "redact": "遮盖部分内容",
        "show_less": "改为不公开姓名",
        "reopen": "没有解决，再次提出",
        "open_former_text": "查看遮盖前的文字",
    },
    "round": {"open": "开启"},
    "organisation": {"change_answers": "修改常用答复"},
}
