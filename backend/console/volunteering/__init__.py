"""Console pages about volunteering: activities, attendance, hours, certificates, teams."""

from backend.console.frame.menu import Entry

MENU = (
    Entry("志愿服务", "志愿活动", "console.activities", ("activity:read",)),
    Entry("志愿服务", "服务时长", "console.hours", ("activity:certify",)),
    Entry("志愿服务", "志愿队", "console.teams", ("team:manage",)),
    Entry("志愿服务", "服务证明", "console.certificates", ("certificate:revoke",)),
    Entry("志愿服务", "时长交换", "console.exchange", ("service_record:synchronise",)),
)
