"""Every button of every page, pressed twice at once, while somebody else was faster: asked once, said, and nothing lost.

Whatever is written is answered with 409, so that each page can be gone over to its end; what is really done, and done
once, is in the stories and in test_moves.py.
"""

import re
from contextlib import contextmanager
from itertools import chain

import pytest

from tests.miniprogram.cast import things
from tests.miniprogram.test_screens import ALL, walk

FASTER = "刚刚有人先办了，请看看现在怎样"
SAID = {"code": 40999, "error": "STATE_CHANGED", "message": FASTER, "data": None, "requestId": "r"}
# What each page has to press: one of each kind; what is chosen among others, or opens the camera, is not a press.
LISTED = """frame => {
  // The camera's and WeChat's own windows.
  const ELSEWHERE = ['添加图片', '转发给朋友']
  const found = new Map()
  for (const one of frame.querySelectorAll('button:not([disabled]):not([aria-pressed])')) {
    if (!one.getClientRects().length) continue
    const name = one.getAttribute('aria-label') || one.textContent.trim()
    const own = String(one.className).replace(/\\s+/g, ' ')
    // Cards differ in what they say; buttons are called by what stands before the colon.
    const kind = own.includes('--button') ? name.split('：')[0] : own
    if (!ELSEWHERE.includes(name) && !found.has(kind)) { found.set(kind, name); one.dataset.pressed = kind }
  }
  return [...found.keys()]
}"""
FILLED = """frame => {
  for (const one of frame.querySelectorAll('input, textarea')) {
    one.value = one.inputMode === 'numeric' ? '10' : '一句话说明'
    one.dispatchEvent(new Event('input', { bubbles: true }))
  }
  for (const one of frame.querySelectorAll('[role=group]')) {
    if (!one.querySelector('[aria-pressed=true]')) one.querySelector('button').click()
  }
}"""
TWICE = "one => { one.click(); one.click() }"
STACK = "() => window.phone.pages().length"
# Whoever has signed out there has nothing to press elsewhere.
SIGNS_OUT = "pages/me/settings"
ORDER = [page for page in ALL if page != SIGNS_OUT] + [SIGNS_OUT]
# At least these are asked when somebody presses: whatever loses its button is missed here.
ASKED = {
    "POST /wishes/N/claim", "POST /wishes/N/fulfil", "POST /wishes/N/confirm", "POST /wishes/N/release",
    "POST /activities/N/sign-up", "POST /activities/N/end",
    "POST /activities/N/message", "POST /activities/N/propose-hours", "POST /activities",
    "POST /redemptions", "POST /redemptions/N/cancel", "POST /me/notices/read-all", "PUT /me",
    "PUT /me/party-registration", "POST /me/proxies", "POST /me/proxies/N/agree", "POST /me/proxies/N/decline",
    "DELETE /me/proxies/N", "POST /me/children", "DELETE /me/children/N", "POST /complaints", "POST /complaints/N/withdraw",
    "POST /me/security-events/N/deny", "POST /me/sessions/end-others", "POST /me/recovery", "POST /me/phone",
    "DELETE /me/phone", "DELETE /me", "POST /me/certificates", "POST /me/stars", "POST /service-records/N/corrections",
    "POST /teams/N/leave", "DELETE /sessions/current",
}  # fmt: skip


@contextmanager
def beaten(phone):
    """Whatever is written meanwhile is refused: somebody was faster."""

    def refuse(route):
        if route.request.method == "GET":
            route.continue_()
        else:
            route.fulfill(status=409, json=SAID)

    phone.page.route("**/api/v1/**", refuse)
    yield
    phone.page.unroute("**/api/v1/**")


def answer(phone):
    """Says yes, twice at once, to whatever is asked, until nothing is."""
    for _ in range(6):
        phone.at_rest()
        dialogs = phone.page.locator("dialog")
        if not dialogs.count():
            return
        assert dialogs.count() == 1, "asked twice"
        for field in dialogs.locator("input:not([type=checkbox]), textarea").all():
            field.fill("注销" if "注销" in dialogs.inner_text() else "15600000077")
        dialogs.locator("button").last.evaluate(TWICE)
    raise AssertionError("is asked again and again")


def doubled(calls):
    writes = [call for call in calls if not call.startswith("GET ")]
    return sorted({call for call in writes if writes.count(call) > 1})


@pytest.fixture
def city(town):
    return things(town)


def others(pocket, city):
    """Pages that others see with other buttons: whoever may claim, has claimed, and leads."""
    pei, wulan, ning = (pocket.take(name).start() for name in ("pei", "wulan", "ning"))
    yield pei, f"pages/wish/detail?id={city['open']}"
    yield pei, f"pages/wish/detail?id={city['claimed']}"
    yield wulan, f"pages/activity/detail?id={city['clearing']}"
    yield ning, f"pages/team/detail?id={city['riders']}"


def test_every_button_pressed_twice_asks_once_and_says_who_was_faster(pocket, city):
    seen, asked, faults = set(), set(), []
    for phone, path in chain(walk(pocket, city, ORDER), others(pocket, city)):
        with beaten(phone):
            phone.open(path)
            phone.top.evaluate(FILLED)
            kinds = [kind for kind in phone.top.evaluate(LISTED) if (kind, "--button" in kind) not in seen]
            for kind in kinds:
                said, calls = press(phone, path, kind)
                faults += [f"{path} “{kind}”: {fault}" for fault in said]
                asked |= {re.sub(r"/\d+", "/N", call) for call in calls if not call.startswith("GET ")}
                # Cards, and what stands on many pages, are pressed on the first.
                if kind.startswith(("card", "wish", "activity", "item")) or kind in (
                    "转发给朋友",
                    "小程序码",
                ):
                    seen.add((kind, "--button" in kind))
    assert not faults, "\n".join(faults)
    assert not ASKED - asked, sorted(ASKED - asked)


def press(phone, path, kind):
    """What goes wrong, and what is asked of the server, when somebody presses this twice."""
    if phone.page.evaluate(STACK) > 1 or path.split("?")[0] not in phone.page.url:
        phone.open(path)
        phone.top.evaluate(FILLED)
        phone.top.evaluate(LISTED)
    button = phone.top.locator(f"button[data-pressed='{kind}']")
    if not button.count():
        phone.top.evaluate(LISTED)
    if not button.count():
        return [], []
    before, said = len(phone.calls), []
    button.first.evaluate(TWICE)
    try:
        answer(phone)
    except AssertionError as fault:
        said.append(str(fault).splitlines()[0])
        phone.page.evaluate("() => document.querySelectorAll('dialog').forEach(one => one.close())")
    calls = phone.calls[before:]
    said += [f"{call} twice" for call in doubled(calls)]
    if phone.page.evaluate(STACK) > 2:
        said.append("opened twice")
    if not phone.top.inner_text().strip() or phone.top.locator("[class*='--trouble']").count():
        said.append("the page is lost")
    return said, calls
