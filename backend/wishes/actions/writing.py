"""Writing a wish: draft, edit, submit, withdraw; by the wisher, or by staff on their behalf (代办)."""

from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal, screening
from backend.db import lock_row, session
from backend.errors import NotAllowed, NotFound, Refused
from backend.files import actions as files
from backend.journal import Actor
from backend.lifecycle import check_allowed, transition
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.people import permissions
from backend.people import queries as people
from backend.people.on_behalf import OnBehalf, acting_for, home_of
from backend.people.permissions import Permission
from backend.wishes import notices, states
from backend.wishes.actions import children, limits
from backend.wishes.kinds import Disclosure, RoundState, WishState
from backend.wishes.models import WRITERS, Round, Wish


class CostAboveCap(Refused):
    code, message = 42230, "微心愿的预估金额不能超过 {cap} 元"


class ResidencyNeeded(Refused):
    code, message = 40330, "请先登记您居住的社区，再提交心愿"


class WishNotEditable(Refused):
    code, message = 40905, "心愿提交后不能再修改；需要补充时社区会退回给您"


class WantedInThePast(Refused):
    code, message = 42231, "期望时间不能早于今天"


def write(
    community_id: int,
    content: dict[str, Any],
    *,
    on_behalf_of: OnBehalf = None,
    handing_in: bool = False,
    actor: Actor,
) -> Wish:
    """A new draft in a community. `content` has the wish's fields, `address` and `contact_phone` in clear,
    `file_ids` of at most three pictures of the writer's.

    `on_behalf_of` is (person id, reason) when somebody reports for a resident of the community: staff, a guardian, a
    relative. `handing_in` says that the caller submits it in the same transaction, which has limits of its own. Raises
    NotACommunity, CostAboveCap, WantedInThePast, FileNotUsable, TooManyDrafts, and what `on_behalf.acting_for` refuses.
    """
    acting = acting_for(on_behalf_of, Permission.WISH_REPORT, guardian=True, actor=actor)
    wisher_id = acting.person_id
    places.community(community_id)
    _check(content, community_id)
    if acting.by_id is not None:
        home_of(acting, Permission.WISH_REPORT, community_id, actor=actor)
    if not acting.in_office and not handing_in:
        limits.check_drafts(wisher_id if acting.by_family else actor.id)
    protected = children.protection(wisher_id, content, actor=actor)
    home = people.home(wisher_id)
    wish = Wish(
        community_id=community_id,
        grid_id=home.grid_id if home and home.community_id == community_id else None,
        state=WishState.DRAFT,
        wisher_id=wisher_id,
        reporter_id=acting.by_id,
        on_behalf_reason=acting.reason,
        by_family=acting.by_family,
        carried=0,
        created_at=clock.now(),
        **{**_columns(content), **protected},
    )
    session.add(wish)
    session.flush()
    _seal(wish, content)
    _attach(wish, content, actor)
    journal.write(
        "write",
        "wish",
        wish.id,
        actor=actor,
        states=(None, WishState.DRAFT),
        reason=acting.reason,
        place=wish.place_id,
    )
    if acting.by_family and not handing_in:
        notices.by_family(wish, "写了一份心愿草稿")
    return wish


def edit(wish_id: int, content: dict[str, Any], *, actor: Actor) -> Wish:
    """Changes a draft, or a wish sent back for more information. That the wisher is shown without a name may be said
    at any time, alone: less may always be shown. Raises NotFound, WishNotEditable."""
    wish = lock_row(Wish, wish_id)
    facts = wish.facts_about(actor.id)
    if not facts & WRITERS:
        visible = wish.visible_to(actor.id, permissions.permissions_in(actor.id, wish.place_id), facts)
        raise NotAllowed() if visible else NotFound()
    if content == {"disclosure": Disclosure.ANONYMOUS}:
        return _show_less(wish, actor)
    if wish.state not in (WishState.DRAFT, WishState.SENT_BACK):
        raise WishNotEditable()
    _check(content, wish.community_id)
    for name, value in {**_columns(content), **children.kept(wish, content)}.items():
        setattr(wish, name, value)
    _seal(wish, content)
    session.flush()
    _attach(wish, content, actor)
    journal.write(
        "edit", "wish", wish.id, actor=actor, place=wish.place_id, facts={"fields": sorted(content)}
    )
    return wish


def _show_less(wish: Wish, actor: Actor) -> Wish:
    if wish.disclosure != Disclosure.ANONYMOUS:
        wish.disclosure = Disclosure.ANONYMOUS
        session.flush()
        journal.write("show_less", "wish", wish.id, actor=actor, place=wish.place_id)
    return wish


def public_texts(wish: Wish) -> tuple[str, str]:
    """What of a wish everyone will read, as it is screened before submission."""
    return wish.title, wish.description


def submit(wish_id: int, found: screening.Screened | None = None, *, actor: Actor) -> Wish:
    """Hands the wish to the community. While a round is collecting it gets its number there, for good.

    `found` is what screening said of its words; without it, or where it had doubts, staff are told to look
    with care. The wisher must have declared that they live in the community. Raises ResidencyNeeded,
    CostAboveCap, TooManyWishes.
    """
    wish = limits.lock_with_counted(wish_id, actor)
    check_allowed(states.SUBMIT, wish, actor)
    home = people.home(wish.wisher_id)
    if home is None or home.community_id != wish.community_id:
        raise ResidencyNeeded()
    _check({"estimated_cost": wish.estimated_cost}, wish.community_id)
    limits.check_pace(wish, actor=actor)
    numbered = {} if wish.number else number_in_round(wish, (RoundState.COLLECTING,))
    doubtful = screening.needs_look(found, *public_texts(wish))
    transition(states.SUBMIT, wish, actor=actor, submitted_at=clock.now(), needs_look=doubtful, **numbered)
    _tell_of_family(wish, "提交了心愿", actor)
    return wish


def _tell_of_family(wish: Wish, done: str, actor: Actor) -> None:
    """The wisher, of what a relative did with a wish that they reported."""
    if wish.by_family and wish.reporter_id == actor.id:
        notices.by_family(wish, done)


def withdraw(wish_id: int, *, actor: Actor) -> Wish:
    """The wisher takes the wish back, at any time before it is claimed."""
    wish = lock_row(Wish, wish_id)
    transition(states.WITHDRAW, wish, actor=actor, closed_at=clock.now())
    _tell_of_family(wish, "撤回了心愿", actor)
    return wish


def number_in_round(wish: Wish, round_states: tuple[str, ...]) -> dict[str, Any]:
    """Round and number for the wish, counted up under the round's lock: no gap, no number twice.

    Empty when the community has no round in these states. A wish keeps the number it got first.
    """
    counted = session.execute(
        sa.update(Round)
        .where(Round.community_id == wish.community_id, Round.state.in_(round_states))
        .values(last_sequence=Round.last_sequence + (0 if wish.number else 1))
        .returning(Round.id, Round.number, Round.last_sequence),
        execution_options={"synchronize_session": False},
    ).first()
    if counted is None:
        return {}
    if wish.number:
        return {"round_id": counted.id}
    short = session.scalar(sa.select(Organisation.short).where(Organisation.id == wish.community_id))
    return {"round_id": counted.id, "number": f"{short}-{counted.number:02d}-{counted.last_sequence:03d}"}


_PLAIN = (
    "title",
    "description",
    "category",
    "beneficiary_group",
    "service_role",
    "estimated_cost",
    "wanted_by",
    "disclosure",
    "salutation",
)


def _columns(content: dict[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in _PLAIN if name in content}


def _check(content: dict[str, Any], community_id: int) -> None:
    if content.get("estimated_cost"):
        cap = places.wish_cost_cap(community_id)
        if content["estimated_cost"] > cap:
            raise CostAboveCap(cap=cap)
    wanted_by = content.get("wanted_by")
    if wanted_by is not None and wanted_by < clock.today():
        raise WantedInThePast()


def _attach(wish: Wish, content: dict[str, Any], actor: Actor) -> None:
    """Pictures are shown to others only with the wisher's consent, whoever uploaded them."""
    if content.get("file_ids"):
        children.refuse_pictures(wish)
    if content.get("file_ids") is not None:
        files.attach(
            ("wish", wish.id),
            "wish",
            content["file_ids"],
            place_id=wish.place_id,
            consent_of=wish.wisher_id,
            actor=actor,
        )


def _seal(wish: Wish, content: dict[str, Any]) -> None:
    if "address" in content:
        text = content["address"]
        wish.address_sealed = crypto.seal(text, f"wishes.address:{wish.id}") if text else None
    if "contact_phone" in content:
        phone = content["contact_phone"]
        wish.phone_sealed = crypto.seal(phone, f"wishes.phone:{wish.id}") if phone else None
    session.flush()
