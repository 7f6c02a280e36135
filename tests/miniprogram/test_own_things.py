"""What people do for themselves and theirs: a family, a home, a phone, a team, hours and their certificate."""

from backend.db import session
from backend.people.models import Membership
from tests.miniprogram.cast import clearing
from tests.people import proxies_cast
from tests.volunteering import cast as volunteers


def test_a_daughter_writes_a_wish_for_her_mother_who_agreed(pocket, town):
    proxies_cast.agreed(town)
    phone = pocket.take("ning").start("pages/wish/write")
    phone.tap("替家人办").tap("乌兰舟")
    phone.field("想要什么").fill("阳台的灯不亮了")
    phone.field("说清楚一点").fill("请帮忙看看是灯还是开关。")
    phone.tap("维修").tap("老人").tap("不公开姓名")
    phone.look("wish-write-for-mother-390")
    phone.tap_twice("提交")
    phone.at("pages/wish/detail").top.get_by_text("待审核").wait_for()
    (wish,) = town.phone("wulan").get("/me/wishes?state=submitted").json["data"]["list"]
    assert (wish["title"], wish["byFamily"]) == ("阳台的灯不亮了", True)


def test_who_has_no_relatives_is_told_where_to_ask(pocket, town):
    phone = pocket.take("qin").start("pages/wish/write")
    phone.tap("替家人办")
    phone.top.get_by_text("还没有同意过的家人。在“我的 → 家人代办”里申请。").wait_for()


def test_a_mother_agrees_and_ends_it(pocket, town):
    proxies_cast.of_age(town, "wulan")
    proxies_cast.asked(town, of="wulan")
    phone = pocket.take("wulan").start("pages/me/index")
    phone.tap("家人申请代办，等您答复，1 件")
    phone.at("pages/family/index").tap("同意：有人申请替我办")
    phone.asked("同意").tap()
    phone.button("结束代办：宁小舟替我办").wait_for()
    phone.at_rest().tap("结束代办：宁小舟替我办")
    phone.asked("结束").tap()
    phone.top.get_by_text("已结束").wait_for()


def test_a_newcomer_registers_a_home_and_sees_the_document_first(pocket, town):
    phone = pocket.take("newcomer").start("pages/residency/index")
    phone.field("姓名").fill("乔木春")
    phone.tap("社区：请选择")
    phone.asked("松涛社区").tap()
    phone.field("住址").fill("雪松家园 2 号楼")
    phone.at_rest().tap_twice("登记")
    phone.at("pages/consent/index").top.get_by_text("敏感").first.wait_for()
    phone.tap("同意").at("pages/me/index")
    home = town.phone("newcomer").get("/me").json["data"]["residency"]
    assert (home["communityName"], home["status"]) == ("松涛社区", "declared")


def test_a_number_is_given_by_wechats_button_and_taken_away(pocket, town):
    phone = pocket.take("newcomer").start("pages/security/phone")
    phone.tap("登记微信的手机号")
    phone.page.locator("dialog input").fill("15600000077")
    phone.asked("确定").tap()
    phone.top.get_by_text("156******77").wait_for()
    phone.at_rest().tap("删除手机号")
    phone.asked("删除").tap()
    phone.top.get_by_text("还没有登记").wait_for()
    # Whoever does not allow it gives nothing.
    phone.at_rest().tap("登记微信的手机号")
    phone.asked("取消").tap()
    assert phone.at_rest().calls.count("POST /me/phone") == 1


def test_a_volunteer_joins_and_the_leader_lets_them_in(pocket, town):
    team_id = volunteers.riders(town)
    volunteer = pocket.take("tan").start(f"pages/team/detail?id={team_id}")
    volunteer.tap_twice("申请加入")
    volunteer.top.get_by_text("已申请，等队长同意").first.wait_for()
    leader = pocket.take("wulan").start(f"pages/team/detail?id={team_id}")
    leader.tap_twice("同意谭海涛加入")
    leader.button("同意谭海涛加入").wait_for(state="detached")
    tan = town.person("tan").id
    found = session.query(Membership).filter_by(team_id=team_id, person_id=tan).one()
    assert found.state == "accepted"
    assert leader.at_rest().calls.count(f"POST /teams/{team_id}/members/{tan}/accept") == 1


def test_a_leader_plans_publishes_and_ends_and_says_the_hours(pocket, town):
    phone = pocket.take("wulan").start(f"pages/team/plan?team={volunteers.riders(town)}")
    phone.tap("保存")
    phone.top.get_by_text("请写活动的名称").wait_for()
    phone.field("做什么").fill("陪老人买菜")
    phone.field("在哪里集合").fill("农贸市场东门")
    phone.tap("结束：11:00")
    phone.page.locator("dialog input").fill("08:00")
    phone.asked("确定").tap()
    phone.tap("保存")
    phone.fault_at("结束：08:00").or_(phone.top.get_by_text("结束要晚于开始")).first.wait_for()
    phone.tap("结束：08:00")
    phone.page.locator("dialog input").fill("11:30")
    phone.asked("确定").tap()
    phone.tap_twice("保存")
    phone.at("pages/activity/detail").tap("发布")
    phone.asked("确定").tap()
    phone.top.get_by_text("已发布", exact=True).first.wait_for()
    phone.at_rest().look("activity-leading-390")

    activity_id = clearing(town, began=130)
    phone.open(f"pages/activity/roll-call?id={activity_id}").tap("其余的都到了").tap("送出点名（3 人）")
    phone.top.get_by_text("还没有到").first.wait_for(state="detached")
    phone.at_rest().open(f"pages/activity/detail?id={activity_id}").tap("结束")
    phone.asked("确定").tap()
    phone.tap("申报时长")
    phone.at("pages/team/hours").field("宁小舟的分钟数").fill("90")
    phone.look("team-hours-filled-390")
    phone.tap_twice("申报")
    phone.asked("确定").tap()
    phone.at("pages/activity/detail").at_rest()
    told = town.phone("tong").get(f"/activities/{activity_id}/attendance").json["data"]["list"]
    assert sorted(one["proposedMinutes"] for one in told) == [90, 120, 120]


def test_a_certificate_is_issued_once_and_its_pdf_is_opened(pocket, town):
    phone = pocket.take("geng").start("pages/service/certificates")
    phone.tap_twice("开证明")
    phone.top.get_by_role("button", name="看证明").wait_for()
    assert len(town.phone("geng").get("/me/certificates").json["data"]["list"]) == 1
    phone.at_rest().press(phone.top.get_by_role("button", name="看证明"))
    phone.page.locator("dialog").get_by_text("打开文件（pdf）").wait_for()
    phone.asked("关闭").tap()


def test_somebody_takes_all_their_data_along(pocket, town):
    phone = pocket.take("ning").start("pages/security/leave")
    phone.tap_twice("带走我的信息")
    phone.page.locator("dialog").get_by_text("发送文件：我的信息.zip").wait_for()
    phone.asked("关闭").tap()
    assert phone.at_rest().calls.count("GET /me/export") == 1


def test_who_leaves_is_told_first_what_is_lost(pocket, town):
    phone = pocket.take("ning").start("pages/security/leave")
    phone.tap("注销账号")
    phone.page.locator("dialog textarea").fill("注销")
    phone.asked("注销").tap()
    phone.page.locator("dialog").get_by_role("heading", name="还有没办完的").wait_for()
    phone.asked("先不注销").tap()
    assert town.phone("ning").get("/me").json["data"]["realName"]
    phone.at_rest().tap("注销账号")
    phone.page.locator("dialog textarea").fill("注销")
    phone.asked("注销").tap()
    phone.asked("仍然注销").tap()
    phone.at("pages/home/index")
    assert phone.at_rest().page.evaluate("() => localStorage.getItem('wx:dianliang.token')") is None
