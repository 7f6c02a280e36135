"""What people wish for: invented, small, in kind, and under the cap of 300 yuan."""

from typing import Any

from backend.seeds.wishes import like

# Title, what for, category, group, service role, estimated yuan.
_PLAIN = (
    ("一把防滑洗澡凳", "卫生间地滑，想坐着洗澡。", "goods", "elder", "relief", 95),
    ("一台小收音机", "眼睛看不清字，想听听新闻和戏曲。", "goods", "elder", "civility", 80),
    ("一副助听器电池", "电池用完了，附近买不到这个型号。", "goods", "elder", "convenience", 45),
    ("一床薄被子", "供暖以后屋里热，想要一床薄一点的。", "goods", "elder", "relief", 150),
    ("一口轻便的炒锅", "原来的铁锅太重，端不动了。", "goods", "elder", "relief", 120),
    ("几本科普书", "孙子喜欢看恐龙和太空。", "goods", "child", "civility", 120),
    ("一个护眼台灯", "孙女写作业的灯有点闪。", "goods", "child", "relief", 110),
    ("一双防滑棉鞋", "冬天出门怕摔。", "goods", "elder", "relief", 90),
    ("一个电热水壶", "原来的烧不开水了。", "goods", "family", "convenience", 85),
    ("一根四脚拐杖", "走路不稳，想换一根稳当的。", "goods", "disabled", "relief", 75),
    ("一个药盒", "一天吃好几种药，总记不清。", "goods", "elder", "convenience", 20),
    ("一块门口的防滑垫", "进门的地方一下雪就滑。", "goods", "family", "emergency", 35),
    ("理一次发", "腿脚不方便，想请人上门理发。", "service", "elder", "convenience", 0),
    ("擦一次高处的玻璃", "够不着，家里也没有梯子。", "service", "elder", "convenience", 0),
    ("帮忙换一次季的衣柜", "箱子太沉，搬不动。", "service", "elder", "relief", 0),
    ("陪着去一趟医院", "要做检查，一个人弄不明白流程。", "service", "elder", "relief", 0),
    ("代取一个月的药", "药房远，天冷走不动。", "service", "elder", "emergency", 0),
    ("陪我下下棋", "老伙计搬走了，想有人每周来一次。", "company", "elder", "relief", 0),
    ("听我说说话", "孩子在外地，晚上屋里太静。", "company", "elder", "mediation", 0),
    ("一起过个生日", "想有人来吃碗面。", "company", "elder", "civility", 60),
    ("修漏水的水龙头", "厨房的水龙头一直滴水。", "repair", "elder", "convenience", 30),
    ("换一个门锁芯", "锁总是卡，怕哪天进不去门。", "repair", "family", "convenience", 85),
    ("修一修吱呀响的床", "翻身就响，邻居也听得见。", "repair", "elder", "convenience", 40),
    ("装一个感应夜灯", "夜里起来看不见，怕绊倒。", "repair", "elder", "emergency", 45),
    ("学会用手机挂号", "想自己预约医院的号。", "learning", "elder", "policy", 0),
    ("学会跟孩子视频", "孩子在外地，想看看他们。", "learning", "elder", "policy", 0),
    ("弄懂医保怎么报销", "单子一沓，不知道先后。", "learning", "family", "policy", 0),
    ("辅导几次算术", "孙子的混合运算总是错，我教不了。", "learning", "child", "civility", 0),
    ("一袋花土和几盆花苗", "楼道口的花坛空着，想种上。", "other", "family", "civility", 60),
    ("调解一下楼上的水声", "半夜有水声，不好意思去说。", "other", "family", "mediation", 0),
)
# Not for a micro-wish: (title, what for, declined or where it goes, what the wisher is told).
_REFUSED = (
    ("借两千块钱周转", "这个月手头紧。", None, "微心愿不收现金类的请求；可以到窗口问临时救助。"),
    ("把旧厨房翻新一下", "橱柜坏了，墙皮也掉。", None, "装修超出微心愿的范围；漏水、断电可以单独提出来修。"),
    ("门口那段路全是坑", "下雨就积水，老人绊过。", "grid", "道路坑洼转网格工单，由网格员跟市政约时间。"),
    ("想把医药费报了", "住院自费的部分太多。", "relief", "医疗费用转救助窗口，带好出院小结。"),
    ("想换个大一点的房子", "三代人住两间。", None, "住房不在微心愿里办；可以到街道问公租房。"),
    ("路灯坏了一个多月", "晚上楼前全黑。", "hotline", "路灯转热线登记，修好后由他们回访。"),
)


def wanted(number: int) -> dict[str, Any]:
    """The content of the n-th wish of the city; every other one is told under a form of address."""
    content = like(*_PLAIN[number % len(_PLAIN)])
    if number % 2 and content["beneficiary_group"] != "child":
        content |= {"disclosure": "title", "salutation": ("奶奶", "爷爷", "女士", "先生")[number // 2 % 4]}
    return content


def refused(number: int) -> tuple[dict[str, Any], str | None, str]:
    """A request that is no micro-wish, where it is referred to (None: declined), and what the wisher is told."""
    title, what_for, to, told = _REFUSED[number % len(_REFUSED)]
    return like(title, what_for, "other", "family", "convenience", 0), to, told
