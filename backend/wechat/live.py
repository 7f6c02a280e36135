"""Speaks to WeChat through wechatpy, the one file that does, and answers in the words of the gateway.

wechatpy is kept on a short rein. Its own retry on a stale token never ends, it has no lock, its token
address is fixed, and its errors carry the AppSecret: `_MiniClient` mends the first three. As to the last,
no exception of wechatpy or requests leaves this file, neither as itself nor as the cause of another: what
went wrong becomes a `_Failure`, and the refusal is raised where nothing of the request is left in sight.
"""

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
import structlog
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from backend.config import Settings
from backend.config_faults import SIMULATOR_HOSTS
from backend.errors import Refused
from backend.wechat.gateway import (
    AccountTemplate,
    Identity,
    LoginBlocked,
    LoginCodeInvalid,
    PhoneCodeInvalid,
    Sent,
    TextVerdict,
    TooBusy,
    WeChatRejected,
    WeChatUnavailable,
)

log = structlog.get_logger()
# At DEBUG urllib3 logs every address it asks for, and WeChat wants the AppSecret in an address.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

LISTING = "wxaapi/newtmpl/gettemplate"
KEYWORD = re.compile(r"^\s*(.*?)[:：]?\s*\{\{\s*([a-z_]+\d+)\.DATA\s*\}\}", re.MULTILINE)
LARGEST_ANSWER = 1024 * 1024
NO_TOKEN: dict[str, Any] = {"access_token": None}
STALE_TOKEN = (40001, 40014, 42001)
NOT_SUBSCRIBED = 43101
NO_SUCH_USER, NOT_HERE_LATELY = 40003, 61010
PICTURE, PROFILE = 2, 1
VERSIONS = {"formal": "release", "trial": "trial", "developer": "develop"}
# Busy, out of quota for now, or a token that even a new one did not mend: later is another matter.
PASSING = (-1, *STALE_TOKEN, 43108, 44990, 44991, 45009, 45011)
SIGN_IN: dict[int, type[Refused]] = {
    40029: LoginCodeInvalid,
    40163: LoginCodeInvalid,
    41008: LoginCodeInvalid,
    40226: LoginBlocked,
    45011: TooBusy,
}
# WeChat does not say which code a foreign openid gets; 40003 is what it answers to one elsewhere.
PHONE: dict[int, type[Refused]] = dict.fromkeys((40003, 40029, 40163, 41008), PhoneCodeInvalid)


class _WrongShape(Exception):
    """The answer is not what the documentation promises."""


class _TokenRefused(WeChatClientException):
    """WeChat gives us no token: what it was wanted for is not to blame."""


@dataclass(frozen=True)
class _Failure:
    """What is left of a call that failed: nothing in it may be secret."""

    kind: str
    errcode: int | None = None
    errmsg: str = ""
    # The question was written, and what became of it is not known.
    unanswered: bool = False
    # The refusal is of the token, so that the question itself was never judged.
    of_the_token: bool = False


class LiveWeChat:
    """WeChat over the network, or the simulator: `settings.wechat_url` says which.

    `tokens` is a wechatpy session store (`get`, `set`, `delete`), shared by all processes.
    """

    def __init__(self, settings: Settings, tokens: Any) -> None:
        self._client = _MiniClient(settings, tokens)
        self._page_state = settings.wechat_page_state

    def close(self) -> None:
        """Closes the kept connections."""
        self._client.close()

    def ready(self) -> None:
        self._asked("cgi-bin/stable_token", self._client.token_at_hand, {})

    def sign_in(self, code: str) -> Identity:
        answer = self._asked("sns/jscode2session", lambda: self._client.identity_of(code), SIGN_IN)
        return Identity(_part(answer, "openid", str), answer.get("unionid") or None)

    def knows(self, openid: str) -> bool:
        body = {"content": "你好", "version": 2, "scene": PROFILE, "openid": openid}
        outcome = self._outcome(lambda: self._client.post("wxa/msg_sec_check", data=body))
        if isinstance(outcome, _Failure) and outcome.errcode in (NO_SUCH_USER, NOT_HERE_LATELY):
            return outcome.errcode != NO_SUCH_USER
        _settled("wxa/msg_sec_check", outcome, {})
        return True

    def phone_number(self, code: str, openid: str) -> str:
        answer = self._posted("wxa/business/getuserphonenumber", {"code": code, "openid": openid}, PHONE)
        told = _part(answer, "phone_info", dict)
        pure, whole = _part(told, "purePhoneNumber", str), str(told.get("phoneNumber") or "")
        country = str(told.get("countryCode") or "").lstrip("+")
        if country in ("", "86"):
            return whole if not country and whole.startswith("+") else pure
        return f"+{country}{pure.removeprefix(f'+{country}')}"

    def check_text(self, text: str, *, openid: str, scene: int, title: str | None = None) -> TextVerdict:
        body = {"content": text, "version": 2, "scene": scene, "openid": openid}
        answer = self._posted("wxa/msg_sec_check", {**body, "title": title} if title else body)
        result = _part(answer, "result", dict)
        suggest = _part(result, "suggest", str)
        # A word WeChat adds one day is for a person to judge, not for this program to wave through.
        known: Literal["pass", "review", "risky"] = suggest if suggest in ("pass", "risky") else "review"
        return TextVerdict(known, _part(result, "label", int))

    def check_picture(self, url: str, *, openid: str, scene: int) -> str:
        body = {"media_url": url, "media_type": PICTURE, "version": 2, "scene": scene, "openid": openid}
        return _part(self._posted("wxa/media_check_async", body), "trace_id", str)

    def page_code(self, page: str, scene: str) -> bytes:
        body = {
            "scene": scene,
            "page": page,
            # A page that is not published yet has no code, except in the versions for trying out.
            "check_path": self._page_state == "formal",
            "env_version": VERSIONS[self._page_state],
            "width": 430,
        }
        return self._asked("wxa/getwxacodeunlimit", lambda: self._client.image_of(body), {})["image"]

    def page_link(self, page: str, query: str, days: int) -> str:
        expires = {"expire_type": 1, "expire_interval": days}
        body = {"path": page, "query": query, **expires, "env_version": VERSIONS[self._page_state]}
        return _part(self._posted("wxa/generate_urllink", body), "url_link", str)

    def templates(self) -> list[AccountTemplate]:
        # wechatpy's own list_templates asks for the template messages of before 2020.
        answer = self._asked(LISTING, lambda: self._client.get(LISTING), {})
        return [_account_template(one) for one in _part(answer, "data", list)]

    def send_notice(
        self, openid: str, template_id: str, data: dict[str, str], *, page: str | None = None
    ) -> Sent:
        body = {
            "touser": openid,
            "template_id": template_id,
            "data": {field: {"value": text} for field, text in data.items()},
            "miniprogram_state": self._page_state,
            "lang": "zh_CN",
        }
        if page:
            body["page"] = page
        path = "cgi-bin/message/subscribe/send"
        # Without a token nothing was sent: that is known before the message itself is risked.
        token = self._outcome(self._client.token_at_hand)
        _settled(
            "cgi-bin/stable_token",
            replace(token, unanswered=False) if isinstance(token, _Failure) else token,
            _waits_for_a_token(token),
        )
        outcome = self._outcome(lambda: self._client.post(path, data=body))
        if isinstance(outcome, _Failure) and outcome.errcode == NOT_SUBSCRIBED:
            return Sent.REFUSED
        _settled(path, outcome, _waits_for_a_token(outcome))
        return Sent.SENT

    def _posted(
        self, path: str, body: dict[str, Any], refusals: Mapping[int, type[Refused]] | None = None
    ) -> dict[str, Any]:
        return self._asked(path, lambda: self._client.post(path, data=body), refusals or {})

    def _asked(
        self, path: str, call: Callable[[], Any], refusals: Mapping[int, type[Refused]]
    ) -> dict[str, Any]:
        return _settled(path, self._outcome(call), refusals)

    def _outcome(self, call: Callable[[], Any]) -> "dict[str, Any] | _Failure":
        try:
            answer = call()
        except WeChatClientException as said:
            if said.errcode is None:
                return _Failure("http status", unanswered=True)
            why = self._client.without_secrets(said.errmsg)
            return _Failure("refused", said.errcode, why, of_the_token=isinstance(said, _TokenRefused))
        except _WrongShape:
            return _Failure("wrong shape", unanswered=True)
        except (requests.RequestException, HTTPError) as fault:
            return _Failure(type(fault).__name__, unanswered=not _never_connected(fault))
        return answer if isinstance(answer, dict) else _Failure("not a JSON object", unanswered=True)


def _never_connected(fault: Exception) -> bool:
    if isinstance(fault, requests.ConnectTimeout):
        return True
    cause = fault.args[0] if isinstance(fault, requests.ConnectionError) and fault.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _waits_for_a_token(outcome: dict[str, Any] | _Failure) -> dict[int, type[Refused]]:
    """A message waits while a setting of ours keeps the token away: it was not sent, and goes once that is mended."""
    if isinstance(outcome, _Failure) and outcome.of_the_token and outcome.errcode is not None:
        return {outcome.errcode: WeChatUnavailable}
    return {}


def _settled(
    path: str, outcome: dict[str, Any] | _Failure, refusals: Mapping[int, type[Refused]]
) -> dict[str, Any]:
    """The answer; or raises, outside any `except`, so that the refusal has no past to show."""
    if isinstance(outcome, dict):
        return outcome
    errcode = outcome.errcode
    log.warning("wechat.failed", call=path, kind=outcome.kind, errcode=errcode, errmsg=outcome.errmsg)
    if errcode is not None and errcode in refusals:
        raise refusals[errcode]()
    if errcode is None or errcode in PASSING:
        why = f"{outcome.kind} {errcode or ''}".strip()
        raise WeChatUnavailable(why, may_have_arrived=outcome.unanswered)
    raise WeChatRejected(errcode, outcome.errmsg)


def _part(answer: dict[str, Any], name: str, kind: type) -> Any:
    """A part of an answer that has to be there; what is missing is as bad as no answer."""
    value = answer.get(name)
    if not isinstance(value, kind) or value == "":
        raise WeChatUnavailable(f"answer without {name}")
    return value


def _account_template(told: Any) -> AccountTemplate:
    """A template from WeChat's `content`: a line for each keyword, `会议时间:{{date2.DATA}}`."""
    if not isinstance(told, dict):
        raise WeChatUnavailable("a template that is none")
    found = KEYWORD.findall(_part(told, "content", str))
    fields = tuple((field, label.strip()) for label, field in found)
    return AccountTemplate(_part(told, "priTmplId", str), _part(told, "title", str), fields)


class _MiniClient(WeChatClient):
    """wechatpy's client with one base address, the stable token, one bounded retry, timeouts and a lock."""

    def __init__(self, settings: Settings, tokens: Any) -> None:
        timeout = (settings.wechat_connect_seconds, settings.wechat_read_seconds)
        super().__init__(
            settings.wechat_app_id,
            settings.wechat_app_secret,
            session=tokens,
            timeout=timeout,
            auto_retry=False,
        )
        self._http = _BoundedHttp()
        # The simulator is on this machine: a proxy of the environment has no business in between.
        self._http.trust_env = urlsplit(settings.wechat_url).hostname not in SIMULATOR_HOSTS
        self.API_BASE_URL = self.wxa.API_BASE_URL = settings.wechat_url.rstrip("/") + "/"
        self._token_lock = threading.Lock()

    def close(self) -> None:
        self._http.close()

    def identity_of(self, code: str) -> Any:
        """WeChat: 服务端/小程序登录/小程序登录凭证校验. This call takes the AppSecret, and no token."""
        asked = {"appid": self.appid, "secret": self.secret, "js_code": code}
        params = {**asked, "grant_type": "authorization_code", **NO_TOKEN}
        answer = self.get("sns/jscode2session", params=params)
        if isinstance(answer, dict):
            answer.pop("session_key", None)
        return answer

    def image_of(self, body: dict[str, Any]) -> dict[str, Any]:
        """An image comes as itself, and only a refusal as JSON."""
        answer = self.post("wxa/getwxacodeunlimit", data=body)
        content = getattr(answer, "content", b"")
        if not content.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff")):
            raise _WrongShape()
        return {"image": content}

    def without_secrets(self, said: Any) -> str:
        """WeChat's own words, fit for a log even if they repeat what they were asked with."""
        # A run so long is an access token.
        return re.sub(r"[\w-]{64,}", "***", str(said).replace(self.secret, "***"))[:300]

    def token_at_hand(self) -> dict[str, Any]:
        """Makes sure that there is a token, and says nothing of it."""
        return {"known": bool(self.access_token)}

    @property
    def access_token(self) -> str:
        return self.session.get(self.access_token_key) or self._replaced(None)

    def fetch_access_token(self) -> str:
        """WeChat: 服务端/接口调用凭证/获取稳定版接口调用凭据. Normal mode, so rivals get the same token."""
        asked = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        try:
            answer = self.post("cgi-bin/stable_token", params=NO_TOKEN, data=asked)
        except WeChatClientException as said:
            raise _TokenRefused(said.errcode, said.errmsg) from None
        token = answer.get("access_token") if isinstance(answer, dict) else None
        seconds = answer.get("expires_in") if token else None
        if not isinstance(token, str) or not isinstance(seconds, int):
            raise _WrongShape()
        # WeChat renews it five minutes early, and the old one still serves until its end.
        self.session.set(self.access_token_key, token, seconds - 300 if seconds > 600 else seconds // 2)
        return token

    def _replaced(self, stale: str | None) -> str:
        """A token other than `stale`: another thread's, if one was quicker, or a new one."""
        # While WeChat does not answer, waiting threads give up instead of trying one after another.
        if not self._token_lock.acquire(timeout=sum(self.timeout)):
            raise requests.Timeout()
        try:
            known = self.session.get(self.access_token_key)
            return known if known and known != stale else self.fetch_access_token()
        finally:
            self._token_lock.release()

    def _request(self, method: str, url_or_endpoint: str, **asked: Any) -> Any:
        """wechatpy calls this for everything; a stale token is replaced once, and never a second time."""
        params = dict(asked.pop("params", None) or {})
        if isinstance(asked.get("data"), dict):
            # A lone surrogate, which JSON can smuggle in, cannot be sent.
            asked["data"] = json.dumps(asked["data"], ensure_ascii=False).encode("utf-8", "replace")
            asked["headers"] = {"Content-Type": "application/json; charset=utf-8"}
        if "access_token" in params:
            return super()._request(method, url_or_endpoint, params=params, **asked)
        token = self.access_token
        try:
            own = {**params, "access_token": token}
            return super()._request(method, url_or_endpoint, params=own, **asked)
        except WeChatClientException as said:
            if said.errcode not in STALE_TOKEN:
                raise
        own = {**params, "access_token": self._replaced(token)}
        return super()._request(method, url_or_endpoint, params=own, **asked)

    def _handle_result(self, *answer: Any, **asked: Any) -> Any:
        try:
            return super()._handle_result(*answer, **asked)
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise _WrongShape()


class _BoundedHttp(requests.Session):
    """Follows no redirect (it would carry the AppSecret elsewhere) and reads no answer without an end."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        # The read timeout alone lets a dripping answer go on for ever.
        until = time.monotonic() + sum(how["timeout"])
        response = super().send(request, **{**how, "stream": True})
        try:
            if 300 <= response.status_code < 400:
                raise requests.TooManyRedirects("redirected")
            response._content = _read(response, until)
        except BaseException:
            response.close()
            raise
        response._content_consumed = True
        return response


def _read(response: requests.Response, until: float) -> bytes:
    pieces: list[bytes] = []
    while piece := response.raw.read1(65536, decode_content=True):
        pieces.append(piece)
        if sum(map(len, pieces)) > LARGEST_ANSWER:
            raise requests.exceptions.ContentDecodingError("answer too large")
        if time.monotonic() > until:
            raise requests.ReadTimeout("answer too slow")
    return b"".join(pieces)
