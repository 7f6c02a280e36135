"""Of each setting: what may stand there, and what it means in Chinese.

`config.py` has the defaults and the meaning in English; a test compares the two lists. Nothing that a number is
allowed here loses anything: the least of what deletes is thirty days.
"""

from dataclasses import dataclass

from backend import config_templates
from backend.config_kinds import (
    Address,
    Checked,
    Choice,
    Database,
    KeptDays,
    Kind,
    Number,
    Pattern,
    RateLimit,
    SealKeys,
    Text,
    Tiles,
)

# A test or an experiment may want as good as no limit.
MANY = 1_000_000
LOT_RULES = r"next-year-end|never|months:[1-9][0-9]{0,2}"
STORES = ("memory", "redis", "rediss", "redis+unix", "redis+sentinel", "redis+cluster")


@dataclass(frozen=True)
class Bound:
    kind: Kind
    meaning: str


def _count(meaning: str, least: int = 1, most: int = MANY) -> Bound:
    return Bound(Number(least, most), meaning)


def _days(meaning: str, least: int = 1, most: int = 3650) -> Bound:
    return Bound(Number(least, most), meaning)


def _kept(meaning: str) -> Bound:
    return Bound(KeptDays(), meaning)


def _limit(meaning: str) -> Bound:
    return Bound(RateLimit(), meaning)


def _choice(meaning: str, *words: str) -> Bound:
    return Bound(Choice(words), meaning)


def _text(meaning: str, most: int = 200) -> Bound:
    return Bound(Text(most), meaning)


BOUNDS: dict[str, Bound] = {
    "APP_ENV": _choice("`production` 拒绝一切演示用的默认值", "development", "test", "production"),
    "DATA_DIR": _text("SQLite 文件和本机全部数据所在的文件夹", 1000),
    "DATABASE_URL": Bound(Database(), "数据库地址；空：`DATA_DIR` 里的 SQLite"),
    "DATABASE_POOL": _count("每个进程保留的数据库连接数，不少于它的线程数", 1, 200),
    "SECRET_KEY": _text("给翻页标记、后台登录和账本封存签名的密钥", 1000),
    "SEAL_KEYS": Bound(SealKeys(), "加密姓名、电话、地址的密钥；第一个用来加密，其余只用来解开"),
    "SEAL_ALGORITHM": _choice("新加密的内容用哪种算法", "aes-gcm", "sm4-gcm"),
    "INDEX_KEY": _text("加密内容的检索索引所用的密钥", 1000),
    "INDEX_KEY_OLD": _text("上一把检索密钥，`flask keys rotate` 做完之前还用它查找", 1000),
    "WECHAT_APP_ID": _text("小程序的 AppID", 64),
    "WECHAT_APP_SECRET": _text("小程序的 AppSecret", 64),
    "WECHAT_BASE_URL": Bound(
        Address(("https", "http")),
        "微信接口的地址；空：本机的模拟器（正式环境不允许）。正式环境必须是 https，云托管内除外",
    ),
    "WECHAT_SIMULATOR_PORT": _count("模拟器的端口；0：任选一个空闲的", 0, 65535),
    "WECHAT_CONNECT_SECONDS": Bound(Number(0.1, 30), "连接微信最多等几秒"),
    "WECHAT_READ_SECONDS": Bound(Number(0.1, 60), "等微信回答最多几秒"),
    "WECHAT_TEMPLATES": Bound(
        Checked("JSON", config_templates.fault),
        "订阅消息：每种用途的模板编号和字段名，由 `flask wechat templates` 给出，见 [wechat.md](wechat.md)",
    ),
    "WECHAT_PAGE_STATE": _choice(
        "消息和码打开小程序的哪个版本：正式、体验、开发", "formal", "trial", "developer"
    ),
    "WECHAT_PUSH_TOKEN": _text("消息推送的 Token；正式环境空着就拒绝一切推送", 64),
    "WECHAT_PUSH_KEY": Bound(
        Pattern(
            r"[A-Za-z0-9]{43}",
            "the 43 letters and digits of the EncodingAESKey",
            "EncodingAESKey 的 43 个字母数字",
        ),
        "消息推送的 EncodingAESKey",
    ),
    "WECHAT_PUSH_MODE": _choice("`secure` 只收加密的推送，`plain` 也收明文", "secure", "plain"),
    "WECHAT_ACCOUNT": Bound(
        Pattern(r"gh_[A-Za-z0-9]{1,60}", "the original id, gh_…", "原始 ID（gh_ 开头）"),
        "小程序的原始 ID；填了就拒绝发给别的小程序的推送",
    ),
    "WECHAT_CLOUD_HOSTING": _choice(
        "`on` 相信 X-WX-OPENID、接受没有签名的推送：只有除微信外谁也连不到这个进程时才能开；这样的进程没有后台和公开页面",
        "off",
        "on",
    ),
    "INSTANCES": _count(
        "最多同时有几个实例，各有各的磁盘；多于 1 时拒绝 SQLite、本机图片和各算各的限流", 1, 1000
    ),
    "ROBOT_URL": Bound(
        Address(("https", "http")), "企业微信群机器人的地址，程序出错时在群里说一声；空：不用"
    ),
    "STAFF_ROBOT_URL": Bound(
        Address(("https", "http")),
        "企业微信群机器人的地址，每个工作日早上在群里告诉工作人员有多少事待办，只有数字；空：不用",
    ),
    "OIDC_ISSUER": Bound(
        Address(("https", "http")), "统一身份认证（OpenID Connect）的 issuer，照它自己的写法；空：不用"
    ),
    "OIDC_CLIENT_ID": _text("在统一身份认证登记的应用编号"),
    "OIDC_CLIENT_SECRET": _text("在统一身份认证登记的应用密钥"),
    "OIDC_NAME": _text("登录页上的按钮怎么称呼它", 20),
    "OIDC_ACR": _text("要求它用哪一级办法核对身份（acr，几个用空格隔开，满足一个即可）；空：由它决定"),
    "PUBLIC_URL": Bound(
        Address(("https", "http")), "外面怎么访问本站；正式环境空着：微信不检查图片，纸上没有二维码"
    ),
    "FILE_STORE": Bound(Address(("s3",)), "存图片的对象存储 `s3://桶/前缀`；空：`DATA_DIR/files`"),
    "FILE_LINK_MINUTES": _count("图片链接的有效分钟数", 1, 1440),
    "S3_ENDPOINT": Bound(Address(("https", "http")), "对象存储的地址；空：亚马逊的"),
    "S3_REGION": _text("对象存储的区域", 64),
    "S3_ACCESS_KEY": _text("对象存储的访问密钥编号；空：由 boto3 自己去找"),
    "S3_SECRET_KEY": _text("对象存储的访问密钥"),
    "S3_ADDRESSING": _choice("桶的地址写法", "auto", "path", "virtual"),
    "BACKUP_COPY": Bound(
        Pattern(
            r"[^\n]{0,400}\{backup\}[^\n]{0,400}",
            "a command with {backup} in it, the folder of the backup",
            "一条命令，里面有 {backup}（备份的文件夹）",
        ),
        "每份备份做好后运行的命令，把它加密复制到别处，如 rclone 的 crypt 远端；{name} 是文件夹的名字",
    ),
    "SEED": _choice(
        "首次启动时造的数据（`scripts/run` 用 `demo`）；正式环境只能是 `empty`", "empty", "demo", "tieli"
    ),
    "DEMO_PASSWORD": _text("演示人员的后台密码；空：随机生成；正式环境不允许"),
    "PORT": _count("gunicorn 的端口；0：任选一个空闲的", 0, 65535),
    "WEB_CONCURRENCY": _count("gunicorn 的进程数，最好一核一个", 1, 64),
    "WEB_THREADS": _count("每个进程的线程数，总共一核四个就够", 1, 64),
    "TRUSTED_PROXIES": _count(
        "前面有几层反向代理，相信它们写的 `X-Forwarded-For`；云托管至少 1；大于 0 时谁也不能绕过它们直接连进来",
        0,
        10,
    ),
    "LOG_LEVEL": _choice("标准输出上日志的级别", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
    "MAX_BODY_BYTES": _count("JSON 请求体最多多少字节", 65536, 16 * 1024 * 1024),
    "RATE_LIMIT_STORAGE": Bound(
        Address(STORES, may_be_empty=False, without_host=("memory", "redis+unix")),
        "限流计数放在哪里：`memory://` 各进程各算，`redis://…` 各机共用",
    ),
    "RATE_LIMIT_PERSON": _limit("一个登录的人调用同一接口的次数，不论有几次登录"),
    "RATE_LIMIT_ADDRESS": _limit("同一地址上未登录者调用同一接口的次数；一个大厅共用一个地址"),
    "RATE_LIMIT_SIGN_IN": _limit("同一地址的登录次数"),
    "RATE_LIMIT_PASSWORD": _limit("同一地址输错密码的次数，不论用户名"),
    "RATE_LIMIT_CARD_CODE": _limit("一台自助终端、一个地址输错验证码的次数"),
    "RATE_LIMIT_VERIFY": _limit("同一地址核验、打开证明的次数"),
    "SESSION_DAYS": _days("小程序登录多少天不用即失效", 1, 365),
    "SESSION_MOST_DAYS": _days("小程序登录最长多少天", 1, 730),
    "SIGN_INS_PER_DAY": _count("一个人 24 小时内用微信登录的次数（含扫码登录后台）"),
    "KEYS_PER_DAY": _count("一个人 24 小时内带 Idempotency-Key 的请求数"),
    "CONSOLE_IDLE_MINUTES": _count("后台多少分钟不用即退出", 1, 1440),
    "CONSOLE_HOURS": _count("后台登录最长多少小时", 1, 72),
    "OPENINGS_AN_HOUR": _count("一个人每小时不因办事而查看的加密个人信息条数；再多要同事同意"),
    "IDEMPOTENCY_HOURS": _count("应答副本保留多少小时", 24, 8760),
    "SPONSOR": _text("主办单位，写在公开页面、后台和打印的单据上；正式环境必填", 60),
    "FILING_NUMBER": _text("ICP 备案号，填了就显示在公开页面上并链接到工信部网站", 60),
    "POLICE_FILING_NUMBER": _text("公安备案号，同样显示并链接到公安网站", 60),
    "SUPERVISION_PHONE": Bound(
        Pattern(r"[0-9+() ,，、转\-]{3,60}", "a telephone number", "电话号码"), "监督电话，印在季度公示上"
    ),
    "MAP_TILES": Bound(
        Tiles(), "地图底图的地址（如天地图），一层一个，用空格隔开；空：只画位置，不连任何别的主机"
    ),
    "MAP_KEY": Bound(
        Pattern(r"[A-Za-z0-9_\-]{8,100}", "a key of letters and digits", "字母和数字组成的密钥"),
        "代替 MAP_TILES 里 {key} 的密钥，打开地图的浏览器都看得到",
    ),
    "MAP_ATTRIBUTION": _text("底图是谁的、审图号，写在每张地图下面", 120),
    "WISH_COST_CAP": _count("心愿的金额上限（元），更贵的不收", 1, 100_000),
    "WISHES_PER_MINUTE": _count("一个人一分钟内提交的心愿数"),
    "WISHES_PER_DAY": _count("一个人 24 小时内提交的心愿数；工作人员代报不限"),
    "DRAFTS_PER_DAY": _count("一个人 24 小时内起草而未提交的心愿数"),
    "CLAIM_LIMIT": _count("一个人同时认领而未完成的心愿数"),
    "PROMISE_DAYS": _days("认领人没有约定日期时多少天内完成", 1, 365),
    "PROMISE_GRACE_DAYS": _days("从提醒到收回认领的工作日数", 1, 60),
    "SILENCE_DAYS": _days("完成后多少天没有回应即关闭，顺延到工作日", 1, 365),
    "CONTACT_DAYS": _days("关闭后认领人还能看到联系方式的天数", 0, 365),
    "CHECK_IN_MINUTES": _count("活动开始前多少分钟可以签到", 0, 1440),
    "CHECK_OUT_MINUTES": _count("活动计划结束后多少分钟还能签退", 0, 1440),
    "DECLINE_HOURS": _count("候补递补或活动改期后多少小时内可以谢绝", 1, 168),
    "HOURS_TOLERANCE": _count("服务时长可以比计划多出的分钟数", 0, 1440),
    "BACKFILL_POINTS": _count("1：补录的时长也得积分；0：不得", 0, 1),
    "VENUE_DAYS_AHEAD": _days("场地最多提前多少天预约", 1, 365),
    "BATCH_WARNING_DAYS": _days("批次到期前多少个营业日提醒管理员", 1, 365),
    "WRONG_CODE_LIMIT": _count("店员可以输错取货码的次数"),
    "WRONG_CODE_MINUTES": _count("输错次数按多少分钟计算", 1, 1440),
    "EXPORTS_PER_DAY": _count("一个人 24 小时内下载本人数据副本的次数"),
    "COMPLAINT_DAYS": _days("多少天内答复投诉，顺延到工作日；逾期转上一级", 1, 365),
    "COMPLAINT_REMIND_DAYS": _days("答复期限前多少个工作日提醒", 1, 60),
    "COMPLAINTS_PER_DAY": _count("一个人 24 小时内提交的投诉数"),
    "KEEP_NOTICES_DAYS": _kept("消息多少天后删除"),
    "KEEP_CONTACT_DAYS": _kept("心愿关闭后多少天删除地址和电话"),
    "KEEP_DRAFT_DAYS": _kept("没有提交的草稿多少天后删除文字"),
    "KEEP_REJECTED_DAYS": _kept(
        "未通过的居民、党员登记和没有同意的家人代办多少天后删除，不再有监护人的孩子多少天后注销"
    ),
    "KEEP_COMPLAINT_DAYS": _kept("投诉办结多少天后删除文字"),
    "KEEP_CONSENT_DAYS": _kept("撤回的同意保留多少天，作为当时同意过什么的凭据"),
    "LOT_RULE": Bound(
        Pattern(
            LOT_RULES,
            "next-year-end, never or months:N (1 to 999)",
            " next-year-end、never 或 months:N（1～999）",
            False,
        ),
        "积分何时到期：次年年底、永不、N 个月后",
    ),
}
# Left out where settings are shown: a traceback with its local variables may end in a log.
UNSEEN = {
    "DATABASE_URL",
    "DEMO_PASSWORD",
    "INDEX_KEY",
    "INDEX_KEY_OLD",
    "OIDC_CLIENT_SECRET",
    "RATE_LIMIT_STORAGE",
    "ROBOT_URL",
    "STAFF_ROBOT_URL",
    "S3_SECRET_KEY",
    "SEAL_KEYS",
    "SECRET_KEY",
    "WECHAT_APP_SECRET",
    "WECHAT_PUSH_KEY",
    "WECHAT_PUSH_TOKEN",
}
