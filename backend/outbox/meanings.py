"""What it means that WeChat refused a message: for the log, for the quota, and in words for staff.

WeChat: 服务端/消息相关/订阅消息/发送订阅消息.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Meaning:
    """`ours` says that every such message fails until the installation is mended; `quota` as in delivery."""

    sentence: str
    ours: bool = False
    quota: str = "returned"


REFUSALS = {
    40003: Meaning("收件人的微信账号已失效", quota="gone"),
    40037: Meaning("模板编号不对，请检查 WECHAT_TEMPLATES 的设置", ours=True),
    43107: Meaning("本小程序的订阅消息能力已被微信封禁，请到微信公众平台处理", ours=True),
    41030: Meaning("消息要打开的页面小程序里没有或没有发布，请照接口文档 pages.md 发布", ours=True),
    45168: Meaning("内容含有微信认定的敏感词，没有发出"),
    47003: Meaning("内容不符合模板的格式要求，请技术人员运行 flask doctor 核对 WECHAT_TEMPLATES", ours=True),
}
_OTHER = Meaning("微信拒绝了这条消息，请按错误码查询")


def refusal(errcode: int) -> Meaning:
    return REFUSALS.get(errcode, _OTHER)


def of(row: Any) -> str:
    """Why a dead letter is one (it has `state` and `errcode`), in a sentence for staff."""
    if row.state == "unknown":
        return "发送时连接中断，不知是否送达；为免重复打扰没有再发"
    if row.errcode is None:
        return "微信长时间没有回应，多次重试后放弃"
    return refusal(row.errcode).sentence
