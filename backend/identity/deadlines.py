"""What time ends at the door: sessions, tries at a name, sign-ins by scanning that nobody finished."""

from backend.identity import console_sessions, credentials, sessions
from backend.jobs import Job

JOBS = [
    Job("sessions.forget", 3600, sessions.ended, sessions.forget),
    Job("console.forget", 3600, console_sessions.ended, console_sessions.forget),
    Job("console.forget_attempts", 3600, credentials.attempts_over, credentials.forget_attempt),
    Job("console.forget_scans", 3600, console_sessions.scans_over, console_sessions.forget_scan),
]
