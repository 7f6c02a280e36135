"""Finding goods by what a scanner reads."""

from collections.abc import Iterable

import sqlalchemy as sa

from backend.db import session, view_of
from backend.errors import NotFound
from backend.journal import Actor
from backend.people.permissions import Permission
from backend.supermarket.barcode_models import Barcode
from backend.supermarket.queries import item, shop_of_staff
from backend.supermarket.views import BarcodeView


def of_item(item_id: int, *, actor: Actor) -> list[BarcodeView]:
    """An item's codes, for the staff of its shop. Raises NotFound, NotAllowed."""
    shop_of_staff(item(item_id).shop_id, Permission.STOCK_READ, actor=actor)
    wanted = sa.select(Barcode).where(Barcode.item_id == item_id).order_by(Barcode.id)
    return [view_of(BarcodeView, one) for one in session.scalars(wanted)]


def scanned(shop_id: int, codes: Iterable[str], *, actor: Actor) -> dict[str, BarcodeView]:
    """By code, in 14 digits, what it means in this shop; without what is not known there."""
    shop_of_staff(shop_id, Permission.STOCK_READ, actor=actor)
    wanted = sa.select(Barcode).where(Barcode.shop_id == shop_id, Barcode.code.in_(set(codes)))
    return {one.code: view_of(BarcodeView, one) for one in session.scalars(wanted)}


def scanned_one(shop_id: int, code: str | None, *, actor: Actor) -> BarcodeView:
    """Raises NotFound, NotAllowed."""
    found = scanned(shop_id, [code or ""], actor=actor)
    if code not in found:
        raise NotFound()
    return found[code]
