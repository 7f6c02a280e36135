"""Certificates and stars over HTTP: the contract's shape, the paper that opens, the page that anyone may ask."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pypdf
import pytest

from backend import clock, config
from backend.volunteering import certificate_numbers as numbers
from backend.volunteering import certificate_pdf
from tests.console.visitor import Visitor

TODAY = clock.today()
YEAR = {"from": (TODAY - timedelta(days=365)).isoformat(), "to": TODAY.isoformat()}
# A volunteer of the demo city with a year of service in 松涛社区.
HOLDER = "geng"


@pytest.fixture
def phone(town):
    return town.phone(HOLDER)


@pytest.fixture
def issued(phone):
    return phone.data("POST", "/me/certificates", YEAR)


def path_of(url):
    return "/" + url.split("/", 3)[3]


def text_of(paper):
    pages = pypdf.PdfReader(io.BytesIO(paper)).pages
    return "".join(page.extract_text() for page in pages)


def squeezed(text):
    return re.sub(r"\s", "", text)


def test_a_certificate_tells_its_number_and_where_to_verify_and_to_open_it(phone, issued):
    assert {"number", "verifyUrl", "pdfUrl"} <= set(issued)
    assert (issued["status"], issued["issuer"], issued["from"]) == ("valid", "松涛社区", YEAR["from"])
    assert issued["verifyUrl"].endswith(f"/certificates/{issued['number']}")
    records = phone.data("GET", "/me/service-records?limit=50")
    assert issued["minutes"] == records["totals"]["minutes"]
    one = phone.data("GET", f"/me/certificates/{issued['number']}")
    assert sum(row["minutes"] for row in one["records"]) == issued["minutes"]
    assert (one["name"], one["records"][0]["organisingBody"] != "") == ("耿志强", True)


def test_the_same_key_is_the_same_certificate(phone):
    first = phone.post("/me/certificates", YEAR, Idempotency_Key="certificate-1")
    again = phone.post("/me/certificates", YEAR, Idempotency_Key="certificate-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json["data"]["number"] == first.json["data"]["number"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"from": YEAR["to"], "to": YEAR["from"]}, 42217),
        ({**YEAR, "to": (TODAY + timedelta(days=2)).isoformat()}, 42218),
        ({**YEAR, "from": "2015-01-01"}, 42219),
        ({"from": "2024-01-01", "to": "2024-01-31"}, 40947),
        ({"from": YEAR["from"]}, 42200),
        ({**YEAR, "minutes": 6000}, 42200),
    ],
)
def test_a_period_that_cannot_be_certified_is_refused(phone, asked, code):
    assert phone.post("/me/certificates", asked).json["code"] == code


def test_whoever_never_served_or_gave_no_name_gets_none(town):
    assert town.phone("ning").post("/me/certificates", YEAR).json["code"] == 40947
    stranger = town.phone("nobody")
    assert stranger.post("/me/certificates", YEAR).json["code"] == 42224


def test_the_list_is_ones_own_and_paged(town, phone, issued):
    for days in (30, 60, 90):
        day = (TODAY - timedelta(days=days)).isoformat()
        phone.data("POST", "/me/certificates", {**YEAR, "to": day})
    first = phone.data("GET", "/me/certificates?limit=3")
    rest = phone.data("GET", f"/me/certificates?limit=3&cursor={first['nextCursor']}")
    assert [row["number"] for row in rest["list"]] == [issued["number"]]
    assert town.phone("fan").data("GET", "/me/certificates")["list"] == []
    for path in (f"/me/certificates/{issued['number']}", f"/certificates/{issued['number']}/pdf"):
        assert town.phone("fan").get(path).status_code == 404


def test_the_list_costs_the_same_however_long_it_is(phone, issued, statements):
    phone.data("GET", "/me/certificates")
    with statements() as few:
        phone.data("GET", "/me/certificates")
    for days in (20, 40, 60, 80):
        day = (TODAY - timedelta(days=days)).isoformat()
        phone.data("POST", "/me/certificates", {**YEAR, "to": day})
    with statements() as many:
        assert len(phone.data("GET", "/me/certificates")["list"]) == 5
    assert len(many) == len(few)


def test_the_paper_opens_and_its_chinese_can_be_read_out(app, phone, issued):
    answer = app.test_client().get(path_of(issued["pdfUrl"]))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = squeezed(text_of(answer.data))
    for wanted in (
        "志愿服务记录证明",
        "兹证明耿志强",
        "陪老人聊天买菜",
        "松涛邻里互助队",
        "记录（开具）单位：松涛社区",
    ):
        assert wanted in told
    assert issued["number"] in told
    assert f"合计{issued['minutes'] // 60}小时" in told
    assert "尚未同步全国志愿服务信息系统" in told
    assert "〓" not in told
    for secret in ("1119", "雪松家园3号楼101"):
        assert secret not in told
    reader = pypdf.PdfReader(io.BytesIO(answer.data))
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    embedded = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert all("/FontFile2" in one for one in embedded)
    assert len(answer.data) < 200_000


def test_its_owner_opens_it_with_a_token_and_nobody_without_a_true_link(app, phone, issued):
    path = f"/api/v1/certificates/{issued['number']}/pdf"
    own = phone.client.get(path, headers=phone.headers)
    assert own.data.startswith(b"%PDF")
    path, client = path_of(issued["pdfUrl"]), app.test_client()
    assert client.get(path.replace("signature=", "signature=x")).status_code == 404
    assert client.get(re.sub(r"until=\d+", "until=9999999999", path)).status_code == 404
    assert client.get(path.partition("?")[0]).status_code == 401
    with clock.frozen_at(clock.now() + timedelta(hours=3)):
        assert client.get(path).status_code == 404


def test_without_an_address_of_its_own_the_paper_sends_nobody_nowhere(phone, issued, settings, monkeypatch):
    monkeypatch.setattr(config, "_current", replace(settings, app_env="production", public_url=""))
    told = squeezed(text_of(certificate_pdf.pdf(issued["number"])))
    assert "扫右侧二维码" not in told
    assert "“查验服务证明”页面输入编号" in told


def test_a_sign_the_font_lacks_does_not_spoil_the_paper(app, phone):
    phone.put("/me", {"realName": "耿𠮷䶮"})
    made = phone.data("POST", "/me/certificates", YEAR)
    told = squeezed(text_of(app.test_client().get(path_of(made["pdfUrl"])).data))
    assert "兹证明耿〓䶮" in told


def page_of(app, number):
    return Visitor(app).get(f"/certificates/{number}")


def test_the_verification_page_shows_nothing_more_than_it_may(app, phone, issued):
    answer = page_of(app, issued["number"])
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    proof = page[page.index("<dl") : page.index("</dl>")]
    told = dict(re.findall(r"<dt>(.+?)</dt>\s*<dd>(?:<strong>)?(.+?)(?:</strong>)?</dd>", proof))
    hours = f"{issued['minutes'] // 60} 小时"
    assert told == {
        "状态": "有效",
        "编号": issued["number"],
        "服务期间": f"{YEAR['from']} 至 {YEAR['to']}",
        "服务时长": told["服务时长"],
        "开具单位": "松涛社区",
    }
    assert told["服务时长"].startswith(hours)
    detail = phone.data("GET", f"/me/certificates/{issued['number']}")
    secrets = {detail["name"], detail["name"][0] + "*", detail["volunteerNumber"]}
    secrets |= {row["activityName"] for row in detail["records"]}
    secrets |= {row["place"] for row in detail["records"]}
    assert [secret for secret in secrets if secret in page] == []
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_finds_a_number_however_it_was_typed(app, issued):
    typed = issued["number"].lower().replace("-", "")
    answer = Visitor(app).get(f"/certificates?number={typed}")
    assert issued["number"] in answer.get_data(as_text=True)
    assert Visitor(app).get("/certificates").status_code == 200


# A number that was drawn by lot has no place in the name of a test: each worker of pytest-xdist draws another one.
@pytest.mark.parametrize(
    "number", [pytest.param(numbers.new(), id="new"), "ZM-0000-0000-0000", "<script>", "%27%20OR%201=1"]
)
def test_an_unknown_number_is_answered_with_one_and_the_same_page(app, town, number):
    answer = page_of(app, number)
    assert answer.status_code == 404
    page = answer.get_data(as_text=True)
    assert "没有这个编号的证明" in page
    assert "<script>" not in page


def test_trying_numbers_out_is_slowed_down(app, town, settings, monkeypatch):
    monkeypatch.setattr(config, "_current", replace(settings, rate_limit_verify="3/hour"))
    client = app.test_client()
    asked = {"REMOTE_ADDR": "203.0.113.9"}
    answers = [client.get(f"/certificates/{numbers.new()}", environ_base=asked) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_staff_revoke_and_page_link_and_list_say_so(app, town, phone, issued):
    path = f"/certificates/{issued['number']}/revoke"
    reason = {"reason": "重复开具"}
    assert phone.post(path, reason).status_code == 403
    assert town.phone("bai").post(path, reason).status_code == 404
    assert town.phone("lan").post(path, {}).json["code"] == 42200
    assert town.phone("lan").data("POST", path, reason)["status"] == "revoked"
    assert town.phone("lan").post(path, reason).json["code"] == 40948
    (row,) = phone.data("GET", "/me/certificates")["list"]
    assert (row["status"], row["revokeReason"], row["pdfUrl"]) == ("revoked", "重复开具", None)
    assert app.test_client().get(path_of(issued["pdfUrl"])).json["code"] == 40956
    page = page_of(app, issued["number"]).get_data(as_text=True)
    assert "已撤销" in page
    assert "重复开具" not in page


def test_a_corrected_record_shows_on_the_page(app, town, phone, issued):
    newest = phone.data("GET", "/me/service-records?limit=50")["list"]
    record = next(row for row in newest if "correct" in row["actions"])
    asked = phone.data(
        "POST", f"/service-records/{record['id']}/corrections", {"minutes": 10, "reason": "走得早"}
    )
    town.phone("lan").data("POST", f"/service-records/corrections/{asked['id']}/approve")
    page = page_of(app, issued["number"]).get_data(as_text=True)
    assert "服务记录已更正，请持证人重新开具" in page


def test_stars_are_applied_for_and_seen_by_oneself(town, phone):
    refused = phone.post("/me/stars", {"stars": 1}).json
    assert (refused["code"], refused["data"]["hours"]) == (40949, 100)
    assert phone.post("/me/stars", {"stars": 6}).json["code"] == 42200
    assert phone.data("GET", "/me/stars") == {"list": []}


def test_my_data_holds_my_certificates(phone, issued):
    answer = phone.client.get("/api/v1/me/export", headers=phone.headers)
    with answer, zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert issued["number"] in packed.read("certificates.json").decode()
        assert "certified_records.json" in packed.namelist()
        assert "stars.json" in packed.namelist()
