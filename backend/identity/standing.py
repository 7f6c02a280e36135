"""A terminal stays that of its place: merged, the place lies below the other one; to close it, revoke them first."""

import sqlalchemy as sa

from backend import paging
from backend.identity.kiosk_models import Kiosk
from backend.standing import Standing


def _in_use(place_id: int) -> int:
    return paging.count(sa.select(Kiosk.id).where(Kiosk.community_id == place_id, Kiosk.revoked_at.is_(None)))


STANDING = (Standing("kiosks", "自助终端", _in_use),)
