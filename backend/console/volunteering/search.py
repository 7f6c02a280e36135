"""What the search in the head finds of activities and teams."""

from flask import url_for

from backend.console.frame.labels import when
from backend.console.frame.page import Staff
from backend.console.frame.search import Hit, Source, listed_at, register
from backend.people import teams
from backend.people.permissions import Permission
from backend.volunteering import list_queries


def _activities(asked: str, most: int, staff: Staff) -> list[Hit]:
    filters = list_queries.ActivityFilters(text=asked)
    return [
        Hit(one.title, f"{when(one.starts_at)} {one.place}", url_for("console.activity", activity_id=one.id))
        for one in list_queries.listed(filters, "latest", actor=staff).rows(most)
    ]


def _teams(asked: str, most: int, staff: Staff) -> list[Hit]:
    found = teams.listed_within(
        Permission.TEAM_MANAGE, teams.TeamFilters(text=asked), "name", actor=staff
    ).rows(most)
    return [Hit(one.name, one.speciality, url_for("console.team", team_id=one.id)) for one in found]


register(
    Source(
        label="活动",
        word=Permission.ACTIVITY_READ,
        find=_activities,
        whole=lambda asked: listed_at("activities_listed", text=asked),
    )
)
register(
    Source(
        label="志愿队",
        word=Permission.TEAM_MANAGE,
        find=_teams,
        whole=lambda asked: listed_at("teams", text=asked),
    )
)
