"""What the house asks of WeChat, and every way WeChat may answer.

This file knows no network library: `live.py` speaks to WeChat, and a test may stand anything else in. Every
question is asked outside an open transaction, since an answer can take seconds.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, Protocol

from backend.errors import Refused


@dataclass(frozen=True)
class Identity:
    """Who opened the mini-program. The session_key of the same answer is dropped: nothing here needs it."""

    openid: str
    unionid: str | None = None


@dataclass(frozen=True)
class TextVerdict:
    """What WeChat thinks of a text. `review` means that a person has to look; label 100 is 正常."""

    suggest: Literal["pass", "review", "risky"]
    label: int


@dataclass(frozen=True)
class AccountTemplate:
    """A subscription template that the mini-program's owner picked: `fields` are (WeChat's name, its label)."""

    id: str
    title: str
    fields: tuple[tuple[str, str], ...]


class Sent(Enum):
    """How a notice ended. REFUSED (43101) is a normal end: the person did not subscribe, or used it up."""

    SENT = "sent"
    REFUSED = "refused"


class WeChatUnavailable(Refused):
    """WeChat gave no usable answer, or asked to come back later: the same question may succeed then.

    `why` is for the log alone and never holds a secret. `may_have_arrived` says that the question was
    written and its answer lost: a notice that ended so is not sent again, for WeChat knows no repeat.
    """

    code, message = 50301, "微信暂时没有回应，请稍后再试，您填写的内容没有丢失"
    headers = {"Retry-After": "5"}

    def __init__(self, why: str = "", *, may_have_arrived: bool = False) -> None:
        self.why = why
        self.may_have_arrived = may_have_arrived
        super().__init__()


class LoginCodeInvalid(Refused):
    """WeChat: a login code lives five minutes and is good for one exchange."""

    code, message = 40102, "登录凭证已失效，请重新进入小程序"


class LoginBlocked(Refused):
    """WeChat took this user for a high risk (40226)."""

    code, message = 40301, "微信判断这个账号有风险，暂时不能登录"


class PhoneCodeInvalid(Refused):
    """WeChat: a phone code lives five minutes, serves once, and is of the person who pressed the button."""

    code, message = 42210, "手机号授权已失效，请重新点击授权按钮"


class TooBusy(Refused):
    """One person may exchange only so many login codes a minute (45011)."""

    code, message = 42901, "登录太频繁，请一分钟后再试"
    headers = {"Retry-After": "60"}


class WeChatRejected(Exception):
    """WeChat said no, and asking again will not help: a wrong template, field, openid or setting of ours.

    Not a Refused, because nobody who uses the product can mend it.
    """

    def __init__(self, errcode: int, errmsg: str) -> None:
        self.errcode = errcode
        self.errmsg = errmsg
        super().__init__(f"{errcode} {errmsg}")


class WeChatMisset(Refused):
    """What a person is told of WeChatRejected where no answer can do without WeChat: not their fault, and
    not mended by trying again at once. The log says which setting WeChat did not take."""

    code, message = 50303, "小程序与微信的连接设置有误，管理人员会尽快处理，请稍后再试，您填写的内容没有丢失"
    headers = {"Retry-After": "300"}


class WeChat(Protocol):
    """Every method may raise WeChatUnavailable and WeChatRejected besides what it names."""

    def ready(self) -> None:
        """Whether WeChat knows us: there is an access token, or one is given. Asks nothing else."""
        ...

    def sign_in(self, code: str) -> Identity:
        """Exchanges a wx.login code. Raises LoginCodeInvalid, LoginBlocked, TooBusy.

        WeChat: 服务端/小程序登录/小程序登录凭证校验.
        """
        ...

    def knows(self, openid: str) -> bool:
        """False when WeChat says that this openid is none of this mini-program's users (any more): 40003.

        Its answer to a harmless question about the person; there is no call that asks this alone.
        """
        ...

    def phone_number(self, code: str, openid: str) -> str:
        """The number behind the phone button's code, of another country with + and its code. Raises PhoneCodeInvalid.

        WeChat: 服务端/用户信息/手机号. Each success costs 0.03 yuan beyond the free ones.
        """
        ...

    def check_text(self, text: str, *, openid: str, scene: int, title: str | None = None) -> TextVerdict:
        """Whether a text of at most 2,500 characters may be shown.

        `scene` is 1 资料, 2 评论, 3 论坛 or 4 社交日志. The writer must have used the mini-program within the
        last two hours (61010), so ask while the writer waits. WeChat: 服务端/小程序安全/内容安全.
        """
        ...

    def check_picture(self, url: str, *, openid: str, scene: int) -> str:
        """Has the picture behind `url` (at most 10 MB) looked at; answers the trace of the check.

        The verdict comes as the push event `wxa_media_check` within half an hour. Scenes and the two hours
        are those of `check_text`. WeChat: 服务端/小程序安全/内容安全/多媒体内容安全识别.
        """
        ...

    def page_code(self, page: str, scene: str) -> bytes:
        """A mini-program code, PNG or JPEG, that opens `page`; unlimited in number, and it never ends.

        `page` has no leading slash and no query, `scene` at most 32 characters that WeChat allows.
        WeChat: 服务端/小程序码与小程序链接/小程序码/获取不限制的小程序码.
        """
        ...

    def page_link(self, page: str, query: str, days: int) -> str:
        """An https link that opens `page` from outside WeChat, for `days` (30 at most).

        WeChat: 服务端/小程序码与小程序链接/URL-Link/获取加密URLLink.
        """
        ...

    def templates(self) -> list[AccountTemplate]:
        """The subscription templates of the account. WeChat: 服务端/消息相关/订阅消息/获取已有模板列表."""
        ...

    def send_notice(
        self, openid: str, template_id: str, data: dict[str, str], *, page: str | None = None
    ) -> Sent:
        """Sends a subscription message; `data` is {field: text}, `page` opens when it is tapped.

        Raises WeChatRejected for this message alone: without a token, whatever keeps it away, it is
        WeChatUnavailable, for the message may still be sent.

        WeChat: 服务端/消息相关/订阅消息/发送订阅消息.
        """
        ...


_current: WeChat | None = None


def use(wechat: WeChat) -> None:
    """Makes `wechat` the one this process asks; called once, by create_app()."""
    global _current
    _current = wechat


def gateway() -> WeChat:
    """The WeChat of this process."""
    if _current is None:
        raise RuntimeError("no WeChat yet: create_app() comes first")
    return _current
