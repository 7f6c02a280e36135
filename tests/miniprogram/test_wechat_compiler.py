"""WeChat's own uploader compiles what ships, without a network and without an account. Only with `--wechat-compiler`: it
is 275 MB of packages and asks for Node's registry the first time."""

import json
import shutil
import subprocess

import pytest

from tests.miniprogram.mounted import HERE, NODE, SOURCE, TOP

COMPILER = HERE / "wechat_compiler"
# What is uploaded has helpers for old phones, and is therefore larger than what stands in the folder; WeChat takes 2 MB.
MOST_BYTES = 500 * 1024


@pytest.fixture(scope="session")
def uploader(tools):
    install = "source scripts/environment; node_tools tests/miniprogram/wechat_compiler"
    subprocess.run(["bash", "-c", install], cwd=TOP, check=True, timeout=900)


def compiled(folder):
    command = [NODE, COMPILER / "compile.js", folder]
    told = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return json.loads(told.stdout.splitlines()[-1])


@pytest.mark.client
def test_wechats_own_compiler_takes_the_mini_program(uploader):
    told = compiled(SOURCE)
    assert "fault" not in told, told
    assert 0 < told["main"] < MOST_BYTES
    assert all(0 < size < MOST_BYTES for size in told["parts"].values())
    assert set(told["parts"]) == {"pages/staff"}


@pytest.mark.client
@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("app.json", '"pages/wish/mine"', '"pages/none/none"', "10005"),
        ("pages/staff/home.wxml", "{{item}}", "{{item", "10038"),
        ("pages/staff/home.js", "Page(staffScreen({", "Page(staffScreen({{", "10045"),
        ("pages/staff/home.wxss", "{", "{{", "10037"),
        (
            "pages/staff/home.json",
            '"usingComponents": {',
            '"usingComponents": {"no-part": "/none/none"',
            "10009",
        ),
    ],
    ids=["page", "template", "script", "style", "component"],
)
def test_wechats_own_compiler_refuses_a_sown_fault(uploader, tmp_path, name, old, new, code):
    folder = shutil.copytree(SOURCE, tmp_path / "miniprogram")
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert compiled(folder)["fault"].startswith(code)
