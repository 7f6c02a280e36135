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


class Relation(StrEnum):
    """What a guardian is to the child."""

    FATHER = "father"
    MOTHER = "mother"
    GRANDPARENT = "grandparent"
    RELATIVE = "relative"
    INSTITUTION = "institution"


class TeamKind(StrEnum):
    COMMUNITY = "community"
    UNIT = "unit"
    SOCIAL = "social"


class MembershipState(StrEnum):
    APPLIED = "applied"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LEFT = "left"


# A guardian speaks for the child, or waits to; a member is in the team, or asks to be.
STANDING_LINKS = (GuardianshipState.DECLARED, GuardianshipState.VERIFIED)
STANDING_MEMBERSHIPS = (MembershipState.APPLIED, MembershipState.ACCEPTED)
