"""Staff of a new city from a sheet, and the slips by which they come into the console for the first time."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.identity import first_links
from backend.identity.models import ConsoleLink, ConsoleLinkBatch
from backend.journal import JournalLine
from backend.organisations import actions as tree
from backend.organisations.models import Organisation
from backend.outbox.models import Notice
from backend.people import actions as people
from backend.people import colleagues, sealed
from backend.people.models import Appointment, Person
from tests.console.test_imports import take_all_in, upload, workbook
from tests.console.visitor import Visitor
from tests.wishes.cast import by

STAFF = ["姓名", "手机号", "角色", "任职地点", "上级"]
NEW = ["赵一帆", "13904580011", "社区工作者", "松涛社区", ""]


def bring(visitor, *rows):
    admin = visitor("admin")
    answer = upload(admin, "staff", workbook(STAFF, rows))
    return admin, answer


def posts_of(phone):
    wanted = sa.select(Appointment).join(Person).where(sealed.has_phone(phone)).order_by(Appointment.id)
    return [(one.role, one.organisation_id, one.to_day) for one in session.scalars(wanted)]


def second(town):
    """解长河 is the city's second administrator."""
    city = session.scalar(sa.select(Organisation.id).where(Organisation.kind == "city"))
    with transaction():
        people.write_appointment(town.person("jie").id, "city_admin", city, clock.today(), actor=None)


def appointed(town, *names):
    """Persons without WeChat, card and password, in office today: ids."""
    with transaction():
        made = [
            colleagues.register(name, f"1390458{at:04d}", actor=by(town, "admin")).id
            for at, name in enumerate(names)
        ]
        for one in made:
            people.appoint(one, "community_staff", town.songtao, clock.today(), None, actor=by(town, "admin"))
    return made


def slips(admin, *ids):
    admin.page("/console/appointments/links")
    answer = admin.post("/console/appointments/links/print", {"person": [str(one) for one in ids]})
    assert answer.status_code == 200, admin.text(answer)
    return re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", admin.text(answer))


def enters(app, code):
    one = Visitor(app)
    one.page("/console/link")
    return one, one.post("/console/link", {"code": code})


def test_a_sheet_appoints_who_is_new_and_who_is_here_and_a_second_time_nobody(visitor, town):
    ning = town.person("ning")
    known = [sealed.real_name(ning), sealed.phone(ning), "网格员", "松涛-03", "松涛社区"]
    admin, answer = bring(visitor, NEW, known)
    page, _steps = take_all_in(admin, answer)
    assert "新增 2，原来就有 0" in page
    assert posts_of(NEW[1]) == [("community_staff", town.songtao, None)]
    assert ("grid_worker", town.place("松涛-03"), None) in posts_of(known[1])
    made = session.scalars(sa.select(Person).where(sealed.has_phone(NEW[1]))).one()
    assert (made.card_number, made.created_by_id) == (None, town.person("admin").id)
    page, _steps = take_all_in(*bring(visitor, NEW, known))
    assert "新增 0，原来就有 2" in page


def test_places_and_roles_are_checked_before_anything_is_done(visitor, town):
    with transaction():
        for above in (town.songtao, town.baihua):
            tree.add(above, "grid", "中心网格")
    before = session.scalar(sa.select(sa.func.count()).select_from(Person))
    admin, answer = bring(
        visitor,
        NEW,
        ["钱二", "13904580012", "网格员", "松涛社区", ""],
        ["孙三", "13904580013", "网格员", "没有的网格", ""],
        ["李四", "13904580014", "网格员", "中心网格", ""],
        ["周五", "13904580015", "网格员", "中心网格", "白桦社区"],
        ["吴六", "13904580016", "书记", "松涛社区", ""],
        NEW,
    )
    page = admin.page(answer.headers["Location"])
    assert "2 行可以导入" in page
    for line, sentence in (
        (3, "网格员只能任在网格，请另选地方"),
        (4, "您的任职范围里没有“没有的网格”"),
        (5, "有 2 个地方都叫“中心网格”，请在“上级”里写明是哪一个"),
        (7, "应为网格员、网格长、社区工作者"),
        (8, "和第 2 行重复"),
    ):
        assert re.search(rf"<td>{line}</td><td>[^<]*</td><td>[^<]*{sentence}", page), sentence
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == before


def test_nobody_is_appointed_by_their_own_sheet_and_no_community_brings_one(visitor, town):
    admin = town.person("admin")
    with transaction():
        kept = session.get(Person, admin.id)
        sealed.keep_real_name(kept, "高远")
        sealed.keep_phone(kept, "13904580019")
    page, _steps = take_all_in(*bring(visitor, ["高远", "13904580019", "审计员", "松涛社区", ""]))
    assert "不能任命自己" in page
    assert visitor("tong").get("/console/imports/staff").status_code == 403


def test_a_doubtful_row_is_asked_for(visitor, town):
    """Somebody has this phone and has told no name."""
    with transaction():
        kept = session.get(Person, town.person("song").id)
        sealed.keep_real_name(kept, None)
        sealed.keep_phone(kept, NEW[1])
    admin, answer = bring(visitor, NEW)
    path = answer.headers["Location"]
    admin.page(path)
    admin.post(f"{path}/step")
    assert "手机号相同，还没有登记姓名" in admin.page(path)
    assert admin.post(f"{path}/decide", {"row-2": str(town.person("song").id)}).status_code == 303
    assert "新增 1" in admin.page(path)
    appointed = [one.person_id for one in session.scalars(sa.select(Appointment).order_by(Appointment.id))]
    assert appointed[-1] == town.person("song").id


def test_links_of_many_open_nothing_before_a_second_administrator_has_confirmed_them(visitor, town):
    second(town)
    one, other = appointed(town, "赵一帆", "钱二妮")
    codes = slips(visitor("admin"), one, other)
    assert len(codes) == 2
    _who, answer = enters(town.app, codes[0])
    assert answer.status_code == 409
    assert "要另一位市级管理员确认" in Visitor.text(answer)
    batch = session.scalars(sa.select(ConsoleLinkBatch)).one()
    own = visitor("admin")
    own.page(f"/console/first-links/{batch.id}")
    assert own.post(f"/console/first-links/{batch.id}/grant").status_code == 403
    jie = visitor("jie")
    page = jie.page(f"/console/first-links/{batch.id}")
    assert "赵一帆" in page
    assert "松涛社区 · 社区工作者" in page
    assert jie.post(f"/console/first-links/{batch.id}/grant").status_code == 303
    entered, answer = enters(town.app, codes[0])
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/account")
    assert "您是用一次性链接登录的" in entered.page("/console/account")
    assert enters(town.app, codes[0])[1].status_code == 409
    told = session.scalars(sa.select(Notice).where(Notice.kind == "console_links_decided")).one()
    assert told.person_id == town.person("admin").id
    lines = session.scalars(
        sa.select(JournalLine).where(JournalLine.subject_id == one).order_by(JournalLine.id)
    )
    verbs = [(line.verb, line.actor_id) for line in lines]
    admin_id, jie_id = town.person("admin").id, town.person("jie").id
    assert ("make_console_link", admin_id) in verbs
    assert ("confirm_console_link", jie_id) in verbs


def test_what_is_not_confirmed_is_gone_and_can_be_printed_again(visitor, town):
    second(town)
    (one,) = appointed(town, "赵一帆")
    admin, jie = visitor("admin"), visitor("jie")
    (code,) = slips(admin, one)
    batch = session.scalars(sa.select(ConsoleLinkBatch)).one()
    jie.page(f"/console/first-links/{batch.id}")
    assert jie.post(f"/console/first-links/{batch.id}/refuse").status_code == 303
    assert "每个只能用一次" in Visitor.text(enters(town.app, code)[1])
    assert jie.post(f"/console/first-links/{batch.id}/grant").status_code == 409
    assert "赵一帆" in admin.page("/console/appointments/links")
    assert slips(admin, one) != [code]


def test_a_single_administrator_hands_out_links_that_open_at_once_and_the_journal_says_so(visitor, town):
    """The city's first day: there is nobody to confirm."""
    ids = appointed(town, "赵一帆", "钱二妮")
    codes = slips(visitor("admin"), *ids)
    assert [enters(town.app, code)[1].status_code for code in codes] == [303, 303]
    lines = session.scalars(sa.select(JournalLine).where(JournalLine.verb == "make_console_link")).all()
    assert [line.facts["byOne"] for line in lines] == [True, True]


def test_who_got_rid_of_the_second_administrator_is_not_alone(visitor, town):
    second(town)
    (one,) = appointed(town, "赵一帆")
    with transaction():
        city_wide = sa.select(Appointment).where(Appointment.person_id == town.person("jie").id)
        for row in session.scalars(city_wide.where(Appointment.role == "city_admin")):
            row.from_day, row.to_day = clock.today() - timedelta(40), clock.today() - timedelta(1)
    admin = visitor("admin")
    admin.page("/console/appointments/links")
    answer = admin.post("/console/appointments/links/print", {"person": [str(one)]})
    assert answer.status_code == 409
    assert "任职刚结束不到 30 天" in admin.text(answer)


@pytest.mark.parametrize("name", ["tong", "admin"])
def test_who_has_a_way_in_gets_no_link(town, name):
    """tong has WeChat and a password; the administrator does not print their own."""
    appointed(town, "赵一帆")
    with transaction(), pytest.raises(first_links.WayInThere):
        first_links.create([town.person(name).id], actor=by(town, "admin"))
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsoleLink)) == 0


def test_many_links_take_few_statements(town, statements):
    ids = appointed(town, *(f"职工{at}" for at in range(60)))
    with statements() as seen, transaction():
        _batch, made = first_links.create(ids, actor=by(town, "admin"))
    assert len(made) == 60
    assert len(seen) < 30, len(seen)
