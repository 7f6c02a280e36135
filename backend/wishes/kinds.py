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


class ClaimOutcome(StrEnum):
    """How a claim ended; one that stands has none."""

    RELEASED = "released"
    OVERDUE = "overdue"
    CONFIRMED = "confirmed"
    CLOSED_UNCONFIRMED = "closed_unconfirmed"


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
ON_THE_WALL = (WishState.PUBLISHED, WishState.CLAIMED, WishState.CONFIRMED)


PUBLIC_STATES = (*ON_THE_WALL, WishState.FULFILLED, WishState.CLOSED_UNCONFIRMED)


# How a claim ends with its wish; a claim that ends otherwise makes room for another.
STOOD_TO_THE_END = (ClaimOutcome.CONFIRMED, ClaimOutcome.CLOSED_UNCONFIRMED)


SALUTATIONS = ("女士", "先生", "奶奶", "爷爷", "阿姨", "叔叔", "同学", "居民")
