"""One detector of what tells who somebody is, for every text that the public reads."""

import pytest

from backend.private_data import found_in

FOUND = {
    "请打 13800138000": ["phone"],
    "138 0013 8000 找我": ["phone"],
    "+86 138-0013-8000": ["phone"],
    "１３８００１３８０００": ["phone"],
    "幺三八 零零幺三 八零零零": ["phone"],
    "0458-2280001": ["phone"],
    "身份证 11010519491231002X": ["id_number"],
    "110105 19491231 002x": ["id_number"],
    "卡号 4539 1488 0343 6467": ["bank_card"],
    "3号楼2单元501室": ["address"],
    "松涛路 12 号": ["address"],
    "我叫王小明": ["name"],
    "联系人：欧阳娜": ["name"],
    "联系人李四，13800138000，3号楼": ["phone", "address", "name"],
}
HARMLESS = (
    "想要 300 元以内的台灯",
    "2026-11-30 18:00 到 12-01",
    "编号 110105194912310021",
    "卡号 4539148803436468",
    "三室一厅，二楼活动室",
    "5 月 1 日到 3 日，1、2、3号都可以",
    "联系人张阿姨",
    "一、台灯，二、电池",
    "我叫不动他",
)


@pytest.mark.parametrize("text", FOUND)
def test_it_is_found_however_it_is_written(text):
    assert found_in(None, text) == FOUND[text]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_tells_of_nobody_is_let_be(text):
    assert found_in(text) == []
