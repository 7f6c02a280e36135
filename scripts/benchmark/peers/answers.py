"""What the works answer: the fields of the product's JSON."""

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Out(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Answer(Out, Generic[T]):
    code: int = 0
    message: str = "ok"
    data: T
    request_id: str


class Page(Out, Generic[T]):
    list: list[T]
    next_cursor: str | None


class ClaimOut(Out):
    as_: str = Field(alias="as")
    by_name: str | None
    promised_on: date
    claimed_at: datetime
    fulfilled_at: datetime | None
    outcome: str | None
    note: str | None
    files: list[str] = []


class RoundOut(Out):
    id: int
    number: int
    title: str


class WishOut(Out):
    id: int
    number: str | None
    state: str
    community_id: int
    community_name: str
    title: str
    description: str | None
    category: str
    beneficiary_group: str | None
    service_role: str | None
    estimated_cost: int | None
    wanted_by: date | None
    disclosure: str
    wisher: str
    wisher_name: str | None
    claim: ClaimOut | None
    round: RoundOut | None
    on_behalf: bool
    by_family: bool
    on_behalf_reason: str | None
    grid_name: str | None
    files: list[str]
    needs_look: bool | None
    has_address: bool
    review_reason: str | None
    referred_to: str | None
    carried_over: bool
    solved: bool | None
    satisfaction: int | None
    confirm_method: str | None
    comment: str | None
    merged_into_id: int | None
    reopens_id: int | None
    reopened_as_id: int | None
    redacted_at: datetime | None
    private_data: Any = None
    warnings: list[str] = []
    created_at: datetime
    submitted_at: datetime | None
    published_at: datetime | None
    fulfilled_at: datetime | None
    closed_at: datetime | None
    actions: list[str]


class TransferOut(Out):
    id: int
    at: datetime
    points: int
    balance: int
    kind: str
    title: str
    reference: str


class SignUpOut(Out):
    id: int
    activity_id: int
    person_id: int
    state: str
    waitlist_position: int | None = None
    on_behalf: bool
    by_family: bool
    signed_up_at: datetime
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    source: str | None
    place_check: str | None
    minutes: int | None
    actions: list[str]


class LineOut(Out):
    item_id: int
    name: str
    unit: str
    quantity: int
    unit_points: int
    points: int
    handed_over: int | None
    returned: int


class OrderOut(Out):
    id: int
    number: str
    state: str
    kind: str
    shop_id: int
    shop_name: str
    community_id: int
    community_name: str
    person_name: str
    on_behalf: bool
    by_family: bool
    points: int
    points_spent: int | None
    lines: list[LineOut]
    slots: list[str] = []
    purpose: str | None
    team_id: int | None
    team_name: str | None
    requested_at: datetime
    approve_until: date
    approved_at: datetime | None
    pick_up_code: str | None
    pick_up_qr: str | None
    pick_up_until: date | None
    collect_on: date | None
    handed_over_at: datetime | None
    collected_by: str | None
    closed_at: datetime | None
    reason: str | None
    series_id: int | None
    actions: list[str]


class ResidencyOut(Out):
    community_id: int
    community_name: str | None
    grid_id: int | None
    status: str
    reason: str | None


class MemberOut(Out):
    unit_id: int
    unit_name: str | None
    community_id: int
    community_name: str | None
    service_roles: list[str]
    status: str
    reason: str | None


class RoleOut(Out):
    role: str
    organisation_id: int
    organisation_name: str


class ConsentOut(Out):
    document: str
    version: str
    given_at: datetime


class MeOut(Out):
    id: int
    nickname: str
    real_name: str | None
    phone: str | None
    card_number: str | None
    residency: ResidencyOut | None
    party_registration: MemberOut | None
    roles: list[RoleOut]
    consents: list[ConsentOut]
    unread_notices: int
    suspension: datetime | None


class WishCard(Out):
    id: int
    number: str | None
    state: str
    title: str
    description: str | None
    category: str
    beneficiary_group: str | None
    community_id: int
    community_name: str
    wisher: str
    claim: ClaimOut | None
    round: RoundOut | None
    files: list[str]
    published_at: datetime | None
    actions: list[str]


class ActivityCard(Out):
    id: int
    state: str
    title: str
    kind: str
    category: str
    place: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    confirmed: int
    team_name: str | None
    my_sign_up: str | None
    actions: list[str]


class ItemCard(Out):
    id: int
    name: str
    unit: str
    points: int
    free: int


class ShopCard(Out):
    id: int
    name: str
    opening_hours: list[Any]
    items: list[ItemCard]


class HomeOut(Out):
    community: dict[str, Any]
    round: dict[str, Any] | None
    wishes: list[WishCard]
    activities: list[ActivityCard]
    shop: ShopCard | None
    me: dict[str, Any]
    to_do: dict[str, int]
