"""errors.md: every refusal, from the classes that refuse."""

from backend import errors
from backend.api.frame.examples import facts_in, refusals

HEAD = """# 错误码

<!-- 由代码生成，请不要手工修改：flask open-api -->

失败的回答都是 `{"code", "error", "message", "data", "requestId"}`，HTTP 状态码是真实的。`code` 是状态码 × 100 + 序号；
程序判断用 `error`，它不会改名；`message` 可以直接给用户看，其中的“…”换成当时的数字或名称，同样的内容也在 `data` 里。
"""
# By status: its heading, and what a mini-program does.
STATUSES = {
    400: ("请求写错了", "改程序。"),
    401: ("没有登录，或登录已失效", "重新登录一次，再试一次；还是 401 就停下。"),
    403: ("不允许", "显示 `message`。"),
    404: ("没有找到", "没有，或者您不该知道它有：显示 `message`，返回上一页。"),
    405: ("方法不对", "改程序。"),
    409: (
        "现在不能办",
        "显示 `message`，重新读取这一项。`STILL_RUNNING` 按 `Retry-After` 稍等，用同一个幂等编号再试。",
    ),
    413: ("内容太大", "缩小后再提交。"),
    415: ("内容类型不对", "改程序；图片请换成 JPEG、PNG、WebP 或 HEIC。"),
    422: (
        "填写有误",
        "`INVALID_INPUT` 的 `data` 是 `{字段: [句子, …]}`，逐个显示在字段旁边；其余显示 `message`。",
    ),
    429: ("太频繁", "有响应头 `Retry-After` 时按它的秒数等待，否则显示 `message`。"),
    500: ("系统故障", "显示 `message`，报障时附上 `requestId`。"),
    503: ("暂时不可用", "按 `Retry-After` 稍后用同一个幂等编号再试。"),
}
# Refusals of pages and not of the API: nobody else can meet them.
OF_THE_CONSOLE = (
    "backend.console",
    "backend.people.appointing",
    "backend.identity.console_links",
    "backend.identity.console_sessions",
    "backend.identity.credentials",
    "backend.identity.first_passwords",
    "backend.identity.provider_accounts",
    "backend.imports.actions",
    "backend.oidc",
    "backend.people.roster",
    "backend.people.sheets",
    "backend.supermarket.opening",
)


def page() -> str:
    """The catalogue as a page, by status."""
    lines = [HEAD]
    known = refusals()
    for status, (heading, advice) in STATUSES.items():
        rows = [one for one in known if one.status() == status]
        lines += [
            f"## {status} {heading}\n",
            f"{advice}\n",
            "| code | error | message | data |",
            "|---|---|---|---|",
        ]
        lines += [_row(one) for one in rows]
        lines.append("")
    return "\n".join(lines)


def _row(refusal: type[errors.Refused]) -> str:
    facts = facts_in(refusal.message)
    message = refusal.message.format(**dict.fromkeys(facts, "…"))
    where = "（工作后台）" if refusal.__module__.startswith(OF_THE_CONSOLE) else ""
    told = "`{字段: [句子]}`" if refusal is errors.InvalidInput else "、".join(f"`{name}`" for name in facts)
    return f"| {refusal.code} | `{refusal.name()}` | {message}{where} | {told} |"
