"""What people do all day, from the sign-in to the end, at an office PC."""

import re

import sqlalchemy as sa

from backend.db import session, transaction
from backend.wishes.actions import rounds
from backend.wishes.models import Round, Wish
from tests.console.desk import follow, press
from tests.wishes import cast


def submit_many(town, count):
    """Wishes of ning, in words of their own."""
    return [
        cast.submitted(
            town, title=f"第 {number} 个心愿", description=f"{number} " + chr(0x4E00 + 40 * number) * 6
        )
        for number in range(1, count + 1)
    ]


def states(ids):
    session.expire_all()
    return list(session.scalars(sa.select(Wish.state).where(Wish.id.in_(ids)).order_by(Wish.id)))


def test_forty_wishes_are_reviewed_in_a_row_by_keyboard_alone(desk, town):
    cast.open_round(town)
    before = list(
        session.scalars(
            sa.select(Wish.id).where(Wish.state == "submitted", Wish.community_id == town.songtao)
        )
    )
    made = before + submit_many(town, 40 - len(before))
    page = desk.sit_down("tong")
    page.goto("/console/review")
    # In a queue Enter opens the first, where none was chosen.
    press(page, "Enter")
    for number in range(40):
        page.wait_for_selector(f"text=还有 {40 - number} 个待审核")
        if number % 10 == 3:
            press(page, "2", "ArrowDown", "Control+Enter")
        else:
            press(page, "1")
        if number < 39:
            page.wait_for_selector(f"text=还有 {39 - number} 个待审核")
    page.wait_for_url("**/console/")
    assert "待审核的心愿都看完了" in page.content()
    decided = states(made)
    assert (decided.count("accepted"), decided.count("sent_back")) == (36, 4)


def test_a_key_pressed_twice_does_not_decide_a_wish_nobody_has_read(desk, town):
    cast.open_round(town)
    made = submit_many(town, 3)
    page = desk.sit_down("tong")
    # Time stands still on these pages until it is let go: how fast the machine is decides nothing.
    page.add_init_script("window.held = []; window.setTimeout = (work) => window.held.push(work)")
    page.goto(f"/console/review/{made[0]}")
    page.keyboard.press("1")
    assert page.locator("form[data-sent]").count() == 0
    page.evaluate("held.forEach((work) => work())")
    with page.expect_navigation():
        page.keyboard.press("1")
    page.keyboard.press("1")
    assert page.locator("form[data-sent]").count() == 0
    assert states(made) == ["accepted", "submitted", "submitted"]


def test_a_phone_opens_the_computer_and_the_page_goes_on_by_itself(desk, town):
    page = desk.page()
    page.goto("/console/people")
    follow(page, page.get_by_role("button", name="显示二维码"))
    code = re.search(r"console-sign-ins/([\w-]+)/approve", page.content())[1]
    number = page.locator(".scan-number").inner_text()
    town.phone("lan").data("POST", f"/console-sign-ins/{code}/approve", {"choice": number})
    page.wait_for_url(re.compile(r"\d/console/people$"))
    assert page.get_by_role("heading", name="居民").is_visible()


def test_a_round_from_its_opening_to_its_end(desk, town):
    page = desk.sit_down("tong")
    follow(page, page.get_by_role("link", name="各期"))
    follow(page, page.get_by_role("link", name="开启新一期"))
    page.get_by_label("名称").fill("十二月微心愿")
    page.get_by_role("button", name="开始征集").click()
    page.get_by_text("开始征集", exact=False).first.wait_for()
    wish_id = cast.submitted(town, title="一把放大镜")
    page.goto(f"/console/review/{wish_id}")
    press(page, "1")
    page.get_by_text("“一把放大镜”：审核通过").wait_for()
    for step, button in (
        ("停止征集，开始审核", "停止征集"),
        ("发布这一期", "发布这一期"),
        ("结束这一期", "结束这一期"),
    ):
        page.goto("/console/rounds")
        follow(page, page.get_by_role("link", name=step).first)
        desk.look_at(page, f"round-{button}")
        press(page, "1")
        page.wait_for_url("**/console/rounds")
    assert cast.wish(wish_id).state == "carried_over"
    assert session.scalar(sa.select(Round.state).where(Round.title == "十二月微心愿")) == "closed"
    assert "一把放大镜" in page.content()


def test_a_grid_worker_writes_a_wish_for_an_old_woman_and_prints_the_slip(desk, town):
    cast.open_round(town)
    page = desk.sit_down("shao")
    follow(page, page.get_by_role("link", name="居民", exact=True))
    page.wait_for_selector("input:focus")
    page.keyboard.type("p000001")
    press(page, "Enter")
    follow(page, page.get_by_role("link", name="鄂桂兰"))
    page.wait_for_url(re.compile(r"/people/\d+$"))
    press(page, "1")
    page.wait_for_url("**/wishes/new")
    page.get_by_role("button", name="提交").click()
    desk.look_at(page, "on-behalf-refused")
    page.get_by_label("心愿", exact=True).fill("换一副老花镜")
    page.get_by_label("具体说说").fill("看药瓶上的字看不清")
    page.get_by_role("radio", name="物品").check()
    page.get_by_label("老人").check()
    page.get_by_label("预估金额（元）").fill("60")
    page.get_by_label("代办原因").select_option("老人没有手机")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/slip")
    assert "微心愿代办确认单" in page.content()
    assert "老人没有手机" in page.content()
    page.emulate_media(media="print")
    desk.look_at(page, "slip-printed")
    assert not page.locator("header").is_visible()


def test_a_call_back_is_registered_with_solved_and_satisfied_apart(desk, town):
    """Four clicks: the row, solved, satisfied, register. The number stands there without asking for it."""
    wish_id = cast.fulfilled(town)
    page = desk.sit_down("tong")
    follow(page, page.get_by_role("link", name=re.compile("回访许愿人")))
    assert "宁小舟" in page.content()
    desk.look_at(page, "call-opened")
    page.get_by_label("解决了", exact=True).click()
    page.get_by_label("一般", exact=True).click()
    page.get_by_role("button", name="登记回访结果").click()
    page.wait_for_url("**/console/")
    wish = cast.wish(wish_id)
    assert (wish.state, wish.solved, wish.satisfaction, wish.confirm_method) == ("confirmed", True, 3, "call")


def test_the_street_explains_what_two_rounds_could_not_fulfil(desk, town):
    (wish_id,), round_id = cast.published(town)
    with transaction():
        rounds.close(round_id, actor=cast.by(town, "tong"))
    again = cast.open_round(town)
    with transaction():
        rounds.review(again, actor=cast.by(town, "tong"))
        rounds.publish(again, actor=cast.by(town, "tong"))
        rounds.close(again, actor=cast.by(town, "tong"))
    page = desk.sit_down("jie")
    follow(page, page.locator("a[data-row]", has_text="台灯").first)
    press(page, "2")
    page.get_by_label("常用说法").select_option(index=1)
    page.get_by_role("button", name="说明", exact=True).click()
    page.get_by_text("已向许愿人说明").wait_for()
    assert cast.wish(wish_id).state == "declined"


def test_registrations_are_verified_one_after_the_other(desk, town):
    for name in ("newcomer-a", "newcomer-b"):
        town.phone(name).agrees().data("PUT", "/me/residency", {"communityId": town.songtao})
    page = desk.sit_down("tong")
    follow(page, page.get_by_role("link", name=re.compile("核实居住")).first)
    desk.look_at(page, "verifying")
    press(page, "1")
    page.get_by_text("已核实").wait_for()
    press(page, "2")
    page.get_by_label("常用说法").select_option(index=1)
    page.get_by_role("button", name="不通过").click()
    page.get_by_text("都处理完了").wait_for()


def test_the_administrator_appoints_and_ends(desk, town):
    page = desk.sit_down("admin")
    page.goto("/console/appointments")
    page.get_by_label("要任命的人：完整手机号或卡号").fill("11100000012")
    page.get_by_role("button", name="查找").click()
    follow(page, page.get_by_role("link", name="任命", exact=True))
    page.get_by_label("角色").select_option("grid_worker")
    # Grids stand indented below their community.
    place = page.locator("#organisation option", has_text="松涛-02").get_attribute("value")
    page.get_by_label("在哪里").select_option(place)
    desk.look_at(page, "appoint")
    page.get_by_role("button", name="任命").click()
    page.get_by_text("任职已生效").wait_for()
    row = page.locator("tr", has_text="松涛-02")
    row.get_by_role("button", name="结束").click()
    page.get_by_text("任职已结束").wait_for()
    assert page.locator("tr", has_text="松涛-02").count() == 0


def test_the_auditor_follows_a_thing_through_the_journal(desk, town):
    page = desk.sit_down("shang")
    follow(page, page.get_by_role("link", name="日志"))
    page.get_by_label("做了什么").select_option("wish:confirm")
    page.get_by_role("button", name="查看", exact=True).click()
    page.get_by_role("link", name="全部经过").first.click()
    page.wait_for_url("**subject=*")
    assert page.locator("tbody tr").count() >= 6
    desk.look_at(page, "journal-of-a-wish")


def test_an_empty_inbox_says_so_kindly(desk):
    page = desk.sit_down("yan")
    assert page.locator(".empty").inner_text().startswith("现在没有等您办的事")


def test_everything_works_without_scripts(desk, town):
    cast.open_round(town)
    made = submit_many(town, 2)
    page = desk.sit_down("tong", java_script_enabled=False)
    page.goto(f"/console/review/{made[0]}")
    page.locator("summary", has_text="退回补充").click()
    page.locator("#send_back-ready").select_option(index=2)
    page.get_by_role("button", name="退回补充").click()
    page.goto(f"/console/review/{made[1]}")
    page.get_by_role("button", name="审核通过").click()
    assert states(made) == ["sent_back", "accepted"]
    assert cast.wish(made[0]).review_reason.startswith("请补充期望的时间")


def test_the_hall_screen_turns_its_pages_by_itself_and_waits_out_a_broken_line(desk, town, monkeypatch):
    monkeypatch.setattr("backend.console.public.pages.TURN_SECONDS", 1)
    monkeypatch.setattr("backend.console.public.wall.ON_A_PAGE", 4)
    page = desk.page()
    page.route("**/wall?page=2", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.goto("/wall")
    first = page.locator(".cards").inner_text()
    assert page.url.endswith("/wall"), "the screen keeps what it shows"
    page.unroute("**/wall?page=2")
    page.wait_for_url("**/wall?page=2")
    assert page.locator(".cards").inner_text() != first
    # The browser says on its console that the line was down; nothing else may have been said.
    assert all("ERR_FAILED" in fault for fault in desk.faults)
    desk.faults.clear()


def test_focus_is_seen_and_the_first_tab_skips_to_the_text(desk):
    page = desk.sit_down("tong")
    press(page, "Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("node => node === document.activeElement")
    assert skip.bounding_box()["x"] >= 0
    press(page, "Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    press(page, "j")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"
