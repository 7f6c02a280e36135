"""What is sealed in the shop, and how it is read again: pick-up codes, donors, names of proxies."""

from backend import crypto
from backend.people.masking import Kind, masked
from backend.supermarket.models import Redemption


def sealed_code(order_id: int, code: str) -> str:
    return crypto.seal(code, _code_place(order_id))


def code_index(code: str) -> str:
    """What is stored beside the sealed code, so that the counter finds its order."""
    return crypto.blind_index("pick_up_code", code)


def code_indexes(code: str) -> list[str]:
    """Under all of which the order of a code may stand: keys of the index are exchanged in time."""
    return list(crypto.blind_indexes("pick_up_code", code))


def code_of(order: Redemption) -> str | None:
    """In clear: only for its owner, or for the clerk who prints it for them."""
    sealed = order.pick_up_code_sealed
    return crypto.unseal(sealed, _code_place(order.id)) if sealed else None


def _code_place(order_id: int) -> str:
    return f"redemptions.pick_up_code:{order_id}"


def sealed_proxy(order_id: int, name: str | None) -> str | None:
    return crypto.seal(name, f"redemptions.proxy_name:{order_id}") if name else None


def proxy_of(order: Redemption) -> str | None:
    """Who collected the order for its owner, masked."""
    sealed = order.proxy_name_sealed
    return masked(Kind.NAME, crypto.unseal(sealed, f"redemptions.proxy_name:{order.id}")) if sealed else None


def sealed_donor(number: str, name: str | None) -> str | None:
    """Bound to the receipt's number, which stands before its row does."""
    return crypto.seal(name, _donor_place(number)) if name else None


def donor_of(number: str, sealed: str | None) -> str | None:
    return crypto.unseal(sealed, _donor_place(number)) if sealed else None


def _donor_place(number: str) -> str:
    return f"stock_movements.donor:{number}"
