"""What time ends of personal data: periods of retention, and who left and came back by a late answer."""

from backend.rights import cancellation, retention

JOBS = [*cancellation.JOBS, *retention.JOBS]
