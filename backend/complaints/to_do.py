"""Which complaints wait for whom, for the first screen."""

from backend.complaints import queues
from backend.complaints.models import Complaint
from backend.people.permissions import Permission
from backend.to_do import Waits

TO_DO = (Waits("complaints_to_answer", queues.to_answer, Complaint.filed_at, Permission.COMPLAINT_ANSWER),)
