"""Whoever has only miniprogram_api_docs/ can drive all three loops: each page is played on a served demo city."""

import re

import pytest
import requests

from backend.api.frame import openapi as documentation
from backend.api.frame.descriptions import DESCRIPTIONS
from scripts import pages
from tests.conformance import checked_told

PAGES = pages.pages()
ALL = sorted(pages.DOCS.rglob("*.md"))
# What else may stand in a fence: nothing that looks like a call and is not played.
OTHER_FENCES = {"", "js", "json", "mermaid", "bash", "text", "xml", "ts"}


def sender(app, url):
    """Sends over the wire, and holds each answer against the OpenAPI document."""

    def send(method, path, headers, body):
        if isinstance(body, dict) and isinstance(body.get("file"), bytes):
            rest = {name: value for name, value in body.items() if name != "file"}
            how = {"data": rest, "files": {"file": ("picture.png", body["file"], "image/png")}}
        else:
            how = {} if body is None else {"json": body}
        whole = f"{url}/api/v1{path}"
        answer = requests.request(method, whole, headers=headers, timeout=60, **how)
        checked_told(app, method, f"/api/v1{path.split('?')[0]}", answer.status_code, answer.json())
        return pages.Answer(answer.status_code, answer.headers, answer.json())

    return send


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_call_of_the_page_is_answered_as_it_says(migrated_app, served, page):
    played = [call for call, *_ in pages.Play(sender(migrated_app, served.url)).page(page)]
    assert played == pages.calls(page)
    assert played


def test_the_three_loops_and_the_first_page_have_calls():
    names = {page.name for page in PAGES}
    assert {"README.md", "wishes.md", "volunteering.md", "supermarket.md"} <= names


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_every_fence_is_closed_and_of_a_known_kind(page):
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"^\s*```", text, re.MULTILINE)) == 2 * len(pages.FENCE.findall(text))
    assert {kind for kind, _ in pages.FENCE.findall(text)} <= OTHER_FENCES | {"http"}


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", text):
        if target.startswith("http"):
            continue
        found = (page.parent / target) if target else page
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, anchor


def _anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


NAMED = re.compile(r"`(GET|POST|PUT|DELETE) (/[^`\s?]*)[^`]*`")


def operations(app):
    """(method, path with a star for each of its parts) of every operation, with what the document says of it."""
    return {
        (method.upper(), re.sub(r"\{[^}]+\}", "*", path.removeprefix("/api/v1"))): told
        for path, found in documentation.document(app)["paths"].items()
        for method, told in found.items()
    }


def named(text):
    """What stands in running text as `POST /me/subscriptions`."""
    for method, path in NAMED.findall(pages.FENCE.sub("", text)):
        yield method, re.sub(r"\{[^}]+\}|\d+|<[^>]+>", "*", path.removeprefix("/api/v1"))


def fitting(known, method, path):
    """A played call is of the operation without parts if there is one, as the server takes it."""
    asked = pages.WHOLE.sub("1", path.split("?")[0]).split("/")
    fits = [
        one
        for one in known
        if one[0] == method
        and len(parts := one[1].split("/")) == len(asked)
        and all(part in ("*", given) for part, given in zip(parts, asked, strict=True))
    ]
    return min(fits, key=lambda one: one[1].count("*"))


def test_a_path_in_the_pages_is_one_of_the_document(migrated_app):
    """`POST /me/subscriptions` in running text is as true as a played call."""
    known = operations(migrated_app)
    for page in ALL:
        for method, path in named(page.read_text(encoding="utf-8")):
            if path not in ("/openapi.json", "/docs"):
                assert (method, path) in known, f"{page.name}: {method} {path}"


def test_every_operation_stands_in_a_page_that_is_played(migrated_app):
    known = operations(migrated_app)
    found = set()
    for page in PAGES:
        found |= set(named(page.read_text(encoding="utf-8")))
        found |= {fitting(known, call.method, call.path) for call in pages.calls(page)}
    assert sorted(known.keys() - found) == []


def test_every_operation_is_described_in_chinese_in_one_place(migrated_app):
    known = {told["operationId"]: told for told in operations(migrated_app).values()}
    wanting = [
        name
        for name, told in known.items()
        if not all(re.search("[一-鿿]", told.get(part, "")) for part in ("summary", "description"))
    ]
    assert wanting == []
    assert DESCRIPTIONS.keys() - known.keys() == set()
    assert [name for name, said in DESCRIPTIONS.items() if known[name]["description"] != said] == []
