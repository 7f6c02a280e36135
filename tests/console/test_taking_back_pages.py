"""Taken back, taken down and blacked out on the page of the wish; the community's own answers in the review."""

from tests.wishes import cast


def test_a_clerk_takes_a_published_wish_back_on_its_page(visitor, town):
    (wish_id, other, third), _ = cast.published(town, count=3)
    tong = visitor("tong")
    page = tong.page(f"/console/wishes/{wish_id}")
    assert "撤下：别人立即看不到" in page
    address = f"/console/wishes/{wish_id}/take-back"
    refused = tong.post(f"{address}/merge", {"into": "松涛-99-999", "reason": "同一件事"})
    assert refused.status_code == 422
    assert "没有找到这个编号的心愿" in tong.text(refused)
    number = cast.wish(other).number
    assert tong.post(f"{address}/merge", {"into": number, "reason": "同一件事"}).status_code == 303
    assert cast.wish(wish_id).merged_into_id == other
    assert "已合并到另一个心愿" in tong.page(f"/console/wishes/{wish_id}")
    tong.page(f"/console/wishes/{third}")
    assert tong.post(f"/console/wishes/{third}/take-back/send_back", {"reason": "请补充"}).status_code == 303
    assert cast.wish(third).state == "sent_back"


def test_what_is_blacked_out_is_opened_once_with_a_reason(visitor, town):
    (wish_id,), _ = cast.published(town, description="请打 13800138000")
    tong = visitor("tong")
    assert "文字里可能有电话号码" in tong.page(f"/console/wishes/{wish_id}")
    told = {"title": "台灯", "description": "想要一盏台灯", "reason": "内容里有电话"}
    assert tong.post(f"/console/wishes/{wish_id}/take-back/redact", told).status_code == 303
    page = tong.page(f"/console/wishes/{wish_id}")
    assert "遮盖过部分内容" in page
    assert "13800138000" not in page
    opened = tong.post(f"/console/wishes/{wish_id}/former-texts", {"reason": "核对投诉"})
    assert "13800138000" in tong.text(opened)
    assert (
        tong.post(f"/console/wishes/{wish_id}/take-back/take_down", {"reason": "还是不合适"}).status_code
        == 303
    )
    assert "已撤下" in tong.page(f"/console/wishes/{wish_id}")


def test_a_community_edits_its_own_answers_and_finds_them_in_the_review(visitor, town):
    cast.open_round(town)
    wish_id = cast.submitted(town, description="打 13800138000")
    tong = visitor("tong")
    review = tong.page(f"/console/review/{wish_id}")
    assert "文字里可能有电话号码" in review
    assert "不属于微心愿的范围" in review
    page = tong.page("/console/answers")
    assert "不属于微心愿的范围" in page
    told = {"send_back": "", "decline": "请到窗口办理\n已有政策覆盖", "refer": ""}
    assert tong.post(f"/console/answers/{town.songtao}", told).status_code == 303
    review = tong.page(f"/console/review/{wish_id}")
    assert "已有政策覆盖" in review
    assert "不属于微心愿的范围" not in review
    assert "请补充具体需要什么" in review
    # Without JavaScript the chosen sentence is the reason.
    assert tong.post(f"/console/review/{wish_id}/decline", {"ready": "请到窗口办理"}).status_code == 303
    assert cast.wish(wish_id).review_reason == "请到窗口办理"
    assert tong.get(f"/console/answers/{town.baihua}").status_code == 404
