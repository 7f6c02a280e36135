"""What time does to points."""

from backend.jobs import Job
from backend.ledger import seals
from backend.ledger.endings import expire, lots_to_expire

JOBS = [Job("expire_points", every=3600, due=lots_to_expire, work=expire), *seals.JOBS]
