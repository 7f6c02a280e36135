"""A party member claims a wish and fulfils it; the wisher, or staff after a call, confirms or disputes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NoReturn

import sqlalchemy as sa

from backend import clock, config, journal, moves, screening, working_days
from backend.db import Id, lock_row, session
from backend.errors import NotAllowed, NotFound, Refused
from backend.files import actions as files
from backend.journal import Actor
from backend.ledger import actions as ledger
from backend.lifecycle import authorize, transition
from backend.outbox import actions as outbox
from backend.people import permissions
from backend.people import queries as people
from backend.people.kinds import PartyRegistrationState
from backend.people.models import PartyRegistration, Person
from backend.statements import Sources, Statement, Writing
from backend.wishes import notices, queries, states
from backend.wishes.actions import endings
from backend.wishes.kinds import ClaimOutcome, ConfirmMethod, Party
from backend.wishes.models import Claim, Wish, facts_of, reporting_in
from backend.wishes.views import WishView
from backend.wishes.wish_rows import OPEN_CLAIMS, VIEW_SELECT, LockedWish

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
) -> WishView:
    """A verified party member of the wish's community promises to fulfil it; one winner. Answers it as they see it.

    `party` is personal, team or unit; `promised_on` at most PROMISE_DAYS ahead (that day if absent).
    Raises WishNotOpen to everyone but the winner, ClaimLimitReached, NotYourTeam, PromiseOutOfRange.
    """
    row = _LOCKED.first({**permissions.bind_viewer(actor.id), "person": actor.id, "wish": wish_id})
    if row is None:
        raise NotFound()
    wish, words = row.Wish, permissions.parse_roles(row.roles)
    promised_on, party_of = _promise(promised_on), _party(party, team_id, actor)
    facts = facts_of(wish, actor.id, row.registered_in == wish.community_id, reporting_in([wish], actor.id))
    authorize(states.CLAIM, wish, actor, words, facts)
    claim = {"wish_id": wish.id, "person_id": actor.id, "party": party, "claimed_at": clock.now()}
    claim |= {"promised_on": promised_on, **party_of}
    moved = moves.move_of(states.CLAIM, wish, actor=actor, details={"party": party}, claimer_id=actor.id)
    told = outbox.rows_of(notices.claimed(wish, promised_on))
    limit = config.settings().claim_limit
    given = {**moved, **dict.fromkeys(_FACTS), **claim, "told": told, "viewer": actor.id, "limit": limit}
    reached = _CLAIMING.run(given)
    if not reached["moved"]:
        raise states.CLAIM.refusal()
    if not reached["claim"]:
        _refuse(wish, limit, actor)
    return queries.claimed_view(row, claim, actor=actor)


# The person's row first, so that two claims of one person see each other; then the wish, so that one wins; and all that
# the answer shows, and the claim depends on, beside them.
_PERSON = sa.bindparam("person", type_=Id)
_LOCKED = Statement(
    VIEW_SELECT.add_columns(Person.real_name_sealed)
    .join(Person, Person.id == _PERSON)
    .where(Wish.id == sa.bindparam("wish", type_=Id))
    .with_for_update(of=(Person, Wish), key_share=True),
    LockedWish.of,
)
_FACTS = ("wish_id", "person_id", "party", "team_id", "unit_id", "claimed_at", "promised_on")
_claims = Claim.__table__


def _claim(of: Sources) -> Any:
    """The claim, if the wish was reached and its person may have one more, which is counted here, under the lock of their
    row; their unit of today is kept with it: the register of a past period names it."""
    values = [sa.bindparam(name, type_=_claims.c[name].type) for name in _FACTS]
    wanted = (
        sa.select(*values, sa.literal_column("false"), PartyRegistration.unit_id)
        .select_from(of["moved"].join(PartyRegistration, PartyRegistration.person_id == permissions.VIEWER))
        .where(
            PartyRegistration.state == sa.literal_column(f"'{PartyRegistrationState.VERIFIED}'"),
            PartyRegistration.community_id == of["moved"].c.community_id,
            OPEN_CLAIMS.scalar_subquery() < sa.bindparam("limit", type_=sa.Integer),
        )
    )
    columns = [*_FACTS, "needs_look", "member_unit_id"]
    return sa.insert(_claims).from_select(columns, wanted).returning(_claims.c.id)


# All that is written when a wish is claimed.
_CLAIMING = Writing(
    moved=moves.moving(Wish, "state", "claimer_id"),
    line=journal.line_of("moved"),
    claim=_claim,
    notice=outbox.notice_after("claim"),
    delivery=outbox.delivery,
    answers=("moved", "claim"),
)


def _refuse(wish: Any, limit: int, actor: Actor) -> NoReturn:
    """Why the claim was not written: the registration has ended since it was read, or there is no room for one more."""
    registration = people.verified_registration(actor.id)
    if registration is None or registration.community_id != wish.community_id:
        raise NotAllowed()
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
