"""Volunteering: activities, sign-ups, attendance that is evidence, and hours that never fall."""
