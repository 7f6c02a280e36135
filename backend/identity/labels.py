"""Chinese words for the ways to sign in, and for what the journal says of them."""

SIGN_IN_METHODS = {"password": "口令", "scan": "扫码", "link": "一次性链接", "provider": "统一身份认证"}
# What others have seen besides its owner; the journal marks what is done in a console that it opened, and at a terminal.
OPENED_BY = {"first_password": "初始口令", "link": "一次性链接", "kiosk": "自助终端"}

SCAN_PURPOSES = {"sign_in": "登录工作后台", "bind": "绑定微信"}
LABELS = {"sign_in_method": SIGN_IN_METHODS, "opened_by": OPENED_BY, "scan_purpose": SCAN_PURPOSES}
JOURNAL_KINDS: dict[str, str] = {"kiosk": "自助终端"}
JOURNAL_STATES: dict[str, dict[str, str]] = {}
JOURNAL_VERBS = {
    "person": {
        "sign_up": "注册",
        "bind": "绑定微信",
        "deny_event": "说不是本人操作",
        "enter_console": "进入工作后台",
        "pick_wrong_number": "扫码选错数字",
        "approve_console": "扫码允许登录",
        "make_console_link": "生成一次性登录链接",
        "confirm_console_link": "确认一次性登录链接",
        "refuse_console_link": "不同意一次性登录链接",
        "set_password": "设置口令",
        "set_first_password": "设置初始口令",
        "ask_first_password": "申请初始口令",
        "grant_first_password": "同意初始口令",
        "refuse_first_password": "不同意初始口令",
        "take_back_first_password": "撤回初始口令申请",
        "give_card_code": "给自助终端验证码",
        "set_one_time_code": "启用动态口令",
        "drop_one_time_code": "停用动态口令",
        "bind_provider": "绑定统一身份",
        "unbind_provider": "解除统一身份的绑定",
        "end_sessions": "退出其他登录",
    },
    "kiosk": {"add": "登记", "revoke": "停用", "draw_set_up_code": "生成设置码", "set_up": "设置设备"},
}
