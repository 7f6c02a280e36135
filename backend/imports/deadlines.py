"""Rows of a sheet that nobody finished are not kept: they may name people."""

from backend.imports.actions import forget, stale
from backend.jobs import Job

JOBS = [Job("imports.forget", 3600, stale, forget)]
