"""What time ends of personal data: periods of retention, and who left and came back by a late answer;
and suspensions; what came in for a record that was joined to another one."""

from backend.rights import cancellation, merging, retention, suspending

JOBS = [*cancellation.JOBS, *retention.JOBS, *suspending.JOBS, *merging.JOBS]
