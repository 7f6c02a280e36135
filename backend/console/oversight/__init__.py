"""Console pages that look at the whole: registers, figures, journal, seals, deliveries, complaints."""

from backend.console.frame.menu import Entry
from backend.people.permissions import Permission

MENU = (
    Entry("居民与权益", "投诉建议", "console.complaints", (Permission.COMPLAINT_ANSWER,)),
    Entry("居民与权益", "查看记录", "console.openings_of_week", (Permission.OPENING_REVIEW,)),
    Entry(
        "台账与数据",
        "台账",
        "console.registers",
        (
            Permission.REGISTER_READ,
            Permission.REGISTER_TOTALS,
            Permission.REGISTER_STOCK,
            Permission.REGISTER_FEEDBACK,
        ),
    ),
    # Not for an officer of a unit: the figures are of communities.
    Entry(
        "台账与数据",
        "数据",
        "console.figures",
        (Permission.WISH_READ, Permission.STOCK_READ, Permission.REGISTER_TOTALS),
    ),
    Entry("台账与数据", "地图", "console.map_page", (Permission.WISH_READ, Permission.REGISTER_TOTALS)),
    Entry("本地设置", "开办清单", "console.set_up_guide", (Permission.ORGANISATION_MANAGE,)),
    Entry("系统", "日志", "console.journal", (Permission.JOURNAL_READ,)),
    Entry("系统", "封存", "console.seals", (Permission.JOURNAL_READ,)),
    Entry("系统", "未送达消息", "console.deliveries", (Permission.DELIVERY_READ,)),
)

# What the journal calls by a kind, the page that shows it, and what that page calls the id.
THINGS = (("complaint", "complaint", "complaint_id"),)
