"""Pushes are remembered as long as WeChat may repeat them."""

from backend.jobs import Job
from backend.wechat.push import forget, forgettable

JOBS = [Job("wechat.forget_pushes", 3600, forgettable, forget)]
