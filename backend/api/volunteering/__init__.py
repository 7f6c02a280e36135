"""Volunteering over HTTP: activities, attendance, service records, certificates, teams."""
