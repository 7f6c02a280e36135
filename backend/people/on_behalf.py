"""代办: the one door for doing something for somebody else, whatever it is.

Staff do it in their office and say why; a guardian does it for their child, and says why; a relative to whom the person
agreed does it as themselves, and it counts for the person in all: points, limits, age, community.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backend.errors import InvalidInput, NotAllowed, NotFound
from backend.journal import Actor
from backend.people import actions, guardians, permissions, proxies
from backend.people import queries as people
from backend.people.models import Residency

# The person and why; None for oneself. Relatives need not say why.
OnBehalf = tuple[int, str | None] | None
# What stands as the reason of what a relative did.
FAMILY_REASON = "家人代办"


@dataclass(frozen=True)
class Acting:
    """Whose thing it is; who does it for them and why, None where they do it themselves; and as what."""

    person_id: int
    by_id: int | None = None
    reason: str | None = None
    in_office: bool = False
    by_family: bool = False


def acting_for(
    on_behalf_of: OnBehalf, word: str, *, guardian: bool = False, family: bool = True, actor: Actor
) -> Acting:
    """Who does it, and for whom. Staff need `word` somewhere: whether there, `home_of` or the move asks; it is for a
    `guardian` or `family` too, if that is said. What a proxy rests on is locked, so this comes before any other lock.

    Raises NotAllowed, NotFound, InvalidInput without a reason where one is needed, ProxyRests.
    """
    if on_behalf_of is None:
        return Acting(actor.id)
    person_id, reason = on_behalf_of
    if guardian and guardians.speaks_for(actor.id, person_id):
        return Acting(person_id, actor.id, _needed(reason))
    office = person_id != actor.id and permissions.appointed(actor.id, word)
    if office and reason:
        return Acting(person_id, actor.id, reason, in_office=True)
    if family and proxies.acts_for(actor.id, person_id):
        return Acting(person_id, actor.id, FAMILY_REASON, by_family=True)
    if not office:
        raise NotAllowed()
    _check_near(person_id, word, actor)
    return Acting(person_id, actor.id, _needed(reason), in_office=True)


def _check_near(person_id: int, word: str, actor: Actor) -> None:
    """Whoever does not work where the person lives is not told what is missing."""
    home = people.home(person_id)
    if home is None:
        raise NotFound()
    permissions.require_near(actor.id, word, home.community_id, home.grid_id)


def _needed(reason: str | None) -> str:
    if not reason:
        raise InvalidInput({"onBehalfOf": {"reason": ["请写代办原因"]}})
    return reason


def home_of(acting: Acting, word: str, community_id: int, *, actor: Actor) -> Residency:
    """Where the person lives in that community; in office near the clerk, too. Raises NotFound, NotAllowed."""
    home = actions.home_in(acting.person_id, community_id)
    if acting.in_office:
        permissions.require_near(actor.id, word, community_id, home.grid_id)
    return home


def still_acting(things: Iterable[Any], whose: str, actor_column: str, word: str, person_id: int) -> set[int]:
    """The ids of those of these things that the person did for somebody else and may do still: in office in the thing's
    community, or as a relative while both agree to that. `whose` and `actor_column` are its columns."""
    done = [one for one in things if getattr(one, actor_column) == person_id]
    near = permissions.communities_where(
        person_id, word, {one.community_id for one in done if not one.by_family}
    )
    ours = proxies.acted_for_among(person_id, {getattr(one, whose) for one in done if one.by_family})
    return {
        one.id for one in done if (getattr(one, whose) in ours if one.by_family else one.community_id in near)
    }


def told_too(things: Iterable[Any], whose: str, actor_column: str) -> dict[int, int]:
    """Of each of these things, by its id, who did it for somebody and hears of it beside them: a relative no longer than
    both agree to that. `whose` and `actor_column` are its columns."""
    done = [one for one in things if getattr(one, actor_column) is not None]
    pairs = {(getattr(one, actor_column), getattr(one, whose)) for one in done if one.by_family}
    standing = proxies.standing_among(pairs)
    return {
        one.id: getattr(one, actor_column)
        for one in done
        if not one.by_family or (getattr(one, actor_column), getattr(one, whose)) in standing
    }
