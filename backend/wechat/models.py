"""Where the access token is kept, so that all processes and machines share one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Moment


class WeChatToken(Model):
    """A token is a password to everything the mini-program may do: it lies here sealed."""

    __tablename__ = "wechat_tokens"

    key: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    sealed: Mapped[str] = mapped_column(sa.Text)
    expires_at: Mapped[datetime] = mapped_column(Moment)
