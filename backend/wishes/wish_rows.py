"""A wish as it is read for somebody: what views are made of, in one statement, past the ORM.

The columns are those of the models, by their names in the code; what is sealed stays out but for the names that are
shown, masked. Built once for each choice of filters: to build it takes longer than to run it.
"""

from collections import namedtuple
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend.db import Id, session
from backend.files import queries as files
from backend.organisations.models import Organisation
from backend.people import permissions
from backend.people import queries as people
from backend.people.models import Person, Team
from backend.statements import Statement, given_rows
from backend.wishes.kinds import Disclosure, Party, WishState
from backend.wishes.models import Claim, Round, Wish
from backend.wishes.views import RoundRef

# Opened for who may know them, elsewhere.
_SEALED = ("address_sealed", "phone_sealed")
_OF_WISH = tuple(one for one in sa.inspect(Wish).column_attrs if one.key not in _SEALED)
_OF_CLAIM = tuple(sa.inspect(Claim).column_attrs)


class WishRow(namedtuple("WishRow", [one.key for one in _OF_WISH])):  # type: ignore[misc]
    """A wish's columns, which answers what a `Wish` answers about persons."""

    __slots__ = ()
    journal_kind = Wish.journal_kind
    place_id = Wish.place_id
    facts_about = Wish.facts_about
    visible_to = Wish.visible_to


ClaimRow = namedtuple("ClaimRow", [one.key for one in _OF_CLAIM])  # type: ignore[misc]


class _Beside(NamedTuple):
    """What is read with a wish: names around it, pictures, and facts about who looks."""

    community: str
    grid: str | None
    has_address: bool
    # How wishers who agreed to a title are shown: family name and salutation, 王女士.
    wisher: str | None
    claimer: str | None
    unit: str | None
    team: str | None
    team_gone: Any
    wish_files: str | None
    claim_files: str | None
    roles: str | None
    registered_in: int | None
    open_claims: int
    reopened_state: str | None


class ReadWish(_Beside):
    """A row of `VIEW_SELECT`, with the wish, its current claim and its round."""

    Wish: Any
    Claim: Any
    Round: RoundRef | None

    @classmethod
    def of(cls, values: Any) -> Self:
        """From the columns in their order."""
        values = tuple(values)
        row = cls._make(values[_TO:])
        row.Wish = WishRow._make(values[: len(_OF_WISH)])
        claim, held = values[len(_OF_WISH) : _CLAIMED], values[_CLAIMED:_TO]
        row.Claim = ClaimRow._make(claim) if claim[0] is not None else None
        row.Round = RoundRef(*held) if held[0] is not None else None
        return row


class LockedWish(ReadWish):
    """The same under the lock of the wish, and of the person who claims it, with that person's sealed name."""

    locker: str | None

    @classmethod
    def of(cls, values: Any) -> Self:
        *wish, name = values
        row = super().of(wish)
        row.locker = name
        return row


_CLAIMED = len(_OF_WISH) + len(_OF_CLAIM)
_TO = _CLAIMED + 3

_mine = Claim.__table__.alias("mine")
# How many wishes the viewer has claimed and not yet fulfilled.
OPEN_CLAIMS = (
    sa.select(sa.func.count())
    .select_from(_mine)
    .where(_mine.c.person_id == permissions.VIEWER, _mine.c.outcome.is_(None), _mine.c.fulfilled_at.is_(None))
)
_claimer, _unit, _later = aliased(Person), aliased(Organisation), aliased(Wish)


def named(column: Any, row: Any, wanted: Any, *conditions: Any) -> sa.ScalarSelect[Any]:
    """One column of one row beside each wish: cheaper to plan than one more table in the join."""
    found = sa.select(column).where(row == wanted, *conditions).correlate_except(column.class_)
    return found.scalar_subquery()


VIEW_SELECT = (
    sa.select(
        *(getattr(Wish, one.key) for one in _OF_WISH),
        *(getattr(Claim, one.key) for one in _OF_CLAIM),
        Round.id,
        Round.number,
        Round.title,
        named(Organisation.name, Organisation.id, Wish.community_id),
        named(Organisation.name, Organisation.id, Wish.grid_id),
        Wish.address_sealed.is_not(None),
        named(
            Person.real_name_sealed,
            Person.id,
            Wish.wisher_id,
            Wish.disclosure == sa.literal_column(f"'{Disclosure.TITLE}'"),
        ),
        named(
            _claimer.real_name_sealed,
            _claimer.id,
            Claim.person_id,
            Claim.party == sa.literal_column(f"'{Party.PERSONAL}'"),
        ),
        named(_unit.name, _unit.id, Claim.unit_id),
        named(Team.name, Team.id, Claim.team_id),
        named(Team.taken_down_at, Team.id, Claim.team_id),
        files.pictures_subquery("wish", Wish.id),
        files.pictures_subquery("claim", Claim.id),
        permissions.roles_subquery(sa.func.coalesce(Wish.grid_id, Wish.community_id)),
        people.REGISTERED_IN,
        OPEN_CLAIMS.scalar_subquery(),
        named(_later.state, _later.id, Wish.reopened_as_id),
    )
    .select_from(Wish)
    .outerjoin(Claim, sa.and_(Claim.wish_id == Wish.id, Claim.is_current))
    .outerjoin(Round, Round.id == Wish.round_id)
)
ONE = Statement(VIEW_SELECT.where(Wish.id == sa.bindparam("wish", type_=Id)), ReadWish.of)


def as_claimed(row: LockedWish, claim: Mapping[str, Any]) -> ReadWish:
    """The row as it is read after this claim of the locker's own: what is known need not be read again."""
    shown = ReadWish._make(row._replace(claimer=row.locker, open_claims=row.open_claims + 1))
    shown.Wish = row.Wish._replace(state=WishState.CLAIMED, claimer_id=claim["person_id"])
    known = {**dict.fromkeys(ClaimRow._fields), "needs_look": False, **claim}
    shown.Claim, shown.Round = ClaimRow(**known), row.Round
    return shown


def _these(dialect_name: str) -> Any:
    these = given_rows("these", {"id": Id}, dialect_name)
    return VIEW_SELECT.where(Wish.id.in_(sa.select(these.c.id)))


THESE = Statement(_these, ReadWish.of)


def read(wanted: Any, given: Mapping[str, Any]) -> list[ReadWish]:
    """The wishes of a statement that is not built once."""
    return [ReadWish.of(row) for row in session.execute(wanted, dict(given))]
