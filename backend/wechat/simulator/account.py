"""What the simulated mini-program has at WeChat: its pages as `app.json` lists them, and its subscription templates.

Written from WeChat's point of view, and compared with what the product uses by tests: a page or field that only this
program knows would be refused by WeChat itself. Templates stand as 获取已有模板列表 answers them.
"""

import re

# miniprogram_api_docs/pages.md says what each one shows; a test compares.
PAGES = frozenset(
    {
        "pages/activity/detail",
        "pages/activity/mine",
        "pages/claim/mine",
        "pages/complaint/detail",
        "pages/family/index",
        "pages/item/detail",
        "pages/me/index",
        "pages/notice/index",
        "pages/points/index",
        "pages/redemption/detail",
        "pages/redemption/mine",
        "pages/security/index",
        "pages/service/certificates",
        "pages/service/records",
        "pages/shop/detail",
        "pages/staff/complaints",
        "pages/staff/hours",
        "pages/staff/members",
        "pages/staff/merges",
        "pages/staff/redemptions",
        "pages/staff/residencies",
        "pages/staff/wishes",
        "pages/team/detail",
        "pages/wish/detail",
        "pages/wish/mine",
    }
)
_KEYWORD = re.compile(r"^(.+?):\{\{([a-z_]+\d+)\.DATA\}\}$", re.MULTILINE)


def wire(template_id: str, title: str, *keywords: str) -> dict[str, object]:
    """A template in WeChat's words; each keyword is `心愿 thing1`."""
    content = "".join("{}:{{{{{}.DATA}}}}\n".format(*keyword.split()) for keyword in keywords)
    return {"priTmplId": template_id, "title": title, "content": content, "example": "", "type": 2}


def fields_of(template: dict[str, object]) -> set[str]:
    """The fields that a message of this template has to have, no more and no fewer."""
    return {field for _label, field in _KEYWORD.findall(str(template["content"]))}


def templates() -> dict[str, dict[str, object]]:
    """A new account's templates by id: one for each purpose, under the ids that a trial installation uses."""
    told = (
        wire("tpl_wish_progress", "心愿进展", "心愿 thing1", "状态 phrase2", "时间 time3", "说明 thing4"),
        wire("tpl_review_result", "审核结果", "事项 thing1", "结果 phrase2", "时间 time3", "说明 thing4"),
        wire("tpl_claim_progress", "认领进展", "心愿 thing1", "状态 phrase2", "时间 time3", "说明 thing4"),
        wire("tpl_points_changed", "积分变动", "事由 thing1", "积分 number2", "时间 time3"),
        wire("tpl_activity_notice", "活动通知", "活动 thing1", "时间 time2", "地点 thing3", "说明 thing4"),
        wire(
            "tpl_redemption_notice",
            "兑换通知",
            "兑换内容 thing1",
            "状态 phrase2",
            "兑换单号 character_string3",
            "说明 thing4",
        ),
        wire(
            "tpl_account_security", "账号安全提醒", "事项 thing1", "时间 time2", "设备 thing3", "说明 thing4"
        ),
    )
    return {str(one["priTmplId"]): one for one in told}
