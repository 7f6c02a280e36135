"""Console pages about people: sign-in, residents, registrations, appointments, places, imports."""

from backend.console.frame.menu import Entry

MENU = (
    Entry("居民与权益", "居民", "console.people", ("person:read",)),
    Entry("居民与权益", "核实登记", "console.verifying", ("residency:verify", "party_registration:verify")),
    Entry(
        "台账与数据",
        "导入",
        "console.all_imports",
        ("organisation:manage", "person:create", "party_registration:verify", "stock:receive"),
        position=1,
    ),
    Entry("系统", "任职", "console.appointments", ("appointment:grant",)),
    Entry("系统", "组织", "console.places", ("organisation:manage",)),
)
