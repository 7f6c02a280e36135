"""Console pages about people: sign-in, residents, registrations, appointments, places, imports."""

from backend.console.frame.menu import Entry
from backend.people.permissions import Permission

MENU = (
    Entry("居民与权益", "居民", "console.people", (Permission.PERSON_READ,)),
    Entry(
        "居民与权益",
        "核实登记",
        "console.verifying",
        (Permission.RESIDENCY_VERIFY, Permission.PARTY_REGISTRATION_VERIFY),
    ),
    Entry("居民与权益", "停用记录", "console.all_suspensions", (Permission.SUSPENSION_READ,)),
    Entry(
        "台账与数据",
        "导入",
        "console.all_imports",
        (
            Permission.ORGANISATION_MANAGE,
            Permission.PERSON_CREATE,
            Permission.PARTY_REGISTRATION_VERIFY,
            Permission.STOCK_RECEIVE,
        ),
        position=1,
    ),
    Entry("本地设置", "办公室", "console.all_offices", (Permission.ORGANISATION_CONTACT,)),
    Entry("本地设置", "自助终端", "console.all_kiosks", (Permission.KIOSK_MANAGE,)),
    Entry("系统", "任职", "console.appointments", (Permission.APPOINTMENT_GRANT,)),
    Entry("系统", "组织", "console.places", (Permission.ORGANISATION_MANAGE,)),
)

# What the journal calls by a kind, the page that shows it, and what that page calls the id.
THINGS = (
    ("person", "person", "person_id"),
    ("residency", "person", "person_id"),
    ("party_registration", "person", "person_id"),
    ("proxy", "proxy", "proxy_id"),
)
