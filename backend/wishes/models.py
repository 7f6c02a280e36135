"""Rounds, wishes and claims, with their rules repeated as constraints."""

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.people import at_kiosk, permissions
from backend.people import queries as people
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, not_personal, on_merge, personal
from backend.wishes.kinds import (
    CAME_TO_NOTHING,
    ON_THE_WALL,
    PUBLIC_STATES,
    STOOD_TO_THE_END,
    Category,
    ClaimOutcome,
    Disclosure,
    Group,
    Party,
    RoundState,
    WishState,
)

_wall = sa.text(f"state IN {sql_list(ON_THE_WALL)}")
_live_round = sa.text(f"state IN {sql_list((RoundState.COLLECTING, RoundState.REVIEWING))}")
_published_round = sa.text(f"state = '{RoundState.PUBLISHED}'")
_standing = sa.text("outcome IS NULL")
_reopening = sa.text(f"reopens_id IS NOT NULL AND state NOT IN {sql_list(CAME_TO_NOTHING)}")
_merged = sa.text("merged_into_id IS NOT NULL")


class Round(Model):
    """期: wishes are collected until one day, and published until another."""

    __tablename__ = "rounds"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(RoundState)}", name="state_known"),
        sa.CheckConstraint("publish_until >= collect_until", name="days_in_order"),
        sa.CheckConstraint("last_sequence >= 0", name="sequence_counts_up"),
        sa.UniqueConstraint("community_id", "number"),
        sa.Index(
            "uq_rounds_one_collecting",
            "community_id",
            unique=True,
            sqlite_where=_live_round,
            postgresql_where=_live_round,
        ),
        sa.Index(
            "uq_rounds_one_published",
            "community_id",
            unique=True,
            sqlite_where=_published_round,
            postgresql_where=_published_round,
        ),
        sa.Index("ix_rounds_state", "state", "community_id"),
    )
    journal_kind = "round"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    title: Mapped[str] = mapped_column(sa.String(60), info=not_personal("a round's"))
    state: Mapped[str] = mapped_column(sa.String(16))
    collect_until: Mapped[date] = mapped_column(sa.Date)
    publish_until: Mapped[date] = mapped_column(sa.Date)
    last_sequence: Mapped[int] = mapped_column(sa.Integer, default=0)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, _person_id: int) -> frozenset[str]:
        return frozenset()

    def visible_to(self, _person_id: int, _words: frozenset[str], _facts: frozenset[str]) -> bool:
        return True


class Wish(Model):
    """A micro-wish: goods or a service in kind, never cash (慈善法 113, 124)."""

    __tablename__ = "wishes"
    __four_eyes__ = (
        ("reviewer_id", "wisher_id, reporter_id, guardian_id"),
        ("claimer_id", "wisher_id, reporter_id, guardian_id, reviewer_id"),
        ("confirmed_by_id", "reviewer_id, claimer_id"),
    )
    __personal__ = [
        PersonalTable(
            "wisher_id", "我的心愿", "wishes", position=210, also_about=("guardian_id",), redact_notices=True
        )
    ]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(WishState)}", name="state_known"),
        sa.CheckConstraint(f"category IN {sql_list(Category)}", name="category_known"),
        sa.CheckConstraint(f"beneficiary_group IN {sql_list(Group)}", name="group_known"),
        sa.CheckConstraint(f"disclosure IN {sql_list(Disclosure)}", name="disclosure_known"),
        sa.CheckConstraint("estimated_cost >= 0", name="cost_not_negative"),
        sa.CheckConstraint("carried IN (0, 1)", name="carried_over_once"),
        sa.CheckConstraint(
            "(reporter_id IS NULL) = (on_behalf_reason IS NULL)", name="on_behalf_with_reason"
        ),
        sa.CheckConstraint(
            "reviewer_id IS NULL OR (reviewer_id <> wisher_id AND reviewer_id <> coalesce(reporter_id, -1))",
            name="reviewed_by_another",
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'published', 'claimed', 'fulfilled', 'confirmed', 'closed_unconfirmed',"
            " 'carried_over', 'escalated') OR (reviewer_id IS NOT NULL AND number IS NOT NULL)",
            name="accepted_means_reviewed_and_numbered",
        ),
        sa.CheckConstraint(
            # What is taken down keeps what it was.
            "state = 'taken_down' OR ((state = 'confirmed') = (confirmed_by_id IS NOT NULL)"
            " AND (state = 'confirmed') = (solved IS NOT NULL))",
            name="confirmed_by_someone",
        ),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR (confirmed_by_id <> reviewer_id AND confirmed_by_id <> claimer_id)",
            name="confirmed_by_another",
        ),
        sa.CheckConstraint(
            "state = 'taken_down' OR"
            " (state IN ('claimed', 'fulfilled', 'confirmed', 'closed_unconfirmed')) = (claimer_id IS NOT NULL)",
            name="claimed_by_someone",
        ),
        sa.CheckConstraint(
            "claimer_id IS NULL OR (claimer_id <> wisher_id AND claimer_id <> reviewer_id"
            " AND claimer_id <> coalesce(reporter_id, -1))",
            name="claimed_by_another",
        ),
        sa.CheckConstraint(
            "satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="satisfaction_1_to_5"
        ),
        sa.CheckConstraint("guardian_id IS NULL OR guardian_id <> wisher_id", name="guardian_of_another"),
        sa.CheckConstraint(
            "guardian_id IS NULL OR guardian_id <> reviewer_id", name="not_reviewed_by_guardian"
        ),
        sa.CheckConstraint("NOT for_child OR disclosure = 'anonymous'", name="child_is_anonymous"),
        sa.CheckConstraint("state <> 'referred' OR referred_to IS NOT NULL", name="referred_somewhere"),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_has_a_time"),
        sa.CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_something"),
        sa.CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="merged_into_another"),
        sa.CheckConstraint("reopens_id IS NULL OR reopens_id <> id", name="reopens_another"),
        sa.UniqueConstraint("number"),
        sa.Index(
            "ix_wishes_wall",
            "community_id",
            sa.text("published_at DESC"),
            sa.text("id DESC"),
            sqlite_where=_wall,
            postgresql_where=_wall,
        ),
        sa.Index(
            "ix_wishes_city_wall",
            sa.text("published_at DESC"),
            sa.text("id DESC"),
            sqlite_where=_wall,
            postgresql_where=_wall,
        ),
        sa.Index("ix_wishes_community_state", "community_id", "state", "id"),
        sa.Index("ix_wishes_wisher", "wisher_id", "id"),
        sa.Index("ix_wishes_reporter", "reporter_id", "id"),
        sa.Index("ix_wishes_round", "round_id", "state"),
        sa.Index(
            "uq_wishes_one_reopening",
            "reopens_id",
            unique=True,
            sqlite_where=_reopening,
            postgresql_where=_reopening,
        ),
        sa.Index("ix_wishes_merged_into", "merged_into_id", sqlite_where=_merged, postgresql_where=_merged),
        sa.Index(
            "ix_wishes_guardian",
            "guardian_id",
            "id",
            sqlite_where=sa.text("guardian_id IS NOT NULL"),
            postgresql_where=sa.text("guardian_id IS NOT NULL"),
        ),
    )
    journal_kind = "wish"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    grid_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    round_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("rounds.id"))
    number: Mapped[str | None] = mapped_column(sa.String(60))
    state: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(60), info=personal(Purpose.WISHES, on_erasure="redact"))
    description: Mapped[str] = mapped_column(
        sa.Text, info=personal(Purpose.WISHES, on_erasure="redact", label="内容")
    )
    category: Mapped[str] = mapped_column(sa.String(12))
    beneficiary_group: Mapped[str] = mapped_column(sa.String(12))
    service_role: Mapped[str | None] = mapped_column(sa.String(16))
    estimated_cost: Mapped[int] = mapped_column(sa.Integer)
    wanted_by: Mapped[date | None] = mapped_column(sa.Date)
    disclosure: Mapped[str] = mapped_column(sa.String(12))
    salutation: Mapped[str | None] = mapped_column(
        sa.String(8), info=personal(Purpose.WISHES, on_erasure="redact")
    )
    wisher_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    reporter_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    on_behalf_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.WISHES, on_erasure="erase")
    )
    address_sealed: Mapped[str | None] = mapped_column(
        sa.Text,
        info=personal(Purpose.WISHES, on_erasure="clear", identifies=True, kept_days="keep_contact_days"),
    )
    phone_sealed: Mapped[str | None] = mapped_column(
        sa.Text,
        info=personal(Purpose.WISHES, on_erasure="clear", identifies=True, kept_days="keep_contact_days"),
    )
    # Who speaks for a wisher under fourteen, and whether the wish is one of such a child (PIPL 31).
    guardian_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    for_child: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    reviewer_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    claimer_id: Mapped[int | None] = mapped_column(
        Id, sa.ForeignKey("persons.id"), info=handler("repeats the claim that stands, which is exported")
    )
    review_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.WISHES, on_erasure="erase")
    )
    referred_to: Mapped[str | None] = mapped_column(sa.String(12))
    carried: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    fulfilled_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    confirm_method: Mapped[str | None] = mapped_column(sa.String(12))
    solved: Mapped[bool | None] = mapped_column(sa.Boolean)
    satisfaction: Mapped[int | None] = mapped_column(sa.Integer)
    comment: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.WISHES, on_erasure="redact", label="评价")
    )
    # WeChat found its words doubtful, or could not look at them: accepting the wish is the look they need.
    needs_look: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    # The wish of the same community that it went into.
    merged_into_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("wishes.id"))
    # Confirmed as not solved and taken up again: the earlier wish, and from there the last one that took it up.
    reopens_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("wishes.id"))
    reopened_as_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("wishes.id"))
    # Staff last blacked out a part of it; what stood there is in `wish_redactions`.
    redacted_at: Mapped[datetime | None] = mapped_column(Moment)
    # The last call-back reached nobody: from when somebody tries again (`call_attempts`).
    call_again_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def place_id(self) -> int:
        """The grid where the wisher lives, so that a grid worker reaches the wishes of their own grid."""
        return self.grid_id or self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        """Whether the person is its wisher, reporter (and still in office), reviewer, claimer, or a party member of its
        community."""
        registration = people.verified_registration(person_id)
        member_here = registration is not None and registration.community_id == self.community_id
        return facts_of(self, person_id, member_here, reporting_in([self], person_id))

    def visible_to(self, person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        """Its own people and its community's staff see a wish in any state, others while it is public. In a hall one
        reads one's own alone; the wall there is the terminal's."""
        if at_kiosk.is_visitor(person_id):
            return bool(facts & OWN_PEOPLE)
        return (
            self.state in PUBLIC_STATES
            or bool(facts & OWN_PEOPLE or ("claimer" in facts and self.state != WishState.TAKEN_DOWN))
            or (self.state != WishState.DRAFT and Permission.WISH_READ in words)
        )


# Who speaks for a wish. Whoever reported it for somebody does so as long as their office lets them.
OWN_PEOPLE = frozenset({"wisher", "reporting", "guardian"})


def reporting_in(wishes: Iterable[Wish], person_id: int) -> set[int]:
    """Where the person reported some of these wishes for somebody, and may still report."""
    reported = {wish.community_id for wish in wishes if wish.reporter_id == person_id}
    return permissions.communities_where(person_id, Permission.WISH_REPORT, reported)


def facts_of(wish: Wish, person_id: int, member_here: bool, reporting: set[int]) -> frozenset[str]:
    """The same from what is known already, for a list: `reporting` as `reporting_in` answers it."""
    told = {
        "wisher": wish.wisher_id == person_id,
        "reporter": wish.reporter_id == person_id,
        "reporting": wish.reporter_id == person_id and wish.community_id in reporting,
        "guardian": wish.guardian_id == person_id,
        "reviewer": wish.reviewer_id == person_id,
        "claimer": wish.claimer_id == person_id,
        "party_member": member_here,
    }
    return frozenset(name for name, true in told.items() if true)


class Claim(Model):
    """认领: a party member promises to fulfil a wish. One claim stands on a wish at a time."""

    __tablename__ = "claims"
    __personal__ = [
        PersonalTable(
            "person_id",
            "我的认领",
            "claims",
            position=220,
            lookups={"wish_id": ("number", "title")},
            also_about=("wish_id",),
        )
    ]
    __table_args__ = (
        sa.CheckConstraint(f"party IN {sql_list(Party)}", name="party_known"),
        sa.CheckConstraint("(party = 'team') = (team_id IS NOT NULL)", name="team_named"),
        sa.CheckConstraint("(party = 'unit') = (unit_id IS NOT NULL)", name="unit_named"),
        sa.CheckConstraint(f"outcome IS NULL OR outcome IN {sql_list(ClaimOutcome)}", name="outcome_known"),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended_with_an_outcome"),
        sa.Index(
            "uq_claims_one_standing",
            "wish_id",
            unique=True,
            sqlite_where=_standing,
            postgresql_where=_standing,
        ),
        sa.Index("ix_claims_wish", "wish_id", "id"),
        sa.Index("ix_claims_person", "person_id", "id"),
        sa.Index("ix_claims_promise", "promised_on", sqlite_where=_standing, postgresql_where=_standing),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    wish_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("wishes.id"))
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    party: Mapped[str] = mapped_column(sa.String(12))
    team_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("teams.id"))
    unit_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    # The claimer's own unit on that day, in whosever name it was claimed.
    member_unit_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    claimed_at: Mapped[datetime] = mapped_column(Moment)
    promised_on: Mapped[date] = mapped_column(sa.Date)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    fulfilled_at: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.CLAIMS, on_erasure="redact", label="完成说明")
    )
    # The note was not found harmless yet: the wisher does not see it before staff have looked.
    needs_look: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(sa.String(20))
    reason: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.CLAIMS, on_erasure="redact"))

    @hybrid_property
    def is_current(self) -> bool:
        """Does the claim stand on its wish, or did it stand to its end? What was released or overdue is past."""
        return self.outcome is None or self.outcome in STOOD_TO_THE_END

    @is_current.inplace.expression
    @classmethod
    def _is_current_expression(cls) -> sa.ColumnElement[bool]:
        # Written into the statement rather than bound: it stands in statements that are built once.
        ended: list[sa.ColumnElement[str]] = [
            sa.literal_column(f"'{outcome}'") for outcome in STOOD_TO_THE_END
        ]
        return sa.or_(cls.outcome.is_(None), cls.outcome.in_(ended))
