"""The states and kinds of rounds, wishes and claims, as the database spells them."""

from enum import StrEnum


class RoundState(StrEnum):
    COLLECTING = "collecting"
    REVIEWING = "reviewing"
    PUBLISHED = "published"
    CLOSED = "closed"


class WishState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REFERRED = "referred"
    PUBLISHED = "published"
    CLAIMED = "claimed"
    FULFILLED = "fulfilled"
    CONFIRMED = "confirmed"
    CLOSED_UNCONFIRMED = "closed_unconfirmed"
    CARRIED_OVER = "carried_over"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    TAKEN_DOWN = "taken_down"


class ClaimOutcome(StrEnum):
    """How a claim ended; one that stands has none."""

    RELEASED = "released"
    OVERDUE = "overdue"
    CONFIRMED = "confirmed"
    CLOSED_UNCONFIRMED = "closed_unconfirmed"
    TAKEN_DOWN = "taken_down"


class Party(StrEnum):
    """In whose name a wish is claimed."""

    PERSONAL = "personal"
    TEAM = "team"
    UNIT = "unit"


class Category(StrEnum):
    GOODS = "goods"
    SERVICE = "service"
    COMPANY = "company"
    REPAIR = "repair"
    LEARNING = "learning"
    OTHER = "other"


class Group(StrEnum):
    """Whom a wish is for."""

    ELDER = "elder"
    CHILD = "child"
    DISABLED = "disabled"
    FAMILY = "family"
    WORKER = "worker"
    OTHER = "other"


class AnswerKind(StrEnum):
    """For which decision a ready-made sentence is."""

    SEND_BACK = "send_back"
    DECLINE = "decline"
    REFER = "refer"


class ConfirmMethod(StrEnum):
    APP = "app"
    CALL = "call"
    SIGNATURE = "signature"


class Disclosure(StrEnum):
    ANONYMOUS = "anonymous"
    TITLE = "title"


class Referral(StrEnum):
    RELIEF = "relief"
    HOTLINE = "hotline"
    GRID = "grid"


# What everyone who is signed in may see on the wall (masked), and of a single wish.
ON_THE_WALL = (WishState.PUBLISHED, WishState.CLAIMED, WishState.FULFILLED, WishState.CONFIRMED)


PUBLIC_STATES = (*ON_THE_WALL, WishState.CLOSED_UNCONFIRMED)


# What is public, was, or will be without another look at it.
SHOWN_OR_SOON = (*PUBLIC_STATES, WishState.ACCEPTED, WishState.CARRIED_OVER, WishState.ESCALATED)


# How a claim ends with its wish; a claim that ends otherwise makes room for another.
STOOD_TO_THE_END = (ClaimOutcome.CONFIRMED, ClaimOutcome.CLOSED_UNCONFIRMED, ClaimOutcome.TAKEN_DOWN)


# Into which another wish may be merged: what is on its way, and was not given back to its wisher.
OPEN = (
    WishState.SUBMITTED,
    WishState.ACCEPTED,
    WishState.PUBLISHED,
    WishState.CLAIMED,
    WishState.FULFILLED,
    WishState.CARRIED_OVER,
    WishState.ESCALATED,
)


# How a wish ends without anybody having fulfilled it; what was taken up again and ended so may be taken up once more.
CAME_TO_NOTHING = (
    WishState.WITHDRAWN,
    WishState.DECLINED,
    WishState.REFERRED,
    WishState.MERGED,
    WishState.TAKEN_DOWN,
)


SALUTATIONS = ("女士", "先生", "奶奶", "爷爷", "阿姨", "叔叔", "同学", "居民")
