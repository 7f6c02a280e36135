"""A party member claims a wish and fulfils it; the wisher, or staff after a call, confirms or disputes."""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from backend import clock, config, screening, working_days
from backend.db import lock_row, session
from backend.errors import NotAllowed, Refused
from backend.files import actions as files
from backend.journal import Actor
from backend.ledger import actions as ledger
from backend.lifecycle import transition
from backend.people import queries as people
from backend.people.kinds import PartyRegistrationState
from backend.people.models import PartyRegistration
from backend.wishes import notices, queries, states
from backend.wishes.actions import endings, limits
from backend.wishes.kinds import ClaimOutcome, ConfirmMethod, Party
from backend.wishes.models import Claim, Wish

# Told instead of a reason that nobody has looked at yet; staff read it in the timeline and pass it on.
KEPT_BACK = "原因由社区查看后转告"


class ClaimLimitReached(Refused):
    code, message = 40910, "您已认领 {limit} 个心愿还没有完成，完成后再来认领"


class NotYourTeam(Refused):
    code, message = 40331, "您不是这支志愿队的成员"


class TeamMissing(Refused):
    code, message = 42233, "以志愿队名义认领时请选择志愿队"


class PromiseOutOfRange(Refused):
    code, message = 42234, "承诺日应在今天到 {latest} 之间"


class MethodNotYours(Refused):
    code, message = 42235, "本人确认请用“app”；工作人员回访请用“call”或“signature”"


def claim(
    wish_id: int,
    party: str = Party.PERSONAL,
    *,
    team_id: int | None = None,
    promised_on: date | None = None,
    actor: Actor,
) -> Wish:
    """A verified party member of the wish's community promises to fulfil it; one winner.

    `party` is personal, team or unit; `promised_on` at most PROMISE_DAYS ahead (that day if absent).
    Raises WishNotOpen to everyone but the winner, ClaimLimitReached, NotYourTeam, PromiseOutOfRange.
    """
    wish = limits.lock_with_person(wish_id, actor)
    promised_on, party_of = _promise(promised_on), _party(party, team_id, actor)
    transition(states.CLAIM, wish, actor=actor, details={"party": party}, claimer_id=actor.id)
    facts = {"wish_id": wish.id, "person_id": actor.id, "party": party, "claimed_at": clock.now()}
    made = Claim(**facts, promised_on=promised_on, **party_of)
    _write(made)
    notices.claimed(wish, made)
    return wish


_FACTS = ("wish_id", "person_id", "party", "team_id", "unit_id", "claimed_at", "promised_on")
_claims = Claim.__table__
# Kept with the claim: the register of a past period names the unit that the member had then.
_UNIT = (
    sa.select(PartyRegistration.unit_id)
    .where(
        PartyRegistration.person_id == sa.bindparam("person_id", type_=_claims.c.person_id.type),
        PartyRegistration.state == sa.literal_column(f"'{PartyRegistrationState.VERIFIED}'"),
    )
    .scalar_subquery()
)
_WRITE = (
    sa.insert(_claims)
    .from_select(
        [*_FACTS, "needs_look", "member_unit_id"],
        sa.select(
            *(sa.bindparam(name, type_=_claims.c[name].type) for name in _FACTS), sa.literal(False), _UNIT
        ).where(queries.OPEN_CLAIMS.scalar_subquery() < sa.bindparam("limit", type_=sa.Integer)),
    )
    .returning(_claims.c.id)
)


def _write(claim: Claim) -> None:
    """Writes the claim if its person may have one more: counted under the lock of their row, in the statement
    that writes it. Raises ClaimLimitReached."""
    limit = config.settings().claim_limit
    told = {name: getattr(claim, name) for name in _FACTS}
    if session.scalar(_WRITE, {**told, "viewer": claim.person_id, "limit": limit}) is None:
        raise ClaimLimitReached(limit=limit)


def _promise(promised_on: date | None) -> date:
    today = clock.today()
    latest = today + timedelta(days=config.settings().promise_days)
    if promised_on is not None and not today <= promised_on <= latest:
        raise PromiseOutOfRange(latest=latest.isoformat())
    return promised_on or latest


def _party(party: str, team_id: int | None, actor: Actor) -> dict[str, int]:
    if party == Party.TEAM:
        if team_id is None:
            raise TeamMissing()
        if people.team_of(team_id, actor.id) is None:
            raise NotYourTeam()
        return {"team_id": team_id}
    if party == Party.UNIT:
        registration = people.verified_registration(actor.id)
        if registration is None:
            raise NotAllowed()
        return {"unit_id": registration.unit_id}
    return {}


def release(wish_id: int, reason: str, found: screening.Screened | None = None, *, actor: Actor) -> Wish:
    """The claimer gives the wish back, without any penalty; others may claim it.

    The wisher is told the reason, if screening (`found`) had no doubts about it.
    """
    wish = lock_row(Wish, wish_id)
    kept_back = screening.needs_look(found, reason)
    details = ({"kept_back": True} if kept_back else {}) | _again(wish, actor)
    endings.put_back(
        states.RELEASE, wish, ClaimOutcome.RELEASED, reason=reason, details=details or None, actor=actor
    )
    notices.released(wish, KEPT_BACK if kept_back else reason)
    return wish


def _again(wish: Wish, actor: Actor) -> dict[str, int]:
    """Nobody is punished for giving back, but who holds a wish by claiming it over and over is seen."""
    given_back = sa.select(sa.func.count()).where(
        Claim.wish_id == wish.id, Claim.person_id == actor.id, Claim.outcome == ClaimOutcome.RELEASED
    )
    times = session.scalars(given_back).one() + 1
    return {"times": times} if times > 1 else {}


def fulfil(
    wish_id: int,
    note: str,
    found: screening.Screened | None = None,
    *,
    file_ids: Sequence[int] = (),
    actor: Actor,
) -> Wish:
    """点亮: the claimer says that it is done. A picture is never asked for; at most three are taken.

    The wisher reads the note at once if screening (`found`) had no doubts about it. Raises FileNotUsable.
    """
    wish = lock_row(Wish, wish_id)
    transition(states.FULFIL, wish, actor=actor, fulfilled_at=clock.now(), call_again_at=None)
    current = endings.current_claim(wish.id)
    current.fulfilled_at, current.note = clock.now(), note
    current.needs_look = screening.needs_look(found, note)
    session.flush()
    files.attach(
        ("claim", current.id),
        "fulfilment",
        file_ids,
        place_id=wish.place_id,
        consent_of=wish.wisher_id,
        actor=actor,
    )
    notices.fulfilled(wish)
    return wish


def confirm(
    wish_id: int, solved: bool, satisfaction: int, method: str, comment: str | None = None, *, actor: Actor
) -> Wish:
    """The wisher confirms in the app; staff register a call or a signature. The claimer earns points.

    `solved` and `satisfaction` (1 to 5) are kept apart, and neither decides the points: nobody shall
    have a reason to press a resident for a good answer. Never by the claimer or the reviewer.
    """
    wish = lock_row(Wish, wish_id)
    transition(
        states.CONFIRM,
        wish,
        actor=actor,
        precondition=lambda: _check_method(method, wish, actor),
        details={"method": method},
        closed_at=clock.now(),
        confirmed_by_id=actor.id,
        confirm_method=method,
        solved=solved,
        satisfaction=satisfaction,
        comment=comment,
    )
    current = endings.current_claim(wish.id)
    endings.end(current, ClaimOutcome.CONFIRMED)
    awarded = ledger.award(
        current.person_id,
        "wish_confirmed",
        reference=f"wish:{wish.id}:confirmed",
        title=f"点亮心愿 {wish.number}",
        community_id=wish.community_id,
        actor=actor,
    )
    notices.confirmed(wish, current, awarded.points)
    return wish


def _check_method(method: str, wish: Wish, actor: Actor) -> None:
    if (actor.id in (wish.wisher_id, wish.guardian_id)) != (method == ConfirmMethod.APP):
        raise MethodNotYours()


def dispute(wish_id: int, reason: str, found: screening.Screened | None = None, *, actor: Actor) -> Wish:
    """The wisher (or staff for them) says that it is not done: the claim stands, and has time again.

    The claimer is told the reason, if screening (`found`) had no doubts about it.
    """
    wish = lock_row(Wish, wish_id)
    kept_back = screening.needs_look(found, reason)
    details = {"kept_back": True} if kept_back else None
    transition(states.DISPUTE, wish, actor=actor, reason=reason, details=details, fulfilled_at=None)
    current = endings.current_claim(wish.id)
    again = working_days.after(clock.today(), config.settings().promise_grace_days)
    current.fulfilled_at, current.reminded_at = None, None
    current.promised_on = max(current.promised_on, again)
    session.flush()
    notices.disputed(wish, current, KEPT_BACK if kept_back else reason)
    return wish
