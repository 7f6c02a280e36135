"""The codes that are printed on what a shop has."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model
from backend.personal import not_personal
from backend.supermarket import limits


class Barcode(Model):
    """A GTIN, in 14 digits, on a piece or a box of an item. In one shop it means one thing."""

    __tablename__ = "item_barcodes"
    __table_args__ = (
        sa.CheckConstraint("length(code) = 14", name="code_is_whole"),
        sa.CheckConstraint(f"factor BETWEEN 1 AND {limits.UNITS_MAX}", name="factor_sane"),
        sa.UniqueConstraint("shop_id", "code"),
        sa.Index("ix_item_barcodes_item", "item_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("items.id"))
    shop_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("shops.id"))
    code: Mapped[str] = mapped_column(sa.String(14), info=not_personal("an item's", code=True))
    # Pieces that one scan stands for.
    factor: Mapped[int] = mapped_column(sa.Integer)
