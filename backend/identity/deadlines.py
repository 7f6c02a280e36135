"""What time ends at the door: sessions, tries at a name, sign-ins by scanning that nobody finished, codes of cards."""

from backend.identity import (
    attempts,
    card_codes,
    console_links,
    console_sessions,
    kiosk_sessions,
    sent_forms,
    sessions,
)
from backend.jobs import Job
from backend.people import opening_requests, security_events

JOBS = [
    Job("sessions.forget", 3600, sessions.ended, sessions.forget),
    Job("sessions.forget_counts", 3600, sessions.counts_over, sessions.forget_count),
    Job("console.forget", 3600, console_sessions.ended, console_sessions.forget),
    Job("console.forget_links", 3600, console_links.over, console_links.forget),
    Job("console.forget_attempts", 3600, attempts.over, attempts.forget),
    Job("console.forget_forms", 3600, sent_forms.outlived, sent_forms.forget),
    Job("security_events.forget", 3600, security_events.over, security_events.forget),
    Job("opening_requests.forget", 3600, opening_requests.over, opening_requests.forget),
    Job("kiosks.forget_codes", 3600, card_codes.over, card_codes.forget),
    Job("kiosks.forget_sessions", 3600, kiosk_sessions.over, kiosk_sessions.forget),
    Job("console.forget_scans", 3600, console_sessions.scans_over, console_sessions.forget_scan),
]
