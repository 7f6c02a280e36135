"""Are two records one person? Names and addresses are compared as they are meant, not as they are typed.

People of one name are several people, and one person written in two ways is one. What speaks for neither is a doubt, which
a clerk decides; no import decides it.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from backend import text

# How the dot in names of minorities and of foreigners is typed.
_DOTS = re.compile("[.\u2022\u2027\u2219\u22c5\u30fb\uff65\u00b7]")
_BUILDING = re.compile(r"(?<=[0-9])(?:号楼|栋|幢|座|#楼|#)")
_ROOM = re.compile(r"(?<=[0-9])(?:室|户|号)$")
_WORD = re.compile(r"[0-9]+|[^\W0-9_]+")


def name_key(name: str) -> str:
    """Equal for one name in whatever width, with spaces in it or not, whichever dot is used."""
    plain = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    return _DOTS.sub("·", plain)


def address_key(address: str) -> str:
    """Equal for one address in whatever width, with spaces and dashes or not, 9号楼 or 9栋."""
    plain = "".join(unicodedata.normalize("NFKC", address).split()).casefold()
    plain = _ROOM.sub("", _BUILDING.sub("号楼", plain))
    return "|".join(_WORD.findall(plain))


def address_gist(address: str) -> tuple[str, ...]:
    """The name of the place and the numbers after it: 雪松家园9号楼2单元301 and 雪松家园9-2-301 have the same."""
    words = address_key(address).split("|")
    numbers = tuple(word for word in words if word.isdigit())
    return (words[0], *numbers) if numbers else ("", *words)


class Likeness(StrEnum):
    SAME = "same"
    DOUBTFUL = "doubtful"
    ANOTHER = "another"


@dataclass(frozen=True)
class Known:
    """What is known of a person of whom one record tells; empty or None where it tells nothing."""

    name: str
    phone: str = ""
    address: str = ""
    birth_year: int | None = None


def likeness(one: Known, other: Known) -> tuple[Likeness, str]:
    """Are they one person, and what speaks for it, as a clerk reads it."""
    if name_key(one.name) != name_key(other.name):
        return Likeness.ANOTHER, ""
    years = _alike(one.birth_year, other.birth_year)
    phones = _alike(text.phone(one.phone), text.phone(other.phone))
    addresses = _alike(address_key(one.address), address_key(other.address))
    if years is False:
        return Likeness.ANOTHER, ""
    if phones:
        return Likeness.SAME, "姓名和手机号相同"
    if addresses:
        if phones is False:
            return Likeness.DOUBTFUL, "姓名和住址相同，手机号不同"
        return Likeness.SAME, "姓名和住址相同"
    if addresses is False and address_gist(one.address) == address_gist(other.address):
        return Likeness.DOUBTFUL, "姓名相同，住址写法相近"
    if years:
        return Likeness.DOUBTFUL, "姓名和出生年份相同"
    if phones is None and addresses is None:
        return Likeness.DOUBTFUL, "姓名相同，没有别的资料可以核对"
    return Likeness.ANOTHER, ""


def _alike(one: object, other: object) -> bool | None:
    """None where one of them is not known."""
    return one == other if one and other else None
