"""What a table and its columns say of people, said beside them in `models.py`.

The rights of a person (copy, erasure, register of purposes, retention, new keys) read it from there, so that a
new column is one line: `mapped_column(sa.Text, info=personal(Purpose.WISHES, on_erasure="redact"))`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

_KEY = "personal"
_MERGE = "on_merge"
# Why a column is not in a person's copy.
DIGEST = "a digest or an index; it says nothing to a reader and would help to guess"


class Purpose(StrEnum):
    """What personal data is processed for (个人信息保护法 17); `rights/purposes.py` says it in Chinese."""

    SIGN_IN = "sign_in"
    CONTACT = "contact"
    RESIDENCY = "residency"
    PARTY_REGISTRATION = "party_registration"
    WISHES = "wishes"
    CLAIMS = "claims"
    TEAMS = "teams"
    SERVICE = "service"
    CERTIFICATES = "certificates"
    UNIT_FEEDBACK = "unit_feedback"
    HOURS_ELSEWHERE = "hours_elsewhere"
    POINTS = "points"
    REDEMPTIONS = "redemptions"
    DONATIONS = "donations"
    PICTURES = "pictures"
    NOTICES = "notices"
    COMPLAINTS = "complaints"
    TICKETS = "tickets"
    CHILDREN = "children"
    FAMILY = "family"
    CONSENTS = "consents"
    CONSOLE = "console"
    SUSPENSIONS = "suspensions"
    IMPORTS = "imports"
    AUDIT = "audit"


class OnErasure(StrEnum):
    """What becomes of a row, or of a column in a row that is kept, when the account is cancelled."""

    DELETE = "delete"
    KEEP = "keep"
    # Set to nothing.
    CLEAR = "clear"
    # The person's name, phone and address are taken out of the text.
    REDACT = "redact"
    # The whole text goes: what staff typed about the person may name them in words that nobody knows.
    ERASE = "erase"


class OnMerge(StrEnum):
    """What becomes of a column that names a person when their record is joined to another one of the same person."""

    # The row is the remaining record's from then on.
    MOVE = "move"
    # The row says for ever what it said: it is append-only, or tells of one moment. Who reads it by person asks
    # `people.one_person`, which knows the joined records of somebody.
    STAY = "stay"
    # The row goes: a sign-in, a stored answer, what nobody needs twice.
    DROP = "drop"
    # A step of its own in `rights`, because both records may have such a row, or because it is sealed under a number.
    STEP = "step"


@dataclass(frozen=True)
class Declaration:
    """What one column says of itself; see `personal`, `not_personal` and `handler`."""

    purpose: Purpose | None = None
    on_erasure: OnErasure | None = None
    label: str = ""
    identifies: bool = False
    sealed_for: str = ""
    kept_days: str = ""
    not_exported: str = ""
    not_rotated: str = ""
    not_personal: str = ""
    handler: str = ""
    code: bool = False


def personal(
    purpose: Purpose,
    *,
    on_erasure: Literal["keep", "clear", "redact", "erase"] | None = None,
    label: str = "",
    identifies: bool = False,
    sealed_for: str = "",
    kept_days: str = "",
    not_exported: str = "",
    not_rotated: str = "",
    code: bool = False,
) -> dict[str, Any]:
    """The `info` of a column that tells something of a person.

    `on_erasure` is asked for in a table whose rows stay: "keep", "clear", "redact" or "erase". `label` is its heading
    in the copy, where that is not one of `rights/labels.py`. What `identifies` is looked for in the words that stay.
    `sealed_for` is the column that ends the place for which the value is sealed, where that is not the key of the
    row. `kept_days` is the setting after which retention clears it. `not_exported` and `not_rotated` say why.
    A `code` is one of a few words or a number of the product's own, in which nobody can have typed a name.
    """
    said = Declaration(
        purpose=purpose,
        on_erasure=OnErasure(on_erasure) if on_erasure else None,
        label=label,
        identifies=identifies,
        sealed_for=sealed_for,
        kept_days=kept_days,
        not_exported=not_exported,
        not_rotated=not_rotated,
        code=code,
    )
    return {_KEY: said}


def not_personal(reason: str, *, code: bool = False) -> dict[str, Any]:
    """The `info` of a column that only looks as if it told something of a person.

    Whoever types may still name one in it: such a text is searched when a person leaves, unless it is a `code`.
    """
    return {_KEY: Declaration(not_personal=reason, code=code)}


def internal(reason: str) -> dict[str, Any]:
    """The `info` of a column of the product's own works: it tells nobody anything, and is not in a copy."""
    return {_KEY: Declaration(not_personal=reason, not_exported=reason)}


HANDLED = "handled it: the record is another person's; one's own acts are exported from the journal"


def handler(
    reason: str = HANDLED, *, merged: Literal["move", "stay", "drop", "step"] = "move"
) -> dict[str, Any]:
    """The `info` of a column by which a person stands in somebody else's record, as who handled it.

    When two records of one person are joined, what either handled was handled by the one that remains, so that nobody
    makes and checks the same thing; in a table that is never changed, `merged` is "stay".
    """
    return {_KEY: Declaration(handler=reason), **on_merge(merged)}


def on_merge(what: Literal["move", "stay", "drop", "step"]) -> dict[str, Any]:
    """The `info` of a column by which a row is a person's: what becomes of it when two records are joined."""
    return {_MERGE: OnMerge(what)}


def merge_decision(column: Any) -> OnMerge | None:
    """What a column that names a person says of joined records; None where nobody has decided."""
    return column.info.get(_MERGE)


def declaration(column: Any) -> Declaration:
    """What a column of a table says of itself."""
    return column.info.get(_KEY, Declaration())


@dataclass(frozen=True)
class PersonalTable:
    """One column by which rows of a model are a person's, in its `__personal__`; a model may have several.

    `title` and `file` are those of the person's copy, `position` where it stands in it. A row that belongs to a
    person only by another one names its foreign key in `via`; `owner` is then a column of that other table.
    `lookups` adds columns of other tables, by foreign key. Rows also speak of the person behind a column of
    `also_about`: their name is taken out of these, too. `journal_kind` is what the journal calls a row, where the
    model does not say so itself; `redact_notices` that others were told about the row, in words.
    """

    owner: str
    title: str
    file: str
    position: int
    on_erasure: Literal["keep", "delete"] = "keep"
    via: str = ""
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also_about: tuple[str, ...] = ()
    journal_kind: str = ""
    redact_notices: bool = False
