"""What nobody has answered yet keeps a place from being closed; merged, it is answered from where the place lies."""

import sqlalchemy as sa

from backend import paging
from backend.complaints.models import Complaint
from backend.standing import Standing

STANDING = (
    Standing(
        "complaints",
        "没有答复的投诉建议",
        lambda place_id: paging.count(
            sa.select(Complaint.id).where(Complaint.place_id == place_id, Complaint.ended_at.is_(None))
        ),
    ),
)
