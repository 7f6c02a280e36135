"""Makes the pictures that the READMEs show, from a fresh demo city: the one way in which they are made.

The city, its WeChat simulator and the packed mini-program run in this process, and go away with it.
"""

import json
import logging
import os
import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

from flask_migrate import upgrade
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from backend import config
from backend.app import create_app
from backend.seeds import demo
from tests.miniprogram.mounted import PLACE, mounted, pack
from tests.served import in_this_process
from tests.simulated import SimulatedWeChat
from tests.town import Town

FOLDER = Path("docs/pictures")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
HALL = {"width": 1920, "height": 1080}
# What stands beside one another in the picture of the mini-program: whose phone, which page, whether in large text.
PHONES = (
    ("ning", "pages/home/index", False),
    ("ning", "pages/wish/wall", False),
    ("wulan", "pages/shop/index", True),
    ("lan", "pages/staff/wishes", False),
)
GAP = 24
PAPER = "#d9d4cc"
# A README is read over slow lines, too.
MOST_BYTES = 150_000
QUALITIES = (86, 78, 70, 60, 50)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="dianliang-pictures-") as data, SimulatedWeChat() as wechat:
        environment = {
            "APP_ENV": "test",
            "DATA_DIR": data,
            "DATABASE_URL": "",
            "WECHAT_BASE_URL": wechat.url,
            "LOG_LEVEL": "CRITICAL",
        }
        with patch.dict(os.environ, environment):
            app = create_app(config.read())
        packed = Path(data) / "packed"
        pack(packed)
        with app.app_context():
            upgrade()
            demo.seed()
            town = Town(app)
            with in_this_process(mounted(app, packed)) as address, sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
                take(browser, address, town)
                browser.close()


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def take(browser: Browser, address: str, town: Town) -> None:
    phones = [on_the_phone(browser, address, town, *one) for one in PHONES]
    keep("mini-program", beside_one_another(phones), 1200)
    keep("console", on_the_console(browser, address), 1200)
    keep("hall-screen", in_the_hall(browser, address), 1200)


def on_the_phone(browser: Browser, address: str, town: Town, who: str, path: str, elder: bool) -> Image.Image:
    signed_in = town.phone(who)
    kept = {
        "dianliang.elder": "yes" if elder else "no",
        "dianliang.token": signed_in.token,
        "dianliang.person": signed_in.id,
    }
    storage = {f"wx:{name}": json.dumps(value) for name, value in kept.items()}
    storage |= {"holder": who, "privacy": "yes"}
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN", device_scale_factor=2
    )
    context.add_init_script(
        f"for (const [name, value] of Object.entries({json.dumps(storage)})) localStorage.setItem(name, value)"
    )
    page = context.new_page()
    page.goto(f"{address}{PLACE}#/{path}")
    page.locator(".wx-frame:not([hidden])").wait_for()
    page.locator(".wx-frame:not([hidden]) [aria-label='正在读取']").wait_for(state="detached")
    page.wait_for_load_state("networkidle")
    return shot(page)


def on_the_console(browser: Browser, address: str) -> Image.Image:
    page = browser.new_page(viewport=DESK, locale="zh-CN")
    page.goto(f"{address}/console/sign-in")
    page.locator("input[name=name]").fill("tong")
    page.locator("input[name=password]").fill(demo.password())
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{address}/console/**")
    page.goto(f"{address}/console/")
    page.wait_for_load_state("networkidle")
    return shot(page)


def in_the_hall(browser: Browser, address: str) -> Image.Image:
    page = browser.new_page(viewport=HALL, locale="zh-CN")
    page.goto(f"{address}/wall")
    page.wait_for_load_state("networkidle")
    return shot(page)


def shot(page: Page) -> Image.Image:
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def beside_one_another(pictures: list[Image.Image]) -> Image.Image:
    width = sum(one.width for one in pictures) + GAP * (len(pictures) + 1)
    sheet = Image.new("RGB", (width, max(one.height for one in pictures) + 2 * GAP), PAPER)
    left = GAP
    for one in pictures:
        sheet.paste(one, (left, GAP))
        left += one.width + GAP
    return sheet


def keep(name: str, picture: Image.Image, width: int) -> None:
    """As WebP, so wide, in the best quality that stays small."""
    small = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        kept = BytesIO()
        small.save(kept, "WEBP", quality=quality, method=6)
        if kept.tell() <= MOST_BYTES:
            break
    (FOLDER / f"{name}.webp").write_bytes(kept.getvalue())
    print(f"  {FOLDER / name}.webp  {kept.tell()} bytes")


if __name__ == "__main__":
    main()
