"""The forms by which a place is changed; each needs a reason, and none has a target chosen beforehand."""

from typing import Any

from wtforms.fields.choices import SelectChoice

from backend.console.frame.forms import Form, choice, line, offer, whole
from backend.journal import REASON_MAX
from backend.organisations.actions import PLACES
from backend.organisations.models import CAP_MAX, KIND_NAMES, NAME_MAX, SHORT_MAX
from backend.people import place_choices
from backend.reports.communities import PlaceView

_SHORT = "心愿和单据的编号用它开头；不填就用名称（去掉“社区”）"


class ReasonForm(Form):
    reason = line("理由", most=REASON_MAX, description="会记入日志")


class AddForm(ReasonForm):
    kind = choice("类别")
    place_name = line("名称", most=NAME_MAX)
    short = line("简称", most=SHORT_MAX, needed=False, description=_SHORT)


class RenameForm(ReasonForm):
    place_name = line("名称", most=NAME_MAX)
    short = line(
        "简称", most=SHORT_MAX, description="以后的编号用它开头；已经有的编号不变，以前的台账仍是以前的名称"
    )


class CapForm(ReasonForm):
    cap = whole("一个心愿最多多少元", least=1, most=CAP_MAX, needed=False, description="不填就和全市一样")


class MoveForm(ReasonForm):
    parent = choice("划归哪里", numbers=True)


class MergeForm(ReasonForm):
    into = choice("并入哪里", numbers=True)


class CloseForm(ReasonForm):
    pass


class ReopenForm(ReasonForm):
    pass


FORMS: dict[str, type[ReasonForm]] = {
    "add": AddForm,
    "rename": RenameForm,
    "cap": CapForm,
    "move": MoveForm,
    "merge": MergeForm,
    "close": CloseForm,
    "reopen": ReopenForm,
}


def kinds_below(kind: str) -> list[str]:
    """What may stand under a place of this kind."""
    return [one for one, above in PLACES.items() if kind in above]


def possible(place: PlaceView) -> list[str]:
    """What can be done with the place, in the order of its page."""
    if place.closed:
        return [] if place.merged_into else ["reopen"]
    ways = ["rename"] if place.kind == "city" else ["rename", "move", "merge", "close"]
    if place.kind == "community":
        ways.insert(1, "cap")
    return (["add"] if kinds_below(place.kind) else []) + ways


def forms_for(place: PlaceView, sent: ReasonForm | None = None) -> dict[str, ReasonForm]:
    """A form for each, by its name; the one that was sent keeps what was typed."""
    return {
        name: sent if isinstance(sent, FORMS[name]) else filled(name, place, formdata=None)
        for name in possible(place)
    }


def filled(name: str, place: PlaceView, **more: Any) -> Any:
    """One of them, with what may be chosen in it; without `more` filled in as it was sent."""
    said: dict[str, dict[str, Any]] = {
        "rename": {"place_name": place.name, "short": place.short},
        "cap": {"cap": place.wish_cost_cap},
    }
    begun = said.get(name, {}) if more else {}
    form: Any = FORMS[name](**begun, **more)
    if name == "add":
        offer(form.kind, {one: KIND_NAMES[one] for one in kinds_below(place.kind)})
    elif name == "move":
        form.parent.choices = _targets(place, PLACES[place.kind])
    elif name == "merge":
        form.into.choices = _targets(place, (place.kind,))
    return form


def _targets(place: PlaceView, kinds: tuple[str, ...]) -> list[SelectChoice]:
    """By the whole path, which the box above the list looks in. A grid is merged with one of its own community."""
    around = " › ".join(name for _id, name in place.path[:-1])
    found = [
        one
        for one in place_choices.tree(*kinds)
        if one.id != place.id and (kinds != ("grid",) or one.path.startswith(f"{around} › "))
    ]
    said = [SelectChoice(str(one.id), one.path, {"data-path": one.path}) for one in found]
    return [SelectChoice("", "请选择"), *said]
