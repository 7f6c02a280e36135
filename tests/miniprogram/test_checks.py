"""The mini-program under WeChat's own compilers and under what they do not look at; each check finds a sown fault."""

import json
import shutil
import subprocess

import pytest

from tests.miniprogram import rules
from tests.miniprogram.mounted import HERE, NODE, SOURCE, TOP, node, pack
from tests.miniprogram.to_come import TO_COME

CLIENT = TOP / "miniprogram_api_docs" / "client"
TSC = TOP / "tests/client/node_modules/typescript/bin/tsc"
SERVED_PAGES = {one["path"] for one in json.loads((TOP / "miniprogram_api_docs/pages.json").read_text())}


def changed(folder, name, old, new):
    """Sows a fault in a copy of the mini-program."""
    path = folder / name
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert old in text, (name, old)
    path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
    return folder


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(SOURCE, tmp_path / "miniprogram")


def handlers(folder):
    told = node("methods.js", folder)
    assert told.returncode == 0, told.stderr
    return rules.missing_handlers(folder, json.loads(told.stdout))


def not_compiled(folder):
    told = node("compile.js", folder)
    return told.stdout.splitlines() if told.returncode else []


def not_packed(folder):
    told = node("pack.js", folder, folder.parent / "packed")
    return told.stdout.splitlines() if told.returncode else []


def wrong_types(folder):
    """TypeScript over all scripts, with WeChat's own types."""
    options = json.loads((HERE / "tsconfig.json").read_text())
    options["compilerOptions"]["typeRoots"] = [str(TOP / "tests/client/node_modules")]
    options["include"] = [f"{folder}/**/*.js"]
    options["exclude"] = [f"{folder}/utils/dianliang/wish-card"]
    path = folder.parent / "tsconfig.json"
    path.write_text(json.dumps(options))
    told = subprocess.run([NODE, TSC, "--project", path], capture_output=True, text=True, timeout=120)
    return told.stdout.splitlines() if told.returncode else []


CHECKS = [
    rules.unknown_tags, rules.missing_files, rules.unknown_keys, rules.tab_bar, rules.wrong_addresses,
    rules.too_large, rules.mixed_packages, rules.foreign_calls, rules.personal_fields_before_consent, rules.weak_contrast,
    rules.small_text, rules.styles_that_leak, rules.without_label, rules.pressed_by_finger_alone, rules.sitemap,
    rules.not_ready_to_publish,
]  # fmt: skip
WITH_NODE = [handlers, not_compiled, not_packed, wrong_types]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_mini_program_keeps(check):
    assert check(SOURCE) == []


@pytest.mark.client
@pytest.mark.parametrize("check", WITH_NODE, ids=lambda check: check.__name__)
def test_under_its_tools_the_mini_program_keeps(check, tools, copy):
    assert check(copy) == []


SOWN = [
    (rules.unknown_tags, "pages/home/index.wxml", "<view", "<marquee"),
    (rules.missing_files, "app.json", '"pages/wish/mine"', '"pages/none/none"'),
    (rules.missing_files, "pages/wish/wall.json", '"/components/wish-card/wish-card"', '"/components/no/no"'),
    (rules.unknown_keys, "app.json", '"style"', '"styl": "v2", "style"'),
    (rules.unknown_keys, "pages/wish/wall.json", '"enablePullDownRefresh"', '"enablePullDown"'),
    (rules.tab_bar, "app.json", "images/wish.png", "images/none.png"),
    (rules.wrong_addresses, "pages/wish/wall.js", "/pages/wish/write", "/pages/wish/written"),
    (rules.wrong_addresses, "pages/wish/mine.js", "url: '/pages/wish/write'", "url: '/pages/me/index'"),
    (rules.too_large, "images/large.png", "", "x" * rules.BUDGET),
    (rules.mixed_packages, "app.json", '"pages/claim/mine",', '"pages/claim/mine", "pages/team/list",'),
    (rules.mixed_packages, "app.json", '"pages/me/waiting",', ""),
    (rules.mixed_packages, "app.json", '"packages": ["pages/complaint"', '"packages": ["pages/complaints"'),
    (rules.mixed_packages, "pages/me/index.js", "'../../lib/screen'", "'../team/list'"),
    (rules.mixed_packages, "pages/me/index.json", '"usingComponents": {', '"usingComponents": {"a": "/pages/team/a"'),
    (rules.too_large, "pages/staff/lib/large.js", "", "x" * rules.PART_BUDGET),
    (rules.mixed_packages, "pages/me/index.js", "'../../lib/labels'", "'../staff/lib/words'"),
    (rules.foreign_calls, "pages/home/index.js", "wx.makePhoneCall", "wx.getUserInfo"),
    (rules.foreign_calls, "pages/home/index.wxml", "<ui-button", '<ui-button open-type="getPhoneNumber"'),
    (rules.personal_fields_before_consent, "pages/wish/write.js", "api.beforePersonal()", "api.signIn()"),
    (rules.personal_fields_before_consent, "pages/staff/stock.js", "Page(staffScreen(", "Page(screen("),
    (rules.personal_fields_before_consent, "app.json", '"__usePrivacyCheck__": true', '"__usePrivacyCheck__": false'),
    (rules.weak_contrast, "app.wxss", "--soft-text: #65574d", "--soft-text: #a5978d"),
    (rules.weak_contrast, "settings.js", "#b3171d", "#e3474d"),
    (rules.weak_contrast, "theme.json", "#ffb4ab", "#7a2d28"),
    (rules.small_text, "app.wxss", "--small: 32rpx", "--small: 28rpx"),
    (rules.small_text, "app.wxss", "--small: 40rpx", "--small: 36rpx"),
    (rules.small_text, "pages/me/index.wxss", "font-size: var(--big)", "font-size: 24rpx"),
    (rules.styles_that_leak, "pages/wish/wall.wxss", ".finder {", ".icon-search {"),
    (rules.without_label, "pages/wish/write.wxml", ' aria-label="想要什么"', ""),
    (rules.without_label, "components/wish-card/wish-card.wxml", ' aria-label="心愿的图片"', ""),
    (rules.pressed_by_finger_alone, "pages/home/index.wxml", "<text ", '<text bindtap="write" '),
    (rules.sitemap, "sitemap.json", "pages/wish/wall", "pages/wish/walls"),
    (rules.sitemap, "app.json", '"sitemap.json"', '"none.json"'),
    (rules.not_ready_to_publish, "settings.js", "simulatedPerson: ''", "simulatedPerson: 'ning'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "name", "old", "new"), SOWN, ids=lambda one: getattr(one, "__name__", None) or ""
)
def test_a_sown_fault_is_found(copy, check, name, old, new):
    assert check(changed(copy, name, old, new))


SOWN_FOR_TOOLS = [
    (handlers, "pages/home/index.wxml", 'bindtap="write"', 'bindtap="writes"'),
    (not_compiled, "pages/home/index.wxml", "{{settings.slogan}}", "{{settings.slogan"),
    (not_compiled, "pages/home/index.wxml", "<screen", "<wxs module=\"m\">var a = ;</wxs><screen"),
    (not_compiled, "app.wxss", "padding: 28rpx;", "padding: 28rpx; }}"),
    (not_packed, "pages/home/index.wxml", "{{settings.slogan}}", "{{settings.slogan"),
    (wrong_types, "pages/home/index.js", "wx.switchTab({ url:", "wx.switchTab({ address:"),
]  # fmt: skip


@pytest.mark.client
@pytest.mark.parametrize(
    ("check", "name", "old", "new"), SOWN_FOR_TOOLS, ids=lambda one: getattr(one, "__name__", None) or ""
)
def test_the_tools_find_a_sown_fault(tools, copy, check, name, old, new):
    assert check(changed(copy, name, old, new))


def test_every_page_that_the_server_names_is_there_or_said_to_come():
    there = set(rules.pages(SOURCE))
    assert there & TO_COME == set(), "is there: take it out of to_come.py"
    assert SERVED_PAGES - there == TO_COME


def client_files(folder):
    """All but the page for developers, whose links lead into the documentation beside it."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "README.md")
    return {path.relative_to(folder): path.read_bytes() for path in files}


def test_the_client_in_the_mini_program_is_the_published_one():
    ours, published = client_files(SOURCE / "utils" / "dianliang"), client_files(CLIENT)
    assert sorted(ours) == sorted(published)
    assert [str(name) for name in ours if ours[name] != published[name]] == []


@pytest.mark.client
def test_the_browser_shows_nothing_that_is_left_out_of_the_upload(tools, tmp_path):
    pack(tmp_path)
    text = (tmp_path / "packed.js").read_text(encoding="utf-8")
    assert "utils/dianliang/wish-card" not in text
    assert "utils/dianliang/index" in text


def test_the_lock_names_no_machine():
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, one in lock["packages"].items() if "resolved" in one] == []
    assert all("integrity" in one for name, one in lock["packages"].items() if name)
