"""A shop stays the shop of its place: its orders, its stock and the registers name that. Merged, the place lies below
the other one, whose staff run it from there."""

import sqlalchemy as sa

from backend import paging
from backend.standing import Standing
from backend.supermarket.models import Shop

STANDING = (
    Standing(
        "shops",
        "兑换超市",
        lambda place_id: paging.count(sa.select(Shop.id).where(Shop.community_id == place_id)),
    ),
)
