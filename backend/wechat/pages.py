"""Codes and links that open a page of the mini-program; plain ones of our own when WeChat gives none.

WeChat: 服务端/小程序码与小程序链接. A plain code holds the address `PUBLIC_URL/q/<kind>/<id>`, which WeChat opens
in the mini-program once its owner has entered that prefix (扫普通链接二维码打开小程序).
"""

import io
from dataclasses import dataclass
from datetime import timedelta

import segno
import sqlalchemy as sa
import structlog

from backend import app_pages, clock, config
from backend.db import insert, session, transaction
from backend.wechat.gateway import WeChatRejected, WeChatUnavailable, gateway
from backend.wechat.models import PageCode, PageLink

# WeChat: a URL link lives 30 days at most, and one line of its page says less than 30 (85401). The last days of one are
# not given out any more.
LINK_DAYS = 29
LINK_RESERVE = timedelta(days=3)
PAGES = {kind: app_pages.path_of(kind) for kind in ("wish", "activity", "shop")}

log = structlog.get_logger()


@dataclass(frozen=True)
class Code:
    """An image to print; `plain` says that it is no mini-program code of WeChat's."""

    image: bytes
    media_type: str
    plain: bool


def code(kind: str, subject_id: int) -> Code:
    """A code that opens the page of this subject. Stands outside any transaction: WeChat may be asked."""
    page, scene = PAGES[kind], f"id={subject_id}"
    known = sa.select(PageCode.image).where(
        PageCode.version == _version(), PageCode.page == page, PageCode.scene == scene
    )
    image = session.scalar(known) or _drawn_by_wechat(page, scene)
    if image is None:
        return Code(_plain(kind, subject_id), "image/png", plain=True)
    return Code(image, "image/png" if image[:1] == b"\x89" else "image/jpeg", plain=False)


def _drawn_by_wechat(page: str, scene: str) -> bytes | None:
    try:
        image = gateway().page_code(page, scene)
    except (WeChatUnavailable, WeChatRejected) as fault:
        log.warning("wechat.no_code", page=page, errcode=getattr(fault, "errcode", None))
        return None
    drawn = {"version": _version(), "page": page, "scene": scene, "image": image, "made_at": clock.now()}
    with transaction():
        session.execute(insert(PageCode).values(drawn).on_conflict_do_nothing())
    return image


def _version() -> str:
    return config.settings().wechat_page_state


def _plain(kind: str, subject_id: int) -> bytes:
    out = io.BytesIO()
    segno.make(address(kind, subject_id), error="m", micro=False).save(out, kind="png", scale=10, border=4)
    return out.getvalue()


def address(kind: str, subject_id: int) -> str:
    """Our own address of this subject, for anything that can read a code or follow a link."""
    return f"{config.settings().public_address}/q/{kind}/{subject_id}"


def link(kind: str, subject_id: int) -> tuple[str, bool]:
    """A link that opens the subject's page, and whether it is only our own address. Outside a transaction."""
    known = known_link(kind, subject_id)
    if known is not None:
        return known, False
    page, query = PAGES[kind], f"id={subject_id}"
    try:
        url = gateway().page_link(page, query, LINK_DAYS)
    except (WeChatUnavailable, WeChatRejected) as fault:
        log.warning("wechat.no_link", page=page, errcode=getattr(fault, "errcode", None))
        return address(kind, subject_id), True
    _keep_link(page, query, url)
    return url, False


def known_link(kind: str, subject_id: int) -> str | None:
    """The link that was made before and still lives; asks nobody."""
    return session.scalar(
        sa.select(PageLink.url).where(
            PageLink.version == _version(),
            PageLink.page == PAGES[kind],
            PageLink.query == f"id={subject_id}",
            PageLink.expires_at > clock.now() + LINK_RESERVE,
        )
    )


def _keep_link(page: str, query: str, url: str) -> None:
    ends = clock.now() + timedelta(days=LINK_DAYS)
    given = {"version": _version(), "page": page, "query": query, "url": url, "expires_at": ends}
    made = insert(PageLink).values(given)
    newer = {"url": made.excluded.url, "expires_at": made.excluded.expires_at}
    with transaction():
        session.execute(made.on_conflict_do_update(index_elements=["version", "page", "query"], set_=newer))
