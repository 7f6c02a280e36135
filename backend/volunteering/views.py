"""What either door shows of volunteering, and no more: who may see what is decided where these are made."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from backend.volunteering.days import DayTotal
from backend.volunteering.sessions import Session


@dataclass(frozen=True)
class SignUpView:
    """A sign-up, with the moves open to the viewer."""

    id: int
    activity_id: int
    person_id: int
    state: str
    waitlist_position: int | None
    on_behalf: bool
    by_family: bool
    signed_up_at: datetime
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    source: str | None
    place_check: str | None
    minutes: int | None
    actions: list[str]


@dataclass(frozen=True)
class ActivityView:
    """An activity as one viewer may see it, with the moves open to that viewer."""

    id: int
    state: str
    community_id: int
    community_name: str
    team_id: int | None
    team_name: str | None
    in_charge: str
    title: str
    kind: str
    category: str
    description: str
    place: str
    latitude: float | None
    longitude: float | None
    radius: int | None
    starts_at: datetime
    ends_at: datetime
    # None where it takes place once.
    sessions: list[Session]
    sign_up_until: datetime | None
    cancel_until: datetime | None
    capacity: int
    confirmed: int
    waiting: int
    # Told to its organisers alone, while it can still be moved.
    clashing: int | None
    min_age: int | None
    risk: str | None
    insurance_number: str | None
    created_at: datetime
    published_at: datetime | None
    ended_at: datetime | None
    proposed_at: datetime | None
    certified_at: datetime | None
    record_due_on: date | None
    my_sign_up: SignUpView | None
    taken_down_at: datetime | None
    # For who plans it: what of a person stands in its words.
    warnings: list[str]
    actions: list[str]
    # From where somebody asked.
    distance_km: float | None = None


@dataclass(frozen=True)
class MySignUpView(SignUpView):
    activity: ActivityView


@dataclass(frozen=True)
class CheckInCode:
    """The code of half a minute; `qr` is SVG, `text` what it says."""

    code: str
    expires_at: datetime
    qr: str
    text: str


@dataclass(frozen=True)
class SessionAttendedView:
    """When one person came to one session; without `attended_minutes`, where nobody saw them leave."""

    number: int
    checked_in_at: datetime
    checked_out_at: datetime | None
    source: str
    place_check: str | None
    attended_minutes: int | None


@dataclass(frozen=True)
class AttendedView:
    """One line of who signed up and who came: the name in full for the leader and who calls the roll."""

    sign_up_id: int
    person_id: int
    name: str
    card_number: str | None
    state: str
    on_behalf: bool
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    source: str | None
    place_check: str | None
    attended_minutes: int | None
    proposed_minutes: int | None
    minutes: int | None
    # Of an activity that has several: to which of them the person came.
    sessions: list[SessionAttendedView]
    # On the printed sheet, of who has a place; where the whole list is asked for.
    number: int | None = None
    # Of two with one name: what tells them apart.
    told_apart: str | None = None


@dataclass(frozen=True)
class Attendance:
    """`undecided` are those whom nobody saw leave, and whose minutes nobody has said; `in_full` whether names are."""

    people: list[AttendedView]
    undecided: int
    in_full: bool = False


@dataclass(frozen=True)
class RecordView:
    """A service record with the (masked) names of those who answer for it, and whether another one corrects it."""

    id: int
    activity_id: int | None
    activity_name: str
    category: str
    served_on: date
    started_at: datetime
    place: str
    content: str
    minutes: int
    days: list[DayTotal]
    organising_body: str
    in_charge: str
    recorded_by: str
    certified_by: str
    recorded_at: datetime
    source: str
    sync_state: str
    corrects_id: int | None
    corrected_by_id: int | None
    actions: list[str]


class YearTotal(TypedDict):
    year: int
    minutes: int


class CategoryTotal(TypedDict):
    category: str
    minutes: int


class SourceTotal(TypedDict):
    source: str
    minutes: int


class Totals(TypedDict):
    minutes: int
    by_year: list[YearTotal]
    by_category: list[CategoryTotal]
    by_source: list[SourceTotal]


@dataclass(frozen=True)
class CorrectionView:
    """What a volunteer asks to have put right; the words of it are not for whoever certified the record."""

    id: int
    record_id: int
    activity_name: str
    person_id: int
    name: str
    state: str
    recorded_minutes: int
    minutes: int
    reason: str | None
    requested_at: datetime
    decided_at: datetime | None
    decision_reason: str | None


@dataclass(frozen=True)
class BackfillView:
    """Service entered afterwards, with the (masked) names of whose it is, who answers for it and who entered it."""

    id: int
    state: str
    person_id: int
    name: str
    community_id: int
    team_id: int | None
    activity_id: int | None
    activity_name: str
    category: str
    started_at: datetime
    place: str
    content: str
    minutes: int
    in_charge: str
    reason: str
    maker: str
    requested_at: datetime
    decided_at: datetime | None
    decision_reason: str | None


@dataclass(frozen=True)
class CertificateView:
    """`pdf_url` is a link that opens without signing in: for the holder alone, and while the certificate holds."""

    number: str
    first_day: date
    last_day: date
    minutes: int
    issuer: str
    issued_at: datetime
    status: str
    revoked_at: datetime | None
    revoke_reason: str | None
    verify_url: str
    pdf_url: str | None


@dataclass(frozen=True)
class HeldRecord:
    """A record of another platform, as it was brought in."""

    reference: str
    activity_name: str
    organising_body: str
    served_on: date
    minutes: int
    imported_at: datetime


@dataclass(frozen=True)
class HeldElsewhere:
    platform: str
    minutes: int
    records: list[HeldRecord]
