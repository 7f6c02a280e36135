import pytest

from backend.wechat.gateway import Sent, TextVerdict, WeChatRejected, WeChatUnavailable
from backend.wechat.simulator.rules import field_fits, openid_of

PEI = openid_of("pei")
DATA = {"thing1": "为王奶奶修灯", "phrase2": "已认领", "time3": "2026年10月1日 15:01"}


def errcode_of(call):
    with pytest.raises(WeChatRejected) as refused:
        call()
    return refused.value.errcode


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("想要一台收音机", TextVerdict("pass", 100)),
        ("这里有违规内容", TextVerdict("risky", 20006)),
        ("这里有存疑内容", TextVerdict("review", 21000)),
    ],
)
def test_a_text_passes_or_goes_to_a_person_or_is_risky(wechat, text, verdict):
    assert wechat.check_text(text, openid=PEI, scene=2) == verdict


def test_a_title_is_looked_at_too(simulator, wechat):
    assert wechat.check_text("平常", openid=PEI, scene=1, title="违规").suggest == "risky"
    assert simulator.calls("/wxa/msg_sec_check")[0]["body"]["title"] == "违规"


def test_a_word_of_wechats_that_nobody_knows_goes_to_a_person(simulator, wechat):
    simulator.misbehave("/wxa", body='{"errcode": 0, "result": {"suggest": "block", "label": 20001}}')
    assert wechat.check_text("平常", openid=PEI, scene=2) == TextVerdict("review", 20001)


def test_what_cannot_be_checked_is_rejected(wechat):
    assert errcode_of(lambda: wechat.check_text("", openid=PEI, scene=2)) == 44002
    assert errcode_of(lambda: wechat.check_text("长" * 2501, openid=PEI, scene=2)) == 45002
    assert errcode_of(lambda: wechat.check_text("平常", openid=PEI, scene=9)) == 40129
    assert errcode_of(lambda: wechat.check_text("平常", openid="o-nobody", scene=2)) == 40003
    assert wechat.check_text("长" * 2500, openid=PEI, scene=2).suggest == "pass"


def test_a_person_who_was_long_away_cannot_be_checked(simulator, wechat):
    simulator.misbehave("/wxa", errcode=61010)
    assert errcode_of(lambda: wechat.check_text("平常", openid=PEI, scene=2)) == 61010


def test_json_goes_out_as_utf8_with_its_type_named(simulator, wechat):
    wechat.check_text("心愿😀", openid=PEI, scene=2)
    call = simulator.calls("/wxa")[0]
    assert call["contentType"] == "application/json; charset=utf-8"
    assert call["body"]["content"] == "心愿😀"


def test_half_a_character_does_not_stop_a_check(wechat):
    assert wechat.check_text("坏\ud800字", openid=PEI, scene=2).suggest == "pass"


def test_a_notice_arrives_as_it_was_sent(simulator, wechat):
    assert wechat.send_notice(PEI, "tpl_claimed", DATA, page="pages/wish/detail?id=17") is Sent.SENT
    (kept,) = simulator.memory.messages_of(PEI)
    assert (kept["templateId"], kept["page"], kept["data"]) == (
        "tpl_claimed",
        "pages/wish/detail?id=17",
        DATA,
    )
    assert kept["pageState"] == "formal"
    assert simulator.calls("/cgi-bin/message")[0]["body"]["lang"] == "zh_CN"


def test_the_page_state_comes_from_the_settings_and_a_page_may_be_missing(simulator, connect):
    connect(wechat_page_state="trial").send_notice(PEI, "tpl_claimed", DATA, page=None)
    body = simulator.calls("/cgi-bin/message")[0]["body"]
    assert body["miniprogram_state"] == "trial"
    assert "page" not in body


def test_a_counted_subscription_is_used_up(simulator, wechat):
    order = {"name": "pei", "templateId": "tpl_claimed", "count": 2}
    simulator.app.test_client().post("/simulator/subscriptions", json=order)
    ends = [wechat.send_notice(PEI, "tpl_claimed", DATA, page=None) for _ in range(3)]
    assert ends == [Sent.SENT, Sent.SENT, Sent.REFUSED]
    assert wechat.send_notice(PEI, "tpl_other", DATA, page=None) is Sent.SENT


def test_what_will_not_get_better_is_rejected(wechat):
    assert errcode_of(lambda: wechat.send_notice("o-nobody", "tpl_claimed", DATA)) == 40003
    assert errcode_of(lambda: wechat.send_notice(PEI, "unknown", DATA)) == 40037
    assert errcode_of(lambda: wechat.send_notice(PEI, "tpl_claimed", {})) == 47003
    assert errcode_of(lambda: wechat.send_notice(PEI, "tpl_claimed", DATA, page="pages/wish?id=17")) == 41030


@pytest.mark.parametrize(
    "data",
    [
        {name: text for name, text in DATA.items() if name != "time3"},
        {**DATA, "thing4": "多了一项"},
        {"thing9": DATA["thing1"], "phrase2": DATA["phrase2"], "time3": DATA["time3"]},
    ],
)
def test_a_message_has_the_fields_of_its_template_no_more_and_no_fewer(wechat, data):
    """WeChat calls a field after the keyword's number in its library: a name of our own is refused."""
    assert errcode_of(lambda: wechat.send_notice(PEI, "tpl_claimed", data)) == 47003


def test_the_accounts_templates_are_read_as_wechat_lists_them(simulator, wechat):
    """The example of 获取已有模板列表, with a line that ends without a break."""
    content = "会议时间:{{date2.DATA}}\n会议地点:{{thing1.DATA}}"
    simulator.memory.templates = {
        "9Aw5": {"priTmplId": "9Aw5", "title": "报名结果通知", "content": content, "example": "", "type": 2}
    }
    (found,) = wechat.templates()
    assert (found.id, found.title) == ("9Aw5", "报名结果通知")
    assert found.fields == (("date2", "会议时间"), ("thing1", "会议地点"))
    simulator.misbehave("/wxaapi", body='{"errcode": 0, "data": [{"priTmplId": "x"}]}')
    with pytest.raises(WeChatUnavailable):
        wechat.templates()


def test_a_field_that_does_not_fit_is_named(wechat):
    with pytest.raises(WeChatRejected, match=r"data\.phrase2\.value"):
        wechat.send_notice(PEI, "tpl_claimed", {**DATA, "phrase2": "认领已经完成"})


@pytest.mark.parametrize("errcode", [40003, 40037, 43107, 45168, 47003])
def test_each_lasting_errcode_is_rejected_with_its_number(simulator, wechat, errcode):
    simulator.misbehave("/cgi-bin/message", errcode=errcode, errmsg="so it is")
    with pytest.raises(WeChatRejected, match=f"{errcode} so it is"):
        wechat.send_notice(PEI, "tpl_claimed", DATA)


@pytest.mark.parametrize("errcode", [-1, 43108, 44991, 45009, 45011])
def test_each_passing_errcode_may_be_tried_again(simulator, wechat, errcode):
    simulator.misbehave("/cgi-bin/message", errcode=errcode)
    with pytest.raises(WeChatUnavailable):
        wechat.send_notice(PEI, "tpl_claimed", DATA)
    assert wechat.send_notice(PEI, "tpl_claimed", DATA) is Sent.SENT


@pytest.mark.parametrize(
    ("key", "fitting", "unfitting"),
    [
        ("thing1", ["字" * 20, "a"], ["字" * 21, "", " ", "两\n行"]),
        ("number5", ["12", "-3.5", "1" * 32], ["1" * 33, "一", "1.", "1.2.3"]),
        ("letter2", ["abc", "Z" * 32], ["a" * 33, "a1"]),
        ("symbol2", ["+-*", "！"], ["a", "+" * 6]),
        ("character_string4", ["S-17", "x" * 32], ["编号1", "x" * 33]),
        (
            "time3",
            ["15:01", "2019-12-25 09:42", "2019年10月1日 15:01", "09:00~11:30"],
            ["25:01", "今天", "15"],
        ),
        (
            "date6",
            ["2019年10月1日", "2019-12-25", "2019-12-25 09:42", "2019年10月1日 ~ 2019年10月3日"],
            ["15:01", "2019-12-32", "2019-13-01", "2019年10月1日 ~ 15:01"],
        ),
        ("amount8", ["￥100", "12.50元", "$1"], ["12345678901", "一百", "￥￥1"]),
        ("phone_number9", ["15612345677", "+86-0458-1234567"], ["1" * 18, "电话"]),
        ("car_number1", ["黑F12345", "黑F8888挂"], ["黑F123456789", "车"]),
        ("name7", ["裴长青", "Pei Changqing", "买买提·阿不都拉"], ["名" * 11, "a" * 21, "裴1"]),
        ("phrase2", ["已认领", "待确认了吗"], ["待确认了吗吗", "ok", "已认领。"]),
        ("enum1", ["已完成"], [""]),
    ],
)
def test_each_kind_of_field_has_its_limit(key, fitting, unfitting):
    assert [value for value in fitting if not field_fits(key, value)] == []
    assert [value for value in unfitting if field_fits(key, value)] == []


@pytest.mark.parametrize("key", ["thing", "1", "unknown1", "thing1x", ""])
def test_a_field_of_no_known_kind_fits_nothing(key):
    assert not field_fits(key, "字")
