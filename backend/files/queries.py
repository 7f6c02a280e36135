"""Reading pictures: which a viewer may see, and the bytes behind a link."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypedDict

import sqlalchemy as sa

from backend.db import session
from backend.errors import NotFound
from backend.files import actions, links, stores
from backend.files.models import File
from backend.people.models import Consent

# In which states a picture is shown to whom; who only looks at passed ones never learns of the others.
SEEN = {
    "own": ("storing", "checking", "passed", "needs_look"),
    "look": ("passed", "needs_look"),
    "inside": ("passed",),
    "shown": ("passed",),
    "check": ("storing", "checking"),
}
Subject = tuple[str, int]


class PictureLink(TypedDict):
    """A picture as one viewer may see it; without links where it may not be opened yet."""

    id: int
    state: str
    url: str | None
    thumbnail_url: str | None


_consents = (
    sa.select(sa.literal_column("1"))
    .select_from(Consent)
    .where(
        Consent.person_id == File.consent_of_id,
        Consent.document == "pictures",
        Consent.withdrawn_at.is_(None),
    )
    .exists()
)


# A refused one is named to its owner, a discarded one to nobody.
_TOLD = File.state.in_(
    [sa.literal_column(f"'{state}'") for state in ("checking", "passed", "needs_look", "refused")]
)


class PictureRow(NamedTuple):
    """A picture as `picture_links` wants it, read from the text of `pictures_subquery`."""

    id: int
    state: str
    owner_id: int
    consented: bool


def pictures_subquery(kind: str, subject_id: Any) -> sa.ScalarSelect[str | None]:
    """The pictures of each row's subject as one text, to be read in the statement of a list: see `parse_pictures`."""
    facts = (File.position, File.id, File.owner_id, sa.case((_consents, 1), else_=0))
    parts = [sa.cast(fact, sa.String) for fact in facts] + [File.state]
    told: Any = parts[0]
    for part in parts[1:]:
        told = told + sa.literal_column("' '") + part
    return (
        sa.select(sa.func.comma_list(told))
        .where(File.subject_kind == sa.literal_column(f"'{kind}'"), File.subject_id == subject_id, _TOLD)
        .correlate_except(File, Consent)
        .scalar_subquery()
    )


def parse_pictures(text: str | None) -> list[PictureRow]:
    """What `pictures_subquery` read, in order."""
    found = sorted((one.split(" ") for one in text.split(",")), key=lambda one: int(one[0])) if text else []
    return [
        PictureRow(int(id_), state, int(owner), consented == "1") for _, id_, owner, consented, state in found
    ]


def of(subjects: Iterable[Subject]) -> dict[Subject, list[Any]]:
    """The pictures of these subjects, in order, each with `consented`: may it be shown to strangers at all?

    One statement.
    """
    wanted = list(subjects)
    found: dict[Subject, list[Any]] = {}
    if not wanted:
        return found
    rows = session.execute(
        sa.select(
            File.id,
            File.state,
            File.owner_id,
            File.subject_kind,
            File.subject_id,
            _consents.label("consented"),
        )
        .where(sa.tuple_(File.subject_kind, File.subject_id).in_(wanted))
        .where(_TOLD)
        .order_by(File.subject_id, File.position)
    )
    for row in rows:
        found.setdefault((row.subject_kind, row.subject_id), []).append(row)
    return found


def picture_links(rows: Iterable[Any], view: str | None, person_id: int) -> list[PictureLink]:
    """These pictures with links, as far as this viewer may see them; their owner sees them all.

    `view` is None for who sees nothing but their own. A refused one is named to its owner alone, without a
    link.
    """
    told: list[PictureLink] = []
    for row in rows:
        own = row.owner_id == person_id
        seen = "own" if own else view
        if seen is None or (not own and not _seen(row, seen)):
            continue
        open_ = row.state in SEEN[seen]
        told.append(
            {
                "id": row.id,
                "state": row.state,
                "url": links.link(row.id, seen) if open_ else None,
                "thumbnail_url": links.link(row.id, seen, "thumbnail") if open_ else None,
            }
        )
    return told


def _seen(row: Any, view: str) -> bool:
    return row.state in SEEN[view] and (view != "shown" or bool(row.consented))


def content(file_id: int, view: str, size: str, *, owner_id: int | None = None) -> bytes:
    """The JPEG itself, if it may still be seen this way; a consent withdrawn counts at once. Else NotFound.

    With `owner_id` only when it is that person's.
    """
    wanted = sa.select(File.key).where(
        File.id == file_id, File.state.in_(SEEN[view]), File.erased_at.is_(None), _withheld_from(view)
    )
    if view == "shown":
        wanted = wanted.where(_consents)
    if owner_id is not None:
        wanted = wanted.where(File.owner_id == owner_id)
    key = session.scalar(wanted)
    found = stores.store().get(actions.name(key, size)) if key else None
    if found is None:
        raise NotFound()
    return found


def _withheld_from(view: str) -> sa.ColumnElement[bool]:
    """The condition that a picture is not kept back from who sees it this way. What was taken down its own people and
    staff still see; who fulfilled it does not, although they uploaded the picture."""
    if view in ("inside", "look"):
        return sa.true()
    shown = File.withheld_at.is_(None)
    return sa.or_(shown, File.subject_kind == "wish") if view == "own" else shown


def waiting_for_a_look(kind: str, owner_id: int | None = None) -> sa.Select[int | None]:
    """The ids of the subjects of this kind with a picture that staff have to look at, as a subquery; with `owner_id`
    those alone with one that this person uploaded."""
    wanted = sa.select(File.subject_id).where(File.subject_kind == kind, File.state == "needs_look")
    return wanted if owner_id is None else wanted.where(File.owner_id == owner_id)
