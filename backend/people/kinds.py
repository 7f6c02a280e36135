"""The states and kinds of people, of what they register and of teams, as the database spells them."""

from enum import StrEnum


class PersonState(StrEnum):
    ACTIVE = "active"
    MERGED = "merged"
    CANCELLED = "cancelled"


class ResidencyState(StrEnum):
    DECLARED = "declared"
    VERIFIED = "verified"
    REJECTED = "rejected"


class PartyRegistrationState(StrEnum):
    PENDING = "pending"
    VERIFIED = "verified"
    REJECTED = "rejected"


class GuardianshipState(StrEnum):
    DECLARED = "declared"
    VERIFIED = "verified"
    REJECTED = "rejected"
    ENDED = "ended"


class MergeState(StrEnum):
    ASKED = "asked"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class MergeProof(StrEnum):
    """How staff know that both records are one person's."""

    ID_SEEN = "id_seen"
    CARD = "card"
    CALL = "call"
    KNOWN = "known"


class Relation(StrEnum):
    """What a guardian is to the child."""

    FATHER = "father"
    MOTHER = "mother"
    GRANDPARENT = "grandparent"
    RELATIVE = "relative"
    INSTITUTION = "institution"


class ProxyState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    ENDED = "ended"


class ProxyRelation(StrEnum):
    """What who acts is to the one who is acted for."""

    CHILD = "child"
    SPOUSE = "spouse"
    PARENT = "parent"
    RELATIVE = "relative"
    NEIGHBOUR = "neighbour"


class ProxyMethod(StrEnum):
    """How staff know that somebody without WeChat agreed."""

    SEEN = "seen"
    CALL = "call"


class ProxyDirection(StrEnum):
    """Which of the two the reader is."""

    ACTS_FOR = "acts_for"
    ACTED_BY = "acted_by"


class TeamKind(StrEnum):
    COMMUNITY = "community"
    UNIT = "unit"
    SOCIAL = "social"


class MembershipState(StrEnum):
    APPLIED = "applied"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LEFT = "left"


# A guardian speaks for the child, or waits to; an adult acts for another one, or waits to; a member is in the team, or asks
# to be.
STANDING_LINKS = (GuardianshipState.DECLARED, GuardianshipState.VERIFIED)
STANDING_PROXIES = (ProxyState.ASKED, ProxyState.AGREED)
STANDING_MEMBERSHIPS = (MembershipState.APPLIED, MembershipState.ACCEPTED)


class RequestStage(StrEnum):
    """What has become of something that a second person has to agree to."""

    ASKED = "asked"
    GRANTED = "granted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    USED = "used"


class SecurityEventKind(StrEnum):
    """What may happen to somebody's account that they have to hear of."""

    CONSOLE = "console"
    PASSWORD = "password"  # noqa: S105 - a word for what happened
    ROLE = "role"
    PHONE = "phone"
    CARD = "card"
    MERGE = "merge"
    KIOSK = "kiosk"
    SUSPENDED = "suspended"
    SESSION = "session"
    DATA_OPENED = "data_opened"


# These stand in the owner's list alone: they happen too often to be told of each time, and of a suspension a notice of
# its own says more: the reason, the end, and where to complain.
QUIET_EVENTS = (SecurityEventKind.SESSION, SecurityEventKind.DATA_OPENED, SecurityEventKind.SUSPENDED)
# What staff did openly and answer for is complained about; it is not "somebody else has my account".
UNDENIABLE_EVENTS = (SecurityEventKind.SUSPENDED, SecurityEventKind.DATA_OPENED)
# What the journal calls, beside an opening, the request to which a colleague agreed.
GRANT = "agreed"
