"""The organisation tree, with its closure kept beside it so that scope is one join."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model
from backend.personal import not_personal

# Each with how people call it, in refusals and on pages.
KIND_NAMES = {
    "city": "市",
    "street": "街道（乡镇）",
    "community": "社区",
    "grid": "网格",
    "unit": "单位",
    "centre": "党群服务中心",
}
KINDS = tuple(KIND_NAMES)


class Organisation(Model):
    """A place or body. `short` is how a number or a notice names it (松涛 for 松涛社区)."""

    __tablename__ = "organisations"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        sa.CheckConstraint("(kind = 'city') = (parent_id IS NULL)", name="city_is_the_root"),
        sa.UniqueConstraint("parent_id", "kind", "name"),
        sa.Index("ix_organisations_kind", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    name: Mapped[str] = mapped_column(sa.String(80), info=not_personal("an organisation's"))
    short: Mapped[str] = mapped_column(sa.String(40), info=not_personal("an organisation's"))


class Reach(Model):
    """One row for each organisation and each of its ancestors, itself included."""

    __tablename__ = "organisation_reach"
    __table_args__ = (sa.Index("ix_organisation_reach_below", "descendant_id", "ancestor_id"),)

    ancestor_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"), primary_key=True)
    descendant_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"), primary_key=True)
    depth: Mapped[int] = mapped_column(sa.Integer)
