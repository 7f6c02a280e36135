"""The kinds of lists and terms, and the states of what is proposed, as the database spells them."""

from enum import StrEnum


class ListKind(StrEnum):
    """Whose list it is: three of a town (基本履职、配合履职、上级收回), its statutory powers and services, and those of a
    community and its grids."""

    TOWN_BASIC = "town_basic"
    TOWN_COOPERATE = "town_cooperate"
    TAKEN_BACK = "taken_back"
    TOWN_POWER = "town_power"
    TOWN_SERVICE = "town_service"
    COMMUNITY_SERVICE = "community_service"
    AUTONOMY = "autonomy"
    ASSIST = "assist"
    RELIEF = "relief"
    NO_CERTIFICATE = "no_certificate"
    GRID_ITEM = "grid_item"


# An item of these names the unit that leads; of the others the place itself does.
LED_BY_A_UNIT = frozenset({ListKind.TOWN_COOPERATE, ListKind.TAKEN_BACK})
# Whom these say to be in charge of what is reported: the grid or community, the town, a unit. The other lists say what a
# community decides for itself, helps with or must not do, and route nothing.
BY_THE_GRID = frozenset({ListKind.GRID_ITEM, ListKind.COMMUNITY_SERVICE})
BY_THE_TOWN = frozenset({ListKind.TOWN_BASIC, ListKind.TOWN_POWER, ListKind.TOWN_SERVICE})
ROUTING = BY_THE_GRID | BY_THE_TOWN | LED_BY_A_UNIT


class TermUnit(StrEnum):
    """Working days; hours of the clock; hours of the office (工作时间)."""

    WD = "wd"
    HOUR = "hour"
    OFFICE_HOUR = "office_hour"


class ChangeState(StrEnum):
    PROPOSED = "proposed"
    GRANTED = "granted"
    REJECTED = "rejected"


class ImportState(StrEnum):
    PREVIEW = "preview"
    CONFIRMED = "confirmed"


class RowKind(StrEnum):
    """What a row of a sheet is beside what stands already. Nothing of a list is ever reopened: the word is there because
    every import answers the same counts."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    REOPENED = "reopened"
    UNREADABLE = "unreadable"


class Outcome(StrEnum):
    """How many duties fit what was reported."""

    ONE = "one"
    SEVERAL = "several"
    NONE = "none"
