"""What of volunteering keeps a place from being closed or merged. Hours of what has ended are certified from where the
place lies below then."""

import sqlalchemy as sa

from backend import paging
from backend.db import session
from backend.standing import Standing
from backend.volunteering.models import Activity, ActivityState


def _in(place_id: int, *more: sa.ColumnElement[bool]) -> int:
    return paging.count(sa.select(Activity.id).where(Activity.community_id == place_id, *more))


def _published(place_id: int) -> int:
    return _in(place_id, Activity.state == ActivityState.PUBLISHED)


def _proposed(place_id: int) -> int:
    """Hours wait to be certified. What ended without any waits for nothing."""
    return _in(place_id, Activity.state == ActivityState.ENDED, Activity.proposed_at.is_not(None))


def _drafts(place_id: int) -> int:
    return _in(place_id, Activity.state == ActivityState.DRAFT)


def _move_drafts(gone_id: int, into_id: int) -> int:
    moved = (
        sa.update(Activity)
        .where(Activity.community_id == gone_id, Activity.state == ActivityState.DRAFT)
        .values(community_id=into_id)
        .returning(Activity.id)
    )
    return len(session.scalars(moved, execution_options={"synchronize_session": False}).all())


STANDING = (
    Standing("activities", "已发布还没有结束的活动", _published, hinders_merge=True),
    Standing("hours", "时长等待认定的活动", _proposed),
    Standing("activity_drafts", "活动草稿", _drafts, move=_move_drafts),
)
