"""商品条码: what a scanner reads off a piece or a box finds the item, and says how many pieces it stands for."""

import sqlalchemy as sa

from backend import journal, text
from backend.db import savepoint, session
from backend.errors import InvalidInput, NotFound, StateConflict
from backend.journal import Actor
from backend.people.permissions import Permission
from backend.supermarket.actions import receipts
from backend.supermarket.barcode_models import Barcode
from backend.supermarket.models import Item

LENGTHS = (8, 12, 13, 14)


class BarcodeTaken(StateConflict):
    message = "这个条码在本超市已经登记给“{item}”"


def gtin(typed: str) -> str | None:
    """The 14 digits of a GTIN of any length, however it was typed or scanned; None where its check digit is wrong."""
    digits = text.code(typed)
    if not (digits.isascii() and digits.isdigit() and len(digits) in LENGTHS):
        return None
    full = digits.zfill(14)
    weighed = sum(int(sign) * (3 if at % 2 == 0 else 1) for at, sign in enumerate(full))
    return full if weighed % 10 == 0 else None


def add(item_id: int, code: str, factor: int, *, actor: Actor) -> Barcode:
    """A code of this item that stands for so many pieces: 1, or a box. Raises InvalidInput, BarcodeTaken, NotGoods."""
    item, shop = receipts.of_keeper(item_id, Permission.STOCK_RECEIVE, actor)
    known = gtin(code)
    if known is None:
        raise InvalidInput(code=["不是正确的商品条码（8、12、13 或 14 位，末位是校验码）"])
    made = Barcode(item_id=item.id, shop_id=shop.id, code=known, factor=factor)
    try:
        with savepoint():
            session.add(made)
            session.flush()
    except sa.exc.IntegrityError:
        holder = session.scalar(
            sa.select(Item.name)
            .join(Barcode, Barcode.item_id == Item.id)
            .where(Barcode.shop_id == shop.id, Barcode.code == known)
        )
        raise BarcodeTaken(item=holder) from None
    facts = {"code": known, "factor": factor}
    journal.write("add_barcode", "item", item.id, actor=actor, place=shop.place_id, facts=facts)
    return made


def remove(item_id: int, barcode_id: int, *, actor: Actor) -> None:
    """Raises NotFound, NotAllowed."""
    item, shop = receipts.of_keeper(item_id, Permission.STOCK_RECEIVE, actor)
    gone = sa.delete(Barcode).where(Barcode.id == barcode_id, Barcode.item_id == item.id)
    code = session.scalar(gone.returning(Barcode.code), execution_options={"synchronize_session": False})
    if code is None:
        raise NotFound()
    journal.write("remove_barcode", "item", item.id, actor=actor, place=shop.place_id, facts={"code": code})
