"""WeChat looks at each picture before anyone but its owner sees it.

WeChat: 服务端/小程序安全/内容安全/多媒体内容安全识别. It fetches the picture from a link of ours and tells the
verdict by a push within half an hour. The uploader must have used the mini-program within two hours (61010),
so it is asked in the request that uploads. Whatever goes wrong, a person of the staff looks instead.
"""

import structlog

from backend import config
from backend.files import links
from backend.journal import Actor
from backend.people import accounts
from backend.wechat.gateway import WeChatRejected, WeChatUnavailable, gateway

POST = 3

log = structlog.get_logger()


def asked(file_id: int, *, actor: Actor) -> str | None:
    """WeChat's trace of the check it has begun; None when it began none. Outside any transaction."""
    openid = accounts.openid(actor.id)
    if openid is None or not config.settings().public_address:
        return None
    try:
        return gateway().check_picture(links.link(file_id, "check"), openid=openid, scene=POST)
    except WeChatUnavailable as fault:
        log.warning("picture.unchecked", file=file_id, why=fault.why)
    except WeChatRejected as fault:
        log.warning("picture.unchecked", file=file_id, errcode=fault.errcode)
    return None
