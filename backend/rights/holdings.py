"""Where a person stands in the tables: what the export shows of each, and what cancelling the account leaves.

One list for both, so that nothing is exported and then forgotten when it has to go. A test walks all tables
and fails while a column that points to a person is neither here nor among CLERKS.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.db import Base, session

# What becomes of the rows when the account is cancelled.
DELETED = "deleted"
KEPT = "kept"


@dataclass(frozen=True)
class PersonalTable:
    """One table and the column by which its rows are a person's.

    `file` and `title` are those of the export. `end` is DELETED or KEPT; of what is kept, `empties` are the
    columns set to nothing and `scrubs` the texts from which the person's name, phone and address are taken
    out. `hides` are the columns not exported, for the reason `hidden`. A row that belongs to a person only
    by another one says so in `through`: (own column, the other table).
    """

    table: str
    whose: str
    title: str
    file: str
    end: str = KEPT
    empties: tuple[str, ...] = ()
    scrubs: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    hidden: str = ""
    through: tuple[str, str] | None = None
    shows: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @property
    def exists(self) -> bool:
        """A capability may not be part of this house (yet)."""
        return self.table in Base.metadata.tables

    @property
    def columns(self) -> Any:
        return Base.metadata.tables[self.table].c

    def of(self, person_id: int) -> sa.ColumnElement[bool]:
        """The condition that a row is this person's."""
        if self.through is None:
            return self.columns[self.whose] == person_id
        own, other = self.through
        parent = Base.metadata.tables[other]
        return self.columns[own].in_(sa.select(parent.c.id).where(parent.c[self.whose] == person_id))


def _wish_of(column: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return ((column, "wishes", ("number", "title")),)


_IDENTITY = ("openid", "real_name_sealed", "phone_sealed", "phone_index", "card_number", "birth_year")
_DIGEST = "a digest or an index; it says nothing to a reader and would help to guess"

PEOPLE = (
    PersonalTable(
        "persons",
        "id",
        "个人资料",
        "profile",
        empties=("nickname", *_IDENTITY),
        hides=("phone_index",),
        hidden=_DIGEST,
    ),
    PersonalTable(
        "persons",
        "merged_into_id",
        "并入的旧账号",
        "merged_accounts",
        empties=("nickname", *_IDENTITY),
        hides=("phone_index",),
        hidden=_DIGEST,
    ),
    PersonalTable("residencies", "person_id", "居住登记", "residency", end=DELETED),
    PersonalTable("party_registrations", "person_id", "双报到登记", "party_registration", end=DELETED),
    PersonalTable("appointments", "person_id", "任职", "appointments"),
    PersonalTable("consents", "person_id", "同意记录", "consents"),
    PersonalTable(
        "sessions", "person_id", "登录记录", "sessions", DELETED, hides=("token_digest",), hidden=_DIGEST
    ),
    PersonalTable("teams", "leader_id", "我任队长的志愿队", "teams_led"),
    PersonalTable(
        "team_members",
        "person_id",
        "参加的志愿队",
        "teams",
        DELETED,
        shows=(("team_id", "teams", ("name",)),),
    ),
    PersonalTable("guardianships", "guardian_id", "我监护的孩子", "wards", scrubs=("reason",)),
    PersonalTable("guardianships", "child_id", "我的监护人", "guardians", scrubs=("reason",)),
    PersonalTable(
        "idempotency_keys",
        "person_id",
        "最近提交的应答",
        "recent_answers",
        DELETED,
        hides=("fingerprint",),
        hidden=_DIGEST,
    ),
)
OUTBOX = (
    PersonalTable("notices", "person_id", "消息", "notices", DELETED),
    PersonalTable(
        "deliveries",
        "person_id",
        "微信消息的发送情况",
        "messages",
        DELETED,
        hides=("lease", "leased_until"),
        hidden="how the worker shares its work",
        through=("notice_id", "notices"),
    ),
    PersonalTable("subscriptions", "person_id", "订阅消息的授权", "subscriptions", DELETED),
)
POINTS = (
    PersonalTable("purses", "person_id", "积分合计", "points"),
    PersonalTable(
        "accounts", "person_id", "积分分批", "points_lots", hides=("address",), hidden="a repetition"
    ),
    PersonalTable("holds", "person_id", "冻结的积分", "points_held"),
    PersonalTable(
        "transfers",
        "person_id",
        "积分流水",
        "points_statement",
        hides=("source_id", "target_id", "rule_id"),
        hidden="numbers of the books; the title says what it was",
    ),
    # Decided once and for all by two people: a trigger forbids to change a word of it.
    PersonalTable("adjustments", "person_id", "积分调整", "points_adjustments"),
)
WISHES = (
    PersonalTable(
        "wishes",
        "wisher_id",
        "我的心愿",
        "wishes",
        empties=("address_sealed", "phone_sealed"),
        scrubs=("title", "description", "on_behalf_reason", "review_reason", "comment"),
    ),
    PersonalTable(
        "claims", "person_id", "我的认领", "claims", scrubs=("note", "reason"), shows=_wish_of("wish_id")
    ),
)
VOLUNTEERING = (
    PersonalTable(
        "sign_ups",
        "person_id",
        "活动报名",
        "sign_ups",
        scrubs=("on_behalf_reason",),
        shows=(("activity_id", "activities", ("title", "starts_at")),),
    ),
    # Append-only, as the national record is (民政部令 67, 10): what it says is the service, not the person.
    PersonalTable("service_records", "person_id", "志愿服务记录", "service_records"),
    PersonalTable(
        "record_corrections",
        "person_id",
        "服务记录的更正申请",
        "record_corrections",
        scrubs=("reason", "decision_reason"),
    ),
    # A copy of what stands elsewhere: nothing obliges us to keep it.
    PersonalTable("hours_elsewhere", "person_id", "其他平台的服务时长", "hours_elsewhere", DELETED),
    PersonalTable(
        "backfills", "person_id", "补录的服务", "backfills", scrubs=("content", "reason", "decision_reason")
    ),
    # Its number still tells whoever verifies it what was certified, and no longer to whom.
    PersonalTable(
        "certificates",
        "person_id",
        "服务证明",
        "certificates",
        empties=("name_sealed",),
        scrubs=("revoke_reason",),
        hides=("digest", "digest_key"),
        hidden=_DIGEST,
    ),
    PersonalTable(
        "certified_records",
        "person_id",
        "服务证明包含的记录",
        "certified_records",
        through=("certificate_id", "certificates"),
        shows=(("record_id", "service_records", ("activity_name", "served_on")),),
    ),
    PersonalTable("stars", "person_id", "星级", "stars", DELETED),
)
SUPERMARKET = (
    PersonalTable(
        "redemptions",
        "person_id",
        "兑换",
        "redemptions",
        scrubs=("on_behalf_reason", "purpose", "closing_reason"),
        hides=("pick_up_code_index", "proxy_name_sealed"),
        hidden="an index, and the name of somebody else",
    ),
    PersonalTable(
        "redemption_lines",
        "person_id",
        "兑换的物品",
        "redemption_lines",
        through=("redemption_id", "redemptions"),
    ),
    PersonalTable(
        "venue_slots", "person_id", "预约的场地时段", "venue_slots", through=("redemption_id", "redemptions")
    ),
)
FILES = (
    PersonalTable("files", "owner_id", "我上传的图片", "pictures", hides=("key", "trace"), hidden=_DIGEST),
    PersonalTable(
        "files",
        "consent_of_id",
        "与我的心愿有关的图片",
        "pictures_of_me",
        hides=("key", "trace"),
        hidden=_DIGEST,
    ),
)
CONSOLE = (
    PersonalTable(
        "credentials",
        "person_id",
        "工作后台的登录名",
        "console_account",
        DELETED,
        hides=("password_hash", "totp_sealed", "totp_used"),
        hidden=_DIGEST,
    ),
    PersonalTable(
        "console_sessions",
        "person_id",
        "工作后台的登录记录",
        "console_sign_ins",
        DELETED,
        hides=("token_digest",),
        hidden=_DIGEST,
    ),
)
COMPLAINTS = (
    PersonalTable(
        "complaints",
        "person_id",
        "投诉和建议",
        "complaints",
        empties=("contact_sealed",),
        scrubs=("text_sealed", "answer_sealed"),
    ),
)
HOLDINGS = (*PEOPLE, *OUTBOX, *POINTS, *WISHES, *VOLUNTEERING, *SUPERMARKET, *FILES, *CONSOLE, *COMPLAINTS)

# Columns by which a person stands in other people's records because they handled them. What each of them did
# stands in the journal, and the export shows that; the records themselves are about somebody else.
_HANDLED = "handled it: the record is another person's; one's own acts are exported from the journal"
CLERKS = {
    "persons.created_by_id": _HANDLED,
    "residencies.decided_by_id": _HANDLED,
    "party_registrations.decided_by_id": _HANDLED,
    "guardianships.declared_by_id": _HANDLED,
    "guardianships.decided_by_id": _HANDLED,
    "earning_rules.made_by_id": _HANDLED,
    "transfers.by_id": _HANDLED,
    "adjustments.proposed_by_id": _HANDLED,
    "adjustments.decided_by_id": _HANDLED,
    "wishes.reporter_id": _HANDLED,
    "wishes.guardian_id": _HANDLED,
    "wishes.claimer_id": "repeats the claim that stands, which is exported",
    "wishes.reviewer_id": _HANDLED,
    "wishes.confirmed_by_id": _HANDLED,
    "complaints.answered_by_id": _HANDLED,
    "files.looked_by_id": _HANDLED,
    "scan_sign_ins.approved_by_id": "lives some minutes, and is deleted with the sign-in it opened",
    "imports.by_id": "brought a spreadsheet in: it is about other people, and its rows go when it is done",
    "hours_elsewhere.imported_by_id": _HANDLED,
    "activities.in_charge_id": _HANDLED,
    "activities.created_by_id": _HANDLED,
    "activities.proposed_by_id": _HANDLED,
    "activities.certified_by_id": _HANDLED,
    "sign_ups.reporter_id": _HANDLED,
    "service_records.in_charge_id": _HANDLED,
    "service_records.recorded_by_id": _HANDLED,
    "service_records.certified_by_id": _HANDLED,
    "record_corrections.decided_by_id": _HANDLED,
    "backfills.in_charge_id": _HANDLED,
    "backfills.maker_id": _HANDLED,
    "backfills.decided_by_id": _HANDLED,
    "certificates.revoked_by_id": _HANDLED,
    "redemptions.requested_by_id": _HANDLED,
    "redemptions.approved_by_id": _HANDLED,
    "redemptions.handed_over_by_id": _HANDLED,
    "redemptions.returned_by_id": _HANDLED,
    "stocktakes.proposed_by_id": _HANDLED,
    "stocktakes.decided_by_id": _HANDLED,
    "stock_movements.by_id": _HANDLED,
    "pick_up_guards.person_id": "counts a clerk's wrong codes of the last hour, and nothing else",
    "journal.actor_id": "exported as what I did and what was done to me, not as a table",
}


def standing_in(table: sa.Table) -> list[str]:
    """The columns of a table that point to a person, or to a person's purse."""
    return [
        column.name
        for column in table.columns
        if any(key.column.table.name in ("persons", "purses") for key in column.foreign_keys)
    ]


def accounts_of(person_id: int) -> list[int]:
    """The person's own number, and those of the WeChat accounts that were joined to their card at the counter:
    what such an account was told, and where it said that it lives, still stands under its own number."""
    persons = Base.metadata.tables["persons"].c
    joined = sa.select(persons.id).where(persons.merged_into_id == person_id).order_by(persons.id)
    return [person_id, *session.scalars(joined)]


def existing() -> list[PersonalTable]:
    """The holdings whose tables are part of this house."""
    return [holding for holding in HOLDINGS if holding.exists]
