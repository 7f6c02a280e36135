"""What of the wishes keeps a place from being closed or merged. A wish that is told to everybody keeps its place: its
number and the registers name it."""

import sqlalchemy as sa

from backend import paging
from backend.db import session
from backend.standing import Standing
from backend.wishes.kinds import RoundState, WishState
from backend.wishes.models import Round, Wish

_ON_THEIR_WAY = (
    WishState.SUBMITTED,
    WishState.SENT_BACK,
    WishState.ACCEPTED,
    WishState.PUBLISHED,
    WishState.CLAIMED,
    WishState.FULFILLED,
    WishState.CARRIED_OVER,
    WishState.ESCALATED,
)


def _open_rounds(place_id: int) -> int:
    return paging.count(
        sa.select(Round.id).where(Round.community_id == place_id, Round.state != RoundState.CLOSED)
    )


def _wishes(place_id: int) -> int:
    return paging.count(
        sa.select(Wish.id).where(Wish.community_id == place_id, Wish.state.in_(_ON_THEIR_WAY))
    )


def _drafts(place_id: int) -> int:
    return paging.count(
        sa.select(Wish.id).where(Wish.community_id == place_id, Wish.state == WishState.DRAFT)
    )


def _move_drafts(gone_id: int, into_id: int) -> int:
    moved = (
        sa.update(Wish)
        .where(Wish.community_id == gone_id, Wish.state == WishState.DRAFT)
        .values(community_id=into_id)
        .returning(Wish.id)
    )
    return len(session.scalars(moved, execution_options={"synchronize_session": False}).all())


STANDING = (
    Standing("rounds", "没有结束的各期心愿", _open_rounds, hinders_merge=True),
    Standing("wishes", "没有办结的心愿", _wishes, hinders_merge=True),
    Standing("drafts", "心愿草稿", _drafts, move=_move_drafts),
)
