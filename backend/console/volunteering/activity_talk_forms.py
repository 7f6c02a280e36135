"""The forms by which staff write to who comes, ask volunteers for empty places, and name who is in charge."""

from typing import Any

from backend.console.frame.forms import Form, JustDo, choice, lines, offer
from backend.console.frame.page import Staff
from backend.people import queries as people
from backend.people.masking import Level
from backend.people.permissions import Permission
from backend.volunteering.actions import inviting, leaders
from backend.volunteering.message_models import MESSAGE_MAX
from backend.volunteering.models import Activity


class MessageForm(Form):
    text = lines(
        "写给报名和候补的人", most=MESSAGE_MAX, rows=3, description="例如“请自带手套，八点在东门集合”"
    )


class OrganiserForm(Form):
    person = choice("新负责人", numbers=True)


def organiser_form(activity: Activity, **given: Any) -> OrganiserForm:
    """With those who may organise it to choose from."""
    form = OrganiserForm(**given)
    names = people.masked_names(leaders.organisers(activity), Level.AT_WORK)
    offer(form.person, sorted(names.items()))
    return form


def talk_facts(staff: Staff, activity: Activity, given: dict[str, Any]) -> dict[str, Any]:
    """What the page of an activity shows of these, with a tried form among `given`."""
    organises = staff.may(Permission.ACTIVITY_ORGANISE)
    free = organises and inviting.can_invite(activity)
    return {
        "message_form": given.get("message_form") or MessageForm(formdata=None),
        "invite_form": given.get("invite_form") or JustDo(formdata=None),
        "fitting": inviting.fitting(activity) if free else None,
        "organiser_form": given.get("organiser_form")
        or (
            organiser_form(activity, formdata=None) if organises and activity.state in leaders.OPEN else None
        ),
    }
