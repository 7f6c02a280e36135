"""Answers are kept for a repeat of the same request, and no longer."""

from backend.api.frame.idempotency import forget, outlived
from backend.jobs import Job

# Each POST of anybody leaves one, and five hundred go at a time.
JOBS = [Job("idempotency.forget", 60, outlived, forget)]
