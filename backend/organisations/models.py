"""The organisation tree, with its closure kept beside it so that scope is one join."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Json, Model, Moment
from backend.opening_hours import Hours
from backend.personal import not_personal
from backend.text import PHONE_MAX

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
NAME_MAX, SHORT_MAX, ADDRESS_MAX = 80, 40, 120
# Yuan: what a city or a community may at most say that a wish costs.
CAP_MAX = 100_000


class Organisation(Model):
    """A place or body. `short` is how a number or a notice names it (松涛 for 松涛社区); its office has a telephone,
    hours, an address and coordinates, where somebody has said them.

    A closed one takes nothing new. One that was merged lies below the other one from then on, so that whoever works
    there reaches what it left: its records go on naming it.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        sa.CheckConstraint("(kind = 'city') = (parent_id IS NULL)", name="city_is_the_root"),
        sa.CheckConstraint("telephone IS NULL OR telephone <> ''", name="telephone_said_or_absent"),
        sa.CheckConstraint("latitude IS NULL OR latitude BETWEEN -90 AND 90", name="latitude_on_earth"),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)"
            " AND (longitude IS NULL OR longitude BETWEEN -180 AND 180)",
            name="coordinates_whole",
        ),
        sa.CheckConstraint("closed_at IS NULL OR kind <> 'city'", name="city_stays"),
        sa.CheckConstraint(
            "merged_into_id IS NULL OR (closed_at IS NOT NULL AND merged_into_id <> id AND merged_into_id = parent_id)",
            name="merged_lies_below",
        ),
        sa.CheckConstraint(
            f"wish_cost_cap IS NULL OR (kind = 'community' AND wish_cost_cap BETWEEN 1 AND {CAP_MAX})",
            name="wish_cost_cap_is_a_communitys",
        ),
        sa.UniqueConstraint("parent_id", "kind", "name"),
        sa.Index("ix_organisations_kind", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    name: Mapped[str] = mapped_column(sa.String(NAME_MAX), info=not_personal("an organisation's"))
    short: Mapped[str] = mapped_column(sa.String(SHORT_MAX), info=not_personal("an organisation's"))
    telephone: Mapped[str | None] = mapped_column(
        sa.String(PHONE_MAX), info=not_personal("an office's", code=True)
    )
    # Stretches of the week, as a shop's; empty: nobody has said.
    opening_hours: Mapped[list[Hours] | None] = mapped_column(
        Json, info=not_personal("an office's", code=True)
    )
    address: Mapped[str | None] = mapped_column(sa.String(ADDRESS_MAX), info=not_personal("an office's"))
    latitude: Mapped[float | None] = mapped_column(sa.Float)
    longitude: Mapped[float | None] = mapped_column(sa.Float)
    # Yuan; of a community that the city gave a cap of its own. Elsewhere the setting WISH_COST_CAP holds.
    wish_cost_cap: Mapped[int | None] = mapped_column(sa.Integer)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    merged_into_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"), index=True)


class Reach(Model):
    """One row for each organisation and each of its ancestors, itself included."""

    __tablename__ = "organisation_reach"
    __table_args__ = (sa.Index("ix_organisation_reach_below", "descendant_id", "ancestor_id"),)

    ancestor_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"), primary_key=True)
    descendant_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"), primary_key=True)
    depth: Mapped[int] = mapped_column(sa.Integer)
