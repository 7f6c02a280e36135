"""A wish as one person may see it: what pages and the API show, and no row of the database."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from backend.files.queries import PictureLink

# For who had to do with a wish that is not shown to them any more.
NO_LONGER_SHOWN = "（不再公开）"


@dataclass(frozen=True)
class RoundRef:
    """The round that a wish is in."""

    id: int
    number: int
    title: str


@dataclass(frozen=True)
class RoundCard:
    """The round that a community is in, on a first screen."""

    id: int
    number: int
    title: str
    state: str
    collect_until: date
    publish_until: date


@dataclass(frozen=True)
class RoundView:
    """A round, which is public, with the moves open to one viewer."""

    id: int
    community_id: int
    number: int
    title: str
    state: str
    collect_until: date
    publish_until: date
    opened_at: datetime
    published_at: datetime | None
    closed_at: datetime | None
    actions: list[str]


@dataclass(frozen=True)
class WishLine:
    """A wish in a list for staff who may read it."""

    id: int
    community_id: int
    number: str | None
    title: str
    state: str
    carried_over: bool


@dataclass(frozen=True)
class ClaimView:
    """Who claimed, by the masked name or the team's or the unit's, and what came of it."""

    party: str
    by_name: str | None
    promised_on: date
    claimed_at: datetime
    fulfilled_at: datetime | None
    outcome: str | None
    # What the claimer wrote, for whom it concerns.
    note: str | None
    files: list[PictureLink]
    # For who reviews: the note waits for a look.
    note_waits: bool = False


@dataclass(frozen=True)
class WishView:
    """A wish as one viewer may see it: masked, with the moves open to that viewer."""

    # What everyone is told who may see the wish at all.
    id: int
    number: str | None
    state: str
    community_id: int
    title: str
    description: str
    category: str
    beneficiary_group: str
    service_role: str | None
    estimated_cost: int
    wanted_by: date | None
    disclosure: str
    referred_to: str | None
    solved: bool | None
    satisfaction: int | None
    created_at: datetime
    submitted_at: datetime | None
    published_at: datetime | None
    fulfilled_at: datetime | None
    closed_at: datetime | None
    community_name: str
    wisher: str
    claim: ClaimView | None
    round: RoundRef | None
    on_behalf: bool
    # To its own people and to staff: a relative wrote it for the wisher.
    by_family: bool
    has_address: bool
    carried_over: bool
    files: list[PictureLink]
    # What its own people and its community's staff are told; None for everyone else.
    wisher_id: int | None
    grid_name: str | None
    on_behalf_reason: str | None
    review_reason: str | None
    confirm_method: str | None
    comment: str | None
    # The wish that it was merged into; the one that it takes up again, and the last one that took it up.
    merged_into_id: int | None
    reopens_id: int | None
    reopened_as_id: int | None
    # When staff last blacked out a part of it.
    redacted_at: datetime | None
    # What its texts tell of somebody: to who reviews it, and as a warning to who wrote them.
    private_data: list[str] | None
    warnings: list[str]
    # Whether WeChat doubted its words: for who reviews it.
    needs_look: bool | None
    # The whole name, for the staff who work with the wishers there.
    wisher_name: str | None
    # Of the viewer: whether the above is told, whether they reported it and still speak for it, what their offices
    # grant in its place, which moves are open to them.
    inside: bool
    reporting: bool
    words: frozenset[str]
    actions: list[str]
    visible: bool = True


# The columns of a wish that every view copies, and those that only an inside view does.
FOR_ALL = (
    "id",
    "number",
    "state",
    "community_id",
    "title",
    "description",
    "category",
    "beneficiary_group",
    "service_role",
    "estimated_cost",
    "wanted_by",
    "disclosure",
    "referred_to",
    "solved",
    "satisfaction",
    "created_at",
    "submitted_at",
    "published_at",
    "fulfilled_at",
    "closed_at",
)
INSIDE = (
    "wisher_id",
    "on_behalf_reason",
    "review_reason",
    "confirm_method",
    "comment",
    "merged_into_id",
    "reopens_id",
    "reopened_as_id",
    "redacted_at",
)


def without_words(shown: WishView) -> WishView:
    """The same for who claimed it once and may not see it any more: which it was, and nothing of what it said."""
    return replace(
        shown,
        title=NO_LONGER_SHOWN,
        description=NO_LONGER_SHOWN,
        wisher="匿名居民",
        files=[],
        claim=shown.claim and replace(shown.claim, note=None, files=[]),
        warnings=[],
    )


def for_guests(shown: WishView) -> WishView:
    """The same for who has not signed in: what is wished and how far it is, and nobody's words, name or picture."""
    claim = shown.claim and replace(shown.claim, by_name=None, note=None, files=[])
    return replace(shown, description="", wisher="", claim=claim, files=[], actions=[])
