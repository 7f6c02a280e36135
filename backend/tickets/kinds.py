"""The states and kinds of tickets, as the database spells them."""

from enum import StrEnum


class TicketState(StrEnum):
    REPORTED = "reported"
    ASSIGNED = "assigned"
    HANDLING = "handling"
    NEEDS_INFO = "needs_info"
    RETURNED = "returned"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    REFERRED = "referred"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


# Somebody holds it in these, and a deadline runs.
HELD = (TicketState.ASSIGNED, TicketState.HANDLING, TicketState.NEEDS_INFO, TicketState.RETURNED)
# Nothing happens any more, unless it is reopened.
OVER = (TicketState.CLOSED, TicketState.REFERRED, TicketState.DECLINED, TicketState.WITHDRAWN)
# It still waits for its end, by itself or by the one that it was merged into.
LIVE = (TicketState.REPORTED, *HELD, TicketState.MERGED)


class Source(StrEnum):
    PATROL = "patrol"
    RESIDENT = "resident"
    PROXY = "proxy"
    HOTLINE = "hotline"


class RequestKind(StrEnum):
    """咨询、求助、投诉、举报、建议、隐患."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAIN = "complain"
    REPORT = "report"
    SUGGEST = "suggest"
    HAZARD = "hazard"


class Urgency(StrEnum):
    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"


class ResultKind(StrEnum):
    """办结 is not 解决: what is planned or explained is answered, and not solved."""

    SOLVED = "solved"
    PARTLY = "partly"
    PLANNED = "planned"
    EXPLAINED = "explained"
    NOT_FOUND = "not_found"
    NO_ANSWER = "no_answer"
    DUPLICATE = "duplicate"
    REFERRED = "referred"


class Solved(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Satisfied(StrEnum):
    YES = "yes"
    BASICALLY = "basically"
    NO = "no"
    WONT_SAY = "wont_say"


class ClosedBy(StrEnum):
    CONFIRMED = "confirmed"
    CALL_BACK = "call_back"
    NOT_ASKED = "not_asked"
    TIME = "time"


class AssignmentPart(StrEnum):
    LEAD = "lead"
    COOPERATE = "cooperate"


class DeadlineEvent(StrEnum):
    """Why a deadline is another one than before. Nothing moves it without such a line."""

    SET = "set"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    RECOMPUTED = "recomputed"
    ROUND = "round"


class ContactMethod(StrEnum):
    CALL = "call"
    APP = "app"
    VISIT = "visit"


class NoteKind(StrEnum):
    """What somebody said on a ticket beside its own words."""

    QUESTION = "question"
    SUPPLIED = "supplied"
    URGE = "urge"
    REPORT_BACK = "report_back"
    REOPENED = "reopened"
    RETURN = "return"
    SUPERVISED = "supervised"


class Referral(StrEnum):
    """What is none of our tickets: the way is told."""

    EMERGENCY = "emergency"
    PETITION = "petition"
    COURT = "court"
    DISCIPLINE = "discipline"
    OTHER_CITY = "other_city"


class Look(StrEnum):
    """What a person who looked at a signal says."""

    CLEAR = "clear"
    SENSITIVE = "sensitive"


# Who acts for an organisation that holds a ticket: whoever is appointed there, and not above it, in one of these.
ACTING_ROLES = (
    "grid_worker",
    "grid_leader",
    "community_staff",
    "street_staff",
    "dispatcher",
    "unit_liaison",
    "unit_head",
)
LEVELS = (1, 2, 3)
