"""What all processes and machines share of WeChat: the access token, seen pushes, codes and links."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Moment
from backend.personal import not_personal


class WeChatToken(Model):
    """A token is a password to everything the mini-program may do: it lies here sealed."""

    __tablename__ = "wechat_tokens"

    key: Mapped[str] = mapped_column(sa.Text, primary_key=True, info=not_personal("the name of a token"))
    sealed: Mapped[str] = mapped_column(
        sa.Text, info=not_personal("a password of the product's own", code=True)
    )
    expires_at: Mapped[datetime] = mapped_column(Moment)


class SeenPush(Model):
    """A message that WeChat told us, by digests: it may come twice, and somebody may send it again."""

    __tablename__ = "wechat_pushes"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(64), unique=True)
    seen_at: Mapped[datetime] = mapped_column(Moment, index=True)


class PageCode(Model):
    """A mini-program code that WeChat drew; it never ends, so it is asked for once."""

    __tablename__ = "wechat_page_codes"

    # The version of the mini-program that it opens: formal, trial or developer.
    version: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    page: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    scene: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    image: Mapped[bytes] = mapped_column(sa.LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Moment)


class PageLink(Model):
    """A link that opens a page from outside WeChat, until it ends."""

    __tablename__ = "wechat_page_links"

    # The version of the mini-program that it opens: formal, trial or developer.
    version: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    page: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    query: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    url: Mapped[str] = mapped_column(sa.String(300))
    expires_at: Mapped[datetime] = mapped_column(Moment)
