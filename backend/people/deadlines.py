"""What time ends of what people registered."""

from backend.jobs import Job
from backend.people import proxies

JOBS = [Job("people.proxies_unanswered", 3600, proxies.unanswered, proxies.lapse)]
