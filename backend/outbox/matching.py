"""Which templates of the city's account at WeChat serve which purpose, proposed for the setting WECHAT_TEMPLATES.

A template serves when each of its keywords carries a part of the message: WeChat refuses a message that leaves a
field of its template empty or has one more (47003). Which of several serves best is guessed from their words; the
operator reads the proposal before it is copied.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

from backend import config
from backend.config_templates import CARRIED_BY, SHAPES, Chosen, may_carry
from backend.outbox.templates import CATALOGUE
from backend.wechat.gateway import AccountTemplate

# Five keywords at most has a template of WeChat's; more parts than four has none of ours.
_MOST_FIELDS = 5


@dataclass(frozen=True)
class Proposal:
    """What serves a purpose: a template and its fields in our order; None where the account has none that could."""

    key: str
    title: str | None
    chosen: Chosen | None


def proposals(account: list[AccountTemplate]) -> list[Proposal]:
    return [_proposal(key, account) for key in CATALOGUE]


def setting(found: Iterable[Proposal]) -> str:
    """The value of WECHAT_TEMPLATES that says so."""
    told = {one.key: {"id": one.chosen.id, "fields": one.chosen.fields} for one in found if one.chosen}
    return json.dumps(told, ensure_ascii=False)


def wanted(key: str) -> str:
    """In words, what to look for in WeChat's library for a purpose."""
    parts = zip(CATALOGUE[key].fields, SHAPES[key], strict=True)
    return "、".join(f"{meaning}（{'/'.join(CARRIED_BY[kind])}）" for (_name, meaning), kind in parts)


def differences(account: list[AccountTemplate]) -> list[tuple[str, str]]:
    """(purpose, what is wrong with it) of the templates that are set, compared with the account's."""
    known = {one.id: {name for name, _label in one.fields} for one in account}
    found = []
    for key, chosen in config.settings().templates.items():
        fields = known.get(chosen.id)
        sent = {name for name in chosen.fields if name is not None}
        if fields is None:
            found.append((key, "the account has no template of this id"))
        elif fields != sent:
            found.append((key, f"its template has the fields {', '.join(sorted(fields))}"))
    return found


def _proposal(key: str, account: list[AccountTemplate]) -> Proposal:
    best, score = Proposal(key, None, None), -1
    for template in account:
        for fields in _orders(key, template):
            found = _likeness(key, template, fields)
            if found > score:
                best, score = Proposal(key, template.title, Chosen(template.id, fields)), found
    return best


def _orders(key: str, template: AccountTemplate) -> Iterable[tuple[str | None, ...]]:
    """Every way in which this template's fields carry the parts of the message, all of them, the first one surely."""
    shape, names = SHAPES[key], [name for name, _label in template.fields]
    if not names or len(names) > min(len(shape), _MOST_FIELDS):
        return
    gaps: list[str | None] = [None] * (len(shape) - len(names))
    for order in dict.fromkeys(permutations([*names, *gaps])):
        fits = all(one is None or may_carry(kind, one) for kind, one in zip(shape, order, strict=True))
        if fits and order[0] is not None:
            yield order


def _likeness(key: str, template: AccountTemplate, fields: tuple[str | None, ...]) -> int:
    """How alike the words are: titles count most, then the labels, then types that fit best."""
    labels, ours = dict(template.fields), CATALOGUE[key]
    score = 4 * len(set(template.title) & set(ours.title))
    for (_name, meaning), kind, field in zip(ours.fields, SHAPES[key], fields, strict=True):
        if field is not None:
            score += 2 + 2 * len(set(labels[field]) & set(meaning)) + field.startswith(kind)
    return score
