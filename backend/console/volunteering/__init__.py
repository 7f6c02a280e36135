"""Console pages about volunteering: activities, attendance, hours, certificates, teams."""

from backend.console.frame.menu import Entry
from backend.people.permissions import Permission

MENU = (
    Entry("志愿服务", "志愿活动", "console.activities", (Permission.ACTIVITY_READ,)),
    Entry("志愿服务", "服务时长", "console.hours", (Permission.ACTIVITY_CERTIFY,)),
    Entry("志愿服务", "志愿队", "console.teams", (Permission.TEAM_MANAGE,)),
    Entry("志愿服务", "服务证明", "console.certificates", (Permission.CERTIFICATE_REVOKE,)),
    Entry("志愿服务", "时长交换", "console.exchange", (Permission.SERVICE_RECORD_SYNCHRONISE,)),
)

# What the journal calls by a kind, the page that shows it, and what that page calls the id.
THINGS = (("activity", "activity", "activity_id"), ("team", "team", "team_id"))
