"""Console pages that look at the whole: registers, figures, journal, seals, deliveries, complaints."""

from backend.console.frame.menu import Entry

MENU = (
    Entry("居民与权益", "投诉建议", "console.complaints", ("complaint:answer",)),
    Entry(
        "台账与数据",
        "台账",
        "console.registers",
        ("register:read", "register:totals", "register:stock", "register:feedback"),
    ),
    Entry("台账与数据", "数据", "console.figures"),
    Entry("系统", "日志", "console.journal", ("journal:read",)),
    Entry("系统", "封存", "console.seals", ("journal:read",)),
    Entry("系统", "未送达消息", "console.deliveries", ("delivery:read",)),
)
