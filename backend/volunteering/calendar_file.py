"""An activity as a phone's calendar reads it: iCalendar (RFC 5545), of which one kind of entry is needed.

Moments are told in UTC, so that no table of time zones has to go along.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from backend.volunteering import sessions
from backend.volunteering.models import Activity, ActivityState

# A line has at most so many octets (3.1); what is longer goes on in the next one, behind a space.
LINE = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})
_HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Dianliang//Volunteering//ZH", "CALSCALE:GREGORIAN")


def calendar_of(activities: Iterable[Activity]) -> bytes:
    """The file: one VEVENT an activity. Whoever takes it in again gets the newest, by UID and SEQUENCE."""
    rows = list(activities)
    parts = sessions.of_rows(rows)
    events = (line for one in rows for line in _event(one, parts.get(one.id, [])))
    lines = [*_HEAD, *events, "END:VCALENDAR"]
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _event(activity: Activity, parts: list[sessions.Session]) -> Iterator[str]:
    """Of several sessions the first is the event, and each other one a date on which it recurs (3.8.5.2); they stand in
    the description, too, for calendars that know no such dates."""
    changed = activity.calendar_changed_at or activity.published_at or activity.created_at
    cancelled = activity.state == ActivityState.CANCELLED
    yield "BEGIN:VEVENT"
    yield f"UID:activity-{activity.id}@dianliang"
    yield f"SEQUENCE:{activity.calendar_sequence}"
    yield f"DTSTAMP:{_moment(changed)}"
    yield f"LAST-MODIFIED:{_moment(changed)}"
    yield f"DTSTART:{_moment(activity.starts_at)}"
    yield f"DTEND:{_moment(parts[0].ends_at if parts else activity.ends_at)}"
    yield from _others(parts)
    yield f"SUMMARY:{escaped(activity.title)}"
    yield f"LOCATION:{escaped(activity.place)}"
    told = f"共 {len(parts)} 场：{sessions.in_words(parts)}" if parts else None
    about = "\n".join(part for part in (told, activity.description, activity.risk) if part)
    if about:
        yield f"DESCRIPTION:{escaped(about)}"
    if activity.latitude is not None:
        yield f"GEO:{activity.latitude:.6f};{activity.longitude:.6f}"
    yield f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}"
    yield "END:VEVENT"


def _others(parts: list[sessions.Session]) -> Iterator[str]:
    """Those as long as the first by their start, every other one from when to when."""
    length = parts[0].ends_at - parts[0].starts_at if parts else None
    same = [one for one in parts[1:] if one.ends_at - one.starts_at == length]
    if same:
        yield f"RDATE:{','.join(_moment(one.starts_at) for one in same)}"
    longer = [f"{_moment(one.starts_at)}/{_moment(one.ends_at)}" for one in parts[1:] if one not in same]
    if longer:
        yield f"RDATE;VALUE=PERIOD:{','.join(longer)}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: Any) -> str:
    """A text as a value (3.3.11)."""
    return str(text).translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """In lines of 75 octets at most; no sign is torn in two."""
    parts, part = [], b""
    for sign in line:
        octets = sign.encode()
        if len(part) + len(octets) > LINE:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part])
