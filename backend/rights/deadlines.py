"""What time ends of personal data: periods of retention, and who left and came back by a late answer;
and suspensions."""

from backend.rights import cancellation, retention, suspending

JOBS = [*cancellation.JOBS, *retention.JOBS, *suspending.JOBS]
