"""What the console refuses: forged forms, other communities' ids, markup in texts, scripts that are not ours."""

import re

import pytest
import sqlalchemy as sa

from backend.console.frame.page import POLICY
from backend.db import session
from backend.journal import JournalLine
from backend.people.permissions import BY_ROLE
from backend.wishes.models import Wish
from tests.wishes import cast

MARKUP = '"><script>alert(1)</script><b>粗</b>'


def test_every_console_page_has_a_guard_that_somebody_can_meet(town):
    words = {"public", "signed in"}.union(*BY_ROLE.values())
    views = town.app.view_functions
    for rule in town.app.url_map.iter_rules():
        if rule.rule.startswith(("/console", "/static")) or rule.rule in ("/", "/wall"):
            assert views[rule.endpoint].guard in words, rule.rule


def test_nobody_changes_anything_by_following_a_link(town):
    for rule in town.app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and "GET" in rule.methods:
            assert not any(word in rule.rule for word in ("/end", "/accept", "/reject", "/confirm", "/drop"))


def test_a_guest_is_sent_to_the_sign_in_page_from_everywhere(town, visitor):
    guest = visitor()
    for rule in town.app.url_map.iter_rules():
        if (
            not rule.endpoint.startswith("console.")
            or town.app.view_functions[rule.endpoint].guard == "public"
        ):
            continue
        if "GET" in rule.methods:
            path = rule.rule.replace("<any(review, publish, close):name>", "close")
            path = path.replace("<any(residency, party):kind>", "party")
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
            path = "/".join("1" if part.startswith("<") else part for part in path.split("/"))
            answer = guest.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["Location"].startswith("/console/sign-in"), path


@pytest.mark.parametrize("token", ["", "wrong", "IjEi.Zm9v.YmFy"])
def test_a_form_without_its_token_is_refused_and_gives_back_what_was_typed(visitor, town, token):
    waiting = cast.submitted(town)
    one = visitor("tong")
    answer = one.post(f"/console/review/{waiting}/decline", {"reason": "写了很久的理由"}, token=token)
    assert answer.status_code == 400
    assert "写了很久的理由" in one.text(answer)
    assert cast.wish(waiting).state == "submitted"


def test_a_page_that_cannot_go_on_gives_back_words_and_not_our_names_of_them(visitor, town):
    one, holder = visitor("shao"), town.person("e").id
    form = {
        "title": "一台新电视",
        "description": "看新闻",
        "category": "goods",
        "estimated_cost": "90",
        "wanted_by": "2026-12-31",
        "contact_phone": "11122223333",
        "ready": "老人没有手机",
        "reason": "老人没有手机",
        "next": "/console/",
    }
    page = one.text(one.post(f"/console/people/{holder}/wishes/new", form, token=""))
    kept = re.findall(r"<li>(.*?)</li>", page.split('class="kept"')[1].split("</ul>")[0])
    assert kept == ["一台新电视", "看新闻", "11122223333", "老人没有手机"]


def test_another_visitors_token_is_worth_nothing(visitor, town):
    waiting = cast.submitted(town)
    one, other = visitor("tong"), visitor("lan")
    other.page("/console/")
    assert one.post(f"/console/review/{waiting}/accept", token=other.token).status_code == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_from_another_site_is_refused_even_with_a_token(visitor, town, site):
    waiting = cast.submitted(town)
    one = visitor("tong")
    one.page(f"/console/review/{waiting}")
    answer = one.post(f"/console/review/{waiting}/accept", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 400


def test_the_policy_lets_nothing_run_that_is_not_ours(visitor):
    one = visitor("tong")
    for path in ("/console/", "/console/figures", "/console/nowhere", "/console/sign-in"):
        assert one.get(path).headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    page = one.page("/console/figures")
    assert "<style" not in page
    assert "style=" not in page
    assert " onclick" not in page


def test_nothing_of_the_console_stays_in_a_shared_computers_cache(visitor):
    assert visitor("tong").get("/console/people").headers["Cache-Control"] == "no-store"


def test_another_communitys_ids_are_not_there(visitor, town):
    mine, (published,), round_id = cast.submitted(town), *_published(town)
    person_id = town.person("ning").id
    one = visitor("bai")
    one.page("/console/")
    for path in (
        f"/console/review/{mine}",
        f"/console/wishes/{mine}",
        f"/console/wishes/{published}/call",
        f"/console/wishes/{published}/slip",
        f"/console/rounds/{round_id}/close",
        f"/console/people/{person_id}",
        f"/console/people/{person_id}/points",
        f"/console/people/{person_id}/card",
        f"/console/people/{person_id}/wishes/new",
        f"/console/verifying/residency/{person_id}",
        f"/console/wishes/{mine}/edit",
    ):
        assert one.get(path).status_code == 404, path
    for path in (
        f"/console/review/{mine}/accept",
        f"/console/rounds/{round_id}/close",
        f"/console/verifying/residency/{person_id}/accept",
    ):
        assert one.post(path).status_code == 404, path
    for path in (f"/console/wishes/{mine}/contact", f"/console/people/{person_id}/open"):
        assert one.post(path, {"reason": "看看"}).status_code == 404, path


def _published(town):
    made, round_id = cast.published(town)
    return made, round_id


def test_a_public_wish_of_another_community_shows_no_way_to_its_wisher(visitor, town):
    (wish_id,), _ = cast.published(town)
    page = visitor("bai").page(f"/console/wishes/{wish_id}")
    assert "许愿人的页面" not in page
    assert "查看联系方式" not in page


def test_a_role_without_the_word_is_told_so_on_a_page(visitor):
    answer = visitor("bu").get("/console/review")
    assert answer.status_code == 403
    assert "没有办理这件事的权限" in answer.get_data(as_text=True)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_the_console_answers_its_own_errors_in_html_and_the_api_in_json(visitor, town, method):
    one = visitor("tong")
    one.page("/console/")
    answer = one.client.open("/console/nowhere", method=method, data={"csrf_token": one.token})
    assert answer.mimetype == "text/html"
    assert answer.status_code in (404, 405)
    assert town.phone().get("/wishes/1").mimetype == "application/json"


def test_a_fault_of_ours_is_a_page_in_chinese_without_a_trace(visitor, monkeypatch):
    one = visitor("tong")
    monkeypatch.setattr("backend.console.frame.todo.waiting", lambda _staff: 1 / 0)
    answer = one.get("/console/")
    assert answer.status_code == 500
    assert "系统出了点问题" in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)


def test_markup_in_every_text_is_shown_as_text(visitor, town):
    cast.open_round(town)
    one = visitor("shao")
    card_holder = town.person("e").id
    form = {
        "title": MARKUP[:30],
        "description": MARKUP,
        "category": "goods",
        "beneficiary_group": "elder",
        "estimated_cost": "80",
        "disclosure": "anonymous",
        "reason": MARKUP,
        "address": MARKUP,
    }
    one.page(f"/console/people/{card_holder}/wishes/new")
    made = one.post(f"/console/people/{card_holder}/wishes/new", form)
    assert made.status_code == 303, one.text(made)
    wish_id = session.scalar(sa.select(sa.func.max(Wish.id)))
    clerk = visitor("tong")
    clerk.page(f"/console/review/{wish_id}")
    clerk.post(f"/console/review/{wish_id}/send_back", {"reason": MARKUP})
    auditor = visitor("shang")
    for who, path in (
        (one, f"/console/wishes/{wish_id}"),
        (one, f"/console/wishes/{wish_id}/slip"),
        (one, f"/console/wishes/{wish_id}/edit"),
        (clerk, "/console/wishes"),
        (clerk, f"/console/people?asked={MARKUP}"),
        (clerk, "/console/"),
        (auditor, "/console/journal"),
    ):
        page = who.page(path)
        assert "<script>alert" not in page, path
        assert "<b>粗" not in page, path


def test_a_refusal_stands_beside_the_form_which_keeps_what_was_typed(visitor, town):
    one = visitor("shao")
    card_holder = town.person("e").id
    form = {
        "title": "一台新电视",
        "description": "看新闻",
        "category": "goods",
        "beneficiary_group": "elder",
        "estimated_cost": "900",
        "disclosure": "anonymous",
        "reason": "老人没有手机",
    }
    one.page(f"/console/people/{card_holder}/wishes/new")
    answer = one.post(f"/console/people/{card_holder}/wishes/new", form)
    page = one.text(answer)
    assert answer.status_code == 422
    assert "微心愿的预估金额不能超过 300 元" in page
    assert 'value="一台新电视"' in page
    assert 'value="900"' in page


def test_contact_is_opened_with_a_reason_only_and_stands_in_the_journal(visitor, town):
    waiting = cast.submitted(town)
    one = visitor("tong")
    assert "1111111" not in one.page(f"/console/wishes/{waiting}")
    assert one.post(f"/console/wishes/{waiting}/contact", {"reason": ""}).status_code == 422
    opened = one.text(one.post(f"/console/wishes/{waiting}/contact", {"reason": "核实内容"}))
    assert "宁小舟" in opened
    assert "1111111" not in one.page(f"/console/wishes/{waiting}")
    person_id = town.person("ning").id
    assert "宁小舟" in one.text(one.post(f"/console/people/{person_id}/open", {"reason": "核实身份"}))
    lines = session.execute(
        sa.select(JournalLine.verb, JournalLine.reason).where(
            JournalLine.verb.in_(("open_contact", "open_person"))
        )
    ).all()
    assert [tuple(line) for line in lines] == [("open_contact", "核实内容"), ("open_person", "核实身份")]
    page = visitor("shang").page("/console/journal?verb=openings")
    assert "核实内容" in page
    assert "佟**" in page
    assert "宁小舟" not in page


TOO_LARGE = 10**25


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("tong", "wishes?before={n}"),
        ("tong", "wishes?text=%00"),
        ("tong", "redemptions?before={n}"),
        ("tong", "redemptions?number=%00"),
        ("tong", "complaints?after={n}"),
        ("tong", "stock/stocktakes?before={n}"),
        ("tong", "teams?after={n}"),
        ("tong", "points/adjustments?before={n}"),
        ("tong", "certificates?number=%00"),
        ("tong", "activities/new?day=0001-01-01"),
        ("shang", "journal?before={n}"),
        ("shang", "journal?subject={n}&actor=-{n}"),
        ("admin", "appointments?before={n}"),
        ("admin", "appointments?asked=%00"),
        ("admin", "appointments?role=%00"),
        ("admin", "deliveries?before={n}"),
    ],
)
def test_an_address_that_nobody_would_write_is_a_page_all_the_same(visitor, name, path):
    assert visitor(name).get("/console/" + path.format(n=TOO_LARGE)).status_code == 200


def test_what_the_address_names_and_is_not_there_is_not_found(visitor):
    one = visitor("tong")
    assert one.get(f"/console/hours/backfills/new?activity={TOO_LARGE}").status_code == 404
    assert one.get(f"/wall?place={TOO_LARGE}").status_code == 404
    assert one.get("/certificates?number=%00").status_code == 404
